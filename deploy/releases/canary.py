"""A release of the function: a small share of the traffic first, then all of it, or none."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, NoReturn

from deploy.aws_errors import AwsError
from deploy.config import Config
from deploy.errors import (
    Aborted,
    DeployError,
    Failed,
    Refused,
    RollbackFailed,
    RolledBack,
    TimedOut,
)
from deploy.image import refuse_index
from deploy.releases.architecture import refuse_other
from deploy.releases.attempt import POLL, WHY, Attempt, Order, Smoke, headline
from deploy.releases.history import Record
from deploy.releases.place import Place
from deploy.releases.progress import elapsed
from deploy.releases.registered import Registry
from deploy.releases.smoke import Unasked
from deploy.releases.traffic import Published, Traffic
from deploy.releases.vigil import alarm_states, told
from deploy.resources.function_state import READY, FunctionState
from deploy.waiting import pauses

SOON = 1.0
"""Seconds until the first look at a change of the function, which takes a few."""

Probe = Callable[[str], Smoke]
"""The smoke test of one version, which needs no traffic."""

Create = Callable[[str], None]
"""Makes the function and all that belongs to it from a first image, given by its digest."""


@dataclass(frozen=True, slots=True)
class Shift:
    """From one version to another; `before` is "" if there is none to go back to."""

    version: str
    before: str


class Canary:
    """Releases of one function. Run again after any interruption, a release goes on."""

    def __init__(
        self,
        attempt: Attempt,
        place: Place,
        config: Config,
        create: Create,
        smoke: Smoke,
        probe: Probe,
    ) -> None:
        self._attempt = attempt
        self._aws, self._progress = attempt.aws, attempt.progress
        self._place = place
        self._config = config
        self._create = create
        self._smoke = smoke
        self._probe = probe
        self._published = Published(self._aws, place.function)

    def release(self, order: Order) -> Record:
        """Release an image; a record without an outcome says that it already runs.

        Raises what `Rollout.release` does.
        """
        return self._attempt.run(order, lambda: self._release(order))

    def _release(self, order: Order) -> Record:
        image = self._image(order)
        found = self._published.traffic()
        traffic = found or self._first(order)
        if found is not None and self._is_done(order, found):
            return self._attempt.draft(order, version=traffic.main)
        self._take_image(order, str(image["registryId"]))
        self._attempt.keep()
        version = self._published.publish(order.digest)
        shift = Shift(version, self._version_before(order, traffic, version))
        before = self._published.image(shift.before) if shift.before else ""
        self._attempt.know(version=version, before=before)
        model = self._shift(order, traffic, shift)
        return self._attempt.succeeded(order, model_version=self._test(order, shift, model))

    def _image(self, order: Order) -> Mapping[str, Any]:
        """The image as ECR describes it: one that Lambda takes."""
        repository, architecture = self._place.repository, self._config.server.architecture
        image = Registry(self._aws, repository).check(order.digest)
        refuse_index(image)
        refuse_other(self._aws, repository, order.digest, architecture, self._progress.say)
        return image

    def _traffic(self) -> Traffic:
        traffic = self._published.traffic()
        if traffic is None:
            raise Refused(f"There is no function '{self._place.function}': `apply function` it.")
        return traffic

    def _first(self, order: Order) -> Traffic:
        """Make the function: there is nobody yet whose requests a canary could spare."""
        self._progress.phase("create")
        self._create(order.digest)
        return self._traffic()

    def _is_done(self, order: Order, traffic: Traffic) -> bool:
        """Whether all traffic goes to this image as configured, and it was found good."""
        good = self._attempt.history.is_good(order.digest, traffic.main)
        return good and not traffic.shares and self._published.is_current(traffic.main)

    def _take_image(self, order: Order, registry: str) -> None:
        """Give the function the image; what was begun before is waited for first.

        A change that failed before is mended by this one, and only this one's failure counts.
        """
        self._progress.phase("version")
        state = self._settled()
        suffix = "amazonaws.com.cn" if self._aws.partition == "aws-cn" else "amazonaws.com"
        host = f"{registry}.dkr.ecr.{self._aws.region}.{suffix}"
        wanted = (READY, self._config.server.architecture, order.digest)
        while (state.word, state.architecture, self._published.image()) != wanted:
            self._attempt.keep()
            self._published.take(f"{host}/{self._place.repository}@{order.digest}", wanted[1])
            state = self._settled()
            state.check()
            self._attempt.check_time("Lambda takes the image")

    def _settled(self) -> FunctionState:
        """The function's state once nothing is going on, be it good or bad."""
        pause = pauses(SOON, POLL)
        while (state := self._published.state()).busy:
            self._attempt.wait("Lambda prepares the image", next(pause))
        return state

    def _version_before(self, order: Order, traffic: Traffic, version: str) -> str:
        if traffic.main != version:
            return traffic.main
        record = self._attempt.history.last_success(other_than=order.digest)
        if record is None or self._published.image(record.version) != record.digest:
            return ""  # a function made anew counts from 1 again
        return record.version

    def _shift(self, order: Order, traffic: Traffic, shift: Shift) -> str:
        """Move the traffic: a share first, all of it if no alarm goes off meanwhile.

        The version is asked before it has any; its model's version, "" if it was not asked.
        """
        if traffic.main == shift.version:
            if traffic.shares:
                self._route(Traffic(shift.version))
            return ""
        with self._watched(order, shift) if traffic.shares else nullcontext():
            model = self._first_look(order, traffic, shift)
        if not order.despite_alarms:
            self._refuse_alarms(order, traffic, shift)
            self._try_share(order, traffic, shift)
        self._route(Traffic(shift.version))
        self._progress.say(f"version {shift.version} takes all of the traffic")
        return model

    def _first_look(self, order: Order, traffic: Traffic, shift: Shift) -> str:
        """Ask the version; a share that a dead run has left does not outlive a refusal."""
        try:
            self._attempt.reach(order, self._smoke)
            return self._ask(order, traffic, shift)
        except Refused as error:
            if traffic.shares:
                self._give_back(order, shift, str(error))
            raise

    def _ask(self, order: Order, traffic: Traffic, shift: Shift) -> str:
        try:
            return self._attempt.ask(order, self._probe(shift.version))
        except Failed as error:
            if traffic.shares:
                self._go_back(order, shift, str(error))
            screen = self._screen(order, RolledBack, str(error), "logs", "history")
            raise RolledBack(screen) from error

    def _try_share(self, order: Order, traffic: Traffic, shift: Shift) -> None:
        self._progress.phase("canary")
        percent = self._config.function.canary_percent
        wanted = Traffic(traffic.main, {shift.version: percent / 100})
        with self._watched(order, shift):
            if traffic != wanted:
                for other in traffic.shares.keys() - wanted.shares.keys():
                    self._progress.say(f"supersedes version {other}, which was left with a share")
                self._route(wanted)
            bake = self._config.release.bake_seconds
            why = f"version {shift.version} takes {percent} % for {elapsed(bake)}"
            until = self._aws.clock() + bake
            while (left := until - self._aws.clock()) > 0:
                self._heed(order, wanted, shift)
                self._attempt.wait(why, min(left, POLL))
            self._heed(order, wanted, shift)

    @contextmanager
    def _watched(self, order: Order, shift: Shift) -> Iterator[None]:
        """Whatever ends the watch early ends the share too: nobody would heed its alarms.

        A lease that was lost does not: the share is then its new owner's.
        """
        try:
            yield
        except (KeyboardInterrupt, TimedOut, *AwsError) as error:
            self._give_back(order, shift, _told(error))
            again = f"Version {shift.before} takes all of the traffic again."
            if isinstance(error, KeyboardInterrupt):
                raise Aborted(f"Interrupted while the share was watched. {again}") from error
            if isinstance(error, TimedOut):
                raise TimedOut(f"The time was over before the bake. {again}") from error
            self._progress.say(again)
            raise

    def _heed(self, order: Order, wanted: Traffic, shift: Shift) -> None:
        """Go back if an alarm rings, and go no further if somebody has taken the share away."""
        self._heed_alarms(order, shift)
        if self._published.traffic() != wanted:
            raise Aborted(
                f"{headline(order, Aborted)}: version {shift.version} has lost its share to "
                f"somebody else, as by `abort`. Serving: {self._serving()}"
            )

    def _refuse_alarms(self, order: Order, traffic: Traffic, shift: Shift) -> None:
        """No canary beside a ringing alarm; and one that a dead run left is ended by it."""
        if shift.version in traffic.shares:
            self._heed_alarms(order, shift)
            return
        firing = [each for each in alarm_states(self._aws, self._place.alarms) if each.fires]
        if not firing:
            return
        if traffic.shares:
            self._route(Traffic(traffic.main))
            self._progress.say(f"version {traffic.main} takes all of the traffic again")
        raise Refused(
            f"Nothing was released: {told(firing)}. Mend that first, or release in spite of "
            "it with --despite-alarms."
        )

    def _heed_alarms(self, order: Order, shift: Shift) -> None:
        firing = [each for each in alarm_states(self._aws, self._place.alarms) if each.fires]
        if firing:
            self._go_back(order, shift, told(firing))

    def _test(self, order: Order, shift: Shift, model: str) -> str:
        try:
            return self._attempt.test(order, self._smoke, model)
        except Unasked:
            raise
        except Failed as error:
            if not shift.before:
                raise Failed(
                    f"{error}\nThere is nothing to go back to: it goes on serving. Mend what is "
                    "wrong and release again."
                ) from error
            self._go_back(order, shift, str(error))

    def _go_back(self, order: Order, shift: Shift, reason: str) -> NoReturn:
        """Give all of the traffic to the version before."""
        self._give_back(order, shift, reason)
        raise RolledBack(self._screen(order, RolledBack, reason, "logs", "history"))

    def _give_back(self, order: Order, shift: Shift, reason: str) -> None:
        """Raises `RollbackFailed`, with what serves, whatever it is that stands in the way."""

        def screen(fault: str) -> str:
            why = f"{reason}\n{fault}"
            return self._screen(order, RollbackFailed, why, "status", "abort", "rollback")

        with self._attempt.way_back(screen):
            self._route(Traffic(shift.before))

    def _route(self, traffic: Traffic) -> None:
        """Move the traffic, if the lease is still ours."""
        self._attempt.keep()
        self._published.route(traffic)

    def _screen(self, order: Order, kind: type[DeployError], reason: str, *verbs: str) -> str:
        """The failure screen; the verbs are what a person may want next."""
        commands = "\n           ".join(
            f"python -m deploy {verb} {self._place.where}" for verb in verbs
        )
        return (
            f"{headline(order, kind)}\n"
            f"{WHY}{reason}\n"
            f"serves     {self._serving()}\n"
            f"next       {commands}"
        )

    def _serving(self) -> str:
        """Who answers now, in words, as far as AWS tells."""
        try:
            traffic = self._traffic()
            words = [f"version {traffic.main}: {self._published.image(traffic.main)}"]
        except AwsError as error:
            return f"not known: {_told(error)}"
        shares = [f"version {each} with {share:.0%}" for each, share in traffic.shares.items()]
        return ", ".join([*words, *shares])


def _told(error: BaseException) -> str:
    """An error in words; an interruption has none of its own."""
    return str(error) or "interrupted"
