"""Stacks are told apart by the parts of the work that they belong to."""

import re
from pathlib import Path

import pytest

from benchmarks.stacks import PARTS, REST, part, shares

ROOT = Path(__file__).parents[2]
LOOP = ["Runner.run (asyncio/runners.py)", "uv__io_poll (linux.c)"]
READ = [*LOOP, "uv__read (stream.c)"]
PARSED = [*READ, "feed_data (parser.c)", "FrontProtocol.on_message_complete (api/protocol.py)"]
NOTED = [*PARSED, "FrontPath._note (api/front.py)"]
STACKS = {
    REST: [*LOOP, "epoll_pwait (libc.so.6)"],
    "reading and writing sockets": [*READ, "read (libc.so.6)"],
    "parsing HTTP": [*READ, "feed_data (parser.c)", "llhttp__internal__run (llhttp.c)"],
    "the connection and headers": PARSED,
    "the walk": [*PARSED, "Predictor.predict (model/predictor.py)", "step (walk.c)"],
    "writing the answer, and the route": [*PARSED, "write_number (form_type.c)"],
    "the price and its interval": [*PARSED, "bounds (model/interval.py)", "<lambda> (<string>)"],
    "ids, log and metrics": [*NOTED, "Lines.write (api/logs.py)", "write (libc.so.6)"],
    "FastAPI and Starlette": [*LOOP, "task_step (_asynciomodule.c)", "app (fastapi/routing.py)"],
}


@pytest.mark.parametrize("name", STACKS)
def test_the_innermost_frame_of_any_part_counts(name: str) -> None:
    """What has no part of its own belongs to whoever called it."""
    assert part(STACKS[name]) == name


def test_shares_are_of_what_was_seen() -> None:
    """Each stack counts as often as it was seen; parts that were not seen have none."""
    lines = [f"{';'.join(STACKS['the walk'])} 3", f"{';'.join(NOTED)} 1", f"{';'.join(LOOP)} 4"]
    found = shares("\n".join(lines) + "\n")
    assert {name: share for name, share in found.items() if share} == {
        "the walk": 0.375,
        "ids, log and metrics": 0.125,
        REST: 0.5,
    }
    assert list(found) == [*PARTS, REST]


def test_nothing_is_no_profile() -> None:
    """An empty file has no shares."""
    with pytest.raises(RuntimeError, match="not one stack"):
        shares("")


def test_what_is_looked_for_is_there() -> None:
    """Files and functions of the service that have another name would be sought in vain."""
    marks = [mark for marks in PARTS.values() for mark in marks]
    files = [file for mark in marks for file in re.findall(r"(?:api|model)/(?:\w+\.py)?", mark)]
    assert len(files) > 10
    assert [file for file in files if not (ROOT / file).exists()] == []
    named = [re.fullmatch(r"(\w+) \((api/\w+\.py)\)", mark) for mark in marks]
    functions = [found.groups() for found in named if found is not None]
    assert len(functions) == 2
    for name, file in functions:
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_every_file_of_c_is_of_a_part() -> None:
    """What a new one does would be taken for the work of its caller; one that is gone is named."""
    sources = {file.name for file in (ROOT / "model" / "native").glob("*.c")}
    theirs = {"parser.c"}  # of httptools
    marks = [mark for marks in PARTS.values() for mark in marks]
    assert {mark[1:-1] for mark in marks if mark.endswith(".c)")} - theirs == sources
