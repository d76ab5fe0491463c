"""`python -m benchmarks.soak`: mixed traffic for a long time, and whether the service tires of it.

Plain prices, and among them whatever else is asked, rightly or wrongly, are due at a fixed rate.
The time has parts: after each of them nobody is connected, and what the service then still holds
is noted. Its log takes some 250 MB per million requests of the temporary directory.
"""

import argparse
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from benchmarks.arguments import DAY, number, whole
from benchmarks.contenders import of_workers
from benchmarks.ending import ended
from benchmarks.endurance import Held, Limits, Part, Soak
from benchmarks.family import descriptors, family, memory, threads
from benchmarks.load import Plan, Question, seen
from benchmarks.processes import Server, free_port, serving
from benchmarks.traffic import mixed

PARTS = 30
_FEWEST = 5
_WORKERS = 2
_SETTLING = 0.2
"""Seconds in which the service hears that everybody has gone."""


def main(argv: Sequence[str] | None = None) -> int:
    """Soak it and print the report. Exit codes: 0 within the limits, 1 beyond one of them."""
    args = _parsed(argv)
    service = of_workers(args.workers)
    with tempfile.TemporaryDirectory() as directory:
        command = service.command(service.programs(), free_port())
        with serving(command, Path(directory) / "log", cores=None) as server:
            soak = soaked(server, args.seconds, args.rate, mixed, args.parts)
    print(report(soak, Limits()))
    faults = list(soak.faults(Limits()))
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    args = parser.parse_args(argv)
    if args.seconds * args.rate < args.parts:
        parser.error("there are more parts than requests: ask for longer or more often")
    return args


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--seconds", type=number(0.1, DAY), default=300.0,
                        help="default: %(default)g")  # fmt: skip
    parser.add_argument("--rate", type=number(0.1, 10_000_000), default=3000.0,
                        help="requests a second (default: %(default)g)")  # fmt: skip
    parser.add_argument("--parts", type=whole(_FEWEST, 1000), default=PARTS,
                        help=f"at least {_FEWEST} (default: %(default)s)")  # fmt: skip
    parser.add_argument("--workers", type=whole(1, 256), default=_WORKERS,
                        help="default: %(default)s")  # fmt: skip
    return parser


def soaked(
    server: Server,
    seconds: float,
    rate: float,
    traffic: Callable[[int], tuple[Question, ...]],
    parts: int,
) -> Soak:
    """Ask a server for so many seconds, in so many parts."""
    plans = (
        Plan(server.port, traffic(number), seconds / parts, rate=rate) for number in range(parts)
    )
    return Soak([_part(server, plan) for plan in plans])


def _part(server: Server, plan: Plan) -> Part:
    load = seen(plan)
    if not load.answered:
        raise RuntimeError(f"of {load.bad} requests none was answered as expected")
    numbers = _numbers(server.port)
    time.sleep(_SETTLING)  # a real process, on a real clock
    held = {
        each.pid: Held(each.cpu, memory([each]), descriptors([each]), threads([each]))
        for each in family(server.pid)
    }
    return Part(load, held, len(numbers), _statuses(numbers))


def _numbers(port: int) -> list[Sample]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return [sample for family in families for sample in family.samples]


def _statuses(numbers: Sequence[Sample]) -> Counter[str]:
    statuses: Counter[str] = Counter()
    for each in numbers:
        if each.name == "http_requests_total":
            statuses[each.labels["status"]] += int(each.value)
    return statuses


def report(soak: Soak, limits: Limits) -> str:
    """What was seen, as tables of Markdown and a few lines."""
    return "\n".join([*_answers(soak), "", *_workers(soak, limits), "", *_whole(soak)])


def _answers(soak: Soak) -> Iterator[str]:
    names = ("answered", "refused", "wrong", "failed", "unanswered", "unsent", "reopened")
    yield f"| {' | '.join(names)} |"
    yield "|---" * len(names) + "|"
    yield f"| {' | '.join(f'{soak.total(name):,}' for name in names)} |"
    statuses = sorted(soak.parts[-1].statuses.items())
    yield f"\nby status: {', '.join(f'{status} {count:,}' for status, count in statuses)}"


def _workers(soak: Soak, limits: Limits) -> Iterator[str]:
    yield "| worker | requests after the warm-up | MB | MB per million | descriptors | threads |"
    yield "|---|---|---|---|---|---|"
    for each in soak.workers():
        first, last = each.first, each.last
        low, high = each.between
        judged = "" if each.requests >= limits.requests else "; too few requests to judge"
        yield (
            f"| {each.pid} | {each.requests:,.0f} | {first.memory:.2f} → {last.memory:.2f} "
            f"| {each.growth:.2f} ({low:.2f} to {high:.2f}{judged}) "
            f"| {first.descriptors} → {last.descriptors} | {first.threads} → {last.threads} |"
        )


def _whole(soak: Soak) -> Iterator[str]:
    for part, name in ((soak.counted[0], "first"), (soak.counted[-1], "last")):
        p50, p99 = (part.load.percentile(each) * 1000 for each in (0.5, 0.99))
        yield f"{name} part: p50 {p50:.2f} ms, p99 {p99:.2f} ms, {part.series} series of metrics"
    yield f"best p99 of the last third / of the first: {soak.drift:.2f}"
    first, last = (seconds * 1e6 for seconds in soak.cpu)
    yield f"CPU of a request: {first:.0f} µs in the first half, {last:.0f} µs in the second"
    doubts = sum(part.load.doubt is not None for part in soak.parts)
    if doubts:
        yield f"The load generator was slow in {doubts} parts: give it a free core."


if __name__ == "__main__":
    sys.exit(ended(main))
