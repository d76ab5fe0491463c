"""The text of a plan, letter for letter."""

import json

import msgspec
import pytest

from deploy.config import Alarms, Function, Logs, Server
from deploy.names import FUNCTION
from deploy.output import difference_lines, done_line, plan_json, plan_text
from deploy.resource import Change, Difference, Later
from tests.deploy.worlds import CONFIG, World, made, running
from tests.twin.twin import Twin

NEW = """\
+ image repository shop
+ bucket shop-production-123456789012-us-east-1
+ log group /shop/production/server
+ role shop-production-server-us-east-1
+ instance profile shop-production-server-us-east-1
+ security group shop-production-balancer
+ security group shop-production-instances
+ target group shop-production
+ load balancer shop-production
+ listener shop-production:80
+ launch template shop-production
+ auto scaling group shop-production
+ scaling policy shop-production-requests
+ scaling policy shop-production-cpu
+ alarm topic shop-production-server-alarms
+ alarm shop-production-server-errors
+ alarm shop-production-server-latency
+ alarm shop-production-server-unhealthy-hosts
+ alarm shop-production-server-outage
+ dashboard shop-production-server-us-east-1

20 to make.
"""

FUNCTION_NEW = """\
+ image repository shop
+ bucket shop-production-123456789012-us-east-1
+ log group /aws/lambda/shop-production
+ role shop-production-function-us-east-1
+ alarm topic shop-production-function-alarms
+ alarm shop-production-function-errors
+ alarm shop-production-function-latency
+ alarm shop-production-function-throttles
+ dashboard shop-production-function-us-east-1

9 to make.
"""

CHANGED = """\
~ bucket shop-production-123456789012-us-east-1
    lifecycle:
      - access-logs enabled /access-logs/ days 30, old versions -, parts -
      + access-logs enabled /access-logs/ days 90, old versions -, parts -
~ log group /shop/production/server
    retention_days: 30 → 90
~ security group shop-production-balancer
    ingress: tcp 80, 0.0.0.0/0 → tcp 80, 192.0.2.0/24
~ launch template shop-production
    instance_type: t4g.small → t4g.medium
~ auto scaling group shop-production
    size: 2-4 → 2-6
~ scaling policy shop-production-cpu
    target: 60.0 → 70.0
~ alarm shop-production-server-latency
    threshold: over 0.5 in 3 of 5 minutes → over 1 in 3 of 5 minutes

7 to change.
"""

USER_DATA = """\
~ launch template shop-production
    user_data:
      + ESTIMATOR_API_KEYS=sha256:ffe054fe7ae0
      - ESTIMATOR_LOG_LEVEL=warning
      + ESTIMATOR_LOG_LEVEL=info
      -   --memory 1024m \\
      -   --memory-swap 1024m \\
      +   --memory 512m \\
      +   --memory-swap 512m \\

1 to change.
"""

FUNCTION_PUSHED = """\
+ function shop-production
+ function alias shop-production:live
+ function URL shop-production:live

3 to make.
"""

FUNCTION_CHANGED = """\
~ function shop-production
    memory_mb: 1024 → 2048
    timeout_seconds: 10 → 20
    concurrency: 5 → 9
~ function URL shop-production:live
    auth: AWS_IAM → NONE
+ public access shop-production:live
~ alarm shop-production-function-latency
    threshold: over 500 in 3 of 5 minutes → over 1000 in 3 of 5 minutes

1 to make, 3 to change.
"""


@pytest.mark.parametrize(("door", "text"), [("server", NEW), (FUNCTION, FUNCTION_NEW)])
def test_the_plan_of_an_empty_account(twin: Twin, door: str, text: str) -> None:
    """One line for each thing, in the order in which it will be made."""
    assert plan_text(World(twin, door).plan()) == text


