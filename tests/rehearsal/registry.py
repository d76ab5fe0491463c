"""The image registry of the rehearsal: a real one, with TLS and a login as ECR's is."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.rehearsal.machines import Address
from tests.rehearsal.packages import missing
from tests.rehearsal.programs import Broken, Program

USER = "AWS"

LONGEST = 72
"""Bytes of a password that bcrypt looks at."""

MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as it lies in the registry."""

    digest: str
    media_type: str
    content: bytes

    @property
    def configuration(self) -> str | None:
        """The digest of its image's configuration; an index, as docker may push one, has none."""
        found = json.loads(self.content).get("config")
        return None if found is None else str(found["digest"])

    @property
    def packed(self) -> int | None:
        """The bytes of its image's layers; an index has none."""
        found = json.loads(self.content).get("layers")
        return None if found is None else sum(layer["size"] for layer in found)

    def of(self, architecture: str) -> str:
        """The digest of an index's image for an architecture. Raises `Broken` if it has none."""
        for each in json.loads(self.content)["manifests"]:
            if each.get("platform", {}).get("architecture") == architecture:
                return str(each["digest"])
        raise Broken(f"{self.digest} has no image for {architecture}")


def available() -> str:
    """Why there can be no registry here; empty if there can."""
    return missing("docker-registry", "htpasswd", "openssl")


class Registry:
    """Keeps images under a folder, also while it is stopped."""

    def __init__(self, address: Address, password: str, folder: Path) -> None:
        if len(password.encode()) > LONGEST:
            raise ValueError(f"the registry knows a password by {LONGEST} bytes, not more")
        self.address = address
        self._password = password
        self._login = base64.b64encode(f"{USER}:{password}".encode()).decode()
        self._folder = folder
        self._certificate = folder / "certificate.pem"
        self._program: Program | None = None

    @property
    def name(self) -> str:
        """What stands before the first slash of an image's name."""
        return f"{self.address.host}:{self.address.port}"

    def start(self) -> None:
        """Listen. Raises `Broken` with what it says if it cannot."""
        if not self._certificate.exists():
            self._prepare()
        argv = ["docker-registry", "serve", str(self._folder / "registry.json")]
        self._program = Program(argv, self._folder / "registry.log")
        self._program.until(self._answers)

    def stop(self) -> None:
        """Listen no more, until it is started again."""
        if self._program is not None:
            self._program.end()

    def pushing(self) -> Mapping[str, str]:
        """The environment in which an engine pushes: it knows the certificate, and no login."""
        return self._environment("pushing")

    def pulling(self) -> Mapping[str, str]:
        """The environment in which an instance pulls: ECR's credential helper has its login."""
        environment = self._environment("pulling")
        document = {"auths": {self.name: {"auth": self._login}}}
        file = Path(environment["REGISTRY_AUTH_FILE"])
        file.touch(mode=0o600)
        file.write_text(json.dumps(document), encoding="utf-8")
        return environment

    def manifest(self, repository: str, reference: str) -> Manifest:
        """What a tag or a digest names. Raises `KeyError` where it names nothing."""
        status, headers, body = self._get(f"/v2/{repository}/manifests/{reference}")
        if status == http.HTTPStatus.NOT_FOUND:
            raise KeyError(f"{repository}:{reference}")
        if status != http.HTTPStatus.OK:
            raise Broken(f"the registry answers {status}: {body.decode(errors='replace')}")
        return Manifest(headers["Docker-Content-Digest"], headers["Content-Type"], body)

    def packed(self, repository: str, digest: str, architecture: str) -> int:
        """The bytes of the layers of an image, of an index's for an architecture."""
        found = self.manifest(repository, digest)
        if found.packed is not None:
            return found.packed
        return self.packed(repository, found.of(architecture), architecture)

    def _get(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Authorization": f"Basic {self._login}", "Accept": ", ".join(MANIFESTS)}
        tls = ssl.create_default_context(cafile=str(self._certificate))
        host, port = self.address.host, self.address.port
        connection = http.client.HTTPSConnection(host, port, timeout=30, context=tls)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()
        finally:
            connection.close()

    def _environment(self, purpose: str) -> dict[str, str]:
        """For podman and buildah, and for docker, with a file of logins of its own.

        Docker itself takes any certificate of a loopback address.
        """
        folder = self._folder / purpose
        folder.mkdir(exist_ok=True)
        return {
            "SSL_CERT_FILE": str(self._folder / "trusted.pem"),
            "REGISTRY_AUTH_FILE": str(folder / "config.json"),
            "DOCKER_CONFIG": str(folder),
        }

    def _prepare(self) -> None:
        _certify(self._folder / "key.pem", self._certificate, self.address.host)
        trusted = ssl.get_default_verify_paths().cafile
        others = Path(trusted).read_bytes() if trusted else b""
        (self._folder / "trusted.pem").write_bytes(others + self._certificate.read_bytes())
        (self._folder / "passwords").write_text(_hashed(self._password), encoding="utf-8")
        settings = json.dumps(self._settings())  # JSON is YAML
        (self._folder / "registry.json").write_text(settings, encoding="utf-8")

    def _settings(self) -> dict[str, object]:
        files = {"certificate": str(self._certificate), "key": str(self._folder / "key.pem")}
        passwords = {"realm": "rehearsal", "path": str(self._folder / "passwords")}
        return {
            "version": "0.1",
            "storage": {"filesystem": {"rootdirectory": str(self._folder / "images")}},
            "http": {"addr": self.name, "tls": files},
            "auth": {"htpasswd": passwords},
        }

    def _answers(self) -> bool:
        """Whether it is this one that answers there: another has another certificate."""
        try:
            return self._get("/v2/")[0] == http.HTTPStatus.OK
        except OSError:
            return False


def _certify(key: Path, certificate: Path, host: str) -> None:
    """Make a key, and a certificate that vouches for itself."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-days", "1"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=rehearsal"),
            *("-addext", f"subjectAltName=IP:{host}"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )


def _hashed(password: str) -> str:
    """A line of the registry's file of passwords; it takes no other hash than bcrypt's."""
    done = subprocess.run(
        ["htpasswd", "-niB", USER], input=password, text=True, check=True, capture_output=True
    )
    return done.stdout
