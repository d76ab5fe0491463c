"""The traffic as it flows, out of a real generator."""

import asyncio

from tests.benchmarks.servers import answer, answering, during
from tests.rehearsal.traffic import Traffic


def test_traffic_flows_until_it_is_stopped() -> None:
    """All that was due is counted, and whoever answers another price is wrong."""

    def ask(port: int) -> Traffic:
        traffic = Traffic(port, 200, connections=2)
        traffic.start()
        while not traffic.seconds:
            """The first second has still to pass."""
        traffic.stop()
        return traffic

    traffic = asyncio.run(during(answering(answer(body=b'{"price": 1}')), ask))
    whole = traffic.whole()
    assert whole.wrong == whole.requests >= traffic.seconds[0].load.wrong > 100
    assert whole.failures == 0
