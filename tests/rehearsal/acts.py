"""The acts: what may happen to a service, each with what has to come of it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.rehearsal import versions
from tests.rehearsal.asker import Asker
from tests.rehearsal.deployer import Unexpected
from tests.rehearsal.stage import HELD, Stage
from tests.rehearsal.traffic import questions

ROLLED_BACK = 5

STORM = 72
"""The seed of one that strikes a fifth of the calls however many there are, from fifty to 150."""


def first_deploy(stage: Stage) -> None:
    """From an empty account to two instances that serve; then the traffic begins."""
    stage.deployer.good("apply server --yes")
    stage.released(versions.ONE)
    stage.open()
    stage.world.until(lambda: len(stage.traffic.seconds) > 5, "the traffic has begun")


def release(stage: Stage) -> None:
    """Version 2 in place of version 1."""
    stage.released(versions.TWO)


def exits_at_once(stage: Stage) -> None:
    """The container ends as soon as it starts: AWS puts the version before back."""
    words = "the container ended three times", "container  exited with"
    stage.expect(stage.release(versions.EXITS), ROLLED_BACK, *words)
    stage.settled()


def answers_wrong(stage: Stage) -> None:
    """It is ready and some of its prices are wrong: the smoke test finds it, and it goes back."""
    command = stage.release(versions.WRONG)
    stage.expect(command, ROLLED_BACK, "where the golden row of the model says")
    stage.settled()


def starts_slowly(stage: Stage) -> None:
    """It listens late: no request comes before it is ready."""
    stage.released(versions.SLOW)


def container_killed(stage: Stage) -> None:
    """A container dies under load, and is started again."""
    machine = stage.machine()
    before = machine.restarts
    machine.kill()
    stage.world.until(lambda: machine.restarts > before, "the container is started again")
    stage.pause(4)  # until the checks have seen it
    stage.settled()


def worker_killed(stage: Stage) -> None:
    """One of the processes in a container dies under load, and is replaced in there."""
    machine = stage.machine()
    workers, restarts = machine.workers(), machine.restarts
    machine.kill_worker()
    stage.pause(4)
    stage.world.until(
        lambda: _replaced(workers, machine.workers()), "another worker is there for the killed one"
    )
    stage.settled()
    stage.check(machine.restarts == restarts, "the container went down with its worker")


def _replaced(before: Sequence[int], now: Sequence[int]) -> bool:
    """Whether there are as many, and not only those that are left."""
    return len(now) == len(before) and not set(now) <= set(before)


def instance_lost(stage: Stage) -> None:
    """An instance vanishes while a release replaces the instances; both go on."""
    version = stage.other()
    command = stage.release(version)
    stage.replacing()
    stage.lose(stage.serving()[0])
    stage.expect(command, 0)
    stage.runs = version.name
    stage.settled()


def registry_down(stage: Stage) -> None:
    """No image can be pulled: the release goes back, and the same release succeeds later."""
    version = stage.other()
    stage.push(version)
    stage.world.ground.stop_registry()
    try:
        command = stage.release(version)
        stage.expect(command, ROLLED_BACK, "the image could not be pulled")
        stage.settled()
    finally:
        stage.world.ground.start_registry()
    stage.released(version)


def deployer_killed(stage: Stage) -> None:
    """The deployer dies in the middle; typed again, the release goes on as soon as it may."""
    version = stage.other()
    command = stage.release(version)
    stage.replacing()
    command.kill()
    again = stage.released_in_turn(version)
    stage.expect(again, 0, "adopts the refresh")


def two_deployers(stage: Stage) -> None:
    """Two people release two versions at once: one does, and the other is told of it."""
    chosen = (versions.ONE, versions.TWO, versions.THREE)
    ours = [each for each in chosen if each.name != stage.runs][:2]
    for each in ours:
        stage.push(each)
    commands = [stage.release(each) for each in ours]
    codes = [command.code for command in commands]
    stage.check(sorted(codes) == [0, HELD], f"they end with {codes}, not one with 0, one with 9")
    stage.runs = ours[codes.index(0)].name
    stage.settled()


def bad_weather(stage: Stage) -> None:
    """A fifth of all calls to AWS fails or is throttled in bursts; the release ends well."""
    weather = stage.world.twin.weather
    with weather.stormy(STORM):
        stage.released(stage.other())
    found = f"{weather.struck} of {weather.asked} calls were struck"
    stage.world.say(f"the storm: {found}")
    stage.check(weather.struck > max(10, weather.asked / 8), f"no storm: {found}")


def scaled(stage: Stage) -> None:
    """Twice the load for a while: one more instance, and one less afterwards."""
    with stage.more_traffic():
        stage.settled(3)
    stage.settled(2)


def function_shifted(stage: Stage) -> None:
    """The same image behind the other door: the calls shift from one version to the next."""
    gateway = stage.world.gateway
    if gateway is None:
        raise Unexpected("there is no emulator of Lambda: give one with --emulator")
    digests = [stage.push(versions.ONE), stage.push(versions.TWO)]
    stage.deployer.good("apply function --yes")
    stage.deployer.good(f"release function --image {digests[0]}")
    asker = Asker(gateway.port, gateway.certificate, questions()[0])
    with asker.asking():
        stage.pause(2)
        stage.deployer.good(f"release function --image {digests[1]}")
        then = dict(gateway.asked)
        stage.pause(2)
    stage.world.say(f"the function's URL: {asker.requests} requests, {dict(gateway.asked)}")
    stage.check(not asker.faults, f"{len(asker.faults)} bad answers: {asker.faults[:3]}")
    stage.check(set(gateway.shared) == set(digests), "the calls were not shared at first")
    since = [gateway.asked[each] - then.get(each, 0) for each in digests]
    stage.check(since[0] == 0 < since[1], f"after the release old and new were asked {since} times")
    stage.deployer.good("destroy function --yes --with-logs")


def destroyed(stage: Stage) -> None:
    """Everything is taken away again, and nothing is left."""
    stage.close()
    command = stage.deployer.type("destroy server --yes --with-images --with-logs")
    stage.check(command.code == 0, f"it ends with {command.code}: {command.said}")
    world = stage.world
    world.until(lambda: world.empty, "all has ended")
    left = world.ground.left()
    stage.check(not left, f"of {world.ground.name} there is left: {left}")
    found = stage.inventory()
    stage.check(found == stage.empty, f"in the account there is left: {found}")
