"""What a month costs."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from deploy.aws import Aws
from deploy.config import Config, Function, Network, Server
from deploy.errors import Refused
from deploy.estimate import Line, Load, break_even, estimate, total, unknown
from deploy.invocation import Invocation
from deploy.prices import SHIPPED, read_prices
from deploy.resource import Change, Difference
from deploy.standing import standing
from deploy.verbs.cost import bill_line, bill_of, bill_text, crossing_text
from tests.deploy.account import config, empty_account

PRICES = read_prices()
MICRO = Server(instance_type="t4g.micro")
NO_LOAD = Load(requests=0)


def dollars(lines: list[Line], what: str) -> float:
    """What the lines that begin so cost together."""
    return total([line for line in lines if line.what.startswith(what)])


def test_the_server_costs_what_the_price_list_says() -> None:
    """Two t4g.micro, the balancer, four addresses and 16 GB: 44.57 a month before any load."""
    lines = estimate(config(server=MICRO), "server", PRICES, NO_LOAD)
    assert dollars(lines, "instances") == pytest.approx(2 * 730 * 0.0084)
    assert total(lines) - dollars(lines, "alarms") == pytest.approx(44.57, abs=0.005)


def test_the_function_costs_by_the_request() -> None:
    """A million requests of 100 ms at 1 GB on x86 cost 1.87."""
    x86 = config(server=Server(instance_type="t3.micro", architecture="x86_64"))
    lines = estimate(x86, "function", PRICES, Load(requests=1e6, seconds=0.1))
    assert dollars(lines, "requests") + dollars(lines, "memory") == pytest.approx(1.87, abs=0.005)


def test_alarms_cost_by_the_metric() -> None:
    """One on a share of errors watches as many as it reckons with; so do those of scaling."""
    assert dollars(estimate(config(), "server", PRICES, NO_LOAD), "alarms") == pytest.approx(1.0)
    assert dollars(estimate(config(), "function", PRICES, NO_LOAD), "alarms") >= 0.4


def test_given_subnets_have_no_public_instances() -> None:
    """Then only the balancer has addresses, one for each of its subnets; unless they are public."""
    given = config(network=Network(balancer_subnets=("a", "b", "c"), instance_subnets=("d", "e")))
    each = 730 * 0.005
    for wanted, public, number in ((given, None, 3), (given, True, 5), (config(), None, 4)):
        lines = estimate(wanted, "server", PRICES, NO_LOAD, public=public)
        assert dollars(lines, "public") == pytest.approx(number * each)


def test_both_doors_cost_the_same_at_the_crossing() -> None:
    """Below it the function is cheaper, above it the server."""
    load = break_even(config(), PRICES, Load())
    assert load is not None
    at = [total(estimate(config(), door, PRICES, Load(load))) for door in ("server", "function")]
    assert at[0] == pytest.approx(at[1])
    below = Load(load / 2)
    server, function = (total(estimate(config(), d, PRICES, below)) for d in ("server", "function"))
    assert function < server


def test_a_function_that_costs_less_by_the_request_is_always_cheaper() -> None:
    """A small one that answers in no time never crosses the server's line."""
    quick = config(function=Function(memory_mb=128))
    free = replace(PRICES, function=replace(PRICES.function, million_requests=0.0))
    assert break_even(quick, free, Load(seconds=0.0)) is None
    assert crossing_text(None) == "The function is cheaper at every load."


def test_what_is_yet_to_be_made_costs_nothing_before() -> None:
    """A plan that creates the balancer has no balancer before."""
    changes = [Change("create", "load balancer", "estimator-staging")]
    before = standing(config(), "server", changes, PRICES, Load(), running=1)
    assert dollars(before, "load balancer") == 0
    assert dollars(before, "instances") > 0


