"""The verb `status`."""

import json
import re

import pytest

from tests.deploy.verbs.shop import Call, world
from tests.twin.twin import Twin

STATUS = """\
shop server, staging, account 123456789012 in us-east-1

group    shop-staging, version 2: 1 instances wanted, 1 to 2
machine  ami-…, … days old
image    {digest}: 1 of 1 serve
instance i-… InService, healthy
last     {moment} release of version 2, {digest} (tag first) by user/moto: succeeded in {took} s
alarm    shop-staging-server-errors: OK
alarm    shop-staging-server-latency: OK
alarm    shop-staging-server-outage: OK
alarm    shop-staging-server-unhealthy-hosts: OK
url      {url}
"""


def shown(text: str) -> str:
    """What was printed, with ids and ages that differ from run to run replaced."""
    text = re.sub(r"ami-\w+, \d+ days old.*", "ami-…, … days old", text)
    return re.sub(r"\bi-[0-9a-f]{17}", "i-…", text)


def address(twin: Twin) -> str:
    """Where the balancer is."""
    with twin.aside():
        (found,) = twin.client("elbv2").describe_load_balancers()["LoadBalancers"]
    return f"http://{found['DNSName']}"


def test_status(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """Before and after the first release, for a person and a machine."""
    digest = world(twin).push("first")
    for name in ("errors", "latency", "unhealthy-hosts", "outage"):
        twin.alarms.set(f"shop-staging-server-{name}", "OK")
    assert call("status", "server") == 0
    assert "empty: `push` and `release` come next" in capsys.readouterr().out
    call("release", "server", "--tag", "first")
    capsys.readouterr()
    twin.calls.clear()
    assert call("status", "server") == 0
    text = shown(capsys.readouterr().out)
    found = re.search(r"last     (\S+ \S+) release .* in (\d+) s", text)
    assert found is not None
    assert text == STATUS.format(digest=digest, moment=found[1], took=found[2], url=address(twin))
    assert twin.calls.writes == []
    call("status", "server", "--json")
    document = json.loads(capsys.readouterr().out)
    assert document["fleet"]["members"][0]["digest"] == digest
    assert document["last"]["outcome"] == "succeeded"
