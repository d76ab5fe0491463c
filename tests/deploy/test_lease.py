"""The lease: one holder at a time, on S3's own conditions."""

from collections.abc import Iterator

import msgspec
import pytest

from deploy.aws import Aws
from deploy.errors import LeaseHeld
from deploy.releases.lease import Lease, holder_of, key_of, refuse_held, unlock
from deploy.releases.store import Store, Unreadable
from tests.twin.faults import Interrupted
from tests.twin.twin import Twin

BUCKET = "shop-staging"


@pytest.fixture
def aws() -> Iterator[Aws]:
    with Twin() as twin:
        twin.client("s3").create_bucket(Bucket=BUCKET)
        yield _aws(twin)


def _aws(twin: Twin) -> Aws:
    aws = Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep)
    aws.twin = twin  # type: ignore[attr-defined]  # where a test finds the world again
    return aws


def twin_of(aws: Aws) -> Twin:
    return aws.twin  # type: ignore[attr-defined,no-any-return]  # see above


def lease(aws: Aws, owner: str = "ann", **wishes: str) -> Lease:
    return Lease(aws, BUCKET, "server", owner=owner, **wishes)


def test_one_at_a_time(aws: Aws) -> None:
    """The second is told who, since when, which run, and when a dead one would be out."""
    with lease(aws, run="https://ci.example/7"), pytest.raises(LeaseHeld) as held:
        lease(aws, "bob").__enter__()
    assert str(held.value).startswith(
        "ann (https://ci.example/7) has been deploying since 2026-01-05 12:00:00 UTC."
    )
    assert "in 60 seconds" in str(held.value)


def test_given_back(aws: Aws) -> None:
    """The next one need not wait, after an error and after Control-C too."""
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), lease(aws):
            raise error
        assert holder_of(aws, BUCKET, "server") is None
    with lease(aws, "bob"):
        assert holder_of(aws, BUCKET, "server").owner == "bob"  # type: ignore[union-attr]  # held


def test_dead_run_loses_it_after_a_minute(aws: Aws) -> None:
    """A process that is killed gives nothing back; another takes over when it has run out."""
    with pytest.raises(Interrupted), lease(aws):
        raise Interrupted
    aws.sleep(59)
    with pytest.raises(LeaseHeld):
        lease(aws, "bob").__enter__()
    aws.sleep(1)
    with lease(aws, "bob"):
        pass


def test_a_wrong_clock_takes_no_lease_away(aws: Aws) -> None:
    """Of two machines one is an hour ahead, or behind: the time is the one that S3 answers with."""

    def off(seconds: float) -> Aws:
        return Aws(twin_of(aws).session(), clock=lambda: aws.clock() + seconds, sleep=aws.sleep)

    for wrong in (3600.0, -3600.0):
        with lease(off(wrong)) as held:
            for seconds in (0.0, 3600.0, -3600.0):
                with pytest.raises(LeaseHeld, match="in 60 seconds"):
                    lease(off(seconds), "bob").__enter__()
                held.keep()
        assert holder_of(off(wrong), BUCKET, "server") is None


def test_kept_while_it_is_renewed(aws: Aws) -> None:
    """Whoever waits and says so keeps it, renewing no oftener than every 20 seconds."""
    with lease(aws) as held:
        twin_of(aws).calls.clear()
        for _ in range(30):
            aws.sleep(10)
            held.keep()
        with pytest.raises(LeaseHeld):
            lease(aws, "bob").__enter__()
    assert twin_of(aws).calls.names.count("s3.PutObject") == 16


def test_taken_over_is_noticed(aws: Aws) -> None:
    """A run that hung for longer than its lease stops as soon as it looks."""
    with lease(aws) as held:
        aws.sleep(70)
        lease(aws, "bob").__enter__()
        with pytest.raises(LeaseHeld, match="has lost its lease: bob has been deploying"):
            held.keep()
    assert holder_of(aws, BUCKET, "server").owner == "bob"  # type: ignore[union-attr]  # still his


def test_hung_but_not_taken_over(aws: Aws) -> None:
    """Nobody came: the late renewal is as good as a punctual one."""
    with lease(aws) as held:
        aws.sleep(70)
        held.keep()
        assert holder_of(aws, BUCKET, "server") is not None


def test_unlock(aws: Aws) -> None:
    """The one that held it stops at its next look."""
    with lease(aws) as held:
        unlock(aws, BUCKET, "server")
        aws.sleep(20)
        with pytest.raises(LeaseHeld, match="taken away with `unlock`"):
            held.keep()
    unlock(aws, BUCKET, "server")
    assert holder_of(aws, BUCKET, "server") is None


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'{"owner": "\xff"}', b'{"owner": 1}'])
def test_object_that_is_no_lease(aws: Aws, body: bytes) -> None:
    """Everybody is told which object it is and what takes it away; then the lease is free."""
    Store(aws, BUCKET, "server").put(key_of("server"), body)
    told = rf"s3://{BUCKET}/lease/server.json is nothing .* `python -m deploy unlock server`"
    with pytest.raises(Unreadable, match=told):
        lease(aws).__enter__()
    with pytest.raises(Unreadable, match=told):
        refuse_held(aws, BUCKET, "server")
    unlock(aws, BUCKET, "server")
    with lease(aws):
        pass


@pytest.mark.parametrize("fault", ["lost", "throttle", "outage", "unreachable"])
def test_answers_that_never_come(aws: Aws, fault: str) -> None:
    """A write that got through unheard is recognised as our own when S3 refuses the second."""
    twin_of(aws).faults.on("s3.PutObject", times=2, error=fault)
    with lease(aws) as held:
        twin_of(aws).faults.clear()
        twin_of(aws).faults.on("s3.PutObject", error=fault)
        aws.sleep(20)
        held.keep()
    assert holder_of(aws, BUCKET, "server") is None


def test_race_for_a_free_lease(aws: Aws) -> None:
    """Of two that saw it free one wins, whoever S3 heard first."""
    first = lease(aws)

    def faster(**_: object) -> None:
        with twin_of(aws).aside():
            document = {"owner": "bob", "run": "", "since": 0.0, "expires": 4e9, "token": "b"}
            twin_of(aws).client("s3").put_object(
                Bucket=BUCKET, Key=key_of("server"), Body=msgspec.json.encode(document)
            )

    events = aws.client("s3").meta.events
    events.register("before-call.s3.PutObject", faster)
    with pytest.raises(LeaseHeld, match="bob"):
        first.__enter__()


def test_other_errors_are_raised(aws: Aws) -> None:
    """A right that is lacking is not mistaken for a lease that is held."""
    twin_of(aws).faults.on("s3.PutObject", error="AccessDenied")
    with pytest.raises(Exception, match="AccessDenied"):
        lease(aws).__enter__()
