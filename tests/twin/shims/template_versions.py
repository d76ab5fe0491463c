"""Launch template versions: user data that launches, numbers that outlive a deletion."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.ec2.exceptions import InvalidLaunchTemplateVersionNotFound
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.utils import parse_user_data


@contextmanager
def mended() -> Iterator[None]:
    with (
        patch.object(LaunchTemplate, "create_version", _create_version),
        patch.object(LaunchTemplate, "get_version", _get_version),
        patch.object(LaunchTemplate, "default_version", _default_version),
    ):
        yield


def _create_version(
    template: LaunchTemplate, data: dict[str, Any], description: str
) -> LaunchTemplateVersion:
    """Moto keeps user data as a plain string in all versions but the first, and the template's
    own tags among those of its instances; and it counts versions instead of numbering them."""
    if isinstance(data.get("UserData"), str):
        data["UserData"] = parse_user_data(data["UserData"])
    specs = data.get("TagSpecifications", [])
    data["TagSpecifications"] = [x for x in specs if x["ResourceType"] != "launch-template"]
    template.highest = getattr(template, "highest", 0) + 1  # type: ignore[attr-defined]  # ours
    version = LaunchTemplateVersion(template, template.highest, data, description)  # type: ignore[attr-defined]  # ours
    template.versions.append(version)
    return version


def _get_version(template: LaunchTemplate, number: Any) -> LaunchTemplateVersion:
    if str(number).lower() == "$latest":
        return template.latest_version()
    if str(number).lower() == "$default":
        return template.default_version()
    for version in template.versions:
        if str(version.number) == str(number):
            return version
    raise InvalidLaunchTemplateVersionNotFound(template_id=template.id, version=number)


def _default_version(template: LaunchTemplate) -> LaunchTemplateVersion:
    default = getattr(template, "default_version_number", 1)
    return next(version for version in template.versions if version.number == default)
