"""A container engine of a few lines, which a test puts on the PATH under the name `docker`.

It builds an image that differs with its Dockerfile, and pushes it over AWS_ENDPOINT_URL: moto knows
ECR's own interface alone, where an engine speaks the registry's. It needs nothing but Python, and
refuses what a real one would: a push without a login, an image that it has not got.
"""

from __future__ import annotations

import hashlib
import http.client
import itertools
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"

State = dict[str, Any]


def main(argv: Sequence[str]) -> int:
    """One call, as docker would be called; what it knows lies in a file of its home."""
    path = Path(os.environ["HOME"], "engine.json")
    state: State = json.loads(path.read_text()) if path.exists() else {"images": {}, "logins": []}
    verb = " ".join(argv[:2]) if argv[0] in ("buildx", "image") else argv[0]
    done = VERBS[verb](state, list(argv))
    path.write_text(json.dumps(state))
    return done


def _build(state: State, argv: list[str]) -> int:
    options = dict(itertools.pairwise(argv))
    dockerfile = Path(argv[-1], "Dockerfile").read_bytes()
    architecture = options["--platform"].removeprefix("linux/")
    state["images"][options["--tag"]] = [hashlib.sha256(dockerfile).hexdigest(), architecture]
    return _say("built")


def _inspect(state: State, argv: list[str]) -> int:
    return _say(state["images"][argv[-1]][1])


def _login(state: State, argv: list[str]) -> int:
    if not sys.stdin.read():
        return _fail("no password came over standard input")
    state["logins"].append(argv[-1])
    return _say("Login Succeeded")


def _logout(state: State, argv: list[str]) -> int:
    state["logins"].remove(argv[-1])
    return 0


def _push(state: State, argv: list[str]) -> int:
    registry, _, image = argv[-1].partition("/")
    if registry not in state["logins"]:
        return _fail("no basic auth credentials")
    name, _, tag = image.rpartition(":")
    config = {"mediaType": CONFIG, "size": 0, "digest": f"sha256:{state['images'][argv[-1]][0]}"}
    document = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}
    manifest = json.dumps(document)
    status, answer = _put(
        {
            "repositoryName": name,
            "imageTag": tag,
            "imageManifest": manifest,
            "imageManifestMediaType": MANIFEST,
            "imageDigest": f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}",
        }
    )
    return _say("pushed") if status == 200 else _fail(answer)


def _put(image: dict[str, str]) -> tuple[int, str]:
    """Ask ECR to take an image; the status and the body of its answer."""
    region = os.environ["AWS_REGION"]
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential=testing/20260105/{region}/ecr/aws4_request",
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AmazonEC2ContainerRegistry_V20150921.PutImage",
    }
    connection = http.client.HTTPConnection(urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc)
    connection.request("POST", "/", json.dumps(image), headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def _say(words: str) -> int:
    sys.stdout.write(f"{words}\n")
    return 0


def _fail(words: str) -> int:
    sys.stderr.write(f"{words}\n")
    return 1


VERBS: dict[str, Callable[[State, list[str]], int]] = {
    "info": lambda *_: 0,
    "buildx version": lambda *_: 0,
    "buildx build": _build,
    "image inspect": _inspect,
    "login": _login,
    "push": _push,
    "logout": _logout,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
