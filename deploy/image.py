"""Images in the registry: built once for each commit, found by tag, deployed by digest."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, error_code
from deploy.engine import MACHINES, PLATFORMS, SINGLE, Engine, Run
from deploy.errors import Failed, Refused
from deploy.releases.registered import Registry

INDEXES = frozenset(
    {
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.index.v1+json",
    }
)
"""Media types of a manifest that only lists others."""

SINGLE_FLAGS = " ".join(SINGLE)

SHOWN = 3
"""How many files are named that differ from the commit."""

PATIENCE = 5
"""How often a digest is asked for that has just been pushed, two seconds apart."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image in the registry. `existed` says that it lay there before."""

    repository: str
    tag: str
    digest: str
    existed: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """What to push: the Dockerfile of `directory`, or the local image of that name."""

    directory: Path = Path()
    image: str = ""


def commit_tag(run: Run, directory: Path) -> str:
    """The commit that is checked out.

    Raises `Refused` where files that enter the image are not those of it.
    """
    git = ["git", "-C", str(directory)]
    try:
        commit = run([*git, "rev-parse", "--verify", "HEAD"], read=True).strip()
        status = run([*git, "status", "--porcelain", "--", *_context(directory)], read=True)
    except Failed as error:
        raise Refused(f"{directory} is not a git checkout with a commit: {error} "
                      "Name the image yourself with --tag.") from error  # fmt: skip
    changed = [line[3:] for line in status.splitlines()]
    if changed:
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        raise Refused(
            f"Not as in commit {commit[:12]}, after which the image would be named: "
            f"{', '.join(changed[:SHOWN])}{more}. Commit that, or name the image with --tag."
        )
    return commit


def _context(directory: Path) -> list[str]:
    """What the image is made of, as git is asked for it: all, where .dockerignore names no few."""
    path = directory / ".dockerignore"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if "*" not in lines:
        return ["."]
    return ["Dockerfile", path.name, *(line[1:] for line in lines if line.startswith("!"))]


def push_image(
    aws: Aws, engine: Engine, run: Run, source: Source, *, name: str, tag: str, architecture: str
) -> Image:
    """Build, log in, push, log out, read the digest back; a tag that exists is left as it is.

    `name` is the repository's. Raises `Refused` for a missing repository, another architecture, an
    image index or a local image that is not the one that the tag names, `Failed` where a program
    or the registry fails.
    """
    address = _address(aws, name)
    there = find_image(aws, name, tag)
    if there is not None:
        if source.image:
            _refuse_other(aws, engine, run, source.image, Image(name, tag, there))
        aws.say(f"the tag {tag} exists: nothing is built or pushed")
        return Image(name, tag, there, existed=True)
    target = f"{address}:{tag}"
    _make(engine, run, source, target, architecture)
    registry = address.partition("/")[0]
    _log_in(aws, engine, run, registry)
    try:
        run(engine.push(target))
    finally:
        _log_out(aws, engine, run, registry)
    return Image(name, tag, _pushed(aws, name, tag))


def find_image(aws: Aws, name: str, tag: str) -> str | None:
    """The digest that a tag names, or None. Raises `Refused` if it is an image index."""
    described = Registry(aws, name).find({"imageTag": tag})
    if described is None:
        return None
    refuse_index(described)
    return str(described["imageDigest"])


def refuse_index(described: Mapping[str, Any]) -> None:
    """Raise `Refused` if an image, as ECR describes it, is a list of manifests."""
    if described.get("imageManifestMediaType") in INDEXES:
        raise Refused(
            f"{described.get('repositoryName', 'image')}@{described['imageDigest']} is an image "
            "index, which Lambda refuses. Build a single manifest: docker buildx build "
            f"--platform … {SINGLE_FLAGS}. The tag is immutable, so push under another one "
            "(--tag), or delete it."
        )


def _address(aws: Aws, name: str) -> str:
    """Where the repository is, without a scheme: REGISTRY/NAME."""
    try:
        answer = aws.client("ecr").describe_repositories(repositoryNames=[name])
    except ClientError as error:
        if error_code(error) == "RepositoryNotFoundException":
            raise Refused(f"There is no repository '{name}' in {aws.region}: apply makes it, "
                          "then push again.") from error  # fmt: skip
        raise
    return str(answer["repositories"][0]["repositoryUri"])


def _make(engine: Engine, run: Run, source: Source, target: str, architecture: str) -> None:
    """Have a local image under the name of the target, for the architecture of the instances."""
    if source.image:
        run(engine.tag(source.image, target))
    else:
        run(engine.build(target, architecture, str(source.directory)))
    found = run(engine.architecture(target), read=True).strip()
    if found != MACHINES[architecture]:
        raise Refused(
            f"{source.image or 'The image'} is for {found}, but the instances are {architecture}: "
            f"build it with --platform {PLATFORMS[architecture]}, or set server.architecture."
        )


def _refuse_other(aws: Aws, engine: Engine, run: Run, local: str, held: Image) -> None:
    """Raise `Refused` if a local image is not what the registry holds.

    An engine knows it by the digest of its configuration, or by that of its manifest.
    """
    answer = aws.client("ecr").batch_get_image(
        repositoryName=held.repository, imageIds=[{"imageDigest": held.digest}]
    )
    manifest = json.loads(answer["images"][0]["imageManifest"])
    known = {each.removeprefix("sha256:") for each in (held.digest, manifest["config"]["digest"])}
    found = run(engine.identity(local), read=True).strip().removeprefix("sha256:")
    if found not in known:
        raise Refused(
            f"The tag {held.tag} exists and names another image than {local}, {held.digest}. Tags "
            "are immutable: push under another one with --tag."
        )


def _log_in(aws: Aws, engine: Engine, run: Run, registry: str) -> None:
    """Log in. The password goes through standard input, never an argument."""
    answer = aws.client("ecr").get_authorization_token()
    token = base64.b64decode(answer["authorizationData"][0]["authorizationToken"]).decode()
    user, _, password = token.partition(":")
    run(engine.login(registry, user), stdin=password)


def _log_out(aws: Aws, engine: Engine, run: Run, registry: str) -> None:
    """Leave no password behind. Where that fails, it is said: the push counts, or its own fault."""
    try:
        run(engine.logout(registry))
    except Failed as error:
        aws.say(f"the login to {registry} stays for twelve hours: {error}")


def _pushed(aws: Aws, name: str, tag: str) -> str:
    for _ in range(PATIENCE):
        digest = find_image(aws, name, tag)
        if digest is not None:
            return digest
        aws.sleep(2)
    raise Failed(f"{name}:{tag} was pushed, but the registry does not know it. Push it again.")
