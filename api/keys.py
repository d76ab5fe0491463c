"""API keys: who may ask. The server knows only their SHA-256 hashes."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from fastapi.security import APIKeyHeader
from starlette.requests import HTTPConnection

from api.problems import Problem

HEADER = "X-API-Key"


class KeyGuard(APIKeyHeader):
    """The dependency of a protected route: lets a request with an accepted key pass."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        super().__init__(name=HEADER, auto_error=False, description="One of the accepted keys.")
        self._hashes = tuple(hashes)

    async def __call__(self, request: HTTPConnection) -> str:
        """The key that was given. Raises `Problem` 401 for none or for one not accepted."""
        key = request.headers.get(HEADER, "")
        if not key:
            raise Problem(401, f"Give an API key in the header {HEADER}.", headers=_CHALLENGE)
        if not self.accepts(key):
            raise Problem(401, f"The API key in {HEADER} is not accepted.", headers=_CHALLENGE)
        return key

    def accepts(self, key: str) -> bool:
        """Whether a key is one of the accepted ones, compared with all of them every time.

        None at all never is, whatever was hashed.
        """
        digest = hashlib.sha256(key.encode()).digest()
        matches = [hmac.compare_digest(digest, accepted) for accepted in self._hashes]
        return any(matches) and key != ""


def new_key() -> tuple[str, str]:
    """A fresh key of 256 random bits and the hash to put into the settings."""
    key = secrets.token_urlsafe(32)
    return key, hashlib.sha256(key.encode()).hexdigest()


_CHALLENGE = {"WWW-Authenticate": f'ApiKey realm="predictions", header="{HEADER}"'}
