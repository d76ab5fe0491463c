"""The script that every instance starts with, read the way that the instance reads it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.errors import Refused
from deploy.resources.group import GRACE_SECONDS
from deploy.userdata import LIMIT, READY_SECONDS, Machine, unit, user_data

DIGEST = "sha256:" + "a" * 64
IMAGE = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/price@{DIGEST}"
MACHINE = Machine(
    image=IMAGE,
    region="eu-west-1",
    log_group="/price/production/server",
    memory_mb=1024,
    stop_seconds=27,
    environment={"ESTIMATOR_DRAIN_SECONDS": "20", "ESTIMATOR_LOG_LEVEL": "info"},
)


def _heredocs(script: str) -> dict[str, str]:
    """The files that the script writes, by the word that ends them."""
    found = re.findall(r"<<'?(\w+)'?\n(.*?)\n\1\n", script, flags=re.DOTALL)
    return dict(found)


def _options() -> list[str]:
    """The words of docker's command line."""
    text = unit(MACHINE).replace("\\\n", " ")
    (line,) = [each for each in text.splitlines() if each.startswith("ExecStart=")]
    return line.removeprefix("ExecStart=").split()


def _service() -> dict[str, list[str]]:
    """The keys of the unit with all their values."""
    keys: dict[str, list[str]] = {}
    for line in unit(MACHINE).replace("\\\n", " ").splitlines():
        key, separator, value = line.partition("=")
        if separator:
            keys.setdefault(key, []).append(value)
    return keys


def test_it_is_bash(tmp_path: Path) -> None:
    """Bash itself can parse it."""
    script = tmp_path / "user-data"
    script.write_text(user_data(MACHINE), encoding="utf-8")
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run([bash, "-n", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_cloud_init_runs_it_as_a_script() -> None:
    """The first line says which shell, and any failing line ends it."""
    lines = user_data(MACHINE).splitlines()
    assert lines[0] == "#!/bin/bash"
    assert lines[1] == "set -Eeuo pipefail"


def test_it_fits() -> None:
    """It is well within what EC2 takes."""
    assert len(user_data(MACHINE).encode()) < LIMIT / 2


def test_too_many_settings_are_refused() -> None:
    """What does not fit is said here, not by EC2."""
    long = {f"ESTIMATOR_{number}": "x" * 1000 for number in range(16)}
    machine = Machine(IMAGE, "eu-west-1", "/log", 512, 27, long)
    with pytest.raises(Refused, match=r"settings.*EC2 takes 16384"):
        user_data(machine)


def test_nothing_is_left_to_be_filled_in() -> None:
    """No placeholder stays behind."""
    assert "@{" not in user_data(MACHINE)


def test_the_image_is_named_by_its_digest() -> None:
    """In every place, and never by a tag."""
    named = set(re.findall(r"\S*dkr\.ecr\S*/price\S*", user_data(MACHINE)))
    assert {each.removeprefix("IMAGE=") for each in named} == {IMAGE}


def test_docker_asks_the_credential_helper() -> None:
    """For the registry of the image, and without a password in a file."""
    (config,) = [text for word, text in _heredocs(user_data(MACHINE)).items() if word == "JSON"]
    helpers = json.loads(config.replace("$REGISTRY", IMAGE.partition("/")[0]))["credHelpers"]
    assert helpers == {"123456789012.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"}
    assert "amazon-ecr-credential-helper" in user_data(MACHINE)


def test_the_settings_reach_the_container() -> None:
    """As docker's env-file has them: a line each, as they are."""
    lines = _heredocs(user_data(MACHINE))["ENVIRONMENT"].splitlines()
    assert lines == ["ESTIMATOR_DRAIN_SECONDS=20", "ESTIMATOR_LOG_LEVEL=info"]
    assert "--env-file" in _options()


def test_settings_cannot_run_anything() -> None:
    """What looks like a command in a setting stays a text."""
    machine = Machine(IMAGE, "eu-west-1", "/log", 512, 27, {"ESTIMATOR_X": "$(reboot) `reboot`"})
    assert "<<'ENVIRONMENT'\nESTIMATOR_X=$(reboot) `reboot`\nENVIRONMENT" in user_data(machine)


@pytest.mark.parametrize(
    "option",
    [
        "--read-only",
        "--cap-drop ALL",
        "--security-opt no-new-privileges",
        "--tmpfs /tmp:rw,noexec,nosuid,size=64m",
        "--memory 1024m",
        "--memory-swap 1024m",
        "--stop-timeout 27",
        "--publish 80:80",
        "--log-driver awslogs",
        "--log-opt awslogs-group=/price/production/server",
        "--log-opt mode=non-blocking",
        "--rm",
    ],
)
def test_the_container_is_hardened(option: str) -> None:
    """Read-only, without rights, bounded, and heard of in the log group."""
    assert option in " ".join(_options())


def test_it_gets_no_right_back() -> None:
    """No capability is added, no volume mounted, nothing privileged."""
    words = _options()
    assert not {"--cap-add", "--privileged", "--volume", "-v", "--mount", "--network"} & set(words)
    assert words[-1] == IMAGE


def test_docker_stops_it_before_systemd_kills_it() -> None:
    """Drain and shutdown fit into docker's time, and that into systemd's."""
    service = _service()
    assert service["ExecStop"] == ["-/usr/bin/docker stop -t 27 estimator"]
    assert int(service["TimeoutStopSec"][0]) > 27
    assert service["Restart"] == ["always"]


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say of it, where there is one."""
    analyze = shutil.which("systemd-analyze")
    assert set(_service()) >= {"ExecStart", "Restart", "WantedBy", "Requires"}
    if analyze is None:
        return
    file = tmp_path / "estimator.service"
    file.write_text(unit(MACHINE).replace("/usr/bin/docker", "/bin/true"), encoding="utf-8")
    command = [analyze, "verify", "--man=no", "--recursive-errors=no", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "estimator.service" not in done.stderr


FAKE = """\
echo "$(basename "$0") $*" >> "$CALLS"
case "$(basename "$0") $*" in
  *api/token*) echo token ;;
  *instance-id*) echo i-0123 ;;
  *readyz*) exit 22 ;;
  *NRestarts*) echo 3 ;;
  *ExecMainStatus*) echo 2 ;;
  journalctl*) echo "error: the bundle cannot be trusted" ;;
