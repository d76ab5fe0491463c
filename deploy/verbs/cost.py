"""The verb `cost`: what a month costs, before and after, and where the other door is cheaper."""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from deploy import walk
from deploy.errors import DONE
from deploy.estimate import Line, Load, break_even, estimate, total, unknown
from deploy.invocation import Invocation, add_common, amount, invocation_of
from deploy.names import SERVER
from deploy.prices import SHIPPED, Prices, read_prices
from deploy.resource import Change
from deploy.server_stack import ServerStack
from deploy.stacks import Stack, stack_of
from deploy.standing import standing

LEFT_OUT = (
    "What AWS gives away is not subtracted.\n"
    "Not counted: data going out, the bucket, stored images, the dashboard, a firewall, endpoints\n"
    "or NAT gateways of private subnets, growth beyond the desired size."
)


@dataclass(frozen=True, slots=True)
class Bill:
    """A month: `before` what stands now, if that was asked for, and `after` what is wanted."""

    after: Sequence[Line]
    before: Sequence[Line] | None
    crossing: float | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, the prices, and the load."""
    add_common(parser)
    add_prices(parser)
    parser.add_argument(
        "--requests",
        type=amount,
        default=Load().requests,
        metavar="N",
        help="requests a month (default: %(default)s)",
    )
    parser.add_argument(
        "--seconds",
        type=amount,
        default=Load().seconds,
        metavar="S",
        help="seconds that the function takes for one (default: %(default)s)",
    )
    parser.add_argument("--offline", action="store_true",
                        help="do not ask AWS what stands now")  # fmt: skip


def add_prices(parser: argparse.ArgumentParser) -> None:
    """The wish for other prices."""
    parser.add_argument(
        "--prices",
        type=Path,
        default=SHIPPED,
        metavar="FILE",
        help="a price table of your own (default: the shipped one)",
    )


def run(args: argparse.Namespace) -> int:
    """Print the table. Writes nothing."""
    invocation = invocation_of(args)
    prices = read_prices(args.prices)
    load = replace(Load(), requests=args.requests, seconds=args.seconds)
    bill = bill_of(invocation, prices, load, offline=args.offline)
    print(_json(bill, prices) if invocation.json else bill_text(invocation, bill, prices, load))
    return DONE


def bill_of(invocation: Invocation, prices: Prices, load: Load, *, offline: bool) -> Bill:
    """The lines of both times; `before` is read from what a plan would change."""
    config, door = invocation.config, invocation.door
    if offline:
        after = estimate(config, door, prices, load)
        return Bill(after, None, break_even(config, prices, load))
    stack = stack_of(invocation)
    return bill_for(invocation, stack, walk.plan(stack.resources), prices, load)


def bill_for(
    invocation: Invocation, stack: Stack, changes: Sequence[Change], prices: Prices, load: Load
) -> Bill:
    """The lines of both times, of a stack that was just planned."""
    config, door = invocation.config, invocation.door
    public = stack.layout.public if isinstance(stack, ServerStack) else None
    running = stack.group.desired if isinstance(stack, ServerStack) else 0
    return Bill(
        estimate(config, door, prices, load, public=public),
        standing(config, door, changes, prices, load, running=running, public=public),
        break_even(config, prices, load),
    )


def bill_line(bill: Bill, prices: Prices, load: Load) -> str:
    """Before and after in one sentence, and what is missing in it."""
    before, after = total(bill.before or ()), total(bill.after)
    missing = unknown(bill.after)
    return (
        f"A month costs ${before:.2f} before and ${after:.2f} after, at {load.requests:,} requests "
        f"and the prices of {prices.date} for {prices.region}."
        + (f" Not in it: {', '.join(missing)}, whose price is not known." if missing else "")
    )


def bill_text(invocation: Invocation, bill: Bill, prices: Prices, load: Load) -> str:
    """The table, the crossing, and what the figures leave out."""
    config = invocation.config
    title = f"{config.name} {invocation.door}, {config.environment}: {load.requests:,.0f} requests"
    table = "\n".join(_table(bill))
    notes = "\n".join([crossing_text(bill.crossing), *_notes(invocation, prices)])
    return f"{title} a month, US dollars\n\n{table}\n\n{notes}"


def crossing_text(crossing: float | None) -> str:
    """Where the two doors cost the same."""
    if crossing is not None and math.isnan(crossing):
        return "Below which load the function is cheaper is not known."
    if crossing is None:
        return "The function is cheaper at every load."
    return f"The function is cheaper below {_round(crossing):,} requests a month."


def _round(number: float) -> int:
    """Three digits; the estimate knows no more."""
    return int(float(f"{number:.3g}"))


def _table(bill: Bill) -> list[str]:
    rows = [("", "", "before", "after")] if bill.before is not None else [("", "", "", "a month")]
    before = bill.before or bill.after
    for old, new in zip(before, bill.after, strict=True):
        rows.append((new.what, new.count, _dollars(old), _dollars(new)))
    rows.append(("total", "", f"{total(before):.2f}", f"{total(bill.after):.2f}"))
    if bill.before is None:
        rows = [(what, count, "", after) for what, count, _, after in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return [
        f"  {what:<{widths[0]}}  {count:<{widths[1]}}  {old:>{widths[2]}}  {new:>{widths[3]}}"
        for what, count, old, new in rows
    ]


def _dollars(line: Line) -> str:
    return "not known" if line.dollars is None else f"{line.dollars:.2f}"


def _notes(invocation: Invocation, prices: Prices) -> list[str]:
    config = invocation.config
    kind = config.server.instance_type
    lines = [f"Prices of {prices.date} for {prices.region}, on demand. {LEFT_OUT}"]
    if config.region != prices.region:
        lines.append(
            f"These are not the prices of {config.region}: give your own table with --prices."
        )
    if invocation.door == SERVER and kind not in prices.instance_hour:
        lines.append(
            f'No price is known for {kind}: copy deploy/prices.toml, add "{kind}" = … under '
            "[instance_hour], and name the copy with --prices."
        )
    burst = prices.burst(kind)
    if invocation.door == SERVER and burst is not None:
        lines.append(
            f"{kind} earns credits for a part of its CPU; what is used above them, and the group "
            f"grows at {config.server.cpu_percent} % only, costs ${burst:.2f} a vCPU-hour more."
        )
    if config.server.spot_share:
        lines.append("Spot instances are counted at the price on demand.")
    return lines


def _json(bill: Bill, prices: Prices) -> str:
    document = {
        "currency": "USD",
        "prices": {"date": prices.date, "region": prices.region},
        "before": None if bill.before is None else [asdict(line) for line in bill.before],
        "after": [asdict(line) for line in bill.after],
        "total_before": None if bill.before is None else round(total(bill.before), 2),
        "total_after": round(total(bill.after), 2),
        "function_cheaper_below": None
        if bill.crossing is None or math.isnan(bill.crossing)
        else _round(bill.crossing),
    }
    return json.dumps(document, indent=2)
