"""The one way to AWS: which action a refusal is about."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy.aws import missing_action

ME = "User: arn:aws:iam::123456789012:user/me is"


@pytest.mark.parametrize(
    ("code", "message", "action"),
    [
        ("AccessDenied", "Access Denied", "lambda:CreateFunction"),
        ("AccessDenied", f"{ME} not authorized to perform: iam:PassRole on resource: arn",
         "iam:PassRole"),
        ("AccessDeniedException", f"{ME} not authorized to perform: ecr:SetRepositoryPolicy",
         "ecr:SetRepositoryPolicy"),
        ("UnauthorizedOperation",
         f"You may not do this. {ME} not authorized to perform: ec2:CreateTags on resource: arn",
         "ec2:CreateTags"),
        ("AccessDenied", f"{ME} not authorized to perform: service-quotas:GetServiceQuota",
         "service-quotas:GetServiceQuota"),
        ("ValidationError", f"{ME} not authorized to perform: iam:PassRole", ""),
    ],
)  # fmt: skip
def test_the_action_is_the_one_that_aws_names(code: str, message: str, action: str) -> None:
    """A call may need another than its own; without a word of it, it is the call's."""
    told: Any = {"Code": code, "Message": message, "Action": "lambda:CreateFunction"}
    assert missing_action(ClientError({"Error": told}, "CreateFunction")) == action
