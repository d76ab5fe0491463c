"""The image repository."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.documents import canonical
from deploy.names import Names
from deploy.resource import Later, Settings
from deploy.tags import owned, pairs

UNTAGGED_DAYS = 14

LIFECYCLE = {
    "rules": [
        {
            "rulePriority": 1,
            "description": "Images without a tag were never finished",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": UNTAGGED_DAYS,
            },
            "action": {"type": "expire"},
        }
    ]
}
"""Only untagged images expire: a rule for tagged ones would one day take a live one."""


class Repository:
    """One repository for all environments: an image is built once."""

    kind = "image repository"

    def __init__(self, aws: Aws, names: Names) -> None:
        self.name = names.repository
        self.arn: str | Later = Later(self.kind)
        self._aws = aws
        self._tags = names.repository_tags

    @property
    def uri(self) -> str:
        """What images are called by, without a tag or a digest."""
        suffix = "amazonaws.com.cn" if self._aws.partition == "aws-cn" else "amazonaws.com"
        return f"{self._aws.account}.dkr.ecr.{self._aws.region}.{suffix}/{self.name}"

    def find(self) -> Settings | None:
        with absent("RepositoryNotFoundException"):
            (found,) = self._aws.pages(
                "ecr", "describe_repositories", "repositories", repositoryNames=[self.name]
            )
            self.arn = found["repositoryArn"]
            tags = self._client.list_tags_for_resource(resourceArn=self.arn)["tags"]
            return {
                "tag_mutability": found["imageTagMutability"],
                "scan_on_push": found.get("imageScanningConfiguration", {}).get("scanOnPush"),
                "lifecycle": self._lifecycle(),
                "tags": owned(tags, self._tags),
            }
        self.arn = Later(self.kind)
        return None

    def settings(self) -> Settings:
        return {
            "tag_mutability": "IMMUTABLE",
            "scan_on_push": True,
            "lifecycle": canonical(LIFECYCLE),
            "tags": self._tags,
        }

    def create(self) -> None:
        answer = self._client.create_repository(
            repositoryName=self.name,
            imageTagMutability="IMMUTABLE",
            imageScanningConfiguration={"scanOnPush": True},
            tags=pairs(self._tags),
        )
        self.arn = answer["repository"]["repositoryArn"]
        self.update(frozenset({"lifecycle"}))

    def update(self, changed: frozenset[str]) -> None:
        if "tag_mutability" in changed:
            self._client.put_image_tag_mutability(
                repositoryName=self.name, imageTagMutability="IMMUTABLE"
            )
        if "scan_on_push" in changed:
            self._client.put_image_scanning_configuration(
                repositoryName=self.name, imageScanningConfiguration={"scanOnPush": True}
            )
        if "lifecycle" in changed:
            self._client.put_lifecycle_policy(
                repositoryName=self.name, lifecyclePolicyText=canonical(LIFECYCLE)
            )
        if "tags" in changed:
            self._client.tag_resource(resourceArn=self.arn, tags=pairs(self._tags))

    def delete(self) -> None:
        """Take it away with every image in it."""
        with absent("RepositoryNotFoundException"):
            self._client.delete_repository(repositoryName=self.name, force=True)

    def _lifecycle(self) -> str | None:
        with absent("LifecyclePolicyNotFoundException"):
            answer = self._client.get_lifecycle_policy(repositoryName=self.name)
            return canonical(answer["lifecyclePolicyText"])
        return None

    @property
    def _client(self) -> Any:
        return self._aws.client("ecr")
