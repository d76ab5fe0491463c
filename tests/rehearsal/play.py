"""Playing acts one after the other, and what came of each."""

from __future__ import annotations

import time
from collections.abc import Sequence
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
        if self.tally.bad > self.act.spare:
            return "lost more than it may"
        if self.strain > self.act.strain:
            most = f"and may be {self.act.strain:g} ×"
            return f"the 99th percentile was {self.strain:.1f} × that before it, {most}"
        return "ok"

    @property
    def most(self) -> str:
        """What its strain is held to, if it is."""
        return f"≤ {self.act.strain:g}" if isfinite(self.act.strain) else ""

    @property
    def line(self) -> str:
        """What a person reads of it."""
        tally = self.tally
        parts = (0.5, 0.99, 0.999)
        latencies = " ".join(f"{tally.milliseconds(part):8.2f}" for part in parts)
        ended = "ok" if self.good else "WRONG"
        strain = f"{self.strain:7.1f} {self.most:<4}"
        return (
            f"{self.act.name:<42} {self.end - self.begin:6.1f} {tally.requests:9,} "
            f"{tally.failures:7} {tally.wrong:6} {latencies} {strain} {ended}"
        )


HEAD = f"{'act':<42} {'s':>6} {'requests':>9} {'failed':>7} {'wrong':>6} " + " ".join(
    f"{name:>8}" for name in ("p50 ms", "p99", "p99.9", "× calm")
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
    begin, calm, fault = time.monotonic(), 0.0, ""
    try:
        calm = stage.rest()
        begin = time.monotonic()
        act.play(stage)
    except Exception as error:  # noqa: BLE001 - whatever it is, the rehearsal tells of it
        fault = f"{type(error).__name__}: {error}"
    end = time.monotonic()
    played = Played(act, begin, end, stage.traffic.between(begin, end), fault, calm)
    stage.world.say(played.line)
    if not played.good:
        stage.world.say(played.ended)
    return played


def held(played: Sequence[Played], stage: Stage) -> bool:
    """Whether all went as it should: every act, those who idled, and nothing lost between acts."""
    lost = stage.traffic.whole().bad - sum(each.tally.bad for each in played)
    return all(each.good for each in played) and not stage.idlers.seen.faults and lost <= 0


def sum_up(stage: Stage) -> str:
    """How many requests there were, and what became of them."""
    tally, idled = stage.traffic.whole(), stage.idlers.seen
    return (
        f"{tally.requests:,} requests, {tally.failures} failed, {tally.wrong} wrong; "
        f"{idled.requests} after idling, {len(idled.faults)} failed"
    )


def last_line(played: Sequence[Played], summary: str) -> str:
    """The same, and how each act ended."""
    acts = ", ".join(f"{each.act.name}: {'ok' if each.good else 'WRONG'}" for each in played)
    return f"rehearsal: {summary}; {acts}"
