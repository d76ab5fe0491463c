"""The image repository."""

import json
from typing import Any

from deploy.aws import Aws, absent
from deploy.names import Names
from deploy.permissions.documents import canonical
from deploy.permissions.policies import Statement, document, pulled_by_lambda
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
    """One repository for all environments: an image is built once.

    With `for_functions` its policy admits Lambda. The other door neither wants nor minds that.
    """

    kind = "image repository"

    def __init__(self, aws: Aws, names: Names, *, for_functions: bool = False) -> None:
        self.name = names.repository
        self.arn: str | Later = Later(self.kind)
        self._aws = aws
        self._tags = names.repository_tags
        self._for_functions = for_functions
        self._others: list[Statement] = []

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
                **({"pulled_by": self._pulled_by()} if self._for_functions else {}),
            }
        self.arn = Later(self.kind)
        return None

    def settings(self) -> Settings:
        return {
            "tag_mutability": "IMMUTABLE",
            "scan_on_push": True,
            "lifecycle": canonical(LIFECYCLE),
            "tags": self._tags,
            **({"pulled_by": canonical(self._statement())} if self._for_functions else {}),
        }

    def create(self) -> None:
        answer = self._client.create_repository(
            repositoryName=self.name,
            imageTagMutability="IMMUTABLE",
            imageScanningConfiguration={"scanOnPush": True},
            tags=pairs(self._tags),
        )
        self.arn = answer["repository"]["repositoryArn"]
        self._others = []
        self.update(frozenset({"lifecycle", *(["pulled_by"] if self._for_functions else [])}))

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
        if "pulled_by" in changed:
            self._client.set_repository_policy(
                repositoryName=self.name,
                policyText=canonical(document(*self._others, self._statement())),
            )
        if "tags" in changed:
            self._client.tag_resource(resourceArn=self.arn, tags=pairs(self._tags))

    def delete(self) -> None:
        """Take it away with every image in it."""
        with absent("RepositoryNotFoundException"):
            self._client.delete_repository(repositoryName=self.name, force=True)

    def _statement(self) -> Statement:
        return pulled_by_lambda(self._aws.arn("lambda", "function:*"))

    def _pulled_by(self) -> str | None:
        """Our statement in the live policy; what else it says is let alone."""
        statements: list[Statement] = []
        with absent("RepositoryPolicyNotFoundException"):
            answer = self._client.get_repository_policy(repositoryName=self.name)
            statements = json.loads(answer["policyText"])["Statement"]
        sid = self._statement()["Sid"]
        self._others = [each for each in statements if each.get("Sid") != sid]
        return next((canonical(each) for each in statements if each.get("Sid") == sid), None)

    def _lifecycle(self) -> str | None:
        with absent("LifecyclePolicyNotFoundException"):
            answer = self._client.get_lifecycle_policy(repositoryName=self.name)
            return canonical(answer["lifecyclePolicyText"])
        return None

    @property
    def _client(self) -> Any:
        return self._aws.client("ecr")
