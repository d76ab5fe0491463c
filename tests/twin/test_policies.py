"""What a policy says of a request, by the rules of IAM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.twin.permissions import Context, Need
from tests.twin.policies import ALLOWED, DENIED, UNSAID, covers, holds, verdict

HERE = "us-east-1:123456789012"


def policy(effect: str = "Allow", **members: Any) -> dict[str, Any]:
    """One statement about everything, but for its members."""
    return {"Effect": effect, "Action": "s3:*", "Resource": "*", **members}


@pytest.mark.parametrize(
    ("pattern", "resource", "covered"),
    [
        ("*", "*", True),
        ("*", "arn:aws:s3:::b/k", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/k/l", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::b/*", "*", False),
        (f"arn:aws:lambda:{HERE}:function:a", f"arn:aws:lambda:{HERE}:function:a:live", False),
        (f"arn:aws:lambda:{HERE}:function:a:*", f"arn:aws:lambda:{HERE}:function:a:live", True),
        ("arn:aws:ssm:*:parameter/x", f"arn:aws:ssm:{HERE}:parameter/x", False),
        ("arn:aws:ec2:us-east-1::image/*", f"arn:aws:ec2:{HERE}:image/ami-1", False),
        ("arn:aws:s3:::b?", "arn:aws:s3:::b[", True),
    ],
)
def test_patterns_of_resources(pattern: str, resource: str, covered: bool) -> None:  # noqa: FBT001 - a case of the table
    """A star reaches over what it likes in the resource, and over no colon before it."""
    assert covers(pattern, resource) is covered


@pytest.mark.parametrize(
    ("condition", "context", "held"),
    [
        ({}, {}, True),
        ({"StringEquals": {"k": "a"}}, {"k": ("a",)}, True),
        ({"StringEquals": {"k": ["a", "b"]}}, {"k": ("b",)}, True),
        ({"StringEquals": {"k": "a"}}, {"k": ("A",)}, False),
        ({"StringEquals": {"k": "a*"}}, {"k": ("ab",)}, False),
        ({"StringLike": {"k": "a*"}}, {"k": ("ab",)}, True),
        ({"StringEquals": {"k": "a"}}, {}, False),
        ({"StringEqualsIfExists": {"k": "a"}}, {}, True),
        ({"StringEquals": {"k": "a", "l": "b"}}, {"k": ("a",)}, False),
        ({"StringEquals": {"k": "a"}, "Bool": {"l": "true"}}, {"k": ("a",)}, False),
        ({"Bool": {"k": "true"}}, {"k": ("True",)}, True),
        ({"ArnLike": {"k": "arn:aws:ec2:r:1:x/*"}}, {"k": ("arn:aws:ec2:r:1:x/y",)}, True),
        ({"ArnLike": {"k": "arn:aws:*:x/*"}}, {"k": ("arn:aws:ec2:r:1:x/y",)}, False),
        ({"ForAnyValue:StringEquals": {"k": "a"}}, {"k": ("b", "a")}, True),
        ({"ForAllValues:StringEquals": {"k": "a"}}, {"k": ("b", "a")}, False),
        ({"ForAllValues:StringEquals": {"k": "a"}}, {}, True),
        ({"ForAnyValue:StringEquals": {"k": "a"}}, {}, False),
    ],
)
def test_conditions(
    condition: Mapping[str, Mapping[str, Any]],
    context: Mapping[str, Any],
    held: bool,  # noqa: FBT001 - a case of the table
) -> None:
    """All keys of all operators, any of the wanted values; what is not there does not agree."""
    assert holds(condition, context) is held


def test_what_is_not_known_is_an_error() -> None:
    """An operator nobody has thought about, and several values where one is compared."""
    with pytest.raises(KeyError, match="DateLessThan"):
        holds({"DateLessThan": {"k": "2026-01-01"}}, {"k": ("2025-01-01",)})
    with pytest.raises(ValueError, match="ForAnyValue"):
        holds({"StringEquals": {"k": "a"}}, {"k": ("a", "b")})


def test_a_denial_outweighs() -> None:
    """Whatever else allows; and what no statement is about is unsaid."""
    plain: Context = (("aws:SecureTransport", ("false",)),)
    need = Need("s3:GetObject", "arn:aws:s3:::b/k", plain)
    deny = policy("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert verdict({"Statement": [policy(), deny]}, need) == DENIED
    assert verdict({"Statement": [policy(), deny]}, Need(need.action, need.resource)) == ALLOWED
    assert verdict({"Statement": deny}, Need("s3:GetObject", need.resource)) == UNSAID
    assert verdict({"Statement": policy(Action="sqs:*")}, need) == UNSAID


def test_principals_of_others_do_not_concern_everybody() -> None:
    """A service's permission is not the caller's."""
    need = Need("s3:PutObject", "arn:aws:s3:::b/k")
    for principal, said in (
        ({"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}, UNSAID),
        ("*", ALLOWED),
        ({"AWS": ["*"]}, ALLOWED),
    ):
        assert verdict({"Statement": [policy(Principal=principal)]}, need) == said
