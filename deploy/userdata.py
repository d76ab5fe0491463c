"""User data: the script that makes an instance of an image run the service, or say why not."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from deploy.errors import Refused

LIMIT = 16_384
"""Bytes of user data that EC2 takes, before base64."""

READY_SECONDS = 180
"""How long the container may take until it is ready, once its image is there."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What an instance has to know."""

    image: str
    region: str
    log_group: str
    memory_mb: int
    stop_seconds: float
    environment: Mapping[str, str]


class _Script(Template):
    delimiter = "@"


def unit(machine: Machine) -> str:
    """The systemd unit that runs the container.

    The image runs as a user without rights and still binds port 80: docker lets every user of a
    container bind low ports, so that no capability has to be left. There is no `docker logs` of a
    container that is gone, but systemd's journal holds the same lines.
    """
    stop = f"{machine.stop_seconds:.0f}"
    options = (
        "--rm",
        "--name estimator",
        "--publish 80:80",
        "--read-only",
        "--tmpfs /tmp:rw,noexec,nosuid,size=64m",
        "--cap-drop ALL",
        "--security-opt no-new-privileges",
        "--pids-limit 256",
        f"--memory {machine.memory_mb}m",
        f"--memory-swap {machine.memory_mb}m",
        f"--stop-timeout {stop}",
        "--env-file /etc/estimator.env",
        "--log-driver awslogs",
        f"--log-opt awslogs-region={machine.region}",
        f"--log-opt awslogs-group={machine.log_group}",
        "--log-opt awslogs-stream=${INSTANCE}",
        "--log-opt mode=non-blocking",
        "--log-opt max-buffer-size=4m",
    )
    return _Script(_UNIT).substitute(
        options=" \\\n  ".join(options),
        image=machine.image,
        stop=stop,
        timeout=f"{machine.stop_seconds + 10:.0f}",
    )


def user_data(machine: Machine) -> str:
    """The script, in bash; at most `LIMIT` bytes. Raises `Refused` if the settings are longer."""
    script = _Script(_BOOT).substitute(
        image=shlex.quote(machine.image),
        registry=shlex.quote(machine.image.partition("/")[0]),
        region=shlex.quote(machine.region),
        log_group=shlex.quote(machine.log_group),
        ready_seconds=READY_SECONDS,
        environment="\n".join(f"{key}={value}" for key, value in machine.environment.items()),
        unit=unit(machine).rstrip("\n"),
    )
    size = len(script.encode())
    if size > LIMIT:
        raise Refused(
            f"settings: they make user data of {size} bytes, and EC2 takes {LIMIT}. Shorten them."
        )
    return script


_UNIT = """\
[Unit]
Description=Shipping price estimator
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Environment=HOME=/root
EnvironmentFile=/etc/estimator.instance
ExecStartPre=-/usr/bin/docker rm --force estimator
ExecStart=/usr/bin/docker run \\
  @{options} \\
  @{image}
ExecStop=-/usr/bin/docker stop -t @{stop} estimator
TimeoutStartSec=0
TimeoutStopSec=@{timeout}
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
"""

_BOOT = """\
#!/bin/bash
set -Eeuo pipefail

IMAGE=@{image}
REGISTRY=@{registry}
LOG_GROUP=@{log_group}
READY_SECONDS=@{ready_seconds}
export AWS_DEFAULT_REGION=@{region}

metadata() {
  local token
  token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' \\
    --retry 5 --retry-connrefused http://169.254.169.254/latest/api/token)
  curl -sf -H "X-aws-ec2-metadata-token: $token" --retry 5 \\
    "http://169.254.169.254/latest/meta-data/$1"
}

# The last lines go to the log group, and the instance gives itself up.
fail() {
  trap - ERR
  set +e
  local status
  status=$(systemctl show -p ExecMainStatus --value estimator.service 2>/dev/null)
  {
    echo "start failed: $1; image $IMAGE; exit code of the container ${status:-none}"
    journalctl -u estimator.service -n 50 -o cat --no-pager 2>/dev/null
    tail -n 20 /var/log/cloud-init-output.log 2>/dev/null
  } > /run/estimator.failure
  python3 - /run/estimator.failure > /run/estimator.events <<'PYTHON'
import json, sys, time
lines = open(sys.argv[1], errors="replace").read().splitlines()
now = int(time.time() * 1000)
print(json.dumps([{"timestamp": now, "message": line[:4000]} for line in lines if line]))
PYTHON
  aws logs create-log-stream --log-group-name "$LOG_GROUP" \\
    --log-stream-name "$INSTANCE/start-failure"
  aws logs put-log-events --log-group-name "$LOG_GROUP" \\
    --log-stream-name "$INSTANCE/start-failure" --log-events file:///run/estimator.events
  aws autoscaling set-instance-health --instance-id "$INSTANCE" --health-status Unhealthy \\
    --no-should-respect-grace-period
  exit 1
}

wait_until_ready() {
  local deadline=$((SECONDS + READY_SECONDS))
  until curl -sf --max-time 3 -o /dev/null http://127.0.0.1/readyz; do
    if [ "$(systemctl show -p NRestarts --value estimator.service)" -ge 3 ]; then
      fail 'the container ended three times'
    fi
    if [ "$SECONDS" -ge "$deadline" ]; then
      fail "the container was not ready after $READY_SECONDS seconds"
    fi
    sleep 2
  done
}

INSTANCE=$(metadata instance-id)
trap 'fail "line $LINENO of the user data"' ERR

for attempt in 1 2 3 4 5; do
  dnf install -y docker amazon-ecr-credential-helper && break
  [ "$attempt" -lt 5 ] || fail 'docker could not be installed'
  sleep $((attempt * 5))
done

install -d -m 700 /root/.docker
cat > /root/.docker/config.json <<JSON
{"credHelpers": {"$REGISTRY": "ecr-login"}}
JSON

cat > /etc/estimator.env <<'ENVIRONMENT'
@{environment}
ENVIRONMENT
chmod 600 /etc/estimator.env
echo "INSTANCE=$INSTANCE" > /etc/estimator.instance

cat > /etc/systemd/system/estimator.service <<'UNIT'
@{unit}
UNIT

systemctl enable --now docker
export HOME=/root
for attempt in 1 2 3 4 5; do
  docker pull --quiet "$IMAGE" && break
  [ "$attempt" -lt 5 ] || fail 'the image could not be pulled'
  sleep $((attempt * 2))
done
systemctl daemon-reload
systemctl enable --now estimator.service
wait_until_ready
echo "ready: $IMAGE"
"""
