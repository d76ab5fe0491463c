"""One attempt at a release: under the lease, timed, with an end, and written to the history."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import msgspec

from deploy.aws import Aws
from deploy.aws_errors import AwsError, as_deploy_error
from deploy.errors import (
    Aborted,
    DeployError,
    Failed,
    LeaseHeld,
    Refused,
    RollbackFailed,
    RolledBack,
    TimedOut,
)
from deploy.releases.history import ROLLBACK, SUCCEEDED, History, Record
from deploy.releases.lease import Lease, LeaseLost
from deploy.releases.progress import Progress, elapsed
from deploy.releases.smoke import Unasked

OUTCOMES: dict[type[DeployError], str] = {
    RolledBack: "rolled back",
    RollbackFailed: "rollback failed",
    Failed: "failed",
    Unasked: "untested",
    TimedOut: "timed out",
    Aborted: "aborted",
    LeaseLost: "lost its lease",
}
"""The word of each bad end. What was refused, or left to another, has changed nothing."""

ENDS: dict[type[DeployError], str] = {
    RolledBack: "was rolled back",
    RollbackFailed: "failed, and could not be rolled back",
    Aborted: "was stopped",
}
"""How a failure screen begins; every other end is a failure."""

WHY = "why        "
"""What begins the line of a failure screen that says why."""

POLL = 10.0
"""Seconds between two looks."""


class Smoke(Protocol):
    """A test of the service through its URL."""

    def reach(self) -> None:
        """Find out whether it can be asked. Raises `Unasked`."""

    def __call__(self, expected: str = "") -> str:
        """The model's version, that which is expected if one is.

        Raises `Failed` for a wrong answer, `Unasked` for none.
        """


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be released, on whose behalf.

    `supersede` stops the release of another image that is going on, instead of waiting for it.
    `despite_alarms` neither asks for quiet alarms nor listens to them: a way back has to be
    open while they ring. Without `smoke` the service is not asked through its URL.
    `new_machine_image` brings the server the newest Amazon Linux, whatever else is the same.
    """

    digest: str
    who: str
    verb: str = "release"
    run: str = ""
    commit: str = ""
    supersede: bool = False
    despite_alarms: bool = False
    smoke: bool = True
    new_machine_image: bool = False


def headline(order: Order, kind: type[DeployError]) -> str:
    """The first line of a failure screen: what was to be done, and how that ended."""
    return f"{order.verb} of {order.digest} {ENDS.get(kind, 'failed')}"


