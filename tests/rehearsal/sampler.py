"""What there is to see, looked at a few times a second: the view and the page are made of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from tests.rehearsal.stage import Stage

EVERY = 0.25
"""Real seconds between two looks."""

LAUNCHED = "starting"
LEAVING = "leaving"
DRAINING = "draining"


@dataclass(frozen=True)
class Seen:
    """One instance at one moment: which version, and how it is."""

    instance: str
    version: str
    state: str


@dataclass(frozen=True)
class Sample:
    """All of them; `at` is by `time.monotonic`, `doing` what the last command waits for."""

    at: float
    seen: tuple[Seen, ...]


def look(stage: Stage) -> Sample:
    """See how all instances are."""
    names = {digest: name for name, digest in stage.digests.items()}
    facts, supervisor = stage.world.facts, stage.world.supervisor

    def state(instance: str) -> str:
        if facts.targets.get(instance):
            return DRAINING
        if facts.instances[instance].leaving:
            return LEAVING
        verdict = supervisor.verdict(instance)
        return LAUNCHED if verdict is None or verdict.state == "initial" else verdict.state

    seen = (
        Seen(name, names.get(each.digest, "?"), state(name))
        for name, each in facts.instances.items()
    )
    return Sample(time.monotonic(), tuple(seen))


class Sampler:
    """Looks over and over; `samples` is all that it has seen."""

    def __init__(self, stage: Stage) -> None:
        self.samples: list[Sample] = []
        self._stage = stage
        self._ended = threading.Event()

    @contextmanager
    def looking(self) -> Iterator[Self]:
        """Look while this lasts."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()

    def _run(self) -> None:
        while not self._ended.wait(EVERY):
            self.samples.append(look(self._stage))
