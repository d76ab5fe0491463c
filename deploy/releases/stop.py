"""The mark that `abort` leaves: the run at the release tells it from a way back of AWS's own."""

import msgspec
from msgspec import Struct

from deploy.aws import Aws
from deploy.releases.place import Place
from deploy.releases.store import Store


class Stop(Struct, frozen=True):
    """Which instance refresh a person has had undone, and who that was."""

    refresh: str
    who: str


def mark(aws: Aws, place: Place, stop: Stop) -> None:
    """Leave it, in place of the one before."""
    Store(aws, place.bucket, place.door).put(_key(place), msgspec.json.encode(stop))


def stopped_by(aws: Aws, place: Place, refresh: str) -> str:
    """Who has had a refresh undone; "" if nobody has."""
    mend = "Delete that object: it says no more than who stopped the last release."
    found = Store(aws, place.bucket, place.door).read(_key(place), Stop, mend=mend)
    return found[0].who if found is not None and found[0].refresh == refresh else ""


def _key(place: Place) -> str:
    return f"stop/{place.door}.json"
