"""A builder that builds nothing: it answers as an engine and git do, and pushes a manifest."""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from deploy.aws import Aws
from deploy.errors import Failed

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SINGLE = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"


class Builder:
    """A `Run`. `calls` are the argv lists, `secrets` what went through standard input.

    `identity` is the digest by which it knows a local image.
    """

    def __init__(
        self,
        aws: Aws,
        *,
        engines: Sequence[str] = ("docker", "podman", "buildah"),
        buildx: bool = True,
        architecture: str = "arm64",
        changed: str = "",
        media_type: str = SINGLE,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.calls: list[list[str]] = []
        self.secrets: list[str] = []
        self.identity = ""
        self._aws = aws
        self._engines = engines
        self._buildx = buildx
        self._architecture = architecture
        self._changed = changed
        self._media_type = media_type
        self._aside = aside

    def __call__(self, argv: Sequence[str], *, stdin: str = "", read: bool = False) -> str:
        self.calls.append(list(argv))
        if stdin:
            self.secrets.append(stdin)
        words = " ".join(argv)
        if argv[0] == "git":
            return self._changed if "status" in argv else f"{COMMIT}\n"
        if argv[0] not in self._engines or ("buildx version" in words and not self._buildx):
            raise Failed(f"{argv[0]} cannot be started: No such file or directory.")
        if argv[1] == "push":
            self._push(argv[2])
        if "{{.Id}}" in argv or "{{.FromImageID}}" in argv:
            return f"{self.identity}\n"
        return f"{self._architecture}\n" if "Architecture" in words else ""

    @property
    def verbs(self) -> list[str]:
        """What the engine was asked for, without the questions whether it is there."""
        asked = (call[1:] for call in self.calls if call[0] != "git")
        return [
            words[0] for words in asked if words[0] != "info" and words != ["buildx", "version"]
        ]

    def _push(self, target: str) -> None:
        name, _, tag = target.partition("/")[2].rpartition(":")
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": self._media_type,
                "config": {
                    "mediaType": "application/vnd.docker.container.image.v1+json",
                    "size": 0,
                    "digest": f"sha256:{hashlib.sha256(tag.encode()).hexdigest()}",
                },
                "layers": [],
            }
        )
        with self._aside():
            self._aws.client("ecr").put_image(
                repositoryName=name,
                imageManifest=manifest,
                imageManifestMediaType=self._media_type,
                imageTag=tag,
                imageDigest=f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}",
            )
