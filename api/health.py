"""The container's own health check: `python -m api.health` exits with 0 if it is ready."""

import http.client
import os
import sys
from collections.abc import Mapping

PORT_VARIABLE = "ESTIMATOR_PORT"
DEFAULT_PORT = "8000"


def ready(environ: Mapping[str, str], timeout: float = 2.0) -> bool:
    """Whether the server on this machine's port answers `/readyz` with 200, in `timeout` seconds.

    Uses nothing but the standard library, to be light enough to run every few seconds.
    """
    port = int(environ.get(PORT_VARIABLE, DEFAULT_PORT))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if ready(os.environ) else 1)
