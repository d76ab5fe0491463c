"""The verb `rollback`: release an earlier image from the history, without a bake."""

import argparse

from deploy.errors import DONE
from deploy.invocation import add_common, invocation_of
from deploy.releases.attempt import Order
from deploy.releases.choice import SHORTEST, earlier, undoes
from deploy.releases.history import ROLLBACK, History
from deploy.releases.opening import place_in, who
from deploy.releases.releaser import release, undo
from deploy.releases.unfinished import running
from deploy.verbs.release import add_smoke, tell


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, and what to go back to."""
    parser.epilog = (
        "No alarm is heeded, since those of the bad image ring, and so nothing bakes: it ends as "
        "soon as every instance serves the image and the smoke test is passed. Without VERSION a "
        "release that is under way is undone."
    )
    add_common(parser)
    parser.add_argument(
        "version",
        nargs="?",
        default="",
        metavar="VERSION",
        help=f"a version's number, or at least {SHORTEST} characters of a digest or commit "
        "(default: the last good release of another image)",
    )
    parser.add_argument("--supersede", action="store_true", help="stop a release that is going on")
    add_smoke(parser)


def run(args: argparse.Namespace) -> int:
    """Release it, without heeding alarms: those of the bad image ring, before and meanwhile."""
    invocation = invocation_of(args)
    place = place_in(invocation)
    history = History(invocation.aws, place.bucket, place.door)
    found = running(invocation.aws, place)
    if not args.version and undoes(history, found):
        invocation.tell(f"Undoes the release of {found.left}: back to {found.digest}.")
        known = who(invocation)
        order = Order(found.digest, known["who"], verb=ROLLBACK, run=known["run"])
        tell(invocation, undo(invocation, order, found))
        return DONE
    record = earlier(history, args.version, found)
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
