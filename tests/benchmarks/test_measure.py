"""Contenders that cannot be compared are named: the peers in the table, the others at once."""

import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.agreement import refuse_other_price
from benchmarks.bundled import served
from benchmarks.contenders import Contender
from benchmarks.measure import Outcome, Pace, measure
from benchmarks.products import products
from tests import bundles
from tests.bundles import Bundle

FAKE = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, path, body, price, good, tired = sys.argv[1:]

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body are one write
    answered = 0

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        right = self.path == path and asked == body.encode() and Handler.answered < int(good)
        Handler.answered += 1
        answer = ('{"price": %s}' % (price if right else 13.02)).encode()
        self.send_response(200 if right else int(tired))
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass

ThreadingHTTPServer.request_queue_size = 128
ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""
PRODUCT = {"price": 129.9, "weight": 2300.0, "height": 18.0, "distance": 430.0, "volume": 8400.0}
EXACT = bundles.shipping().predictor().predict(list(PRODUCT.values())).price
RIGHT, WRONG = round(EXACT, 2), 13.02


def fake(
    name: str, price: float = RIGHT, *, good: int = 10**9, tired: int = 503, peer: bool = True
) -> Contender:
    """A server that gives this price to the right question, so many times, then another status."""
    words = ("/ask", "?", str(price), str(good), str(tired))
    return Contender(
        name,
        lambda _, port: [sys.executable, "-c", FAKE, str(port), *words],
        lambda answer: str(answer["price"]),
        path="/ask",
        asked=lambda: (PRODUCT,),
        body=lambda _: b"?",
        peer=peer,
    )


def measured(*contenders: Contender, directory: Path) -> Outcome:
    return measure(contenders, Pace(rounds=1, seconds=0.1), directory=directory)


def test_every_contender_is_asked_in_its_own_way(tmp_path: Path) -> None:
    """By its path and its body."""
    outcome = measured(fake("one"), fake("other"), directory=tmp_path)
    assert [each.name for each in outcome.measured] == ["one", "other"]
    assert outcome.absent == {}
    assert all(each.memory > 0 and len(each.latencies) == 1 for each in outcome.measured)


def test_a_peer_with_another_price_is_refused_by_name(tmp_path: Path) -> None:
    """And the others are measured."""
    outcome = measured(fake("cheap", WRONG), fake("fair"), directory=tmp_path)
    assert [each.name for each in outcome.measured] == ["fair"]
    assert outcome.absent["cheap"].startswith("cheap gives the price 13.02")


def test_another_contender_with_another_price_stops_the_run(tmp_path: Path) -> None:
    """A comparison without the service is none."""
    with pytest.raises(RuntimeError, match="service gives the price 13"):
        measured(fake("service", WRONG, peer=False), directory=tmp_path)


def test_the_exact_price_and_the_rounded_one_are_right() -> None:
    """Some round to the cent, some do not; both are the same model."""
    refuse_other_price("exact", EXACT, PRODUCT)
    refuse_other_price("rounded", RIGHT, PRODUCT)
    for other in (RIGHT - 0.01, (EXACT + RIGHT) / 2, RIGHT + 0.01, RIGHT * 1.5):
        with pytest.raises(RuntimeError, match="other gives the price"):
            refuse_other_price("other", other, PRODUCT)


def test_a_peer_that_does_not_start_is_named(tmp_path: Path) -> None:
    """With what it said."""
    broken = Contender(
        "broken", lambda *_: [sys.executable, "-c", "raise SystemExit('no port')"], peer=True
    )
    outcome = measured(broken, fake("fair"), directory=tmp_path)
    assert [each.name for each in outcome.measured] == ["fair"]
    assert "no port" in outcome.absent["broken"]


def test_a_peer_that_cannot_be_prepared_is_named(tmp_path: Path) -> None:
    """Like one that does not start."""
    unready = Contender("unready", lambda *_: [], prepare=lambda _: ["false"], peer=True)
    assert "false fails" in measured(unready, directory=tmp_path).absent["unready"]


def test_a_peer_that_gives_in_under_load_is_named(tmp_path: Path) -> None:
    """It started well, and is left out from then on."""
    outcome = measured(fake("weak", good=2), fake("fair"), directory=tmp_path)
    assert [each.name for each in outcome.measured] == ["fair"]
    assert outcome.absent["weak"].startswith("weak did not answer ")


def test_a_peer_with_another_price_under_load_is_named(tmp_path: Path) -> None:
    """As one that mixes up a batch would have."""
    outcome = measured(fake("mixed", good=2, tired=200), fake("fair"), directory=tmp_path)
    assert [each.name for each in outcome.measured] == ["fair"]
    assert outcome.absent["mixed"].startswith("mixed did not answer ")


def test_a_peer_that_refuses_a_product_is_named(tmp_path: Path) -> None:
    """It answered the one before."""
    outcome = measured(fake("choosy", good=1), directory=tmp_path)
    assert outcome.absent["choosy"] == "choosy answers 503 to ?"


def test_all_but_the_peers_start_again(tmp_path: Path) -> None:
    """In each round: one start tells little."""
    outcome = measured(fake("ours", peer=False), fake("peer"), directory=tmp_path)
    assert [len(each.starts) for each in outcome.measured] == [2, 1]


@pytest.mark.parametrize("model", [bundles.shipping, bundles.rent], indirect=True)
def test_products_differ(model: Bundle) -> None:
    """They have many prices, and the model warns of none of them."""
    predictor, rows = model.predictor(), [served().row(product) for product in products()]
    assert len({predictor.predict(row).price for row in rows}) > 20
    assert [predictor.warnings(row) for row in rows] == [[]] * len(rows)


@pytest.mark.parametrize("model", [bundles.rent], indirect=True)
def test_products_are_whatever_a_feature_may_be() -> None:
    """A category has its label, and what is missing is left out."""
    assert {product["district"] for product in products()} == {"north", "south", "west"}
    assert {"age" in product for product in products()} == {True, False}


@pytest.mark.parametrize("model", [bundles.rent], indirect=True)
def test_the_peers_are_written_for_one_model() -> None:
    """With another one it is said before anything is installed."""
    with pytest.raises(RuntimeError, match="holds another: measure that one without them"):
        main(["--peers"])
