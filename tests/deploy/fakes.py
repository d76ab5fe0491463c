"""What a release is handed, in the simplest form: a rendering and a smoke test."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.errors import Failed
from deploy.names import IMAGE_TAG
from deploy.releases.smoke import Unasked


class FakeRendering:
    """What an instance is, in as few words as the twin takes."""

    def __init__(self, machine_image: str, security_group: str, kind: str = "t3.micro") -> None:
        self.machine_image = machine_image
        self._security_group = security_group
        self.kind = kind

    def render(self, digest: str) -> Mapping[str, Any]:
        """The data of a template that runs an image."""
        tags = [{"Key": "service", "Value": "shop"}]
        data: dict[str, Any] = {
            "ImageId": self.machine_image,
            "InstanceType": self.kind,
            "NetworkInterfaces": [{"DeviceIndex": 0, "Groups": [self._security_group]}],
        }
        if digest:
            tags.append({"Key": IMAGE_TAG, "Value": digest})
            script = f"#!/bin/sh\ndocker run shop@{digest}\n"
            data["UserData"] = base64.b64encode(script.encode()).decode()
        return data | {"TagSpecifications": [{"ResourceType": "instance", "Tags": tags}]}


@dataclass
class FakeSmoke:
    """The service as its URL shows it: good, unless what serves is one of the bad images."""

    fleet: Callable[[], set[str]]
    bad: set[str] = field(default_factory=set)
    asked: int = 0
    closed: str = ""

    def reach(self) -> None:
        if self.closed:
            raise Unasked(self.closed)

    def __call__(self, expected: str = "") -> str:
        self.asked += 1
        self.reach()
        wrong = self.fleet() & self.bad
        if wrong:
            raise Failed("POST /predict gave 1.00 where the golden row says 19.76.")
        return expected or "0a1b2c3d4e5f"