def test_live_values_of_a_plan_are_what_stands() -> None:
    """Type, volume and memory are read back from the differences, as many as run."""
    changes = [
        Change("update", "launch template", "t", (
            Difference("instance_type", "t4g.micro", "t4g.small"),
            Difference("volume", "20 GiB gp3, encrypted", "8 GiB gp3, encrypted"),
        )),
    ]  # fmt: skip
    before = standing(config(), "server", [], PRICES, NO_LOAD)
    assert dollars(before, "instances") == dollars(before, "volumes") == 0
    before = standing(config(), "server", changes, PRICES, NO_LOAD, running=3)
    assert dollars(before, "instances t4g.micro") == pytest.approx(3 * 730 * 0.0084)
    assert dollars(before, "volumes") == pytest.approx(3 * 20 * 0.08)
    memory = Change("update", "function", "f", (Difference("memory_mb", 2048, 1024),))
    before = standing(config(), "function", [memory], PRICES, Load())
    after = estimate(config(), "function", PRICES, Load())
    assert dollars(before, "memory") == pytest.approx(2 * dollars(after, "memory"))


def test_a_type_without_a_price_is_left_out() -> None:
    """And said to be: everything else is still known, but not where the doors cross."""
    strange = config(server=Server(instance_type="m9g.large"))
    lines = estimate(strange, "server", PRICES, Load())
    assert unknown(lines) == ["instances m9g.large"]
    assert total(lines) > 30
    crossing = break_even(strange, PRICES, Load())
    assert "not known" in crossing_text(crossing)
    with empty_account() as aws:
        asked = invocation(aws, strange)
        bill = bill_of(asked, PRICES, Load(), offline=True)
        text = bill_text(asked, bill, PRICES, Load())
    assert re.search(r"instances m9g\.large +2 +not known", text)
    assert 'add "m9g.large" = … under [instance_hour]' in text
    assert bill_line(bill, PRICES, Load()).endswith(
        "Not in it: instances m9g.large, whose price is not known."
    )


def test_credits_are_pointed_out() -> None:
    """Of types that have them, which may burst without end, and at a price."""
    with empty_account() as aws:
        texts = [
            bill_text(asked, bill_of(asked, PRICES, Load(), offline=True), PRICES, Load())
            for asked in (
                invocation(aws, config()),
                invocation(aws, config(server=Server(instance_type="m8g.medium"))),
            )
        ]
    assert "grows at 60 % only, costs $0.04 a vCPU-hour more" in texts[0]
    assert "vCPU-hour" not in texts[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date = 3", "Expected `str`, got `int`"),
        ("[instance_hour", "cannot be read as TOML"),
        ("", "missing required field"),
    ],
)
def test_a_wrong_price_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """By the name of what is wrong."""
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(Refused, match=message):
        read_prices(path)
    with pytest.raises(Refused, match="No such file"):
        read_prices(tmp_path / "none.toml")


def test_own_prices_win(tmp_path: Path) -> None:
    """A copy of the shipped table with one figure changed."""
    path = tmp_path / "prices.toml"
    path.write_text(SHIPPED.read_text().replace('"t4g.small" = 0.0168', '"t4g.small" = 1.0'))
    lines = estimate(config(), "server", read_prices(path), Load())
    assert dollars(lines, "instances") == pytest.approx(2 * 730)


def invocation(aws: Aws, settings: Config, *, door: str = "server") -> Invocation:
    """A person's question."""
    return Invocation(door, settings, aws, yes=False, json=False)


def test_the_table_of_an_empty_account() -> None:
    """Before: nothing. After: every line, the sum, the crossing, the date of the prices."""
    with empty_account() as aws:
        asked = invocation(aws, config())
        bill = bill_of(asked, PRICES, Load(), offline=False)
        text = bill_text(asked, bill, PRICES, Load())
    assert bill.before is not None
    assert total(bill.before) == pytest.approx(0)
    assert text.splitlines()[0] == (
        "estimator server, staging: 1,000,000 requests a month, US dollars"
    )
    assert "before" in text
    assert f"{total(bill.after):.2f}" in text
    assert "The function is cheaper below " in text
    assert PRICES.date in text


def test_another_region_and_spot_are_pointed_out() -> None:
    """The shipped prices are one region's, on demand."""
    elsewhere = replace(config(server=Server(spot_share=0.5)), region="eu-west-1")
    with empty_account() as aws:
        asked = invocation(aws, elsewhere)
        text = bill_text(asked, bill_of(asked, PRICES, Load(), offline=True), PRICES, Load())
    assert "not the prices of eu-west-1" in text
    assert "Spot instances" in text
    assert "before" not in text
