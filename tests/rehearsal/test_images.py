"""The images of the versions: small, and gone with the rehearsal that made them."""

import os
import subprocess
import sys
from subprocess import CompletedProcess

from tests.rehearsal.images import Weight, dockerfile, sweep_images, told
from tests.rehearsal.programs import OWNER
from tests.rehearsal.versions import EXITS, ONE, TWO


def test_an_image_is_the_service_with_one_thing_changed() -> None:
    """A file, or what it sets; and the first is the service itself under a name of its own."""
    label = f"LABEL {OWNER}={os.getpid()} version="
    assert dockerfile("base", ONE).splitlines() == ["FROM base", f'{label}"one"']
    assert dockerfile("base", TWO).splitlines()[2:] == ["COPY app /app"]
    assert dockerfile("base", EXITS).splitlines()[2:] == ["ENV ESTIMATOR_BUNDLE=/nowhere"]


def test_what_is_told_of_images() -> None:
    """Their size, and how long the pulls took; of processes that there are none."""
    weight = Weight(203_400_000, 77_000_000)
    assert told(None, [0.1]) == "no images: plain processes pull nothing"
    assert told(weight, []) == "image: 203 MB, 77 MB of it to pull"
    assert told(weight, [0.25, 1.5, 0.2]) == (
        "image: 203 MB, 77 MB of it to pull; "
        "pulled 3 times by its digest, half of them within 0.25 s, all within 1.50 s"
    )


def test_images_of_nobody_alive_go() -> None:
    """Its own and those of the dead; another rehearsal that runs keeps its own."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    owners = {"mine": os.getpid(), "others": os.getppid(), "left": dead.pid}
    removed = []

    def ask(*words: str) -> CompletedProcess[str]:
        if words[0] == "rmi":
            removed.append(words[-1])
        names = owners if words[0] == "images" else words[4:]
        inspected = "\n".join(f"{name} {owners[name]}" for name in names if name in owners)
        return CompletedProcess(words, 0, "\n".join(names) if words[0] == "images" else inspected)

    sweep_images(ask)
    assert sorted(removed) == ["left", "mine"]
