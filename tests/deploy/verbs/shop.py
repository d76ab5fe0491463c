"""A small shop to release in, and its service behind a URL."""

from collections.abc import Callable
from typing import Any

from deploy.config import Config, Function, Release, Server
from deploy.errors import Failed
from deploy.names import SERVER, names_of
from deploy.releases.place import Place, place_of
from tests.deploy.worlds import World, made
from tests.twin.environment import ACCOUNT, REGION
from tests.twin.twin import Twin

CONFIG = Config(
    name="shop",
    region=REGION,
    environment="staging",
    server=Server(min=1, desired=1, max=2, warmup_seconds=10),
    release=Release(bake_seconds=20, keep=1),
    function=Function(concurrency=5),
)
TOML = f"""
name = "shop"
region = "{REGION}"
server = {{min = 1, desired = 1, max = 2, warmup_seconds = 10}}
release = {{bake_seconds = 20, keep = 1}}
function = {{concurrency = 5}}
"""
Call = Callable[..., Any]


class FakeUrlSmoke:
    """The service behind the URL, good or bad."""

    url = "http://shop.example"

    def __init__(self) -> None:
        self.fault = ""

    def reach(self) -> None:
        """It can be asked."""

    def __call__(self, expected: str = "") -> str:
        if self.fault:
            raise Failed(self.fault)
        return expected or "0a1b2c3d4e5f"


def world(twin: Twin, door: str = SERVER) -> World:
    return made(twin, door, CONFIG)


def place(door: str = SERVER) -> Place:
    return place_of(names_of(CONFIG), ACCOUNT, REGION, door)
