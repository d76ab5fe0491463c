"""The machine image of what runs, and how old it is."""

from dataclasses import dataclass
from datetime import UTC, datetime

from deploy.aws import Aws, absent
from deploy.releases.versions import Versions

OLD_DAYS = 30
"""After so many days a newer one with the patches of a month is worth a release."""

STALE_DAYS = 90
"""After so many days it lacks a whole minor version of Amazon Linux, which appears each quarter.

https://docs.aws.amazon.com/linux/al2023/ug/release-cadence.html
"""

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class MachineImage:
    """An image by its id. `days` is its age, None once its publisher has withdrawn it."""

    id: str
    days: float | None

    @property
    def stale(self) -> bool:
        """Whether it has to be renewed: it is too old, or withdrawn."""
        return self.days is None or self.days > STALE_DAYS

    def __str__(self) -> str:
        if self.days is None:
            return f"{self.id}, which is withdrawn: {_ADVICE}"
        age = f"{self.id}, {self.days:.0f} days old"
        return f"{age}: {_ADVICE}" if self.days > OLD_DAYS else age


_ADVICE = "`release` with --new-machine-image brings the newest"


def machine_image_of(aws: Aws, template: str, number: str) -> MachineImage | None:
    """That of a version of a launch template; None before there is an image to run on it."""
    versions = (each for each in Versions(aws, template).all() if each.number == number)
    version = next(versions, None)
    if version is None or not version.digest:
        return None
    image = str(version.data["ImageId"])
    with absent("InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"):
        for found in aws.client("ec2").describe_images(ImageIds=[image])["Images"]:
            made = datetime.fromisoformat(found["CreationDate"]).replace(tzinfo=UTC)
            return MachineImage(image, (aws.clock() - made.timestamp()) / DAY)
    return MachineImage(image, None)
