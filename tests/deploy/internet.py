"""The internet as a program sees it through a proxy: behind every name there is the service."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

CARD: dict[str, Any] = {
    "version": "0a1b2c3d4e5f",
    "target": {"name": "cost", "decimals": 2, "minimum": 0.0},
    "features": [{"name": "weight"}, {"name": "size", "categories": ["S", "L"]}],
    "golden": [{"row": [250.0, 1.0], "price": 19.76}, {"row": [1.0, 0.0], "price": 3.5}],
}
PRICES = {(250.0, "L"): 19.76, (1.0, "S"): 3.5}


@dataclass(frozen=True)
class Asked:
    """One request that arrived: scheme and host, path, and whether it was signed for AWS."""

    host: str
    path: str
    signed: bool


@dataclass
class Internet:
    """The proxy's port, the certificate that its names show, and what was asked there."""

    port: int
    certificate: Path
    asked: list[Asked] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """How a program gets there; AWS on the loopback address it reaches by itself."""
        proxy = f"http://127.0.0.1:{self.port}"
        return {
            "HTTP_PROXY": proxy,
            "HTTPS_PROXY": proxy,
            "NO_PROXY": "127.0.0.1",
            "SSL_CERT_FILE": str(self.certificate),
        }


class _Service(BaseHTTPRequestHandler):
    """The model card and the prices of its golden rows, for whoever asks, under any name."""

    internet: Internet
    tls: ssl.SSLContext
    host = ""

    def do_CONNECT(self) -> None:
        """Become the host that is asked for, behind TLS."""
        self.host = f"https://{self.path.partition(':')[0]}"
        self.send_response(200)
        self.end_headers()
        self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def do_GET(self) -> None:
        self._answer(CARD)

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        price = PRICES[question["weight"], question["size"]]
        self._answer({"cost": price, "model_version": CARD["version"]})

    def _answer(self, document: dict[str, Any]) -> None:
        host, _, path = f"{self.host}{self.path}".rpartition("/")
        signed = self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256")
        self.internet.asked.append(Asked(host, f"/{path}", signed))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())
        self.close_connection = True

    def finish(self) -> None:
        """Close what was put around the connection too."""
        super().finish()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library calls it
        """Say nothing."""


@contextmanager
def internet(directory: Path, names: str) -> Iterator[Internet]:
    """Serve on the loopback address, with a certificate for names such as *.example.org."""
    shown = certificate(directory, names)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(shown)
    handler = type("Service", (_Service,), {"tls": tls})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.internet = Internet(server.server_port, shown)  # type: ignore[attr-defined]  # of the class just made
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield handler.internet  # type: ignore[attr-defined]  # as above
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(directory: Path, names: str) -> Path:
    """A key and a certificate that vouches for itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = directory / "internet.pem"
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path
