"""The association of a web ACL."""

import msgspec

from deploy.config import Balancer
from tests.deploy.worlds import CONFIG, World, inventory, made
from tests.twin.twin import Twin


def _acl(twin: Twin) -> str:
    with twin.aside():
        answer = twin.client("wafv2").create_web_acl(
            Name="shield",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig={
                "SampledRequestsEnabled": False,
                "CloudWatchMetricsEnabled": False,
                "MetricName": "shield",
            },
        )
    return str(answer["Summary"]["ARN"])


def _with_acl(twin: Twin) -> World:
    balancer = Balancer(access_logs=True, waf_acl_arn=_acl(twin))
    return made(twin, config=msgspec.structs.replace(CONFIG, balancer=balancer))


def test_a_web_acl_stands_before_the_balancer(twin: Twin) -> None:
    """It is associated once, and seen again."""
    world = _with_acl(twin)
    assert world.plan() == []
    assert world.server().firewall.settings() is not None


def test_an_acl_of_somebody_else_is_let_alone(twin: Twin) -> None:
    """Without one in the configuration nothing is asked, and nothing is taken away."""
    world = _with_acl(twin)
    world.config = CONFIG
    assert world.plan() == []


def test_none_takes_it_away(twin: Twin) -> None:
    """Whoever has put it there: leaving the key out would leave it in its place."""
    world = _with_acl(twin)
    balancer = msgspec.structs.replace(CONFIG.balancer, waf_acl_arn="none")
    world.config = msgspec.structs.replace(CONFIG, balancer=balancer)
    assert [(each.action, each.kind) for each in world.apply()] == [
        ("delete", "web ACL association")
    ]
    assert world.plan() == []


def test_it_goes_with_the_balancer(twin: Twin) -> None:
    """The web ACL itself is not ours, and stays."""
    before = inventory(twin)
    world = _with_acl(twin)
    world.destroy()
    assert inventory(twin) == before
    with twin.aside():
        assert twin.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]
