"""Whoever deploys in a world: at its pace, and where its names lead."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.rehearsal.configuration import settings
from tests.rehearsal.deployer import Deployer
from tests.rehearsal.world import World

FULL = 0.6
"""How much of the load that an instance should have each of two has."""


@contextmanager
def deploying(world: World, rate: float) -> Iterator[Deployer]:
    """A deployer in a world, with a configuration for so many requests a second."""
    clock = world.twin.clock
    with clock.lock:
        clock.look()
        moment = f"{clock.time()},{time.monotonic()},{clock.pace}"
    with world.twin.serve() as url:
        environment = {
            **world.ground.environment,
            "AWS_ENDPOINT_URL": url,
            "REHEARSAL_TIME": moment,
            "REHEARSAL_NAMES": f".elb.amazonaws.com={world.door.address.port}",
        }
        if world.gateway is not None:
            environment["REHEARSAL_NAMES"] += f",.on.aws={world.gateway.port}"
            environment |= _trusting(world.gateway.certificate, environment, world.directory)
        deployer = Deployer(world.directory, environment, world.say)
        requests = rate * 60 / clock.pace / 2 / FULL
        deployer.configure(settings(round(requests)))
        world.stop_waiting = deployer.kill
        try:
            yield deployer
        finally:
            deployer.close()


def _trusting(certificate: Path, environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The certificates that are trusted already, and this one."""
    before = environment.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    trusted = folder / "trusted.pem"
    trusted.write_bytes((Path(before).read_bytes() if before else b"") + certificate.read_bytes())
    return {"SSL_CERT_FILE": str(trusted)}
