"""The objects in the bucket."""

import pytest

from deploy.errors import Refused
from deploy.names import SERVER
from deploy.releases.history import History
from deploy.releases.lease import Lease, holder_of, unlock
from deploy.releases.store import Store, Unreadable
from tests.deploy.worlds import World, made
from tests.twin.environment import ACCOUNT
from tests.twin.twin import Twin

BUCKET = "shop-staging-bucket"


def test_an_object_is_kept_and_taken_away(twin: Twin) -> None:
    """With its ETag, under its prefix."""
    twin.client("s3").create_bucket(Bucket=BUCKET)
    store = Store(World(twin).aws, BUCKET, SERVER)
    etag = store.put("b/2", b"{}", IfNoneMatch="*")
    store.put("b/1", b"{}")
    assert store.get("b/2") == (b"{}", etag)
    assert store.keys("b/") == ["b/1", "b/2"]
    store.delete("b/2")
    store.delete("b/2")
    assert store.get("b/2") is None


def test_an_environment_that_was_never_applied_says_so(twin: Twin) -> None:
    """Whoever asks: a release, a look at the history, an unlock."""
    aws = World(twin).aws
    missing = pytest.raises(
        Refused, match=rf"no bucket {BUCKET}.*apply server` with the same --env"
    )
    with missing, Lease(aws, BUCKET, SERVER, owner="ann"):
        pytest.fail("There is no bucket to hold a lease in.")
    with missing:
        next(History(aws, BUCKET, SERVER).newest())
    with missing:
        holder_of(aws, BUCKET, SERVER)
    with missing:
        unlock(aws, BUCKET, SERVER)


def test_a_record_that_cannot_be_read_is_named(twin: Twin) -> None:
    """The history ends at it, and says what to do."""
    twin.client("s3").create_bucket(Bucket=BUCKET)
    aws = World(twin).aws
    Store(aws, BUCKET, SERVER).put("history/server/1.json", b'{"verb": "release"}')
    with pytest.raises(Unreadable, match=rf"s3://{BUCKET}/history/server/1.json .*Delete that"):
        next(History(aws, BUCKET, SERVER).newest())


def test_every_call_names_the_owner_of_the_bucket(twin: Twin) -> None:
    """Another account may have taken the name first: nothing is read from it or written to it."""
    world = made(twin)
    bucket = world.server().shared.bucket.name
    with Lease(world.aws, bucket, SERVER, owner="ann"):
        assert not list(History(world.aws, bucket, SERVER).newest())
    world.plan()
    world.destroy()
    world.apply()
    calls = [
        each for each in twin.calls if each.service == "s3" and each.operation != "CreateBucket"
    ]
    assert len({each.operation for each in calls}) > 10
    assert {each.parameters.get("ExpectedBucketOwner") for each in calls} == {ACCOUNT}
