"""What is protected or in use is not deleted, and what is not there is said to be missing."""

from __future__ import annotations

from moto.core.responses import ActionResult

from tests.twin.gate import Refusal, Request, Rule

PROTECTION = "deletion_protection.enabled"


def rules() -> list[Rule]:
    return [
        Rule("elbv2", "DeleteLoadBalancer", _unprotected),
        Rule("ec2", "DeleteLaunchTemplate", _known),
        Rule("iam", "DeleteInstanceProfile", _unassociated),
        Rule("iam", "RemoveRoleFromInstanceProfile", _held),
    ]


def _unprotected(request: Request) -> ActionResult | None:
    arn = request.params["LoadBalancerArn"]
    balancer = request.place.elbv2.load_balancers.get(arn)
    if balancer and str(balancer.attrs.get(PROTECTION)).lower() == "true":
        raise Refusal(
            "OperationNotPermitted",
            f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
        )
    return None


def _known(request: Request) -> None:
    template = request.params.get("LaunchTemplateId")
    if template and template not in request.place.ec2.launch_templates:
        raise Refusal(
            "InvalidLaunchTemplateId.NotFound",
            f"The specified launch template, with template ID {template}, does not exist.",
        )


def _held(request: Request) -> None:
    profile, role = request.params["InstanceProfileName"], request.params["RoleName"]
    held = request.place.iam.get_instance_profile(profile).roles
    if role not in [each.name for each in held]:
        raise Refusal("NoSuchEntity", f"Instance profile {profile} does not have the role {role}.")


def _unassociated(request: Request) -> None:
    """AWS allows it and breaks the instances; no caller may want that, so it is refused here."""
    name = request.params["InstanceProfileName"]
    for association in request.place.ec2.iam_instance_profile_associations.values():
        if association.iam_instance_profile.name == name:
            raise Refusal(
                "DeleteConflict",
                f"The instance profile {name} is in use by {association.instance.id}.",
            )
