"""For which machines an image is, and what is said where that cannot be read."""

import json
from http.client import IncompleteRead

import pytest
from botocore.exceptions import ClientError

from deploy.aws import Aws
from deploy.releases.architecture import Unread, machines_of
from tests.deploy.scenes import push
from tests.twin.twin import Twin

INDEX = "application/vnd.oci.image.index.v1+json"


def aws_of(twin: Twin) -> Aws:
    return Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep)


def test_configuration_tells_the_machine(twin: Twin) -> None:
    """The image's own, not the tag's or the repository's."""
    aws, digest = aws_of(twin), push(twin, "a", machine="arm64")
    assert machines_of(aws, "shop", digest) == ("arm64",)


def test_index_has_several(twin: Twin) -> None:
    """Docker chooses among them; what an attestation is for is no machine of ours."""
    manifests = [{"platform": {"architecture": each}} for each in ("amd64", "arm64", "unknown")]
    text = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests})
    aws, ecr = aws_of(twin), twin.client("ecr")
    ecr.create_repository(repositoryName="shop")
    answer = ecr.put_image(repositoryName="shop", imageManifest=text, imageTag="a")
    digest = answer["image"]["imageId"]["imageDigest"]
    assert machines_of(aws, "shop", digest) == ("amd64", "arm64", "unknown")


@pytest.mark.parametrize(
    "answer", [TimeoutError("timed out"), IncompleteRead(b""), b"no JSON", b"{}", b"[]"]
)
def test_configuration_that_cannot_be_read(twin: Twin, answer: bytes | Exception) -> None:
    """A network that is closed, an answer that breaks off, and what is no configuration."""
    aws, digest = aws_of(twin), push(twin, "a")

    def fetch(_: str) -> bytes:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(Unread, match="its configuration cannot be read"):
        machines_of(aws, "shop", digest, fetch)


def test_refusals_of_the_registry(twin: Twin) -> None:
    """A right that is lacking is named; what has nothing to do with it is raised."""
    aws, digest = aws_of(twin), push(twin, "a")
    twin.faults.on("ecr.BatchGetImage", error="AccessDeniedException")
    with pytest.raises(Unread, match="ecr:BatchGetImage is not allowed"):
        machines_of(aws, "shop", digest)
    twin.faults.clear()
    twin.faults.on("ecr.GetDownloadUrlForLayer", error="ExpiredTokenException")
    with pytest.raises(ClientError, match="ExpiredToken"):
        machines_of(aws, "shop", digest)
