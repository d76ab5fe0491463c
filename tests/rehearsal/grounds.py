"""Which ground a rehearsal stands on: containers, or plain processes where they cannot run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.rehearsal import registry, runner
from tests.rehearsal.contained import Contained
from tests.rehearsal.freshness import stale
from tests.rehearsal.ground import Ground
from tests.rehearsal.images import sweep_images
from tests.rehearsal.plain import Plain
from tests.twin.twin import Twin

Make = Callable[[Path, Twin], Ground]


def choose(image: str, why: str, say: Callable[[str], None]) -> Make:
    """Containers of an image; or plain processes for that reason, or for one that is found."""
    why = why or _missing(image)
    engine = runner.find_runner({})
    if why or isinstance(engine, str):
        say(f"plain processes stand for containers: {why}")
        return Plain
    return lambda directory, twin: Contained(directory, twin, engine, image)


def _missing(image: str) -> str:
    """Why containers of an image cannot run here; empty if they can."""
    engine = runner.find_runner({})
    if isinstance(engine, str):
        return engine
    if why := registry.available():
        return why
    runner.sweep(engine)
    sweep_images(engine.ask)
    if engine.ask("image", "inspect", image).returncode:
        return f"there is no image {image}; `make image` builds it"
    return runner.trial(engine, image) or stale(engine, image)
