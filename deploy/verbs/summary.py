"""The verb `summary`: what a workflow's run has released, as Markdown for the page of the run."""

import argparse
import os
from collections.abc import Iterator
from itertools import islice

from deploy.address import address_of
from deploy.errors import DONE, Refused
from deploy.identity import run_of
from deploy.invocation import add_common, invocation_of
from deploy.releases.history import SUCCEEDED, History, Record
from deploy.releases.place import Place, place_of
from deploy.releases.progress import elapsed

add_arguments = add_common

LOOKED_AT = 20
"""How many records are looked at for that of a run: others may have released since."""


def run(args: argparse.Namespace) -> int:
    """Print what this run has released; outside of a workflow, the newest release."""
    invocation = invocation_of(args)
    aws = invocation.aws
    place = place_of(invocation.names, aws.account, aws.region, invocation.door)
    history = History(aws, place.bucket, place.door)
    record = record_of(history, run_of(os.environ))
    if record is None:
        print(nothing_text(place, history.last_success()))
        return DONE
    try:
        url = address_of(aws, invocation.config, place).url
    except Refused:
        url = ""
    print(summary_text(place, record, url))
    return DONE


def record_of(history: History, run: str) -> Record | None:
    """The record that a run has written, the newest one if there is no run."""
    newest = islice(history.newest(), LOOKED_AT)
    return next((each for each in newest if run in ("", each.run) and each.digest), None)


def nothing_text(place: Place, last: Record | None) -> str:
    """A run without a record had nothing to do, was refused, or never came to its release."""
    heading = f"### {_heading(place)}: this run released nothing"
    if last is None:
        return f"{heading}\n\nNothing was ever released here.\n"
    by = f" by {last.run}" if last.run else ""
    return f"{heading}\n\nThe last good release is `{last.digest}` of {last.time} UTC{by}.\n"


def _heading(place: Place) -> str:
    return f"{place.door}, {place.environment}"


def summary_text(place: Place, record: Record, url: str) -> str:
    """A heading with the outcome, the facts as a table, the phases, the way back."""
    table = "\n".join(f"| {name} | {value} |" for name, value in _facts(record, url))
    parts = [f"### {_heading(place)}: {record.outcome}", f"| | |\n|---|---|\n{table}"]
    if record.reason:
        parts.append(f"> {record.reason}".replace("\n", "\n> "))
    parts.append(_way_back(place, record))
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(record: Record, url: str) -> Iterator[tuple[str, str]]:
    """What is known, each in a cell of its own."""
    yield "new image", f"`{record.digest}`"
    yield "old image", f"`{record.before}`" if record.before else "none"
    if record.commit:
        yield "commit", f"`{record.commit}`"
    if record.model_version:
        yield "model", f"`{record.model_version}`"
    if url:
        yield "URL", url
    if record.phases:
        took = ", ".join(f"{name} {elapsed(each)}" for name, each in record.phases.items())
        yield "phases", took
    yield "began", f"{record.time} UTC"


def _way_back(place: Place, record: Record) -> str:
    if record.outcome != SUCCEEDED or not record.before:
        return ""
    return f"The way back:\n\n```\npython -m deploy rollback {place.where}\n```"
