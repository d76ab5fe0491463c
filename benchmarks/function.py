"""`python -m benchmarks.function`: the Lambda function beside the least that one can do.

Both run under Lambda's Runtime Interface Emulator, in the same Python and on one core: in
containers of the image, or without containers as processes of this Python. They are started anew
in turns, and asked for a price through the function's URL, one call after another, since that is
all that one instance answers.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.agreement import refuse_other_price
from benchmarks.arguments import DAY, number, whole
from benchmarks.cores import Cores, confined, split
from benchmarks.emulator import PATH, find_emulator, unusable
from benchmarks.ending import ended
from benchmarks.engine import find_engine
from benchmarks.load import Plan, Question, request, run
from benchmarks.products import products
from benchmarks.sandbox import FLOOR, SERVICE, Function, Image, Sandbox, event_of, price_in

IMAGE = "shipping-price-estimator"
_NO_EMULATOR = (
    "there is no emulator of Lambda: name it with --emulator. It is in the package aws-sam-cli: "
    "`pip download --no-deps aws-sam-cli`, and unzip samcli/local/rapid/ out of the wheel"
)


@dataclass(slots=True)
class Seen:
    """What was seen of one function, one number for each start."""

    started: list[float] = field(default_factory=list)
    """Milliseconds from its start to its first answer."""
    p50: list[float] = field(default_factory=list)
    """Milliseconds of a warm answer."""
    p99: list[float] = field(default_factory=list)
    calls: int = 0
    """Warm ones, of all starts."""


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print the table and the ratios."""
    args = _parsed(argv)
    found, why = (None, "as was asked for") if args.processes else image(args.image)
    if found is None:
        print(f"in processes of this Python, {why}", file=sys.stderr)
    sandbox = Sandbox(args.emulator.resolve(), found)
    with tempfile.TemporaryDirectory() as directory:
        seen = measure(sandbox, args.starts, args.seconds, Path(directory, "log"))
    print(f"{table(seen)}\n\n{ratios(seen)}")


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.function", description=__doc__)
    parser.add_argument("--emulator", type=Path, default=find_emulator(), metavar="FILE",
                        help="default: that of aws-sam-cli, if it is installed")  # fmt: skip
    parser.add_argument("--image", default=IMAGE, help="default: %(default)s")
    parser.add_argument("--processes", action="store_true", help="without containers")
    parser.add_argument("--starts", type=whole(1, 1000), default=5,
                        help="default: %(default)s")  # fmt: skip
    parser.add_argument("--seconds", type=number(0.1, DAY), default=3.0,
                        help="of warm calls after each start (default: %(default)g)")  # fmt: skip
    args = parser.parse_args(argv)
    if args.emulator is None:
        parser.error(_NO_EMULATOR)
    if why := unusable(args.emulator):
        parser.error(why)
    return args


def image(name: str) -> tuple[Image | None, str]:
    """The image; or none, and why."""
    engine = find_engine()
    if engine is None:
        return None, "since neither docker nor podman answers"
    if engine.ask("image", "inspect", name).returncode:
        return None, f"since there is no image {name}: `make image` builds it"
    return Image(name, engine), ""


def measure(sandbox: Sandbox, starts: int, seconds: float, log: Path) -> Mapping[str, Seen]:
    """Every function in every turn. Raises `RuntimeError` where one answers wrongly."""
    mine, rest = split()
    functions = (FLOOR, SERVICE)
    seen = {function.name: Seen() for function in functions}
    with confined(rest):
        for _ in range(starts):
            for function in functions:
                _once(sandbox, function, seconds, log, mine, seen[function.name])
    return seen


def _once(
    sandbox: Sandbox, function: Function, seconds: float, log: Path, cores: Cores, seen: Seen
) -> None:
    product = products()[0]
    event = event_of(product)
    with sandbox.running(function, event, log, cores) as server:
        name, price = price_in(server.answer)
        if function.modelled:
            refuse_other_price(function.name, price, product)
        expect = json.dumps(f"{json.dumps(name)}: {price},")[1:-1]  # it is text inside JSON
        question = Question(request(PATH, event), expect)
        load = run(Plan(server.port, (question,), seconds, connections=1))
    if load.bad or not load.answered:
        raise RuntimeError(f"{function.name} did not answer {load.bad} events well")
    seen.started.append(server.started_in * 1000)
    seen.p50.append(load.percentile(0.5) * 1000)
    seen.p99.append(load.percentile(0.99) * 1000)
    seen.calls += load.answered


def table(seen: Mapping[str, Seen]) -> str:
    """What was seen, as a table of Markdown: medians, with the least and the greatest."""
    head = ("function", "start to first answer, ms", "warm p50, ms", "warm p99, ms", "warm calls")
    lines = [head, ["---"] * len(head), *(_cells(*each) for each in seen.items())]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(name: str, seen: Seen) -> Sequence[str]:
    return [
        name,
        _spread(seen.started, 0),
        _spread(seen.p50, 2),
        _spread(seen.p99, 2),
        f"{seen.calls:,}",
    ]


def _spread(values: Sequence[float], decimals: int) -> str:
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:.{decimals}f} ({least:.{decimals}f} to {most:.{decimals}f})"


def ratios(seen: Mapping[str, Seen]) -> str:
    """The service against the floor, start by start; the medians."""
    floor, service = seen[FLOOR.name], seen[SERVICE.name]
    named = {
        "start to first answer": (service.started, floor.started),
        "a warm answer": (service.p50, floor.p50),
    }
    return "\n".join(
        f"{name}, the service / static JSON: {_quotient(*values):.2f}"
        for name, values in named.items()
    )


def _quotient(above: Sequence[float], below: Sequence[float]) -> float:
    return statistics.median(each / other for each, other in zip(above, below, strict=True))


if __name__ == "__main__":
    sys.exit(ended(main))