class Attempt:
    """What every step of a release needs. Times are in seconds.

    `where` is the door as a command names it: server --env staging.
    """

    def __init__(
        self,
        aws: Aws,
        lease: Lease,
        history: History,
        progress: Progress,
        *,
        where: str,
        timeout: float,
    ) -> None:
        self.aws = aws
        self.history = history
        self.progress = progress
        self._lease = lease
        self._where = where
        self._timeout = timeout
        self._started = aws.clock()
        self._known: dict[str, str] = {}
        self._advice = ""

    def run(self, order: Order, steps: Callable[[], Record]) -> Record:
        """Take the lease, do the steps and keep the record that they give, or that their end is.

        A record without an outcome is of steps that had nothing to do: it is not kept. An error
        of AWS's becomes `Failed`, a person's interruption `Aborted`.
        """
        self._advice = _advice(self._where, order)
        with _translated(self._advice), self._lease:
            self._started = self.aws.clock()
            with self._recorded(order), _translated(self._advice):
                record = steps()
                self.progress.end()
                record = msgspec.structs.replace(record, phases=dict(self.progress.phases))
                if record.outcome:
                    self.history.write(record)
                return record

    def know(self, **known: str) -> None:
        """Learn what the record will have, whatever becomes of the release."""
        self._known |= known

    def draft(self, order: Order, outcome: str = "", **known: str) -> Record:
        """A record of what is known now."""
        return Record(
            verb=order.verb,
            started=self._started,
            digest=order.digest,
            outcome=outcome,
            who=order.who,
            run=order.run,
            commit=order.commit,
            phases=dict(self.progress.phases),
            **(self._known | known),
        )

    def succeeded(self, order: Order, **known: str) -> Record:
        """The record of a release that stays."""
        return self.draft(order, SUCCEEDED, **known)

    def reach(self, order: Order, smoke: Smoke) -> None:
        """Raise `Refused` if what serves cannot be asked: nor could what is to come."""
        if order.smoke:
            with _untested():
                smoke.reach()

    def ask(self, order: Order, smoke: Smoke) -> str:
        """The model's version of what does not serve yet, "" if nobody is to ask.

        Raises `Failed` if an answer is wrong, and `Refused` if there is none.
        """
        if not order.smoke:
            return ""
        self.progress.phase("golden rows")
        with _untested():
            return smoke()

    def test(self, order: Order, smoke: Smoke, expected: str = "") -> str:
        """The model's version, "" if nobody is to ask.

        Raises `Failed` if an answer is wrong: then it has to go. Raises `Unasked` if there was
        none, which is no reason to go back.
        """
        self.progress.phase("smoke")
        if not order.smoke:
            self.progress.say("left out: --no-smoke")
            return ""
        try:
            return smoke(expected)
        except Unasked as error:
            raise Unasked(
                f"{error}\nThe new image serves, untested. Once it can be asked, release it "
                f"again; or go back: python -m deploy rollback {self._where}"
            ) from error

    @contextmanager
    def way_back(self, screen: Callable[[str], str]) -> Iterator[None]:
        """The steps of a way back: whatever else keeps them from their end is `RollbackFailed`.

        `screen` shows why, and what serves.
        """
        self.progress.phase("way back")
        try:
            with _translated(self._advice):
                yield
        except (Aborted, LeaseHeld):
            raise
        except DeployError as error:
            raise RollbackFailed(screen(f"The way back: {error}")) from error

    def wait(self, why: str, pause: float = POLL) -> None:
        """Let a moment pass, telling why. Raises `TimedOut`, or `LeaseLost`."""
        self.progress.say(why)
        self.check_time(why)
        self.sleep(pause)

    def sleep(self, seconds: float) -> None:
        """Let time pass and keep the lease, for whoever waits in the middle of a release."""
        self.aws.sleep(seconds)
        self.keep()

    def keep(self) -> None:
        """Keep the lease. Raises `LeaseLost` if it was lost: then nothing may be written."""
        self._lease.keep()

    def check_time(self, why: str) -> None:
        """Raise `TimedOut` if the time is over."""
        if self.aws.clock() - self._started >= self._timeout:
            raise TimedOut(
                f"The time of {elapsed(self._timeout)} is over. Nothing was cancelled: what AWS "
                f"was doing goes on ({why}). {self._advice}"
            )

    @contextmanager
    def _recorded(self, order: Order) -> Iterator[None]:
        try:
            yield
        except DeployError as error:
            self.progress.end()
            outcome = OUTCOMES.get(type(error))
            if outcome is not None:
                self._write(error, self.draft(order, outcome, reason=_reason(error)))
            raise

    def _write(self, error: DeployError, record: Record) -> None:
        """Keep the record of a bad end; that this fails too must not hide the end."""
        try:
            self.history.write(record)
        except (DeployError, *AwsError) as fault:
            error.add_note(f"The history has no record of it: {as_deploy_error(fault)}")


@contextmanager
def _translated(advice: str) -> Iterator[None]:
    """Errors in our own words, whatever they come from; `advice` is for who has interrupted it."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise Aborted(f"Interrupted. What AWS was doing goes on. {advice}") from error
    except AwsError as error:
        raise Failed(str(as_deploy_error(error))) from error


@contextmanager
def _untested() -> Iterator[None]:
    """Nothing is released that nobody could ask."""
    try:
        yield
    except Unasked as error:
        raise Refused(
            f"Nothing was released, because it could not be tested: {error} Or release it "
            "untested, with --no-smoke."
        ) from error


def _reason(error: DeployError) -> str:
    """Its first line, or of a failure screen the one that says why."""
    lines = str(error).splitlines()
    why = (line.removeprefix(WHY) for line in lines if line.startswith(WHY))
    return next(why, lines[0])


def _advice(where: str, order: Order) -> str:
    """How the same image goes on: without its digest a command would take another."""
    image = order.digest if order.verb == ROLLBACK else f"--image {order.digest}"
    return (
        f"Go on with it: `python -m deploy {order.verb} {where} {image}`. Undo it: "
        f"`python -m deploy abort {where}`."
    )
