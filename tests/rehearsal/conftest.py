"""What is not collected: the tests of parts whose programs this machine has not got."""

from tests.rehearsal.containers import find_runner
from tests.rehearsal.programs import missing

_ABSENT = {
    "test_containers.py": missing("busybox") or isinstance(find_runner({}), str),
    "test_balancer.py": missing("haproxy"),
    "test_registry.py": missing("docker-registry", "htpasswd", "openssl"),
}

collect_ignore = [name for name, absent in _ABSENT.items() if absent]
