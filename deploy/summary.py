"""The verb `summary`: the last release as Markdown, for the page of a workflow's run."""

import argparse
from collections.abc import Iterator

from deploy.address import address_of
from deploy.errors import DONE, Refused
from deploy.history import SUCCEEDED, History, Record
from deploy.invocation import add_common, invocation_of
from deploy.place import Place, place_of
from deploy.progress import elapsed

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """Print what the newest release did. Writes nothing."""
    invocation = invocation_of(args)
    aws = invocation.aws
    place = place_of(invocation.names, aws.account, aws.region, invocation.door)
    record = next(History(aws, place.bucket, place.door).newest(), None)
    try:
        url = address_of(aws, invocation.config, place)
    except Refused:
        url = ""
    print(summary_text(place, record, url))
    return DONE


def summary_text(place: Place, record: Record | None, url: str) -> str:
    """A heading with the outcome, the facts as a table, the phases, the way back."""
    heading = f"### {place.door}, {place.environment}"
    if record is None:
        return f"{heading}: nothing was released yet\n"
    table = "\n".join(f"| {name} | {value} |" for name, value in _facts(record, url))
    parts = [f"{heading}: {record.outcome}", f"| | |\n|---|---|\n{table}"]
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
