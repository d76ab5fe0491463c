"""Playing acts one after the other, and what came of each."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from tests.rehearsal.playbill import Act
from tests.rehearsal.stage import Stage
from tests.rehearsal.traffic import Tally


@dataclass(frozen=True)
class Played:
    """An act that has been played: when, by `time.monotonic`, what it cost, what went wrong."""

    act: Act
    begin: float
    end: float
    tally: Tally
    fault: str = ""
    calm: float = 0.0
    """The 99th percentile in milliseconds just before it."""
    retries: int = 0
    """Connections to a target that were tried again, where AWS's balancer would not."""

    @property
    def strain(self) -> float:
        """How many times as high it was in this act."""
        return self.tally.milliseconds(0.99) / self.calm if self.calm else 0.0

    @property
    def good(self) -> bool:
        """Whether it went as it should, and cost no more than it may."""
        return self.ended == "ok"

    @property
    def ended(self) -> str:
        """How it ended: ok, or what was wrong with it."""
        if self.fault:
            return self.fault
        if self.tally.wrong:
            return f"wrong prices: {self.tally.wrong}, and no act may have one"
        if self.tally.failures > self.act.spare:
            return "lost more than it may"
        if self.retries and not self.act.spare:
            return f"connections tried again: {self.retries}; AWS's balancer answers 502 to each"
        return self._strained or "ok"

    @property
    def _strained(self) -> str:
        """How it strained the service more than it may; empty if it did not."""
        if not self.held:
            return ""
        if not self.strain:
            return "there were no answers, in it or before it, to hold its 99th percentile against"
        if self.strain > self.act.strain:
            most = f"and may be {self.act.strain:g} ×"
            return f"the 99th percentile was {self.strain:.1f} × that before it, {most}"
        return ""

    @property
    def held(self) -> bool:
        """Whether its strain is held to a limit."""
        return isfinite(self.act.strain)

    @property
    def multiple(self) -> str:
        """Its strain, if there were answers in it and before, and what it is held to, if it is."""
        strain = f"{self.strain:.1f}" if self.strain else ""
        most = f"≤ {self.act.strain:g}" if self.held else ""
        return f"{strain:>7} {most:<4}"

    @property
    def line(self) -> str:
        """What a person reads of it."""
        tally = self.tally
        parts = (0.5, 0.99, 0.999)
        latencies = " ".join(f"{tally.milliseconds(part):8.2f}" for part in parts)
        ended = "ok" if self.good else "WRONG"
        return (
            f"{self.act.name:<42} {self.end - self.begin:6.1f} {tally.requests:9,} "
            f"{tally.failures:7} {tally.wrong:6} {self.retries:7} {latencies} "
            f"{self.multiple} {ended}"
        )


HEAD = (
    f"{'act':<42} {'s':>6} {'requests':>9} {'failed':>7} {'wrong':>6} {'retried':>7} "
    + " ".join(f"{name:>8}" for name in ("p50 ms", "p99", "p99.9", "× calm"))
)


def play(stage: Stage, acts: Sequence[Act]) -> list[Played]:
    """Play them in order, up to the first that goes wrong."""
    played: list[Played] = []
    for act in acts:
        played.append(play_one(stage, act))
        if played[-1].fault:
            break
    return played


def play_one(stage: Stage, act: Act) -> Played:
    """Play one, after a rest, and tell how it ended."""
    stage.world.say(f"== {act.name}")
    door, calm, fault = stage.world.door, 0.0, ""
    begin, retries = time.monotonic(), door.retries
    try:
        calm = stage.rest()
        begin = time.monotonic()
        act.play(stage)
    except Exception as error:  # noqa: BLE001 - whatever it is, the rehearsal tells of it
        fault = f"{type(error).__name__}: {error}"
    end = time.monotonic()
    tally = stage.traffic.between(begin, end)
    played = Played(act, begin, end, tally, fault, calm, door.retries - retries)
    stage.world.say(played.line)
    if not played.good:
        stage.world.say(played.ended)
    return played


def amiss(played: Sequence[Played], stage: Stage, least: int = 0) -> Iterator[str]:
    """What went otherwise than it should; nothing where all held.

    Every act, by its first line, those who idled, what lies between acts, and that so many requests
    came at least.
    """
    for each in played:
        if not each.good:
            yield f"{each.act.name}: {each.ended.splitlines()[0]}"
    whole, idled = stage.traffic.whole(), stage.idlers.seen.faults
    if idled:
        yield f"failed after idling: {len(idled)}, the first with '{idled[0]}'"
    if (lost := whole.bad - sum(each.tally.bad for each in played)) > 0:
        yield f"lost or wrong between acts: {lost}"
    if retried := stage.world.door.retries - sum(each.retries for each in played):
        yield f"connections tried again between acts: {retried}"
    if whole.requests < least:
        yield f"requests in all: {whole.requests:,}, and a full play has {least:,} at least"


def sum_up(stage: Stage) -> str:
    """How many requests there were, and what became of them."""
    tally, idled = stage.traffic.whole(), stage.idlers.seen
    return (
        f"{tally.requests:,} requests, {tally.failures} failed, {tally.wrong} wrong; "
        f"{idled.requests} after idling, {len(idled.faults)} failed"
    )


def last_line(how: str, played: Sequence[Played], summary: str) -> str:
    """The same, in or as what instances ran, and how each act ended."""
    acts = ", ".join(f"{each.act.name}: {'ok' if each.good else 'WRONG'}" for each in played)
    return f"rehearsal {how}: {summary}; {acts}"
