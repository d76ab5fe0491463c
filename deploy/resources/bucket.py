"""The private bucket: leases, history, records, and the balancer's access logs if wanted."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, absent, error_code
from deploy.config import Config
from deploy.errors import Refused
from deploy.names import SHARED, Names
from deploy.permissions.documents import canonical
from deploy.permissions.policies import bucket_policy
from deploy.resource import Settings
from deploy.tags import owned, pairs
from deploy.waiting import retried

ACCESS_LOGS = "access-logs"
"""The prefix of the balancer's access logs."""

LEASES = "lease/"
"""The prefix of the leases, which mean nothing once the service is gone."""

REMAKING = 1800.0
"""Seconds until the name of a bucket that was deleted is free again."""

OLD_VERSIONS_DAYS = 30
CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


class Bucket:
    """Encrypted, versioned, closed to the public and to plain HTTP."""

    kind = "bucket"

    def __init__(self, aws: Aws, config: Config, names: Names) -> None:
        self.name = names.bucket(aws.account, aws.region)
        self._aws = aws
        self._tags = names.tags(SHARED)
        self._policy = bucket_policy(
            f"arn:{aws.partition}:s3:::{self.name}",
            account=aws.account,
            log_prefix=ACCESS_LOGS if config.balancer.access_logs else "",
        )
        self._log_days = config.logs.retention_days

    def find(self) -> Settings | None:
        if not self._is_ours():
            return None
        return {
            "encryption": self._encryption(),
            "versioning": self._ask("get_bucket_versioning").get("Status"),
            "public_access": self._public_access(),
            "policy": self._live_policy(),
            "lifecycle": self._lifecycle(),
            "tags": self._live_tags(),
        }

    def settings(self) -> Settings:
        return {
            "encryption": "AES256",
            "versioning": "Enabled",
            "public_access": "blocked",
            "policy": canonical(self._policy),
            "lifecycle": _summary(self._rules()),
            "tags": self._tags,
        }

    def create(self) -> None:
        arguments: dict[str, Any] = {}
        if self._aws.region != "us-east-1":
            arguments["CreateBucketConfiguration"] = {"LocationConstraint": self._aws.region}
        with absent("BucketAlreadyOwnedByYou"):
            retried(
                self._aws,
                lambda: self._aws.client("s3").create_bucket(Bucket=self.name, **arguments),
                lambda error: error_code(error) == "OperationAborted",
                what=f"S3 has done with the bucket {self.name} that was deleted",
                limit=REMAKING,
            )
        self.update(frozenset(self.settings()))

    def update(self, changed: frozenset[str]) -> None:
        for key, (operation, arguments) in self._writes().items():
            if key in changed:
                self._ask(operation, **arguments)

    def delete(self) -> None:
        """Take it away with everything in it, old versions too."""
        with absent("NoSuchBucket", "404"):
            for objects in self._objects():
                self._ask("delete_objects", Delete={"Objects": objects, "Quiet": True})
            self._ask("delete_bucket")

    def holds_records(self) -> bool:
        """Whether there is more in it than leases: the history, access logs."""
        with absent("NoSuchBucket", "404"):
            pages = self._aws.client("s3").get_paginator("list_objects_v2")
            return any(
                not each["Key"].startswith(LEASES)
                for page in pages.paginate(**self._where)
                for each in page.get("Contents", [])
            )
        return False

    def _writes(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """The call that gives each key its wanted value."""
        encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
        return {
            "encryption": (
                "put_bucket_encryption",
                {"ServerSideEncryptionConfiguration": encryption},
            ),
            "versioning": (
                "put_bucket_versioning",
                {"VersioningConfiguration": {"Status": "Enabled"}},
            ),
            "public_access": (
                "put_public_access_block",
                {"PublicAccessBlockConfiguration": CLOSED},
            ),
            "policy": ("put_bucket_policy", {"Policy": canonical(self._policy)}),
            "lifecycle": (
                "put_bucket_lifecycle_configuration",
                {"LifecycleConfiguration": {"Rules": self._rules()}},
            ),
            "tags": ("put_bucket_tagging", {"Tagging": {"TagSet": pairs(self._tags)}}),
        }

    def _rules(self) -> list[dict[str, Any]]:
        return [
            {
                "ID": "old-versions",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS_DAYS},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            },
            {
                "ID": "access-logs",
                "Status": "Enabled",
                "Filter": {"Prefix": f"{ACCESS_LOGS}/"},
                "Expiration": {"Days": self._log_days},
            },
        ]

    def _is_ours(self) -> bool:
        """Whether the bucket is there. Raises `Refused` if it is somebody else's."""
        try:
            self._ask("head_bucket")
        except ClientError as error:
            if error_code(error) in ("404", "NoSuchBucket"):
                return False
            if error_code(error) in ("301", "403"):
                raise Refused(
                    f"The bucket {self.name} exists, but not within reach: it is another "
                    "account's, or your credentials lack s3:ListBucket on it. Give the service "
                    "another name, or add the action."
                ) from error
            raise
        return True

    def _encryption(self) -> str | None:
        with absent("ServerSideEncryptionConfigurationNotFoundError"):
            answer = self._ask("get_bucket_encryption")["ServerSideEncryptionConfiguration"]
            return str(answer["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"])
        return None

    def _public_access(self) -> str:
        with absent("NoSuchPublicAccessBlockConfiguration"):
            answer = self._ask("get_public_access_block")["PublicAccessBlockConfiguration"]
            if all(answer.get(key) for key in CLOSED):
                return "blocked"
        return "open"

    def _live_policy(self) -> str | None:
        with absent("NoSuchBucketPolicy"):
            return canonical(self._ask("get_bucket_policy")["Policy"])
        return None

    def _lifecycle(self) -> tuple[str, ...]:
        with absent("NoSuchLifecycleConfiguration"):
            return _summary(self._ask("get_bucket_lifecycle_configuration")["Rules"])
        return ()

    def _live_tags(self) -> dict[str, str]:
        with absent("NoSuchTagSet"):
            return owned(self._ask("get_bucket_tagging")["TagSet"], self._tags)
        return {}

    def _objects(self) -> Iterator[list[dict[str, str]]]:
        """The keys and versions of everything in it, a page at a time."""
        pages = self._aws.client("s3").get_paginator("list_object_versions")
        for page in pages.paginate(**self._where):
            listed = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if listed:
                yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in listed]

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        call = getattr(self._aws.client("s3"), operation)
        return dict(call(**self._where, **arguments))

    @property
    def _where(self) -> dict[str, str]:
        """The name can be guessed: whoever has the bucket has to be this account."""
        return {"Bucket": self.name, "ExpectedBucketOwner": self._aws.account}


def _summary(rules: list[dict[str, Any]]) -> tuple[str, ...]:
    """The rules in words that do not depend on what AWS adds to them."""
    return tuple(sorted(_words(rule) for rule in rules))


def _words(rule: dict[str, Any]) -> str:
    prefix = rule.get("Filter", {}).get("Prefix", rule.get("Prefix", ""))
    days = rule.get("Expiration", {}).get("Days", "-")
    old = rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays", "-")
    parts = rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation", "-")
    state = rule["Status"].lower()
    return f"{rule['ID']} {state} /{prefix} days {days}, old versions {old}, parts {parts}"
