"""Launch templates: user data has a limit, and a group names a version that exists."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from tests.twin.gate import Refusal, Request, Rule
from tests.twin.templates import MOVING, find, invalid, specification

LIMIT = 16384  # bytes of user data before base64


def rules(*, numbered_versions: bool = True) -> list[Rule]:
    """`numbered_versions` refuses `$Latest`, `$Default` and no version in a group's template.

    AWS accepts them, and then cannot roll back: stricter than AWS on purpose.
    """
    numbered = _numbered if numbered_versions else _existing
    return [
        Rule("ec2", "CreateLaunchTemplate", _template),
        Rule("ec2", "CreateLaunchTemplateVersion", _template),
        Rule("ec2", "RunInstances", _instances),
        Rule("autoscaling", "CreateAutoScalingGroup", numbered),
        Rule("autoscaling", "UpdateAutoScalingGroup", numbered),
    ]


def _template(request: Request) -> None:
    _check_user_data(request.params.get("LaunchTemplateData", {}))


def _instances(request: Request) -> None:
    _check_user_data(request.params)


def _check_user_data(data: dict[str, Any]) -> None:
    encoded = data.get("UserData")
    if encoded is None:
        return
    try:
        size = len(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        raise Refusal(
            "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."
        ) from None
    if size > LIMIT:
        raise Refusal("InvalidParameterValue", f"User data is limited to {LIMIT} bytes")


def _existing(request: Request) -> None:
    spec = specification(request.params)
    if spec:
        find(request.place, spec)


def _numbered(request: Request) -> None:
    _existing(request)
    spec = specification(request.params)
    if spec and spec.get("Version") in MOVING:
        raise invalid(f"Name a version by its number, not {spec.get('Version')}: what moves cannot "
                      "be rolled back to.")  # fmt: skip
