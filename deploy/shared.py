"""What both doors use: the images, and the bucket of leases and history."""

from dataclasses import dataclass

from deploy.aws import Aws
from deploy.config import Config
from deploy.names import Names
from deploy.resource import Resource
from deploy.resources.bucket import Bucket
from deploy.resources.registry import Repository


@dataclass(frozen=True, slots=True)
class Shared:
    """The repository of the service and the bucket of the environment."""

    repository: Repository
    bucket: Bucket

    @property
    def resources(self) -> list[Resource]:
        """In their order."""
        return [self.repository, self.bucket]


def shared_of(aws: Aws, config: Config, names: Names, *, for_functions: bool = False) -> Shared:
    """Both of them, for a stack."""
    repository = Repository(aws, names, for_functions=for_functions)
    return Shared(repository, Bucket(aws, config, names))
