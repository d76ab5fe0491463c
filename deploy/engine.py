"""Container engines: what to ask docker, podman or buildah for, and the one place that does."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from deploy.errors import Failed, Refused

ENGINES = ("docker", "podman", "buildah")
"""In the order in which they are looked for."""

PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
"""The platform of each architecture that the configuration allows."""

MACHINES = {name: platform.removeprefix("linux/") for name, platform in PLATFORMS.items()}
"""The same as the configuration of an image has it: arm64, amd64."""

SINGLE = ("--provenance=false", "--sbom=false")
"""Without these flags buildx pushes an image index, which Lambda refuses."""

Argv = list[str]


class Run(Protocol):
    """Runs a program to its end. Its output goes to standard error, or is the answer.

    `stdin` is written to it. Raises `Failed` where it fails or is not there.
    """

    def __call__(self, argv: Sequence[str], *, stdin: str = "", read: bool = False) -> str:
        """What it printed if `read`, otherwise nothing."""


def run_program(argv: Sequence[str], *, stdin: str = "", read: bool = False) -> str:
    """The `Run` that starts real programs."""
    try:
        done = subprocess.run(
            list(argv),
            input=stdin,
            stdout=subprocess.PIPE if read else sys.stderr,
            stderr=subprocess.PIPE if read else None,
            text=True,
            check=False,
        )
    except OSError as error:
        raise Failed(f"{argv[0]} cannot be started: {error.strerror}.") from error
    if done.returncode:
        words = " ".join(argv[:3])
        told = f": {done.stderr.strip()[-300:]}" if read else "; its messages stand above"
        raise Failed(f"'{words} …' ended with exit code {done.returncode}{told}.")
    return done.stdout or ""


@dataclass(frozen=True, slots=True)
class Engine:
    """The commands of one engine, as argv lists."""

    name: str
    buildx: bool = False

    def build(self, tag: str, architecture: str, directory: str) -> Argv:
        """Build the Dockerfile of a directory as one manifest for one platform."""
        options = ["--platform", PLATFORMS[architecture], "--tag", tag, directory]
        if self.name != "docker":
            return [self.name, "build", "--format", "docker", *options]
        if self.buildx:
            return ["docker", "buildx", "build", *SINGLE, "--load", *options]
        return ["docker", "build", *options]

    def architecture(self, image: str) -> Argv:
        """Print the architecture of a local image."""
        if self.name == "buildah":
            return ["buildah", "inspect", "--type", "image",
                    "--format", "{{.OCIv1.Architecture}}", image]  # fmt: skip
        return [self.name, "image", "inspect", "--format", "{{.Architecture}}", image]

    def identity(self, image: str) -> Argv:
        """Print the digest of a local image: of its configuration, or of its manifest."""
        if self.name == "buildah":
            return ["buildah", "inspect", "--type", "image", "--format", "{{.FromImageID}}", image]
        return [self.name, "image", "inspect", "--format", "{{.Id}}", image]

    def tag(self, image: str, tag: str) -> Argv:
        """Give a local image one more name."""
        return [self.name, "tag", image, tag]

    def login(self, registry: str, user: str) -> Argv:
        """Log in; the password comes over standard input, so that no list of processes has it."""
        return [self.name, "login", "--username", user, "--password-stdin", registry]

    def push(self, tag: str) -> Argv:
        """Push what the tag names."""
        return [self.name, "push", tag]

    def logout(self, registry: str) -> Argv:
        """Forget the login."""
        return [self.name, "logout", registry]


def find_engine(run: Run, name: str = "") -> Engine:
    """The named engine, or the first that answers. Raises `Refused` if none does."""
    for candidate in (name,) if name else ENGINES:
        if _answers(run, [candidate, "info"]):
            buildx = candidate == "docker" and _answers(run, ["docker", "buildx", "version"])
            return Engine(candidate, buildx)
    found = f"{name} does not answer" if name else "Neither docker nor podman nor buildah answers"
    raise Refused(f"{found}: start one of them, or name it with --engine.")


def _answers(run: Run, argv: Argv) -> bool:
    try:
        run(argv, read=True)
    except Failed:
        return False
    return True
