"""The supervisor: machines and servers follow what AWS wants, in an order that loses nothing."""

from collections.abc import Callable

from tests.rehearsal.balancer import Target
from tests.rehearsal.facts import Facts, Instance
from tests.rehearsal.machines import Address
from tests.rehearsal.supervisor import Supervisor
from tests.twin.health import HEALTHY, Verdict


class Recorded:
    """A machine and a balancer that only write down what they are told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.seen: dict[str, Target] = {}

    def make(self, instance: Instance) -> "Told":
        return Told(instance.name, self.told.append)

    def add(self, name: str, address: Address) -> None:
        self.told.append(f"add {name} at {address.host}")

    def drain(self, name: str) -> None:
        self.told.append(f"drain {name}")

    def remove(self, name: str) -> None:
        self.told.append(f"remove {name}")

    def states(self) -> dict[str, Target]:
        return self.seen


class Told:
    """The machine of one instance."""

    address = Address("127.0.1.7", 80)

    def __init__(self, name: str, tell: Callable[[str], None]) -> None:
        self._name = name
        self._tell = tell

    def start(self) -> None:
        self._tell(f"start {self._name}")

    def admit(self) -> None:
        self._tell(f"admit {self._name}")

    def stop(self) -> None:
        self._tell(f"stop {self._name}")

    def close(self) -> None:
        self._tell(f"close {self._name}")


def supervised(*looks: Facts) -> list[str]:
    """What machines and balancer are told in the course of these looks."""
    recorded = Recorded()
    supervisor = Supervisor(recorded, recorded.make, lambda action: action())
    for facts in looks:
        supervisor.look(facts)
    return recorded.told


def wanted(*targets: str, leaving: bool = False, lost: bool = False, drains: bool = False) -> Facts:
    """One instance, and these targets."""
    instance = Instance("i-1", "sha256:1", "", leaving=leaving, lost=lost)
    return Facts({"i-1": instance}, dict.fromkeys(targets, drains))


UP = ["start i-1", "add i-1 at 127.0.1.7"]


def test_an_instance_is_started_once_and_its_target_is_added_once() -> None:
    """However often it is looked at."""
    assert supervised(wanted(), wanted(), wanted("i-1"), wanted("i-1")) == UP


def test_it_ends_when_it_has_drained() -> None:
    """First no more requests, and the signal only when the target has left."""
    leaving = wanted("i-1", leaving=True, drains=True)
    told = supervised(wanted("i-1"), leaving, leaving)
    assert told == [*UP, "drain i-1"]
    told = supervised(wanted("i-1"), leaving, wanted(leaving=True), wanted(leaving=True))
    assert told == [*UP, "drain i-1", "stop i-1", "remove i-1"]


def test_what_is_lost_ends_at_once_while_the_balancer_still_knows_it() -> None:
    """As the balancer of AWS hears of it later than whoever was asking there."""
    told = supervised(wanted("i-1"), wanted("i-1", lost=True, drains=True))
    assert told == [*UP, "close i-1", "drain i-1"]


def test_a_machine_is_there_until_its_end_has_begun() -> None:
    """Otherwise there would be a moment in which it ends and nobody knows."""
    recorded, there = Recorded(), []

    def apart(action: Callable[[], None]) -> None:
        there.append(set(supervisor.machines))

    supervisor = Supervisor(recorded, recorded.make, apart)
    for facts in (wanted(), wanted(lost=True), wanted(lost=True)):
        supervisor.look(facts)
    assert there == [{"i-1"}]
    assert not supervisor.machines


def test_what_nobody_knows_any_more_ends() -> None:
    """Its group is gone, with all that it had."""
    assert supervised(wanted("i-1"), Facts({}, {})) == [*UP, "stop i-1", "remove i-1"]


def test_a_lost_instance_is_never_started() -> None:
    """It was lost before anybody looked."""
    assert supervised(wanted(lost=True)) == []


def test_it_is_admitted_once_it_serves() -> None:
    """Not while it starts; and once, whatever its checks say later."""
    recorded = Recorded()
    supervisor = Supervisor(recorded, recorded.make, lambda action: action())
    slow, told = Verdict("unhealthy", "Target.Timeout"), []
    for verdict in (slow, HEALTHY, slow, HEALTHY):
        recorded.seen = {"i-1": Target(verdict, 0, 0)}
        supervisor.look(wanted("i-1"))
        told.append(recorded.told[len(UP) :])
    assert told == [[], ["admit i-1"], ["admit i-1"], ["admit i-1"]]


def test_what_is_known_of_targets() -> None:
    """Nothing before the checks say something; then what they say."""
    recorded = Recorded()
    supervisor = Supervisor(recorded, recorded.make, lambda action: action())
    assert supervisor.verdict("i-1") is None
    slow = Verdict("unhealthy", "Target.Timeout")
    recorded.seen = {"i-1": Target(HEALTHY, 0, 9), "i-2": Target(slow, 0, 0)}
    supervisor.look(wanted("i-1"))
    assert (supervisor.verdict("i-1"), supervisor.serves("i-1")) == (HEALTHY, True)
    assert (supervisor.verdict("i-2"), supervisor.serves("i-2")) == (slow, False)


def test_closing_ends_all_at_once() -> None:
    """Whatever state they are in."""
    recorded = Recorded()
    supervisor = Supervisor(recorded, recorded.make, lambda action: action())
    supervisor.look(wanted())
    supervisor.close()
    assert recorded.told == ["start i-1", "close i-1"]
