"""Calls on launch templates: the source version, pages, deletion, and a token that is kept."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion

from tests.twin.gate import Refusal, Request, Rule
from tests.twin.place import Place

PAGE = 200


class TemplateRequests:
    """What moto ignores: SourceVersion, NextToken, DeleteLaunchTemplateVersions, ClientToken."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[LaunchTemplate, LaunchTemplateVersion]] = {}

    def rules(self) -> list[Rule]:
        return [
            Rule("ec2", "CreateLaunchTemplate", self._made_before),
            Rule("ec2", "CreateLaunchTemplate", self._remember, after=True),
            Rule("ec2", "CreateLaunchTemplateVersion", self._made_before),
            Rule("ec2", "CreateLaunchTemplateVersion", _fill_from_source),
            Rule("ec2", "CreateLaunchTemplateVersion", self._remember, after=True),
            Rule("ec2", "DescribeLaunchTemplateVersions", _describe_versions),
            Rule("ec2", "DeleteLaunchTemplateVersions", _delete_versions),
        ]

    def _remember(self, request: Request) -> None:
        """botocore fills in a token, and sends the same one when it tries again."""
        token, template = request.params.get("ClientToken"), _template(request)
        if token:
            self._tokens[token] = (template, template.latest_version())

    def _made_before(self, request: Request) -> ActionResult | None:
        known = self._tokens.get(request.params.get("ClientToken", ""))
        if known is None:
            return None
        if request.operation == "CreateLaunchTemplate":
            return ActionResult({"LaunchTemplate": _template_answer(known[0])})
        return ActionResult({"LaunchTemplateVersion": _version_answer(request.place, *known)})


def _template(request: Request) -> LaunchTemplate:
    if request.params.get("LaunchTemplateId"):
        return request.place.ec2.get_launch_template(request.params["LaunchTemplateId"])
    return request.place.ec2.get_launch_template_by_name(request.params["LaunchTemplateName"])


def _fill_from_source(request: Request) -> None:
    """A version is made of its source's data with the given data over it."""
    source = request.params.get("SourceVersion")
    if source:
        data = _template(request).get_version(source).data
        given = request.sent.get("LaunchTemplateData", {})
        request.sent["LaunchTemplateData"] = data | given


def _describe_versions(request: Request) -> ActionResult:
    params = request.params
    found = request.place.ec2.describe_launch_template_versions(
        template_name=params.get("LaunchTemplateName", ""),
        template_id=params.get("LaunchTemplateId", ""),
        versions=params.get("Versions", []),
        min_version=0,
        max_version=0,
        max_results=10**6,
    )
    low, high = int(params.get("MinVersion", 0)), int(params.get("MaxVersion", 10**6))
    within = [(one, version) for one, version in found if low <= version.number <= high]
    first = int(params.get("NextToken") or 0)
    after = first + int(params.get("MaxResults") or PAGE)
    return ActionResult(
        {
            "LaunchTemplateVersions": [
                _version_answer(request.place, *pair) for pair in within[first:after]
            ],
            "NextToken": str(after) if after < len(within) else None,
        }
    )


def _delete_versions(request: Request) -> ActionResult:
    template = _template(request)
    gone, kept = [], []
    for number in request.params["Versions"]:
        names = {
            "LaunchTemplateId": template.id,
            "LaunchTemplateName": template.name,
            "VersionNumber": int(number),
        }
        if error := _delete(template, number):
            kept.append(names | {"ResponseError": error})
        else:
            gone.append(names)
    return ActionResult(
        {
            "SuccessfullyDeletedLaunchTemplateVersions": gone,
            "UnsuccessfullyDeletedLaunchTemplateVersions": kept,
        }
    )


def _delete(template: LaunchTemplate, number: str) -> dict[str, str] | None:
    """Delete one version; the error if that cannot be."""
    if int(number) == template.default_version_number:
        raise Refusal(
            "OperationNotPermitted",
            "You cannot delete the default launch template version. Specify a different version as "
            "the default version for the launch template before deleting this version.",
        )
    if not any(version.number == int(number) for version in template.versions):
        code = "launchTemplateVersionDoesNotExist"
        return {"Code": code, "Message": f"The version {number} does not exist."}
    template.versions = [one for one in template.versions if one.number != int(number)]
    return None


def _template_answer(template: LaunchTemplate) -> dict[str, Any]:
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "CreateTime": template.create_time,
        "DefaultVersionNumber": template.default_version_number,
        "LatestVersionNumber": template.latest_version_number,
        "Tags": template.tags,
    }


def _version_answer(
    place: Place, template: LaunchTemplate, version: LaunchTemplateVersion
) -> dict[str, Any]:
    return {
        "CreateTime": version.create_time,
        "CreatedBy": f"arn:aws:iam::{place.account}:root",
        "DefaultVersion": template.is_default(version),
        "LaunchTemplateData": version.data,
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "VersionDescription": version.description,
        "VersionNumber": version.number,
    }
