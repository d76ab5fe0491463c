"""What is told of a run."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.__main__ import write
from benchmarks.field import PEERS
from benchmarks.measure import Measured, Outcome
from benchmarks.report import ratios, table


def measured(name: str, cpu: float, rate: float, size: float | None = None) -> Measured:
    """Three rounds around these figures."""
    return Measured(
        name,
        starts=[0.5, 0.125, 0.25],
        size=size,
        cpu=[cpu * 1.5, cpu * 0.5, cpu],
        rates=[rate * 1.5, rate * 0.5, rate],
        latencies=[(1.0, 3.0, 9.0), (2.0, 4.0, 8.0), (3.0, 5.0, 7.0)],
        memory=50.4,
    )


OURS = [measured("floor", 30, 20_000), measured("echo", 150, 6000), measured("this", 60, 12_000)]
ORIGINAL = measured("the original server", 1500, 2000, 1121.4)
OUTCOME = Outcome(
    [*OURS, ORIGINAL, measured("slow", 5000, 100), measured("fast", 800, 1200)],
    {"gone": "it does not answer: Traceback\n  ...\nImportError: no a|b for this Python\n"},
)


def test_a_row_has_medians_and_spread() -> None:
    """Of the rounds; the size only of an environment of its own."""
    rows = table(OUTCOME).splitlines()
    assert rows[2] == (
        "| floor | 30.0 (15.0 to 45.0) | 20,000 (10,000 to 30,000) | 2.00 | 4.00 | 8.00 | 50 | 250 "
        "|  |"
    )
    assert rows[5].endswith("| 250 | 1121 |")


def test_a_peer_that_was_not_measured_has_its_row() -> None:
    """With the last line of the reason, and as many cells as the others."""
    *rows, last = table(OUTCOME).splitlines()
    assert last.startswith("| gone | not measured: ImportError: no a\\|b for this Python |")
    assert last.replace("\\|", "").count("|") == rows[0].count("|")


def test_the_load_is_told() -> None:
    """That at which latencies were taken."""
    assert "p99 / p50 at 45 % load: 2.00" in ratios(replace(OUTCOME, load=0.45))


def test_ratios_with_peers() -> None:
    """The original server is held against by its cost, the best of the others by its answers."""
    assert ratios(OUTCOME).splitlines() == [
        "CPU of the service / floor: 2.00",
        "CPU of the service / FastAPI echo: 0.40",
        "p99 / p50 at 70 % load: 2.00 (floor 2.00)",
        "start of the service / FastAPI echo: 1.00",
        "CPU of the original server / service: 25.0",
        "answers/s of the service / the best peer, fast: 10.0",
    ]


def test_latencies_without_what_else_runs_are_told_where_they_could_be_measured() -> None:
    """At real-time priority, which is not for everybody."""
    calm = [replace(each, alone=[(2.0, 5.0, 9.0)]) for each in OURS]
    line = "p99 / p50 at 70 % load and real-time priority: 2.50 (floor 2.50)"
    assert ratios(Outcome(calm, {})).splitlines()[3] == line


def test_ratios_without_peers() -> None:
    """Only those against the floor."""
    assert len(ratios(Outcome(OURS, {})).splitlines()) == 4


def test_table_and_plot_are_left(tmp_path: Path) -> None:
    """The plot is SVG in which every contender is named."""
    write(OUTCOME, table(OUTCOME), tmp_path)
    assert (tmp_path / "table.md").read_text(encoding="utf-8") == table(OUTCOME) + "\n"
    picture = ElementTree.parse(tmp_path / "plot.svg").getroot()  # noqa: S314 - our own
    texts = {each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert {each.name for each in OUTCOME.measured} <= texts


def test_every_peer_has_pinned_requirements() -> None:
    """Each in a file of its own that names no host."""
    for peer in PEERS:
        assert peer.environment is not None
        lines = peer.environment.requirements.read_text(encoding="utf-8").splitlines()
        assert lines
        assert all("==" in line and "/" not in line for line in lines)
    assert len({peer.environment for peer in PEERS}) == len(PEERS)
