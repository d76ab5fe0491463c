"""Images that the registry holds: which digest a tag names, and which tags there are."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, absent, error_code
from deploy.errors import Refused

SHOWN = 10
"""How many tags a refusal lists."""


class Registry:
    """One repository."""

    def __init__(self, aws: Aws, name: str) -> None:
        self._aws = aws
        self._name = name

    def digest(self, tag: str) -> str:
        """The digest that a tag names. Raises `Refused`, listing the newest tags."""
        return str(self._image({"imageTag": tag}, f"no image with the tag '{tag}'")["imageDigest"])

    def check(self, digest: str) -> Mapping[str, Any]:
        """The image of a digest, as ECR describes it. Raises `Refused` if it is not there."""
        return self._image({"imageDigest": digest}, f"no image {digest}")

    def find(self, wanted: Mapping[str, str]) -> Mapping[str, Any] | None:
        """The image of an imageTag or an imageDigest, as ECR describes it, or None."""
        client = self._aws.client("ecr")
        try:
            with absent("ImageNotFoundException"):
                answer = client.describe_images(repositoryName=self._name, imageIds=[wanted])
                image: Mapping[str, Any] = answer["imageDetails"][0]
                return image
        except ClientError as error:
            if error_code(error) != "RepositoryNotFoundException":
                raise
            raise Refused(f"There is no repository '{self._name}' in {self._aws.region}: "
                          "`apply` makes it, `push` fills it.") from error  # fmt: skip
        return None

    def all(self) -> list[Mapping[str, Any]]:
        """Every image, newest first."""
        found = self._aws.pages("ecr", "describe_images", "imageDetails", repositoryName=self._name)
        return sorted(found, key=lambda each: each["imagePushedAt"], reverse=True)

    def _image(self, wanted: Mapping[str, str], fault: str) -> Mapping[str, Any]:
        image = self.find(wanted)
        if image is None:
            raise Refused(f"{self._name} holds {fault}. {self._known()}")
        return image

    def _known(self) -> str:
        tags = [tag for image in self.all() for tag in image.get("imageTags", ())]
        if not tags:
            return "It holds no image with a tag: `push` one first."
        more = f" and {len(tags) - SHOWN} older ones" if len(tags) > SHOWN else ""
        return f"Its tags are {', '.join(tags[:SHOWN])}{more}: name one with --tag, or push."
