"""IAM policies as pure functions: each gives a document, none asks AWS."""

from collections.abc import Mapping, Sequence
from typing import Any

Statement = dict[str, Any]
Document = dict[str, Any]
Condition = Mapping[str, Mapping[str, Any]]


def document(*statements: Statement) -> Document:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(
    sid: str, actions: Sequence[str], *resources: str, condition: Condition | None = None
) -> Statement:
    """A statement that allows the actions on the resources, if the condition holds."""
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": sorted(resources),
    }
    return statement | ({"Condition": condition} if condition else {})


def trust(service: str, account: str) -> Document:
    """Who may take a role on: one AWS service, on behalf of this account."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if service.startswith("lambda."):
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return document(statement)


def pull_images(repository_arn: str) -> list[Statement]:
    """What docker needs to pull from one repository."""
    return [
        allow("LogIntoRegistry", ["ecr:GetAuthorizationToken"], "*"),
        allow(
            "PullImage",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            repository_arn,
        ),
    ]


def pulled_by_lambda(functions_arn: str) -> Statement:
    """What a repository's own policy must say: Lambda pulls for functions of the account.

    Lambda itself says it for whoever may change the policy, and for nobody else:
    https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#gettingstarted-images-permissions
    """
    return {
        "Sid": "PulledByLambda",
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"StringLike": {"aws:sourceArn": functions_arn}},
    }


def write_logs(log_group_arn: str) -> Statement:
    """What it takes to write into one log group that exists."""
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    return allow("WriteLogs", actions, f"{log_group_arn}:*")


def open_sessions() -> Statement:
    """What the SSM agent needs for Session Manager, and no parameter of the account besides.

    These actions know no resources:
    https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
    """
    return allow(
        "OpenSessions",
        [
            "ssm:UpdateInstanceInformation",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        "*",
    )


def pass_role(role_arn: str, service: str) -> Statement:
    """Hand one role to one service, and to no other."""
    condition = {"StringEquals": {"iam:PassedToService": service}}
    return allow("PassRole", ["iam:PassRole"], role_arn, condition=condition)


def instance_policy(repository_arn: str, log_group_arn: str, group_arn: str) -> Document:
    """What an instance may do: pull, log, be reached by SSM, and call itself unhealthy."""
    return document(
        *pull_images(repository_arn),
        write_logs(log_group_arn),
        allow("ReportFailure", ["autoscaling:SetInstanceHealth"], group_arn),
        open_sessions(),
    )


def function_policy(log_group_arn: str) -> Document:
    """What the function may do: write its log. Lambda itself pulls the image."""
    return document(write_logs(log_group_arn))


def bucket_policy(bucket_arn: str, *, account: str, log_prefix: str = "") -> Document:
    """Nothing over plain HTTP; with a prefix, the load balancers of the account may log there."""
    deny = {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    if not log_prefix:
        return document(deny)
    logs = allow(
        "WriteAccessLogs", ["s3:PutObject"], f"{bucket_arn}/{log_prefix}/AWSLogs/{account}/*"
    )
    logs["Principal"] = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    return document(deny, logs)
