"""One account in one region, and moto's backends for it."""

from __future__ import annotations

from dataclasses import dataclass

from moto.autoscaling.models import AutoScalingBackend, autoscaling_backends
from moto.awslambda.models import LambdaBackend
from moto.awslambda.utils import get_backend
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ecr.models import ECRBackend, ecr_backends
from moto.elbv2.models import ELBv2Backend, elbv2_backends
from moto.iam.models import IAMBackend, iam_backends

from tests.twin.environment import ACCOUNT, REGION


@dataclass(frozen=True)
class Place:
    """Where a resource lives."""

    account: str = ACCOUNT
    region: str = REGION

    @property
    def autoscaling(self) -> AutoScalingBackend:
        return autoscaling_backends[self.account][self.region]

    @property
    def cloudwatch(self) -> CloudWatchBackend:
        return cloudwatch_backends[self.account][self.region]

    @property
    def ec2(self) -> EC2Backend:
        return ec2_backends[self.account][self.region]

    @property
    def ecr(self) -> ECRBackend:
        return ecr_backends[self.account][self.region]

    @property
    def elbv2(self) -> ELBv2Backend:
        return elbv2_backends[self.account][self.region]

    @property
    def functions(self) -> LambdaBackend:
        return get_backend(self.account, self.region)  # another one where nothing needs Docker

    @property
    def iam(self) -> IAMBackend:
        return iam_backends[self.account]["aws"]
