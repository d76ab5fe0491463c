"""The settings of the service, as a configuration may give them and as the service takes them."""

import pytest
from pydantic import ValidationError

from api.settings import PREFIX, Settings
from deploy.service_settings import GIVEN, MASKED, SETTINGS, Number, setting_fault

WORDS = (
    "", "x", "-1", "0", "1", "255", "1.5", "7,5", "1e3", "nan", "inf", "true", "false", "True",
    "debug", "info", "warning", "error", "INFO", "loud", "a" * 64, f"{'a' * 64}, {'B' * 64}",
    "a" * 63, ",", "*", "10.0.0.0/8", "10.0.0.1/8", "10.0.0.1,::1", "2001:db8::/32",
)  # fmt: skip


def takes(name: str, value: str) -> bool:
    """Whether the service starts with it."""
    try:
        Settings.model_validate({name.removeprefix(PREFIX).lower(): value})
    except ValidationError:
        return False
    return True


def test_the_names_are_those_of_the_service() -> None:
    """All of them, but for what the image gives; and what it does not show is masked."""
    known = {PREFIX + name.upper(): field for name, field in Settings.model_fields.items()}
    assert set(SETTINGS) == set(known) - GIVEN
    assert {name for name, field in known.items() if not field.repr} == MASKED


@pytest.mark.parametrize("name", SETTINGS)
def test_what_is_allowed_here_the_service_takes(name: str) -> None:
    """And the other way round, but for other spellings of the same."""
    kind = SETTINGS[name]
    bounds = [kind.low - 1, kind.low, kind.high, kind.high + 1] if isinstance(kind, Number) else []
    for value in (*WORDS, *map(str, bounds)):
        if kind.allows(value):
            assert takes(name, value), value
        elif value not in ("1e3", "True", "0", "1"):
            assert not takes(name, value), value


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ESTIMATOR_LOG_LEVEL", "loud", ["'loud'", "debug, info, warning or error"]),
        ("ESTIMATOR_WORKERS", "300", ["'300'", "a whole number from 0 to 256"]),
        ("ESTIMATOR_LOGLEVEL", "info", ["did you mean ESTIMATOR_LOG_LEVEL?", "There are"]),
        ("ESTIMATOR_API_KEYS", "open sesame", ["ESTIMATOR_API_KEYS is wrong; it is SHA-256"]),
    ],
)
def test_a_fault_says_what_is_allowed(name: str, value: str, words: list[str]) -> None:
    """A key is never shown."""
    fault = setting_fault(name, value)
    assert fault is not None
    assert [word for word in words if word not in fault] == []
    assert "sesame" not in fault
