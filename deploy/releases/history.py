"""The history: one object in the bucket for each release, whatever became of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile

import msgspec
from msgspec import Struct

from deploy.aws import Aws
from deploy.releases.store import Store

HISTORY = "history/"
"""What the keys of all records begin with."""

SUCCEEDED = "succeeded"
"""The outcome of a release that stays."""

ROLLBACK = "rollback"
"""The verb of one that went back on purpose."""

DESTROY = "destroy"
"""The verb of the record that ends what came before it: none of that runs any more."""

DESTROYED = "destroyed"
"""Its outcome."""


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One release, or the end of all of them.

    `started` is in seconds since the epoch, `phases` are seconds by name. `version` is the number
    of the launch template's version, or of the function's; `before` is the digest that ran
    before, and `reason` why it did not succeed.
    """

    verb: str
    started: float
    digest: str
    outcome: str
    who: str
    run: str = ""
    commit: str = ""
    version: str = ""
    before: str = ""
    reason: str = ""
    model_version: str = ""
    phases: dict[str, float] = {}

    @property
    def time(self) -> str:
        """When it began, to the second."""
        return f"{datetime.fromtimestamp(self.started, UTC):%Y-%m-%d %H:%M:%S}"


class History:
    """The releases of one door."""

    def __init__(self, aws: Aws, bucket: str, door: str) -> None:
        self._store = Store(aws, bucket, door)
        self._prefix = f"{HISTORY}{door}/"

    def write(self, record: Record) -> None:
        """Keep a record; written again, it replaces itself."""
        moment = datetime.fromtimestamp(record.started, UTC)
        name = f"{moment:%Y%m%dT%H%M%S.%f}-{record.digest.removeprefix('sha256:')[:12]}.json"
        self._store.put(self._prefix + name, msgspec.json.encode(record))

    def newest(self) -> Iterator[Record]:
        """The records, newest first, read one by one."""
        for key in reversed(self._store.keys(self._prefix)):
            found = self._store.read(key, Record, mend=_MEND)
            if found is not None:
                yield found[0]

    def is_good(self, digest: str, version: str) -> bool:
        """Whether the newest success is of this image in this version, and no later release of it
        has failed. What was destroyed since does not count: numbers come again in what was made
        anew."""
        for record in self.newest():
            if (record.digest, record.version) == (digest, version):
                return record.outcome == SUCCEEDED
            if record.outcome == SUCCEEDED or record.verb == DESTROY:
                return False
        return False

    def last_success(self, *, other_than: str = "") -> Record | None:
        """The newest record of a release that stayed, of another digest if one is named.

        What was destroyed since does not count.
        """
        since = takewhile(lambda each: each.verb != DESTROY, self.newest())
        good = (each for each in since if each.outcome == SUCCEEDED)
        return next((each for each in good if each.digest != other_than), None)

    def kept(self, number: int) -> frozenset[str]:
        """The digests of the last so many different ones that succeeded."""
        digests: dict[str, None] = {}
        for record in self.newest():
            if len(digests) == number:
                break
            if record.outcome == SUCCEEDED:
                digests[record.digest] = None
        return frozenset(digests)


_MEND = "Delete that object: the history goes on without it."
