"""The function's URL, and who may call it."""

import json
from typing import Any

from deploy.aws import Aws, absent
from deploy.config import Config
from deploy.resource import Later, Settings
from deploy.resources.alias import LIVE, Alias
from deploy.resources.function import Function

PERMISSIONS: dict[str, dict[str, Any]] = {
    "public-url": {
        "Action": "lambda:InvokeFunctionUrl",
        "Principal": "*",
        "FunctionUrlAuthType": "NONE",
    },
    "public-invoke": {
        "Action": "lambda:InvokeFunction",
        "Principal": "*",
        "InvokedViaFunctionUrl": True,
    },
}
"""A public URL needs both since October 2025; the second holds for calls through a URL alone."""


class FunctionUrl:
    """The URL of the alias: for callers with IAM rights, or for everybody if told so."""

    kind = "function URL"

    def __init__(self, aws: Aws, config: Config, function: Function, alias: Alias) -> None:
        self.name = alias.name
        self.address: str | Later = Later(self.kind)
        self._aws = aws
        self._function = function
        self._alias = alias
        self._auth = "NONE" if config.function.public else "AWS_IAM"

    def find(self) -> Settings | None:
        self.address = Later(self.kind)
        if not self._alias.exists:
            return None
        with absent("ResourceNotFoundException"):
            found = self._client.get_function_url_config(**self._target())
            self.address = found["FunctionUrl"]
            return {
                "auth": found["AuthType"],
                "invoke_mode": found.get("InvokeMode", "BUFFERED"),
            }
        return None

    def settings(self) -> Settings | None:
        if not self._function.is_wanted:
            return None
        return {"auth": self._auth, "invoke_mode": "BUFFERED"}

    def create(self) -> None:
        self._client.create_function_url_config(
            **self._target(), AuthType=self._auth, InvokeMode="BUFFERED"
        )

    def update(self, changed: frozenset[str]) -> None:  # noqa: ARG002 - it is put as a whole
        self._client.update_function_url_config(
            **self._target(), AuthType=self._auth, InvokeMode="BUFFERED"
        )

    def delete(self) -> None:
        with absent("ResourceNotFoundException"):
            self._client.delete_function_url_config(**self._target())

    def _target(self) -> dict[str, str]:
        return {"FunctionName": self._function.name, "Qualifier": LIVE}

    @property
    def _client(self) -> Any:
        return self._aws.client("lambda")


class PublicAccess:
    """Both permissions that let everybody call the URL; none of them without the flag."""

    kind = "public access"

    def __init__(self, aws: Aws, config: Config, function: Function, alias: Alias) -> None:
        self.name = alias.name
        self._aws = aws
        self._function = function
        self._alias = alias
        self._public = config.function.public
        self._live: tuple[str, ...] = ()

    def find(self) -> Settings | None:
        self._live = ()
        if not self._alias.exists:
            return None
        with absent("ResourceNotFoundException"):
            policy = json.loads(self._client.get_policy(**self._target())["Policy"])
            sids = {statement.get("Sid") for statement in policy["Statement"]}
            self._live = tuple(sid for sid in sorted(PERMISSIONS) if sid in sids)
        return {"permissions": self._live} if self._live else None

    def settings(self) -> Settings | None:
        if not self._public or not self._function.is_wanted:
            return None
        return {"permissions": tuple(sorted(PERMISSIONS))}

    def create(self) -> None:
        self.update(frozenset({"permissions"}))

    def update(self, changed: frozenset[str]) -> None:  # noqa: ARG002 - it has one key only
        for sid in sorted(PERMISSIONS.keys() - set(self._live)):
            with absent("ResourceConflictException"):  # it is there already
                self._client.add_permission(**self._target(), StatementId=sid, **PERMISSIONS[sid])

    def delete(self) -> None:
        for sid in self._live:
            with absent("ResourceNotFoundException"):
                self._client.remove_permission(**self._target(), StatementId=sid)

    def _target(self) -> dict[str, str]:
        return {"FunctionName": self._function.name, "Qualifier": LIVE}

    @property
    def _client(self) -> Any:
        return self._aws.client("lambda")
