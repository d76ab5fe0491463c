"""The images that a rehearsal makes: each knows whose it is, so that it can be removed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from subprocess import CompletedProcess

from tests.rehearsal.programs import OWNER, alive
from tests.rehearsal.versions import Version

Ask = Callable[..., CompletedProcess[str]]
"""Calls the engine with some words, such as `Runner.ask`."""


@dataclass(frozen=True, slots=True)
class Weight:
    """The bytes of an image: unpacked, and of its layers as the registry has them."""

    unpacked: int
    packed: int


def told(weight: Weight | None, pulls: Sequence[float]) -> str:
    """What there is to tell of images: their size, and how long machines took to pull them."""
    if weight is None:
        return "no images: plain processes pull nothing"
    sizes = f"image: {weight.unpacked / 1e6:.0f} MB, {weight.packed / 1e6:.0f} MB of it to pull"
    if not pulls:
        return sizes
    times = f"half of them within {median(pulls):.2f} s, all within {max(pulls):.2f} s"
    return f"{sizes}; pulled {len(pulls)} times by its digest, {times}"


def dockerfile(base: str, version: Version) -> str:
    """A version on top of the service's image: the files that differ, and what it sets."""
    lines = [f"FROM {base}", f'LABEL {OWNER}={os.getpid()} version="{version.name}"']
    lines += [f"ENV {key}={value}" for key, value in version.environment.items()]
    lines += ["COPY app /app"] if version.edits else []
    return "\n".join(lines)


def sweep_images(ask: Ask) -> None:
    """Remove this rehearsal's images, and those of rehearsals that have died, with all names."""
    wanted = ("--all", "--quiet", "--no-trunc", "--filter", f"label={OWNER}")
    listed = sorted(set(ask("images", *wanted).stdout.split()))
    if not listed:
        return
    form = f'{{{{.Id}}}} {{{{index .Config.Labels "{OWNER}"}}}}'
    lines = ask("image", "inspect", "--format", form, *listed).stdout.splitlines()
    for line in lines:
        name, owner = line.split()
        if owner == str(os.getpid()) or not alive(owner):
            ask("rmi", "--force", name)
