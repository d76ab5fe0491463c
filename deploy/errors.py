"""What can go wrong while deploying, and the exit code of each.

DeployError
├── Refused         the input is wrong: nothing was changed
├── LeaseHeld       somebody else is deploying
├── Failed          AWS or the release itself failed
│   ├── RolledBack      … and the old version serves again
│   └── RollbackFailed  … and so did the way back: a person must look
├── TimedOut        it did not end in its time; it may still be going on
└── Aborted         a person stopped it

Every message names the thing that is wrong, what was found and what to do next.
"""

DONE = 0
CHANGES = 2
"""`plan` has something to change."""


class DeployError(Exception):
    """Anything that ends a command without success."""

    exit_code = 1


class Refused(DeployError):
    """The input is wrong: nothing was changed."""

    exit_code = 3


class Failed(DeployError):
    """AWS refused a call, or the release did not become healthy, or could not be tested."""

    exit_code = 4


class RolledBack(Failed):
    """The release failed, and the version before it serves again."""

    exit_code = 5


class RollbackFailed(Failed):
    """The release failed, and so did the way back."""

    exit_code = 6


class TimedOut(DeployError):
    """It did not end in its time, and may still be going on."""

    exit_code = 7


class Aborted(DeployError):
    """A person stopped it: with Control-C during `release` or `rollback`, or with `abort`."""

    exit_code = 8


class LeaseHeld(DeployError):
    """Somebody else is deploying."""

    exit_code = 9
