"""The verb `rollback`: release an earlier image from the history, without a bake."""

import argparse

from deploy.aws import Aws
from deploy.errors import DONE
from deploy.invocation import add_common, invocation_of
from deploy.names import SERVER
from deploy.releases.attempt import Order
from deploy.releases.choice import earlier
from deploy.releases.fleet import look
from deploy.releases.history import ROLLBACK, History
from deploy.releases.opening import place_in, who
from deploy.releases.place import Place
from deploy.releases.releaser import release
from deploy.releases.traffic import Published
from deploy.releases.versions import Versions
from deploy.verbs.release import add_smoke, tell


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, and what to go back to."""
    parser.epilog = (
        "No alarm is heeded, since those of the bad image ring, and so nothing bakes: it ends as "
        "soon as every instance serves the image and the smoke test is passed."
    )
    add_common(parser)
    parser.add_argument(
        "version",
        nargs="?",
        default="",
        metavar="VERSION",
        help="a version's number, or the beginning of a digest or commit (default: the last good "
        "release of another image)",
    )
    parser.add_argument("--supersede", action="store_true", help="stop a release that is going on")
    add_smoke(parser)


def run(args: argparse.Namespace) -> int:
    """Release it, without heeding alarms: those of the bad image ring, before and meanwhile."""
    invocation = invocation_of(args)
    place = place_in(invocation)
    history = History(invocation.aws, place.bucket, place.door)
    record = earlier(history, args.version, running_digest(invocation.aws, place))
    invocation.tell(f"Back to {record.digest}, released {record.time} by {record.who}.")
    order = Order(
        record.digest,
        **who(invocation),
        verb=ROLLBACK,
        commit=record.commit,
        supersede=args.supersede,
        despite_alarms=True,
        smoke=args.smoke,
        new_machine_image=False,
    )
    tell(invocation, release(invocation, order))
    return DONE


def running_digest(aws: Aws, place: Place) -> str:
    """What the group launches, or the alias mainly runs; "" if nothing does."""
    if place.door == SERVER:
        number = look(aws, place.group).version
        versions = Versions(aws, place.template).all()
        return next((each.digest for each in versions if each.number == number), "")
    published = Published(aws, place.function)
    traffic = published.traffic()
    return published.image(traffic.main) if traffic is not None else ""
