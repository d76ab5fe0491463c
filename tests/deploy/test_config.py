"""The configuration: the example, the variables, and what is refused."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.config import Balancer, Config, Logs, Schedule, Section
from deploy.config_faults import memory_of
from deploy.config_file import DEFAULTS, read_config
from deploy.errors import Refused
from deploy.prices import read_prices

EXAMPLE = Path(__file__).parents[2] / "examples" / "deploy.toml"
ACL = "arn:aws:wafv2:{}:123456789012:regional/webacl/shield/a1"
CERTIFICATE = "arn:aws:acm:{}:123456789012:certificate/a1"
LEAST = 'name = "shop"\nregion = "eu-west-1"\n'


def _config(tmp_path: Path, text: str, **variables: str) -> Config:
    file = tmp_path / "deploy.toml"
    file.write_text(text, encoding="utf-8")
    return read_config(file, "production", variables)


def _schedule(**wishes: int | str) -> str:
    keys = {"name": "night", "cron": "0 22 * * *", "min": 1, "max": 2, "desired": 1, **wishes}
    return "\n".join(["[[server.schedule]]", *(f"{key} = {keys[key]!r}" for key in keys), ""])


def _keys(section: type[Section], prefix: str = "") -> Iterator[str]:
    for field in msgspec.structs.fields(section):
        yield prefix + field.name
        if isinstance(field.type, type) and issubclass(field.type, Section):
            yield from _keys(field.type, f"{prefix}{field.name}.")


def _written(document: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in document.items():
        yield prefix + key
        if isinstance(value, dict):
            yield from _written(value, f"{prefix}{key}.")


def test_the_example_can_be_loaded() -> None:
    """For each environment that it names."""
    production = read_config(EXAMPLE, "production", {})
    staging = read_config(EXAMPLE, "staging", {})
    assert production.balancer.deletion_protection
    assert production.logs.retention_days == 365
    assert (staging.environment, staging.server.min) == ("staging", 1)


def test_the_example_has_every_key() -> None:
    """It is the reference: nothing can be configured that it does not show."""
    text = EXAMPLE.read_text(encoding="utf-8")
    document = tomllib.loads(text)
    own = [document, *document["environments"].values()]
    written = {"server.schedule", *(key for each in own for key in _written(each))}
    assert set(_keys(Config)) - {"environment"} <= written
    assert "[[server.schedule]]" in text
    for key in _keys(Schedule):
        assert f"# {key} = " in text


def test_the_example_shows_the_defaults() -> None:
    """What stands in the sections is what holds without them."""
    document = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    for key in ("environments", "settings", "tags"):
        document.pop(key)
    config = msgspec.convert(document, Config)
    assert config == Config(name=config.name, region=config.region)


def test_production_is_careful_by_itself(tmp_path: Path) -> None:
    """The least file has access logs, protection and a year of logs there, and there alone."""
    production = _config(tmp_path, LEAST)
    staging = read_config(tmp_path / "deploy.toml", "staging", {})
    assert production.balancer == Balancer(access_logs=True, deletion_protection=True)
    assert production.logs.retention_days == 365
    assert (staging.balancer, staging.logs) == (Balancer(), Logs())


def test_production_can_be_told_otherwise(tmp_path: Path) -> None:
    """For all environments, for it alone, or by a variable; the last word counts."""
    open_to_all = LEAST + "[balancer]\ndeletion_protection = false\n"
    config = _config(tmp_path, open_to_all, DEPLOY_LOGS_RETENTION_DAYS="90")
    assert config.balancer == Balancer(access_logs=True)
    assert config.logs.retention_days == 90
    own = f"{open_to_all}[environments.production.balancer]\ndeletion_protection = true\n"
    assert _config(tmp_path, own).balancer.deletion_protection


def test_the_example_says_the_defaults_of_production() -> None:
    """Just as they would hold without it."""
    document = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert document["environments"]["production"] == DEFAULTS["production"]


def test_variables_win_over_the_file(tmp_path: Path) -> None:
    """Of the top, of a section, numbers, truths and lists."""
    config = _config(
        tmp_path,
        LEAST,
        DEPLOY_REGION="us-east-1",
        DEPLOY_SERVER_MIN="1",
        DEPLOY_FUNCTION_PUBLIC="true",
        DEPLOY_NETWORK_ALLOWED_CIDRS="10.0.0.0/8, 192.0.2.0/24",
        OTHER="not ours",
    )
    assert (config.region, config.server.min, config.function.public) == ("us-east-1", 1, True)
    assert config.network.allowed_cidrs == ("10.0.0.0/8", "192.0.2.0/24")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[server]\nsize = 3\n", ["server.size is no key", "There are instance_type, "]),
        ("[server]\nminn = 3\n", ["server.minn is no key", "did you mean min?"]),
        ("[servr]\nmin = 3\n", ["servr is no key", "did you mean server?"]),
        ("[server]\nmin = -1\n", ["server.min cannot be -1; it is a whole number from 0 to 1000."]),
        ("[server]\nmin = 2026-01-05\n", ['server.min cannot be "2026-01-05"; it is']),
        ("[server]\nmin = 1.5\n", ["server.min cannot be 1.5; it is a whole number"]),
        ("[server]\nrequests_per_target = 0\n", ["a whole number from 1 on."]),
        ("server = 3\n", ["server cannot be 3; it is a table."]),
        ("[alarms]\np99_seconds = 61\n", ["cannot be 61; it is a number over 0 to 60."]),
        ('[server]\narchitecture = "arm"\n', ['cannot be "arm"; it is one of "arm64", "x86_64".']),
        ("[balancer]\naccess_logs = 2\n", ["access_logs cannot be 2; it is true or false."]),
        (
            "[network]\nallowed_cidrs = [3]\n",
            ["network.allowed_cidrs[0] cannot be 3; it is a text"],
        ),
        ("[network]\nvpc = []\n", ["network.vpc cannot be a list; it is a text in quotes."]),
        (
            "[settings]\nESTIMATOR_WORKERS = 3\n",
            ["settings.ESTIMATOR_WORKERS cannot be 3; it is a text in quotes."],
        ),
        (
            '[[server.schedule]]\nname = "x"\n',
            ["server.schedule[0].name", "beginning with a letter"],
        ),
        (
            '[[server.schedule]]\nname = "xy"\n',
            ["server.schedule[0].cron is missing; it is a text"],
        ),
        ("[server]\nmin = 5\n", ["min 5", "max 4"]),
        ('[server]\ninstance_type = "t3.micro"\n', ["t3.micro", "arm64", "m8g.medium"]),
        (
            "[logs]\nretention_days = 31\n",
            ["logs.retention_days cannot be 31; it is one of 1, 3, 5, 7"],
        ),
        ('[network]\nallowed_cidrs = ["10.0.0.1/8"]\n', ["allowed_cidrs", "host bits"]),
        ('[network]\nallowed_cidrs = ["10.0.0.1"]\n', ["allowed_cidrs", "write 10.0.0.1/32"]),
        ('[network]\nallowed_cidrs = ["2001:DB8::/32"]\n', ["write 2001:db8::/32"]),
        ('[network]\nbalancer_subnets = ["subnet-1"]\n', ["instance_subnets"]),
        (
            '[network]\nvpc = "vpc-1"\nbalancer_subnets = ["s-1"]\ninstance_subnets = ["s-2"]\n',
            ["vpc", "leave vpc out"],
        ),
        ('[server]\narchitecture = "x86_64"\n', ["t4g.small", "x86_64", "t3.small"]),
        ('[server]\ninstance_type = "t4g.nano"\n', ["memory_mb 1024", "512 MB"]),
        ("[server]\nmin = 0\ndesired = 0\nmax = 0\n", ["server.max cannot be 0", "from 1 to 1000"]),
        (_schedule(max=0), ["from 1 to 1000", "server.schedule[0].max"]),
        (_schedule(min=3), ["server.schedule night", "min 3", "max 2"]),
        (_schedule(cron="every night"), ["server.schedule night", "cron", "five fields"]),
        (_schedule() + _schedule(), ["server.schedule", "night", "twice"]),
        ("[release]\nbake_seconds = 3600\n", ["bake_seconds 3600", "timeout_seconds 3600"]),
        ('[https]\ndomain = "x.org"\n', ["certificate_arn"]),
        ('[https]\ncertificate_arn = "arn:aws:acm"\n', ["certificate_arn", "domain"]),
        ('[settings]\nAWS_SECRET_ACCESS_KEY = "x"\n', ["AWS_SECRET_ACCESS_KEY", "Secrets"]),
        ('[settings]\nESTIMATOR_PORT = "81"\n', ["ESTIMATOR_PORT", "leave it out"]),
        ('[settings]\nESTIMATOR_DOCS = "a\\nb"\n', ["ESTIMATOR_DOCS", "true or false"]),
        ('[settings]\nESTIMATOR_LOG_LEVEL = "loud"\n', ["ESTIMATOR_LOG_LEVEL", "'loud'"]),
        ('[settings]\nESTIMATOR_LOGS = "x"\n', ["did you mean ESTIMATOR_DOCS?"]),
        ('[alarms]\nemail = "foo"\n', ["alarms.email: foo", "team@example.org"]),
        ('[balancer]\nwaf_acl_arn = "foo"\n', ["balancer.waf_acl_arn: foo", "regional", '"none"']),
        (
            f'[balancer]\nwaf_acl_arn = "{ACL.format("us-east-1")}"\n',
            ["web ACL in eu-west-1", "arn:aws:wafv2:eu-west-1:"],
        ),
        (
            f'[https]\ndomain = "x.org"\ncertificate_arn = "{CERTIFICATE.format("us-east-1")}"\n',
            ["https.certificate_arn", "certificate in eu-west-1"],
        ),
        ("[server]\nmemory_mb = 4096\n", ["memory_mb 4096", "2048 MB of a t4g.small"]),
        ('[tags]\n"aws:x" = "y"\n', ["aws:x"]),
        ('[tags]\nservice = "y"\n', ["service", "another key"]),
        ("[environments.staging]\n", ["no environment 'production'", "staging"]),
        ("[environments]\nproduction = 3\n", ["a table for each, [environments.production]"]),
        ("environments = 3\n", ["a table for each, [environments.production]"]),
        ('[environments.production]\nregion = "us-east-1"\n', ["region is the same for all"]),
        ('[environments.production]\nname = "other"\n', ["name is the same for all", "--config"]),
        ("[environments.production]\nenvironment = 'x'\n", ["not named in the file", "--env"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    """With the key, and what is allowed or to be done."""
    with pytest.raises(Refused) as refusal:
        _config(tmp_path, LEAST + text)
    assert not [word for word in words if word not in str(refusal.value)]


@pytest.mark.parametrize(
    "text",
    [
        f'[balancer]\nwaf_acl_arn = "{ACL.format("eu-west-1")}"\n',
        '[balancer]\nwaf_acl_arn = "none"\n',
        f'[https]\ndomain = "x.org"\ncertificate_arn = "{CERTIFICATE.format("eu-west-1")}"\n',
        '[alarms]\nemail = "team+pager@example.org"\n',
        '[server]\ninstance_type = "r8g.large"\nmemory_mb = 16384\n',
    ],
)
def test_what_is_right_is_taken(tmp_path: Path, text: str) -> None:
    """As it stands."""
    _config(tmp_path, LEAST + text)


def test_the_memory_of_every_priced_type_is_known() -> None:
    """A type that is not in the list is taken at its word."""
    assert [kind for kind in read_prices().instance_hour if memory_of(kind) is None] == []
    known = ("t3.nano", "t4g.small", "m7i-flex.large", "c5.large", "r8g.xlarge", "c5n.large")
    assert [memory_of(kind) for kind in known] == [512, 2048, 8192, 4096, 32_768, None]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"DEPLOY_SERVER_MIN": "abc"}, 'DEPLOY_SERVER_MIN cannot be "abc"; it is a whole number'),
        ({"DEPLOY_SERVER_MINN": "3"}, "DEPLOY_SERVER_MINN is no key of the configuration; did"),
        (
            {"DEPLOY_REGIN": "x"},
            "DEPLOY_REGIN is no key of the configuration; did you mean region?",
        ),
        ({"DEPLOY_SERVER_MIN": "3", "DEPLOY_X": ""}, "DEPLOY_X is no key of the configuration."),
        ({"DEPLOY_SERVER_MIN": "3"}, "deploy.toml with DEPLOY_SERVER_MIN: server: min 3"),
    ],
)
def test_a_variable_at_fault_is_named(
    tmp_path: Path, variables: dict[str, str], words: str
) -> None:
    """And not the file, where that alone is right."""
    with pytest.raises(Refused) as refusal:
        _config(tmp_path, LEAST, **variables)
    assert words in str(refusal.value)


def test_the_environment_is_named_on_the_command_line(tmp_path: Path) -> None:
    """And so it is the option that is wrong."""
    (tmp_path / "deploy.toml").write_text(LEAST, encoding="utf-8")
    with pytest.raises(Refused, match=r'^--env cannot be "Up"; it is 2 to 20'):
        read_config(tmp_path / "deploy.toml", "Up", {})


def test_the_variables_of_the_example_go_with_it() -> None:
    """Those in its head that have a value."""
    head = EXAMPLE.read_text(encoding="utf-8").partition("\nname")[0]
    variables = dict(re.findall(r"(DEPLOY_[A-Z_]+)=(\S+?)[,.]?$", head, re.MULTILINE))
    assert set(variables) == {"DEPLOY_SERVER_MAX", "DEPLOY_NETWORK_ALLOWED_CIDRS"}
    for environment in ("production", "staging"):
        assert read_config(EXAMPLE, environment, variables).server.max == 6


def test_the_environment_is_that_of_the_command_line(tmp_path: Path) -> None:
    """A file or a variable that names another one is refused, not passed over."""
    with pytest.raises(Refused, match="leave it out, and say --env"):
        _config(tmp_path, f'environment = "staging"\n{LEAST}')
    with pytest.raises(Refused, match="DEPLOY_ENVIRONMENT"):
        _config(tmp_path, LEAST, DEPLOY_ENVIRONMENT="staging")


@pytest.mark.parametrize(
    "name",
    ["Shop", "s", "1shop", "a" * 21, "sh_op", "shop-", "sh--op", "internal", "internal-shop"],
)
def test_a_name_fits_every_service(tmp_path: Path, name: str) -> None:
    """Names become those of buckets and balancers."""
    with pytest.raises(Refused, match="name"):
        _config(tmp_path, f'name = "{name}"\nregion = "eu-west-1"\n')


def test_a_missing_file_names_the_example(tmp_path: Path) -> None:
    """And the option for another one."""
    with pytest.raises(Refused, match=r"examples/deploy\.toml.*--config"):
        read_config(tmp_path / "none.toml", "production", {})


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """With the parser's own words."""
    with pytest.raises(Refused, match="cannot be read as TOML"):
        _config(tmp_path, "name = ")
