"""The smoke test: a golden row through the URL, answered as the model card says."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Protocol

from deploy.errors import Failed

ATTEMPTS = 6
"""How often a request is tried before the test has failed."""

PAUSE = 5.0
"""Seconds between two tries: DNS, the balancer and a cold start need a few."""

TIMEOUT = 10.0
"""Seconds that one request may take."""

BUSY = 429
"""The status of a service that is asked too often: it says nothing of the next answer."""

_UNREACHED = "Look at allowed_cidrs, at the domain's DNS, and at the network that you ask from."
_CLOSED: Mapping[int, str] = {
    401: "Put the key into SMOKE_API_KEY.",
    403: "The firewall or the function's URL does not let you in.",
}
"""Statuses of a service that answers others, and what opens it."""


class Unasked(Failed):
    """Nobody answered, or let the question in: whether the service is right is not known."""


class _Mismatch(Failed):
    """An answer that is not the one of the model that should answer."""


class Transport(Protocol):
    """Sends one request; the status and the body.

    Raises OSError if there is no answer, and HTTPException if it breaks off.
    """

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]: ...


Sign = Callable[[str, str, Mapping[str, str], bytes | None], Mapping[str, str]]
"""The headers of a request (method, URL, headers, body) with whatever proves who asks."""


def unsigned(
    method: str,  # noqa: ARG001 - the signature is that of a signing one
    url: str,  # noqa: ARG001 - as above
    headers: Mapping[str, str],
    body: bytes | None,  # noqa: ARG001 - as above
) -> Mapping[str, str]:
    """The headers as they are."""
    return headers


def nothing() -> None:
    """Keep nothing."""


def send(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> tuple[int, bytes]:
    """Send one request with urllib."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url}: only http and https are spoken here")
    request = urllib.request.Request(  # noqa: S310 - the scheme has been looked at
        url, data=body, headers=dict(headers), method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
            return int(answer.status), bytes(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@dataclass(slots=True)
class Smoke:
    """A test of one URL; calling it gives the model's version.

    `api_key` is sent where the service asks for one, and never shown. `keep` is called before each
    request, which may take its time: it keeps a lease. `reached` says that there was an answer.
    """

    url: str
    sleep: Callable[[float], None]
    api_key: str = ""
    sign: Sign = unsigned
    transport: Transport = send
    keep: Callable[[], None] = nothing
    reached: bool = False

    def __repr__(self) -> str:
        return f"Smoke({self.url!r})"

    def __call__(self, expected: str = "") -> str:
        """Ask the model card, then the price of each golden row. Raises `Failed`, or `Unasked`.

        Who answers otherwise than it should, or as another model than the expected one, is asked
        again a few times: just after a change what was there before may still answer.
        """
        fault = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self.sleep(PAUSE)
            try:
                return self._once(expected)
            except _Mismatch as error:
                fault = str(error)
        raise Failed(fault)

    def _once(self, expected: str) -> str:
        card = self._ask("GET", "/model", None)
        try:
            questions = _questions(card)
            version, target = str(card["version"]), card["target"]
        except (KeyError, TypeError, ValueError) as error:
            raise Failed(f"GET {self.url}/model gave no model card: {error!r}.") from error
        if expected and version != expected:
            raise _Mismatch(
                f"GET {self.url}/model was answered by the model {version}, where the version that "
                f"was released has {expected}."
            )
        for question, price in questions:
            answer = self._ask("POST", "/predict", json.dumps(question).encode())
            self._compare(answer, question, price, target, version)
        return version

    def reach(self) -> None:
        """Find out whether the service can be asked, whatever it answers. Raises `Unasked`."""
        self._try("GET", "/model", None, good=range(1000))

    def _ask(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        """One answer as JSON; what is not 200 is asked for again a few times."""
        return self._decoded(method, path, self._try(method, path, body, good=(200,)))

    def _try(self, method: str, path: str, body: bytes | None, *, good: Sequence[int]) -> bytes:
        """The first answer with a good status. Raises `Failed` after a few tries, or `Unasked`.

        Who has answered before is at fault for being silent now.
        """
        fault, known = "", False
        for attempt in range(ATTEMPTS):
            if attempt:
                self.sleep(PAUSE)
            self.keep()
            try:
                status, text = self._send(method, path, body)
            except (OSError, HTTPException) as error:
                fault, known = f"no answer ({error}). {_UNREACHED}", self.reached
                continue
            fault, known = f"{status} {text[:200].decode('utf-8', 'replace')}.", status != BUSY
            self.reached = True
            if status in _CLOSED:
                raise Unasked(f"{method} {self.url}{path} gave {fault} {_CLOSED[status]}")
            if status in good:
                return text
        raise (Failed if known else Unasked)(f"{method} {self.url}{path} gave {fault}")

    def _send(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.api_key:
            headers["X-API-Key"] = self.api_key
        url = self.url.rstrip("/") + path
        return self.transport(method, url, self.sign(method, url, headers, body), body)

    def _decoded(self, method: str, path: str, text: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(text)
        except ValueError as error:
            raise Failed(f"{method} {self.url}{path} gave no JSON: {error}.") from error
        if not isinstance(answer, dict):
            raise Failed(f"{method} {self.url}{path} gave no JSON object.")
        return answer

    def _compare(
        self,
        answer: Mapping[str, Any],
        question: Mapping[str, Any],
        price: float,
        target: Mapping[str, Any],
        version: str,
    ) -> None:
        name = target["name"]
        given, expected = answer.get(name), _rounded(price, target)
        if not isinstance(given, int | float) or abs(given - expected) > _tolerance(target, price):
            raise _Mismatch(
                f"POST {self.url}/predict gave {name} {given} for {json.dumps(dict(question))}, "
                f"where the golden row of the model says {expected}."
            )
        if answer.get("model_version") != version:
            raise _Mismatch(
                f"POST {self.url}/predict was answered by the model "
                f"{answer.get('model_version')}, GET /model by {version}: two versions serve."
            )


def _questions(card: Mapping[str, Any]) -> list[tuple[dict[str, Any], float]]:
    """The golden rows as requests: names, and labels instead of codes; missing values are left."""
    questions = []
    for golden in card["golden"]:
        question = {
            feature["name"]: _label(feature, value)
            for feature, value in zip(card["features"], golden["row"], strict=True)
            if value is not None
        }
        questions.append((question, float(golden["price"])))
    if not questions:
        raise ValueError("it has no golden row")
    return questions


def _label(feature: Mapping[str, Any], value: float) -> Any:
    labels = feature.get("categories")
    return labels[int(value)] if labels else value


def _rounded(price: float, target: Mapping[str, Any]) -> float:
    raised = max(price, target["minimum"]) if target.get("minimum") is not None else price
    decimals = target.get("decimals")
    return raised if decimals is None else round(raised, decimals)


def _tolerance(target: Mapping[str, Any], price: float) -> float:
    """A last digit that rounds the other way; without decimals what float32 leaves open."""
    decimals = target.get("decimals")
    return 1e-5 * max(1.0, abs(price)) if decimals is None else float(1.01 * 10.0**-decimals)
