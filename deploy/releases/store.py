"""The objects in the bucket that releases keep: leases and the history."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import msgspec
from botocore.exceptions import ClientError

from deploy.aws import Aws, absent, error_code
from deploy.errors import Refused

T = TypeVar("T")


class NoBucket(Refused):
    """Nothing of the environment has been made."""


class Unreadable(Refused):
    """An object is not what a release writes."""


class Store:
    """The bucket of an environment, as one door uses it.

    Every call names the owner: the bucket's name can be guessed, and another account may have
    been faster. Raises `NoBucket` where there is none yet.
    """

    def __init__(self, aws: Aws, bucket: str, door: str) -> None:
        self._aws = aws
        self._bucket = bucket
        self._door = door
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since the epoch by the clock of S3, as its last answer has shown it."""
        return self._aws.clock() + self._ahead

    def get(self, key: str) -> tuple[bytes, str] | None:
        """An object and its ETag, or None."""
        with absent("NoSuchKey"), self._there():
            answer = self._client.get_object(**self._where, Key=key)
            self._hear(answer)
            return answer["Body"].read(), str(answer["ETag"])
        return None

    def read(self, key: str, kind: type[T], *, mend: str) -> tuple[T, str] | None:
        """An object as what it should be, and its ETag, or None.

        Raises `Unreadable`, naming the object and what mends it, if it is something else.
        """
        found = self.get(key)
        if found is None:
            return None
        try:
            return msgspec.json.decode(found[0], type=kind), found[1]
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreadable(
                f"s3://{self._bucket}/{key} is nothing that a release has written ({error}). {mend}"
            ) from error

    def put(self, key: str, body: bytes, **condition: str) -> str:
        """Keep an object, on S3's own conditions; its ETag."""
        with self._there():
            answer = self._client.put_object(
                **self._where, Key=key, Body=body, ContentType="application/json", **condition
            )
            self._hear(answer)
        return str(answer["ETag"])

    def delete(self, key: str) -> None:
        """Take an object away, whether it is there or not."""
        with self._there():
            self._client.delete_object(**self._where, Key=key)

    def keys(self, prefix: str) -> list[str]:
        """The keys that begin so, sorted."""
        with self._there():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                **self._where, Prefix=prefix
            )
            return sorted(each["Key"] for page in pages for each in page.get("Contents", ()))

    @contextmanager
    def _there(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            self._hear(error.response)
            if error_code(error) != "NoSuchBucket":
                raise
            raise NoBucket(
                f"There is no bucket {self._bucket}: nothing of this environment has been made. "
                f"`python -m deploy apply {self._door}` with the same --env makes it."
            ) from error

    def _hear(self, answer: Mapping[str, Any]) -> None:
        """Set the clock by an answer."""
        date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        if date:
            self._ahead = parsedate_to_datetime(date).timestamp() - self._aws.clock()

    @property
    def _where(self) -> dict[str, str]:
        return {"Bucket": self._bucket, "ExpectedBucketOwner": self._aws.account}

    @property
    def _client(self) -> Any:
        return self._aws.client("s3")
