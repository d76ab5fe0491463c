"""What is not collected: the tests of parts whose programs this machine has not got."""

from benchmarks.generator import COMPILER
from tests.rehearsal import balancer, registry
from tests.rehearsal.packages import missing
from tests.rehearsal.runner import find_runner

_NO_CONTAINERS = isinstance(find_runner({}), str)
_ABSENT = {
    "test_balancer.py": balancer.available(),
    "test_containers.py": _NO_CONTAINERS or missing("busybox"),
    "test_door.py": balancer.available(),
    "test_flow.py": missing(COMPILER),
    "test_registry.py": _NO_CONTAINERS or registry.available(),
    "test_target_health.py": balancer.available(),
}

collect_ignore = [name for name, absent in _ABSENT.items() if absent]
