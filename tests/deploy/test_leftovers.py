"""What AWS lists by our tags."""

from botocore.stub import Stubber

from deploy.leftovers import tagged
from tests.deploy.account import ACCOUNT, empty_account

TAGS = {"service": "shop", "environment": "production", "door": "server"}


def test_what_is_another_regions_is_not_left_over() -> None:
    """us-east-1 lists what IAM has for every region, which only its name tells."""
    profile = f"arn:aws:iam::{ACCOUNT}:instance-profile/shop-production-server"
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:shop-production-server-alarms"
    arns = [f"{profile}-us-east-1", f"{profile}-eu-west-1", topic]
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    listed = [{"ResourceARN": arn, "Tags": tags} for arn in arns]
    with empty_account() as aws, Stubber(aws.client("resourcegroupstaggingapi")) as stub:
        stub.add_response("get_resources", {"ResourceTagMappingList": listed})
        assert [each.arn for each in tagged(aws, TAGS)] == [arns[0], topic]
