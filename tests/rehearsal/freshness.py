"""Whether an image was built of what stands in this checkout."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

from tests.rehearsal.runner import Runner
from tests.rehearsal.versions import ROOT


def fingerprint(root: str) -> str:
    """A hash of the service's code and bundle under a directory; it also runs inside the image.

    Without what is made of them, and the bundle's report, which no image has.
    """
    found = hashlib.sha256()
    for room in ("api", "handler", "model", "bundle"):
        for path in sorted(Path(root, room).rglob("*")):
            if path.is_file() and path.suffix not in {".html", ".pyc", ".so"}:
                found.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def stale(runner: Runner, image: str) -> str:
    """Why an image is not of this checkout, or cannot be asked; empty if it is."""
    program = f"import hashlib\nfrom pathlib import Path\n{inspect.getsource(fingerprint)}"
    program += "print(fingerprint('/app'))"
    limits = runner.limits()
    done = runner.ask("run", "--rm", "--pull", "never", *limits, image, "python", "-c", program)
    if done.returncode:
        return done.stderr.strip()[-300:]
    if done.stdout.strip() != fingerprint(str(ROOT)):
        return f"the image {image} is not of this checkout; `make image` builds it"
    return ""
