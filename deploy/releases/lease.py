"""The lease: one object in the bucket that says who is deploying, and until when."""

import uuid
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from deploy.aws import Aws, absent, error_code
from deploy.aws_errors import AwsError, as_deploy_error
from deploy.errors import DeployError, LeaseHeld
from deploy.releases.store import Store

SECONDS = 60.0
"""How long a lease lasts that nobody renews."""

RENEWAL = 20.0
"""How old it may become before it is renewed."""

_LOST = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})
"""What S3 says when another was faster."""


class Holder(Struct, frozen=True):
    """Who holds a lease; times are seconds since the epoch. `token` tells two runs apart."""

    owner: str
    run: str
    since: float
    expires: float
    token: str


class LeaseLost(LeaseHeld):
    """A run no longer has the lease that it had: it may write nothing more."""


class Lease:
    """The right to deploy, held for the length of a `with`.

    It is renewed by `keep`, which whoever waits calls often: no thread does it behind their back,
    so that a program that hangs loses it. A process that is killed gives nothing back: its lease
    runs out. The time is S3's, so that a clock that is wrong takes nobody's lease away. Raises
    `LeaseHeld` if another holds it, and `LeaseLost` if it is ours no longer.
    """

    def __init__(
        self, aws: Aws, bucket: str, door: str, *, owner: str, run: str = "", token: str = ""
    ) -> None:
        self._aws = aws
        self._store = Store(aws, bucket, door)
        self._door = door
        self._owner, self._run = owner, run
        self._token = token or uuid.uuid4().hex
        self._etag = ""
        self._since = self._renewed = 0.0

    def __enter__(self) -> Self:
        found = _read(self._store, self._door)
        self._since = self._store.now()
        if found is None:
            self._write(IfNoneMatch="*")
        elif self._is_free(found[0]):
            self._write(IfMatch=found[1])
        else:
            raise LeaseHeld(_held(found[0], self._store.now()))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.give_back()
        elif isinstance(error, Exception | KeyboardInterrupt):
            self._give_back_despite(error)

    def keep(self) -> None:
        """Renew it if that is due. Raises `LeaseLost` if it is no longer ours."""
        if self._aws.clock() - self._renewed >= RENEWAL:
            self._write(IfMatch=self._etag)

    def give_back(self) -> None:
        """Let it be over, if it is still ours."""
        with absent(*_LOST):
            self._put(0.0, IfMatch=self._etag)

    def _give_back_despite(self, error: BaseException) -> None:
        """Give it back; that this fails too must not hide the error."""
        try:
            self.give_back()
        except (DeployError, *AwsError) as fault:
            error.add_note(f"The lease was not given back and runs out: {as_deploy_error(fault)}")

    def _is_free(self, holder: Holder) -> bool:
        return holder.token == self._token or holder.expires <= self._store.now()

    def _write(self, **condition: str) -> None:
        """Write it; where S3 refuses, our own earlier try may have got through unheard."""
        self._renewed = self._aws.clock()
        try:
            self._put(self._store.now() + SECONDS, **condition)
        except ClientError as error:
            if error_code(error) not in _LOST:
                raise
            self._recognise()

    def _recognise(self) -> None:
        found = _read(self._store, self._door)
        if found is None:
            raise LeaseLost(
                f"The lease was taken away with `unlock` while this run held it. {_END}"
            )
        if found[0].token != self._token:
            if self._etag:
                raise LeaseLost(f"This run has lost its lease: {_who(found[0])} since. {_END}")
            raise LeaseHeld(_held(found[0], self._store.now()))
        self._etag = found[1]

    def _put(self, expires: float, **condition: str) -> None:
        holder = Holder(self._owner, self._run, self._since, expires, self._token)
        self._etag = self._store.put(key_of(self._door), msgspec.json.encode(holder), **condition)


def key_of(door: str) -> str:
    """Where the lease of a door lies in the bucket."""
    return f"lease/{door}.json"


def holder_of(aws: Aws, bucket: str, door: str) -> Holder | None:
    """Who holds the lease now, or None."""
    store = Store(aws, bucket, door)
    found = _read(store, door)
    return found[0] if found is not None and found[0].expires > store.now() else None


def refuse_held(aws: Aws, bucket: str, door: str) -> None:
    """Raise `LeaseHeld` if somebody holds it."""
    holder = holder_of(aws, bucket, door)
    if holder is not None:
        raise LeaseHeld(_held(holder, aws.clock()))


def unlock(aws: Aws, bucket: str, door: str) -> None:
    """Take the lease away, whoever holds it and whatever it is."""
    Store(aws, bucket, door).delete(key_of(door))


def _read(store: Store, door: str) -> tuple[Holder, str] | None:
    """The holder and the ETag of the object. Raises `Unreadable` for what is no lease."""
    mend = f"`python -m deploy unlock {door}` with the same --env takes it away."
    return store.read(key_of(door), Holder, mend=mend)


def _held(holder: Holder, now: float) -> str:
    since = datetime.fromtimestamp(holder.since, UTC)
    left = max(0, holder.expires - now)
    return (
        f"{_who(holder)} since {since:%Y-%m-%d %H:%M:%S} UTC. Wait for the end of it; a run that "
        f"has died loses its lease in {left:.0f} seconds, or take it away with `unlock`."
    )


def _who(holder: Holder) -> str:
    run = f" ({holder.run})" if holder.run else ""
    return f"{holder.owner}{run} has been deploying"


_END = "It changes nothing more, and what AWS was doing goes on: look at it with `status`."
"""What a run that has lost its lease does."""
