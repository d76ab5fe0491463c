"""Where a release happens: the names of what it reads and changes, in one place."""

from dataclasses import dataclass

from deploy.names import SERVER, Names
from deploy.watches import ROLLOUT_ALARMS


@dataclass(frozen=True, slots=True)
class Place:
    """What a release of one door works on, by name.

    `stem` is the group, its launch template and the function. `alarms` are those that a release
    heeds, `alarm_prefix` is what the names of all of them begin with.
    """

    door: str
    environment: str
    stem: str
    bucket: str
    repository: str
    log_group: str
    alarm_prefix: str
    alarms: tuple[str, ...]

    @property
    def where(self) -> str:
        """The door as a command names it."""
        return f"{self.door} --env {self.environment}"

    @property
    def group(self) -> str:
        """The Auto Scaling group."""
        return self.stem

    @property
    def template(self) -> str:
        """The launch template."""
        return self.stem

    @property
    def function(self) -> str:
        """The Lambda function."""
        return self.stem


def place_of(names: Names, account: str, region: str, door: str = SERVER) -> Place:
    """The place of one door of an environment."""
    return Place(
        door,
        names.environment,
        stem=names.stem,
        bucket=names.bucket(account, region),
        repository=names.repository,
        log_group=names.log_group(door),
        alarm_prefix=names.alarm(door, ""),
        alarms=tuple(names.alarm(door, what) for what in ROLLOUT_ALARMS),
    )
