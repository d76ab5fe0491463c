"""IAM is eventually consistent: a role or profile just made is not yet known elsewhere."""

from __future__ import annotations

from tests.twin.clock import Clock
from tests.twin.gate import Refusal, Request, Rule
from tests.twin.place import Place
from tests.twin.templates import find, invalid, specification

NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda."


class Roles:
    """Who was made when. `delay`: virtual seconds until the rest of AWS knows of it."""

    def __init__(self, clock: Clock) -> None:
        self.delay: float = 10
        self._clock = clock
        self._born: dict[tuple[str, str], float] = {}

    def rules(self) -> list[Rule]:
        return [
            Rule("iam", "CreateRole", self._role_born, after=True),
            Rule("iam", "CreateInstanceProfile", self._profile_born, after=True),
            Rule("lambda", "CreateFunction", self._assumable),
            Rule("lambda", "UpdateFunctionConfiguration", self._assumable),
            Rule("autoscaling", "CreateAutoScalingGroup", self._launchable),
            Rule("autoscaling", "UpdateAutoScalingGroup", self._launchable),
        ]

    def _role_born(self, request: Request) -> None:
        self._born["role", request.params["RoleName"]] = self._clock.time()

    def _profile_born(self, request: Request) -> None:
        self._born["profile", request.params["InstanceProfileName"]] = self._clock.time()

    def _assumable(self, request: Request) -> None:
        role = request.params.get("Role")
        if role and self._is_young("role", role):
            raise Refusal("InvalidParameterValueException", NOT_ASSUMABLE)

    def _launchable(self, request: Request) -> None:
        spec = specification(request.params)
        profile = find(request.place, spec).data.get("IamInstanceProfile") if spec else None
        if not profile:
            return
        name = profile.get("Name") or profile["Arn"]
        if self._is_young("profile", name) or not _exists(request.place, name):
            raise invalid(
                f"Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM "
                "Instance Profile name"
            )

    def _is_young(self, kind: str, name_or_arn: str) -> bool:
        born = self._born.get((kind, name_or_arn.rpartition("/")[2]))
        return born is not None and self._clock.time() < born + self.delay


def _exists(place: Place, name_or_arn: str) -> bool:
    return name_or_arn.rpartition("/")[2] in {one.name for one in place.iam.get_instance_profiles()}
