"""Names: what everything of one deployment is called, and the tags that mark it."""

import hashlib
from dataclasses import dataclass

from deploy.config import Config

SERVER = "server"
FUNCTION = "function"
SHARED = "shared"
"""The tag `door` of what both doors use."""

MACHINE_IMAGES = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"
"""Where Amazon names its newest Amazon Linux 2023 in SSM; the architecture follows."""

MANAGED = {"managed-by": "deploy"}
"""The mark of what was made here; a thing of the same name without it is somebody else's."""

IMAGE_TAG = "image"
"""The tag of an instance that says which image, by its digest, the instance runs."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one environment of one service.

    All of them start with `stem`, by which they are found again; nothing else is remembered.
    """

    name: str
    environment: str
    extra_tags: tuple[tuple[str, str], ...] = ()

    @property
    def stem(self) -> str:
        """The common start, at most 32 characters for the shortest names that AWS allows."""
        return fit(f"{self.name}-{self.environment}", 32)

    @property
    def repository(self) -> str:
        """The image repository: one for all environments, so that an image is built once."""
        return self.name

    def bucket(self, account: str, region: str) -> str:
        """The bucket, whose name must be unlike every other one in the world."""
        return f"{self.stem}-{account}-{region}"

    def log_group(self, door: str) -> str:
        """The log group of the server, or the one that Lambda writes to by itself."""
        if door == FUNCTION:
            return f"/aws/lambda/{self.stem}"
        return f"/{self.name}/{self.environment}/{door}"

    def of(self, part: str) -> str:
        """The name of a part, such as the security group of the balancer."""
        return f"{self.stem}-{part}"

    def worldwide(self, part: str, region: str) -> str:
        """The name of a part that belongs to no region, such as a role: it has the region in it, so
        that the same environment may stand in several."""
        return f"{self.of(part)}-{region}"

    def alarm(self, door: str, what: str) -> str:
        """The name of an alarm of one door."""
        return f"{self.stem}-{door}-{what}"

    def tags(self, door: str) -> dict[str, str]:
        """The tags of everything that belongs to one door, or to both: `SHARED`."""
        ours = {
            "service": self.name,
            "environment": self.environment,
            "door": door,
            **MANAGED,
        }
        return dict(self.extra_tags) | ours

    @property
    def repository_tags(self) -> dict[str, str]:
        """The tags of what all environments share; the same seen from each of them."""
        return {"service": self.name, **MANAGED}


def names_of(config: Config) -> Names:
    """The names that a configuration gives."""
    return Names(config.name, config.environment, tuple(sorted(config.tags.items())))


def fit(text: str, length: int) -> str:
    """The text, shortened if it must be by a hash of what is left out."""
    if len(text) <= length:
        return text
    mark = hashlib.sha256(text.encode()).hexdigest()[:6]
    return f"{text[: length - 7].rstrip('-')}-{mark}"