esac
"""


def test_a_container_that_ends_is_reported_at_once(tmp_path: Path) -> None:
    """Run for real with fakes of every program: the last lines go to the log group, the instance
    calls itself unhealthy, and nothing waits for the deadline."""
    calls = _run(tmp_path, FAKE)
    assert "docker pull --quiet " + IMAGE in calls
    (sent,) = [each for each in calls if each.startswith("aws logs put-log-events")]
    assert (
        "--log-group-name /price/production/server --log-stream-name i-0123/start-failure" in sent
    )
    assert calls[-1].startswith(
        "aws autoscaling set-instance-health --instance-id i-0123 --health-status Unhealthy"
    )
    events = json.loads((tmp_path / "run/estimator.events").read_text(encoding="utf-8"))
    lines = [event["message"] for event in events]
    assert lines[0].startswith("start failed: the container ended three times")
    assert "exit code of the container 2" in lines[0]
    assert "error: the bundle cannot be trusted" in lines


def test_a_container_that_is_ready_is_all(tmp_path: Path) -> None:
    """Nothing is reported."""
    calls = _run(tmp_path, FAKE.replace("*readyz*) exit 22 ;;", "*readyz*) ;;"))
    assert not [each for each in calls if each.startswith("aws ")]
    assert "systemctl enable --now estimator.service" in calls


def _run(root: Path, fake: str) -> list[str]:
    """Run the script with its files under `root` and every program a fake; the calls made."""
    programs, calls = root / "bin", root / "calls"
    for folder in ("bin", "run", "etc/systemd/system", "root/.docker"):
        (root / folder).mkdir(parents=True)
    for name in ("curl", "dnf", "docker", "systemctl", "journalctl", "aws", "sleep"):
        (programs / name).write_text(f"#!/bin/bash\n{fake}", encoding="utf-8")
        (programs / name).chmod(0o755)
    script = re.sub(r"(?<![\w/.])/(run|etc|root)(?=[/ \n])", rf"{root}/\1", user_data(MACHINE))
    bash = shutil.which("bash")
    assert bash is not None
    subprocess.run(
        [bash, "-c", script],
        env={"PATH": f"{programs}:/usr/bin:/bin", "CALLS": str(calls)},
        capture_output=True,
        check=False,
        timeout=30,
    )
    return calls.read_text(encoding="utf-8").splitlines()


def test_instance_says_why_before_it_is_taken_out() -> None:
    """The group's patience covers the boot and all of the time that the container has."""
    assert GRACE_SECONDS >= READY_SECONDS + 120
