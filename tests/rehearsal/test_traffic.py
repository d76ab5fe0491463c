"""The traffic: what is asked, what is expected, and what is counted of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.bundled import EMBEDDED, read
from benchmarks.histogram import Histogram
from tests import bundles
from tests.bundles import Bundle
from tests.rehearsal.counted import second
from tests.rehearsal.traffic import PATIENCE, Second, Traffic, added, cheap, questions, tally
from tests.rehearsal.versions import dear


@pytest.mark.parametrize("make", [bundles.shipping, bundles.rent, bundles.quote])
def test_each_question_knows_its_price(make: Callable[[], Bundle], tmp_path: Path) -> None:
    """They are golden rows, none of them so dear that the wrong version would answer it wrong."""
    model = read(make().write(tmp_path / "bundle"))
    prices = [model.rounded(price) for _, price in model.golden]
    asked = [float(each.expect.rpartition(": ")[2].rstrip(",")) for each in cheap(model)]
    assert asked == [price for price in prices if price <= dear(model)]
    assert 0 < len(asked) < len(prices)


def test_the_embedded_model_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what every instance serves, whatever else a service here is given."""
    monkeypatch.setenv("ESTIMATOR_BUNDLE", "/nowhere")
    assert questions() == cheap(read(EMBEDDED))


def test_what_counts_as_bad() -> None:
    """Refused and cut off has failed, another answer is wrong."""
    found = tally([second(5, refused=1, failed=2), second(5, wrong=4)])
    assert (found.requests, found.failures, found.wrong, found.bad) == (17, 3, 4, 7)
    assert found.milliseconds(0.5) == pytest.approx(1.0)
    assert added([found, found]).requests == 34
    assert tally([]).milliseconds(0.99) == 0


def test_an_answer_that_comes_too_late_has_failed() -> None:
    """Whoever asked has given up; it counts once, and its latency with the others."""
    late = Histogram((1_000_000, round(PATIENCE * 1e9), round(PATIENCE * 1.1e9)), (6, 1, 3))
    found = tally([replace(second(10, failed=2), latencies=late)])
    assert (found.requests, found.failures, found.wrong) == (12, 5, 0)
    assert found.milliseconds(0.99) == pytest.approx(PATIENCE * 1100)


def test_a_time_has_what_came_in_it() -> None:
    """By the end of each second, with the traffic besides."""
    traffic, more = Traffic(1, 10), Traffic(1, 10)
    traffic.seconds = [Second(float(at), second(at)) for at in (1, 2, 3)]
    more.seconds = [Second(2.5, second(10))]
    traffic.besides.append(more)
    assert traffic.between(1, 3).requests == 2 + 3 + 10


def test_traffic_that_never_began_has_nothing() -> None:
    """Where the first act fails."""
    traffic = Traffic(1, 10)
    traffic.stop()
    assert traffic.whole().requests == 0
