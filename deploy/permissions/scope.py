"""What belongs to this service in one account and region, as policies name it."""

from dataclasses import dataclass

from deploy.names import FUNCTION, SERVER, Names
from deploy.permissions.policies import Condition


@dataclass(frozen=True, slots=True)
class Scope:
    """One account, region and service, in some environments, at one door or both."""

    partition: str
    account: str
    region: str
    environments: tuple[Names, ...]
    doors: tuple[str, ...] = (SERVER, FUNCTION)

    def arn(self, service: str, resource: str, *, region: bool = True, account: bool = True) -> str:
        """The ARN of something in this account and region, or in none."""
        place = self.region if region else ""
        owner = self.account if account else ""
        return f"arn:{self.partition}:{service}:{place}:{owner}:{resource}"

    def all(self, service: str, *patterns: str) -> tuple[str, ...]:
        """The ARNs of the patterns: `{stem}` stands for the start of each environment's names,
        `{door}` for each door."""
        paths = (
            pattern.format(stem=names.stem, door=door)
            for names in self.environments
            for pattern in patterns
            for door in self.doors
        )
        return tuple(self.arn(service, path) for path in dict.fromkeys(paths))

    def worldwide(self, service: str, kind: str, *doors: str) -> tuple[str, ...]:
        """The ARNs of what these doors have that belongs to no region, such as role."""
        return tuple(
            self.arn(service, f"{kind}/{names.worldwide(door, self.region)}", region=False)
            for names in self.environments
            for door in doors
        )

    @property
    def service(self) -> str:
        """The name of the service, which every environment shares."""
        return self.environments[0].name

    def tagged(self, kind: str) -> Condition:
        """Launch templates and security groups have no names in their ARNs, but ours have tags;
        `kind` is Resource for what is there, Request for what is made."""
        return {
            "StringEquals": {
                f"aws:{kind}Tag/service": self.service,
                f"aws:{kind}Tag/environment": sorted(
                    each.environment for each in self.environments
                ),
            }
        }
