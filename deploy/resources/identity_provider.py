"""GitHub as an identity provider of the account: one for all repositories."""

import json
from collections.abc import Collection
from typing import Any

from deploy.aws import Aws, absent
from deploy.permissions.github_policies import AUDIENCE, ISSUER
from deploy.resource import Settings
from deploy.tags import owned, pairs


class IdentityProvider:
    """The provider whose tokens workflows bring. One that exists is used as it is.

    It has no settings of ours but its audience. Other repositories of the account may rest on the
    same provider, whoever made it, so ask whether it is `ours` and for its `users` before it is
    taken away.
    """

    kind = "identity provider"
    name = ISSUER

    def __init__(self, aws: Aws, tags: dict[str, str]) -> None:
        self._aws = aws
        self._tags = tags

    @property
    def arn(self) -> str:
        """Its ARN, known before it is made."""
        return self._aws.arn("iam", f"oidc-provider/{ISSUER}", region=False)

    def find(self) -> Settings | None:
        live = self._live()
        return None if live is None else {"audience": AUDIENCE in live["ClientIDList"]}

    def settings(self) -> Settings:
        return {"audience": True}

    def create(self) -> None:
        """Without a thumbprint: AWS trusts GitHub's certificate by its own list."""
        self._client.create_open_id_connect_provider(
            Url=f"https://{ISSUER}", ClientIDList=[AUDIENCE], Tags=pairs(self._tags)
        )

    def update(self, changed: frozenset[str]) -> None:
        if "audience" in changed:
            self._client.add_client_id_to_open_id_connect_provider(
                OpenIDConnectProviderArn=self.arn, ClientID=AUDIENCE
            )

    def delete(self) -> None:
        """Take it away."""
        with absent("NoSuchEntity"):
            self._client.delete_open_id_connect_provider(OpenIDConnectProviderArn=self.arn)

    def ours(self) -> bool:
        """Whether this service made it; others may rest on one that it did not make."""
        live = self._live()
        return live is not None and owned(live.get("Tags", []), self._tags) == self._tags

    def users(self, *, other_than: Collection[str]) -> list[str]:
        """The names of the other roles that trust its tokens, as far as this account goes."""
        named = f'"{self.arn}"'
        roles = self._aws.pages("iam", "list_roles", "Roles")
        found = (each["RoleName"] for each in roles
                 if named in json.dumps(each["AssumeRolePolicyDocument"]))  # fmt: skip
        return sorted(set(found) - set(other_than))

    def _live(self) -> dict[str, Any] | None:
        with absent("NoSuchEntity"):
            return dict(
                self._client.get_open_id_connect_provider(OpenIDConnectProviderArn=self.arn)
            )
        return None

    @property
    def _client(self) -> Any:
        return self._aws.client("iam")
