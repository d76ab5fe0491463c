import re
from pathlib import Path

import pytest

from api.settings import PREFIX, Settings, SettingsError, read_settings

HASH = "0123456789abcdef" * 4


def refused(environ: dict[str, str], **options: object) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(environ, **options)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return str(caught.value)


def test_defaults() -> None:
    """Without any setting, the embedded bundle is served to this machine alone, on port 8000."""
    settings = read_settings({"PATH": "/bin", "PORT": "1"})
    assert settings == Settings()
    assert settings.bundle == Path(__file__).parents[2] / "bundle"
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 0)
    assert (settings.drain_seconds, settings.keep_alive_seconds) == (15, 75)
    assert settings.max_batch_rows == 10_000
    assert settings.key_hashes == ()


def test_environment_and_options() -> None:
    """Settings come from the environment; an option of the command line wins, None does not."""
    environ = {f"{PREFIX}PORT": "9000", f"{PREFIX}HOST": "::1", f"{PREFIX}DOCS": "false"}
    settings = read_settings(environ, port="0", host=None, workers=None)
    assert (settings.port, settings.host, settings.docs) == (0, "::1", False)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    """Every setting says what it is and, with a number, which values are allowed."""
    field = Settings.model_fields[name]
    assert field.description
    for bound in field.metadata:
        for limit in (getattr(bound, "ge", None), getattr(bound, "le", None)):
            shown = "2^30" if limit == 2**30 else str(limit)
            assert limit is None or re.search(rf"\b{re.escape(shown)}\b", field.description)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", ""),
        ("HOST", "a..b"),
        ("HOST", "ä" * 70),
        ("PORT", ""),
        ("PORT", "http"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("PORT", "9" * 5000),
        ("WORKERS", "-1"),
        ("WORKERS", "257"),
        ("WORKERS", "auto"),
        ("MAX_BODY_BYTES", "255"),
        ("MAX_BODY_BYTES", "64k"),
        ("MAX_BATCH_BYTES", "1073741825"),
        ("MAX_BATCH_ROWS", "0"),
        ("MAX_BATCH_ROWS", "1000001"),
        ("DRAIN_SECONDS", "-0.1"),
        ("DRAIN_SECONDS", "nan"),
        ("DRAIN_SECONDS", "inf"),
        ("DRAIN_SECONDS", "15s"),
        ("SHUTDOWN_SECONDS", "0"),
        ("SHUTDOWN_SECONDS", "1.5"),
        ("KEEP_ALIVE_SECONDS", "0"),
        ("KEEP_ALIVE_SECONDS", "4001"),
        ("FORWARDED_ALLOW_IPS", "*"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.0/33"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.1/8"),
        ("FORWARDED_ALLOW_IPS", "balancer"),
        ("LOG_LEVEL", "trace"),
        ("LOG_LEVEL", "INFO "),
        ("DOCS", "maybe"),
    ],
)
def test_wrong_value_is_refused(name: str, value: str) -> None:
    """A wrong value is refused with the variable, what was given and what is allowed."""
    message = refused({PREFIX + name: value})
    assert message.startswith(f"{PREFIX}{name} cannot be {value!r}. Allowed: ")
    assert str(Settings.model_fields[name.lower()].description) in message
    assert "pydantic" not in message


def test_all_wrong_values_are_named_at_once() -> None:
    """Whoever starts the server mends everything in one go."""
    message = refused({f"{PREFIX}PORT": "x", f"{PREFIX}DOCS": "maybe"}, workers="z")
    assert [line.split()[0] for line in sorted(message.splitlines())] == [
        f"{PREFIX}DOCS",
        f"{PREFIX}PORT",
        f"{PREFIX}WORKERS",
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("PROT", "PORT"),
        ("API_KEY", "API_KEYS"),
        ("WORKER", "WORKERS"),
        ("COLOUR", None),
        ("", None),
    ],
)
def test_unknown_setting_is_refused(name: str, hint: str | None) -> None:
    """A misspelt variable is refused with the nearest name, and its value is not repeated."""
    message = refused({PREFIX + name: "secret"})
    assert re.match(
        rf"{PREFIX}{name} is not a setting(\.|; did you mean \w+\?) The settings", message
    )
    assert ("did you mean" in message) is (hint is not None)
    assert hint is None or f"did you mean {PREFIX}{hint}?" in message
    assert f"{PREFIX}KEEP_ALIVE_SECONDS" in message
    assert "secret" not in message


@pytest.mark.parametrize("value", ["a-key", HASH[:-1], HASH + "0", f"{HASH};{HASH}", f"{HASH},x"])
def test_wrong_keys_are_refused_without_being_shown(value: str) -> None:
    """What stands in the keys' setting by mistake may be a key: it is never repeated."""
    message = refused({f"{PREFIX}API_KEYS": value})
    assert message.startswith(f"{PREFIX}API_KEYS is wrong. Allowed: SHA-256 hashes")
    assert value not in message


def test_keys_are_read_and_not_shown() -> None:
    """Several hashes are read, in either case, and stand in no representation."""
    settings = read_settings({f"{PREFIX}API_KEYS": f" {HASH} ,{'AB' * 32},"})
    assert settings.key_hashes == (bytes.fromhex(HASH), bytes.fromhex("ab" * 32))
    assert HASH not in repr(settings) + str(settings)


def test_keys_that_hold_none_do_not_open_the_service() -> None:
    """A value put together from two that are not set is refused, rather than taken for none."""
    assert refused({f"{PREFIX}API_KEYS": ","}).startswith(f"{PREFIX}API_KEYS is wrong")
