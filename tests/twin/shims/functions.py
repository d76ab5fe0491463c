"""Functions: each version keeps its own image, a number is used once, and changes take time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.awslambda.models import ImageConfig, LambdaFunction

from tests.twin.strict_functions import Functions


@contextmanager
def mended(functions: Functions) -> Iterator[None]:
    with (
        patch.object(LambdaFunction, "set_version", _set_version()),
        patch.object(LambdaFunction, "update_function_code", _update_code()),
        patch.object(LambdaFunction, "update_configuration", _update_configuration()),
        patch.object(LambdaFunction, "get_configuration", _get_configuration(functions)),
    ):
        yield


def _set_version() -> Any:
    """Moto's versions share one dictionary of code with $LATEST, and are counted, not numbered."""
    original = LambdaFunction.set_version

    def set_version(function: LambdaFunction, number: int) -> None:
        shared: Any = function.policy  # the one thing that all versions of a function have
        shared.highest = max(number, getattr(shared, "highest", 0) + 1)
        function.code = dict(function.code)
        original(function, shared.highest)

    return set_version


def _update_code() -> Any:
    """The same image again is no change, so that there is nothing to publish; moto drops another
    architecture."""
    original = LambdaFunction.update_function_code

    def update_function_code(function: LambdaFunction, spec: dict[str, Any]) -> dict[str, Any]:
        before, changed = _code(function), function.code_or_config_updated
        function.architectures = spec.get("Architectures", function.architectures)
        answer = original(function, spec)
        if _code(function) == before:
            function.code_or_config_updated = changed
        return answer

    return update_function_code


def _code(function: LambdaFunction) -> tuple[str, list[str]]:
    return function.code_sha_256, function.architectures


def _update_configuration() -> Any:
    """Moto drops a new ImageConfig."""
    original = LambdaFunction.update_configuration

    def update_configuration(function: LambdaFunction, spec: dict[str, Any]) -> dict[str, Any]:
        if "ImageConfig" in spec:
            function.image_config = ImageConfig(spec["ImageConfig"])
        return original(function, spec)

    return update_configuration


def _get_configuration(functions: Functions) -> Any:
    original = LambdaFunction.get_configuration

    def get_configuration(function: LambdaFunction, *, on_create: bool = False) -> dict[str, Any]:
        answer = original(function, on_create)
        state = functions.state(function)
        if on_create:
            return answer | {"State": "Pending"}
        return answer | state

    return lambda function, on_create=False: get_configuration(function, on_create=on_create)