def test_the_plan_of_a_changed_configuration(twin: Twin) -> None:
    """Every key that differs, live → wanted; of sets, what goes and what comes."""
    world = running(twin)
    network = msgspec.structs.replace(CONFIG.network, allowed_cidrs=("192.0.2.0/24",))
    world.config = msgspec.structs.replace(
        CONFIG,
        network=network,
        logs=Logs(retention_days=90),
        server=Server(instance_type="t4g.medium", max=6, cpu_percent=70),
        alarms=Alarms(email=CONFIG.alarms.email, p99_seconds=1.0),
        balancer=CONFIG.balancer,
    )
    assert plan_text(world.plan()) == CHANGED


def test_the_plan_of_a_changed_function(twin: Twin) -> None:
    """With an image there is a function to make; then its keys, and who may call its URL."""
    before = msgspec.structs.replace(CONFIG, function=Function(concurrency=5))
    world = World(twin, FUNCTION, before)
    world.apply()
    world.digest = world.push()
    assert plan_text(world.plan()) == FUNCTION_PUSHED
    world.apply()
    world.config = msgspec.structs.replace(
        before,
        function=Function(memory_mb=2048, timeout_seconds=20, concurrency=9, public=True),
        alarms=Alarms(email=CONFIG.alarms.email, p99_seconds=1.0),
    )
    assert plan_text(world.plan()) == FUNCTION_CHANGED


def test_an_empty_plan_says_so() -> None:
    """In one line."""
    assert plan_text([]) == "Nothing to change.\n"


def test_an_unknown_id_is_named() -> None:
    """It is known once the thing before it is made."""
    difference = Difference("arn", "old", Later("target group"))
    assert difference_lines(difference) == ["arn: old → (target group: known after apply)"]


def test_documents_differ_by_their_lines() -> None:
    """A policy is not shown twice in full."""
    lines = difference_lines(Difference("policy", '{"a":1,"b":2}', '{"a":1,"b":3}'))
    assert lines == ["policy:", '  -  "b": 2', '  +  "b": 3']


def test_a_setting_is_a_line_of_the_user_data(twin: Twin) -> None:
    """Only what changes of the script is shown, and of a key only that it is another."""
    world = running(twin)
    keys = {"ESTIMATOR_API_KEYS": "a" * 64}
    world.config = msgspec.structs.replace(
        CONFIG, settings={"ESTIMATOR_LOG_LEVEL": "info"} | keys, server=Server(memory_mb=512)
    )
    assert plan_text(world.plan()) == USER_DATA


def test_a_long_change_of_a_script_is_cut() -> None:
    """And a script that was not there is not shown in full."""
    live, wanted = "".join(f"a{n}\n" for n in range(30)), "b\nc\n"
    lines = difference_lines(Difference("user_data", live, wanted))
    assert (len(lines), lines[-1]) == (22, "  … and 12 more lines")
    assert difference_lines(Difference("user_data", "", wanted)) == ["user_data: none → 2 lines"]
    binary = Difference("user_data", "sha256:0123456789ab", wanted)
    assert difference_lines(binary) == ["user_data: sha256:0123456789ab → 2 lines"]


def test_a_key_of_a_function_is_masked(twin: Twin) -> None:
    """Another one is a change all the same."""
    before = msgspec.structs.replace(CONFIG, settings={"ESTIMATOR_API_KEYS": "a" * 64})
    world = made(twin, FUNCTION, before)
    assert world.plan() == []
    world.config = msgspec.structs.replace(CONFIG, settings={"ESTIMATOR_API_KEYS": "b" * 64})
    text = plan_text(world.plan())
    assert "environment: ESTIMATOR_API_KEYS = sha256:" in text
    assert "a" * 64 not in text + plan_json(world.plan())


def test_what_was_done_is_told_in_a_line() -> None:
    """While it goes on."""
    assert done_line(Change("create", "role", "shop")) == "    made  role shop"
    assert done_line(Change("delete", "role", "shop")) == " deleted  role shop"


def test_a_machine_reads_the_same(twin: Twin) -> None:
    """As JSON, with unknown ids in words."""
    document = json.loads(plan_json(World(twin).plan(), door="server"))
    assert document["door"] == "server"
    kinds = [f"+ {each['kind']} {each['name']}" for each in document["changes"]]
    assert "\n".join(kinds) + "\n" == NEW.partition("\n\n")[0] + "\n"
