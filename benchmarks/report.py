"""What is told of a run: the table and the ratios."""

import statistics
from collections.abc import Iterator, Sequence

from benchmarks.contenders import SERVICE
from benchmarks.field import ORIGINAL
from benchmarks.measure import Latencies, Measured, Outcome

_HEAD = (
    "contender", "CPU µs a request", "answers/s", "p50 ms", "p99 ms", "p99.9 ms", "RSS MB",
    "start ms", "on disk MB",
)  # fmt: skip
_LONGEST_REASON = 200


def table(outcome: Outcome) -> str:
    """What was seen, as a table of Markdown: medians, with the least and the greatest beside them.

    A peer that was not measured stands at the end, with the reason.
    """
    rows = [_HEAD, ["---"] * len(_HEAD), *map(_cells, outcome.measured)]
    rows += [_absence(name, reason) for name, reason in outcome.absent.items()]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _cells(seen: Measured) -> Sequence[str]:
    latencies = [statistics.median(column) for column in zip(*seen.latencies, strict=True)]
    return [
        seen.name,
        f"{seen.median('cpu'):.1f} ({min(seen.cpu):.1f} to {max(seen.cpu):.1f})",
        f"{seen.median('rates'):,.0f} ({min(seen.rates):,.0f} to {max(seen.rates):,.0f})",
        *(f"{value:.2f}" for value in latencies),
        f"{seen.memory:.0f}",
        f"{seen.median('starts') * 1000:.0f}",
        "" if seen.size is None else f"{seen.size:.0f}",
    ]


def _absence(name: str, reason: str) -> Sequence[str]:
    """The last line of the reason: what Python raised, or what a program says at its end."""
    last = reason.strip().splitlines()[-1].strip().replace("|", "\\|")[:_LONGEST_REASON]
    return [name, f"not measured: {last}", *[""] * (len(_HEAD) - 2)]


def ratios(outcome: Outcome) -> str:
    """The service against the others, round by round; the medians of the rounds."""
    floor, echo, service, *others = outcome.measured
    itself = [each for each in others if each.name.startswith(f"{SERVICE.name}, ")]
    peers = [each for each in others if each not in itself]
    lines = [
        *_against_floor(floor, echo, service, outcome.load),
        *_against_itself(service, itself),
        *_against_peers(service, peers),
    ]
    return "\n".join(lines)


def _against_floor(
    floor: Measured, echo: Measured, service: Measured, load: float
) -> Iterator[str]:
    yield f"CPU of the service / floor: {_quotient(service.cpu, floor.cpu):.2f}"
    yield f"CPU of the service / FastAPI echo: {_quotient(service.cpu, echo.cpu):.2f}"
    yield f"p99 / p50 at {load * 100:.0f} % load: {_tails(service.latencies, floor.latencies)}"
    if service.alone:
        tails = _tails(service.alone, floor.alone)
        yield f"p99 / p50 at {load * 100:.0f} % load and real-time priority: {tails}"
    yield f"start of the service / FastAPI echo: {_quotient(service.starts, echo.starts):.2f}"


def _tails(service: Sequence[Latencies], floor: Sequence[Latencies]) -> str:
    ours, its = (statistics.median(p99 / p50 for p50, p99, _ in of) for of in (service, floor))
    return f"{ours:.2f} (floor {its:.2f})"


def _against_itself(service: Measured, others: Sequence[Measured]) -> Iterator[str]:
    for each in others:
        yield f"CPU of {each.name} / {service.name}: {_quotient(each.cpu, service.cpu):.2f}"


def _against_peers(service: Measured, peers: Sequence[Measured]) -> Iterator[str]:
    """Of the peers the original server counts for what it costs, the others for what they do."""
    for each in peers:
        if each.name == ORIGINAL.name:
            cpu = _quotient(each.cpu, service.cpu)
            yield f"CPU of the original server / service: {cpu:.1f}"
    others = [each for each in peers if each.name != ORIGINAL.name]
    if others:
        best = max(others, key=lambda each: each.median("rates"))
        rates = _quotient(service.rates, best.rates)
        yield f"answers/s of the service / the best peer, {best.name}: {rates:.1f}"


def _quotient(above: Sequence[float], below: Sequence[float]) -> float:
    return statistics.median(each / other for each, other in zip(above, below, strict=True))
