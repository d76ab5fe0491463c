"""A release of the server: from a digest to a fleet that runs it, or back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from deploy.aws_errors import AwsError, as_deploy_error
from deploy.config import Config
from deploy.errors import Aborted, DeployError, Failed, Refused, RollbackFailed, RolledBack
from deploy.releases.architecture import refuse_other
from deploy.releases.attempt import WHY, Attempt, Order, Smoke, headline
from deploy.releases.fleet import Fleet, look
from deploy.releases.history import Record
from deploy.releases.place import Place
from deploy.releases.refresh import Manner, Refresh, Refreshes, fault_of
from deploy.releases.registered import Registry
from deploy.releases.smoke import Unasked
from deploy.releases.stop import stopped_by
from deploy.releases.versions import Rendering, Version, Versions
from deploy.releases.vigil import alarm_states, told
from deploy.releases.watch import Watch


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, and where back to: `before` is None if nothing has ever run."""

    version: Version
    before: Version | None


class Rollout:
    """Releases of one server. Run again after any interruption, a release goes on."""

    def __init__(
        self,
        attempt: Attempt,
        place: Place,
        config: Config,
        rendering: Rendering,
        smoke: Smoke,
        complete: Callable[[], None],
    ) -> None:
        self._attempt = attempt
        self._aws, self._progress = attempt.aws, attempt.progress
        self._place = place
        self._config = config
        self._rendering = rendering
        self._smoke = smoke
        self._complete = complete
        self._versions = Versions(self._aws, place.template)
        self._refreshes = Refreshes(self._aws, place.group)

    def release(self, order: Order) -> Record:
        """Release an image; a record without an outcome says that it already runs.

        Raises `Refused`, `LeaseHeld`, `Failed`, `RolledBack`, `RollbackFailed`, `TimedOut` and
        `Aborted`, each with what is known of why.
        """
        return self._attempt.run(order, lambda: self._release(order))

    def _release(self, order: Order) -> Record:
        self._check_image(order)
        version = self._make_version(order)
        active = self._make_way(order, version)
        fleet = look(self._aws, self._place.group)
        target = Target(version, self._version_before(fleet, version))
        if active is None and self._is_done(fleet, version):
            return self._attempt.draft(order, version=version.number)
        self._attempt.know(version=version.number, before=_ran_before(fleet, target))
        self._roll_out(order, fleet, target, active)
        fleet = self._settle(order, target)
        model = self._test(order, target, fleet)
        self._complete()
        return self._attempt.succeeded(order, model_version=model)

    def _check_image(self, order: Order) -> None:
        repository, architecture = self._place.repository, self._config.server.architecture
        Registry(self._aws, repository).check(order.digest)
        refuse_other(self._aws, repository, order.digest, architecture, self._progress.say)

    def _make_version(self, order: Order) -> Version:
        self._progress.phase("version")
        data = self._rendering.render(order.digest)
        self._attempt.keep()
        version = self._versions.wanted(order.digest, data, exactly=order.new_machine_image)
        self._progress.say(f"version {version.number} of {self._place.template}")
        return version

    def _make_way(self, order: Order, version: Version) -> Refresh | None:
        """The refresh that is on its way to this version already; another one is seen off."""
        active = self._refreshes.active()
        if active is None or active.version == version.number:
            if active is not None:
                self._progress.say(f"adopts the refresh {active.id}, which is {active.status}")
            return active
        if order.supersede:
            self._progress.say(f"cancels the refresh {active.id} to version {active.version}")
            self._attempt.keep()
            self._refreshes.cancel()
        else:
            self._progress.say(f"waits for the refresh {active.id} to version {active.version}")
        self._follow(active)
        return None

    def _version_before(self, fleet: Fleet, version: Version) -> Version | None:
        """What to go back to: what the group launches now, or else the last that succeeded.

        A record's number counts only where it still is that image: a template made anew counts
        from 1 again.
        """
        known = {each.number: each for each in self._versions.all()}
        own = known.get(fleet.version)
        if own is not None and own.number != version.number:
            return own
        record = self._attempt.history.last_success(other_than=version.digest)
        if record is None:
            return next((each for each in known.values() if not each.digest), None)
        data = self._rendering.render(record.digest)
        same = known.get(record.version)
        if same is not None and same.digest == record.digest:
            return same
        return self._versions.wanted(record.digest, data)

    def _is_done(self, fleet: Fleet, version: Version) -> bool:
        """Whether it runs already, and was found good when it was last released."""
        if fleet.empty or not fleet.runs(version.digest, version.number):
            return False
        return self._attempt.history.is_good(version.digest, version.number)

    def _roll_out(self, order: Order, fleet: Fleet, target: Target, active: Refresh | None) -> None:
        """Have AWS replace every instance; only when it has succeeded is the group changed."""
        number = target.version.number
        if active is None and fleet.launched_from(number):
            return
        if active is None and any(member.serves for member in fleet.members):
            self._attempt.reach(order, self._smoke)
        self._progress.phase("refresh")
        started = active or self._start(fleet, number, self._manner(order, fleet))
        watch = Watch(self._aws, self._place, number)
        self._judge(order, self._follow(started, watch), watch)

    def _judge(self, order: Order, ended: Refresh, watch: Watch) -> None:
        """Raise what a bad end is, with the failure screen."""
        fault = fault_of(ended)
        if fault is None:
            return
        kind: type[DeployError] = type(fault)
        why = str(fault)
        if isinstance(fault, RolledBack) and watch.given_up:
            why = "A new instance did not come up."
        elif isinstance(fault, RolledBack) and (
            who := stopped_by(self._aws, self._place, ended.id)
        ):
            kind, why = Aborted, f"{who} stopped it, and the version before serves again."
        raise kind(self._screen(order, kind, why, watch))

    def _manner(self, order: Order, fleet: Fleet) -> Manner:
        """With alarms that are quiet, unless they are not to be heard.

        Then nothing bakes: a bake is the time in which alarms may still ring. An empty group has
        nothing that could.
        """
        release, warmup = self._config.release, self._config.server.warmup_seconds
        if fleet.empty or order.despite_alarms:
            return Manner(warmup)
        alarms = alarm_states(self._aws, self._place.alarms)
        firing = [each for each in alarms if each.fires]
        if firing:
            raise Refused(
                f"Nothing was released: {told(firing)}. Mend that first, or release in spite of "
                "it with --despite-alarms."
            )
        return Manner(warmup, release.bake_seconds, tuple(each.name for each in alarms))

    def _start(self, fleet: Fleet, number: str, manner: Manner) -> Refresh:
        """Start a refresh, or adopt the one that a lost answer was about."""
        self._attempt.keep()
        started = self._refreshes.start(fleet, number, manner) or self._refreshes.active()
        if started is None or started.version != number:
            raise Failed(
                f"Another instance refresh of {self._place.group} began at the same time, though "
                "the lease is ours: somebody started it by hand. Release again when it has ended."
            )
        return started

    def _follow(self, refresh: Refresh, watch: Watch | None = None) -> Refresh:
        """Wait for the end of a refresh; with a watch, undo it as soon as there is no hope."""
        watch, judged = watch or Watch(self._aws, self._place, refresh.version), watch is not None
        while not refresh.ended:
            fleet = watch.look()
            self._name_phase(refresh)
            if judged and refresh.goes_on and watch.hopeless(fleet):
                self._progress.say("a new instance does not come up: going back")
                self._attempt.keep()
                self._refreshes.go_back()
                watch.given_up = True
            self._attempt.wait(watch.why(fleet, refresh))
            refresh = self._refreshes.get(refresh.id)
        return refresh

    def _name_phase(self, refresh: Refresh) -> None:
        name = {"Baking": "bake", "RollbackInProgress": "way back"}.get(refresh.status)
        if name is not None and not self._progress.is_in(name):
            self._progress.phase(name)

    def _settle(self, order: Order, target: Target) -> Fleet:
        """Fill the group if it is empty, and wait until every instance that there should be serves.

        It is filled only now, so that all it ever launches is the version just released.
        """
        self._progress.phase("health")
        watch = Watch(self._aws, self._place, target.version.number)
        fleet = watch.look()
        if fleet.empty:
            server = self._config.server
            self._resize(server.min, server.desired, server.max)
            fleet = watch.look()
        while fleet.serving(target.version.digest) < fleet.desired:
            if watch.hopeless(fleet):
                reason = ["The new instances do not come up.", *watch.words]
                self._go_back(order, target, "\n".join(reason))
            self._attempt.wait(watch.why(fleet))
            fleet = watch.look()
        return fleet

    def _test(self, order: Order, target: Target, fleet: Fleet) -> str:
        if not fleet.desired:
            self._progress.phase("smoke")
            self._progress.say("left out: the group has no instance now, by its schedule")
            return ""
        try:
            return self._attempt.test(order, self._smoke)
        except Unasked:
            raise
        except Failed as error:
            if target.before is None or not target.before.digest:
                raise Failed(
                    f"{error}\nThere is nothing to go back to: it goes on serving. Mend what is "
                    "wrong and release again."
                ) from error
            self._go_back(order, target, str(error))

    def _go_back(self, order: Order, target: Target, reason: str) -> NoReturn:
        """Release what ran before, without alarms: those of the bad version may still ring."""
        before = target.before
        if before is None:
            raise Failed(f"{reason}\nThere is no version to go back to.")
        watch = Watch(self._aws, self._place, before.number)

        def screen(why: str) -> str:
            return self._screen(order, RollbackFailed, f"{reason}\n{why}", watch)

        with self._attempt.way_back(screen):
            self._put_back(before, watch)
        if not before.digest:
            raise Failed(f"{reason}\nNothing ran before: the group is empty again.")
        raise RolledBack(self._screen(order, RolledBack, reason, watch))

    def _put_back(self, before: Version, watch: Watch) -> None:
        self._progress.say(f"to version {before.number}, {before.digest or 'without an image'}")
        if not before.digest:
            self._resize(0, 0, 0)
        fleet = look(self._aws, self._place.group)
        manner = Manner(self._config.server.warmup_seconds, returns=False)
        fault = fault_of(self._follow(self._start(fleet, before.number, manner), watch))
        if fault is not None:
            raise Failed(str(fault)) from fault

    def _resize(self, least: int, desired: int, most: int) -> None:
        self._progress.say(f"the group gets {desired} instances ({least} to {most})")
        self._attempt.keep()
        self._aws.client("autoscaling").update_auto_scaling_group(
            AutoScalingGroupName=self._place.group,
            MinSize=least,
            DesiredCapacity=desired,
            MaxSize=most,
        )

    def _screen(self, order: Order, kind: type[DeployError], reason: str, watch: Watch) -> str:
        """The failure screen."""
        where = self._place.where
        return "\n".join(
            [
                headline(order, kind),
                f"{WHY}{reason}",
                *watch.words,
                *self._serving(),
                f"next       python -m deploy logs {where}",
                f"           python -m deploy history {where}",
            ]
        )

    def _serving(self) -> list[str]:
        """What serves now, as far as AWS says."""
        try:
            fleet = look(self._aws, self._place.group)
        except AwsError as error:
            return [f"serves     not known: {as_deploy_error(error)}"]
        serving = [
            f"serves     {fleet.serving(digest)} of {fleet.desired} instances: {digest or 'none'}"
            for digest in sorted(fleet.by_digest)
            if fleet.serving(digest)
        ]
        return serving or ["serves     nothing"]


def _ran_before(fleet: Fleet, target: Target) -> str:
    """The image that is left: what the group runs, or what a release has left half done there."""
    others = fleet.others(target.version.digest)
    if fleet.version == target.version.number and others:
        return others[0]
    return target.before.digest if target.before else ""
