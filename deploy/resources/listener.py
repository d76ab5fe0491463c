"""Listeners: port 80, and 443 with a certificate."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.names import SERVER, Names
from deploy.resource import Later, Settings
from deploy.resources.balancer import Balancer
from deploy.resources.target_group import TargetGroup
from deploy.tags import balancing_tags, pairs

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.2 and 1.3, forward secrecy only."""

REDIRECT = {
    "Type": "redirect",
    "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
}


class Listener:
    """What the balancer does on one port.

    With a certificate, port 443 serves and port 80 sends there; without one, port 80 serves and
    there is no port 443.
    """

    kind = "listener"

    def __init__(
        self,
        aws: Aws,
        names: Names,
        port: int,
        *,
        balancer: Balancer,
        target_group: TargetGroup,
        certificate: str,
    ) -> None:
        self.name = f"{names.stem}:{port}"
        self.arn: str | Later = Later(self.kind)
        self._aws = aws
        self._port = port
        self._balancer = balancer
        self._target_group = target_group
        self._certificate = certificate
        self._tags = names.tags(SERVER)

    def find(self) -> Settings | None:
        self.arn = Later(self.kind)
        found = self._live()
        if found is None:
            return None
        self.arn = found["ListenerArn"]
        return {
            "action": _words(found["DefaultActions"]),
            "protocol": found["Protocol"],
            "certificate": _certificate(found),
            "tls": found.get("SslPolicy", "") if found["Protocol"] == "HTTPS" else "",
            "tags": balancing_tags(self._aws, self.arn, self._tags),
        }

    def settings(self) -> Settings | None:
        if self._port == 443 and not self._certificate:
            return None
        https = self._port == 443
        redirects = bool(self._certificate) and not https
        return {
            "action": _words([REDIRECT]) if redirects else self._forward_words(),
            "protocol": "HTTPS" if https else "HTTP",
            "certificate": self._certificate if https else "",
            "tls": TLS_POLICY if https else "",
            "tags": self._tags,
        }

    def create(self) -> None:
        self._client.create_listener(
            LoadBalancerArn=self._balancer.arn,
            Port=self._port,
            **self._wishes(),
            Tags=pairs(self._tags),
        )

    def update(self, changed: frozenset[str]) -> None:
        if changed - {"tags"}:
            self._client.modify_listener(ListenerArn=self.arn, **self._wishes())
        if "tags" in changed:
            self._client.add_tags(ResourceArns=[self.arn], Tags=pairs(self._tags))

    def delete(self) -> None:
        with absent("ListenerNotFound"):
            self._client.delete_listener(ListenerArn=self.arn)

    def _wishes(self) -> dict[str, Any]:
        if self._port != 443:
            action = REDIRECT if self._certificate else self._forward()
            return {"Protocol": "HTTP", "DefaultActions": [action]}
        return {
            "Protocol": "HTTPS",
            "DefaultActions": [self._forward()],
            "Certificates": [{"CertificateArn": self._certificate}],
            "SslPolicy": TLS_POLICY,
        }

    def _forward(self) -> dict[str, Any]:
        return {"Type": "forward", "TargetGroupArn": self._target_group.arn}

    def _forward_words(self) -> str | Later:
        arn = self._target_group.arn
        return arn if isinstance(arn, Later) else _words([self._forward()])

    def _live(self) -> dict[str, Any] | None:
        if isinstance(self._balancer.arn, Later):
            return None
        with absent("LoadBalancerNotFound"):
            for listener in self._aws.pages(
                "elbv2", "describe_listeners", "Listeners", LoadBalancerArn=self._balancer.arn
            ):
                if listener["Port"] == self._port:
                    return dict(listener)
        return None

    @property
    def _client(self) -> Any:
        return self._aws.client("elbv2")


def _certificate(listener: dict[str, Any]) -> str:
    certificates = listener.get("Certificates") or [{}]
    return str(certificates[0].get("CertificateArn", ""))


def _words(actions: list[dict[str, Any]]) -> str:
    """The actions without what AWS adds to them: a forward is repeated as a ForwardConfig."""
    return ", ".join(_action(action) for action in actions)


def _action(action: dict[str, Any]) -> str:
    if action["Type"] == "redirect":
        to = action["RedirectConfig"]
        return f"redirect to {to['Protocol']} {to['Port']} with {to['StatusCode']}"
    if action["Type"] == "forward":
        groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
        arns = [group["TargetGroupArn"] for group in groups] or [action["TargetGroupArn"]]
        return f"forward to {', '.join(sorted(arns))}"
    return str(action["Type"])
