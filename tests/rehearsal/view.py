"""The live view: one screen at a terminal, plain lines anywhere else."""

from __future__ import annotations

import shutil
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from tests.rehearsal.sampler import look
from tests.rehearsal.stage import Stage

EVERY = 0.5
BARS = "▁▂▃▄▅▆▇█"
HOME, CLEAR, TO_END = "\x1b[H", "\x1b[2J", "\x1b[K"
TALKED = 8
"""Lines of the deployers' that are shown."""


class View:
    """Shows what happens; `hear` is given each line that is said."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._began = time.monotonic()
        self.live = out.isatty()
        self._heard: list[str] = []

    def hear(self, line: str) -> None:
        """Show a line, or keep it for the screen."""
        self._heard.append(line)
        if not self.live:
            self._out.write(f"{time.monotonic() - self._began:6.1f}  {line}\n")
            self._out.flush()

    @contextmanager
    def showing(self, stage: Stage) -> Iterator[None]:
        """Draw the screen over and over while this lasts."""
        ended = threading.Event()
        thread = threading.Thread(target=self._run, args=(stage, ended), daemon=True)
        if self.live:
            self._out.write(CLEAR)
            thread.start()
        try:
            yield
        finally:
            ended.set()
            if self.live:
                thread.join()
                self._out.write("\n")

    def _run(self, stage: Stage, ended: threading.Event) -> None:
        while not ended.wait(EVERY):
            width, height = shutil.get_terminal_size()
            lines = screen(stage, time.monotonic() - self._began, self._heard, width)
            text = "".join(f"{line[:width]}{TO_END}\n" for line in lines[: height - 1])
            self._out.write(f"{HOME}{text}\x1b[J")
            self._out.flush()


def screen(stage: Stage, seconds: float, heard: Sequence[str], width: int = 80) -> list[str]:
    """The lines of the screen; what was said is told to its end, on as many of them as it takes."""
    world = stage.world
    there = seconds * world.twin.clock.pace
    acts = [line for line in heard if line.startswith("== ")]
    said = [line for line in heard if not line.startswith("== ")]
    wrapped = [part for line in said[-TALKED:] for part in textwrap.wrap(line, width)]
    return [
        f"rehearsal {world.ground.how}   {_clock(seconds)} here, {_clock(there)} there",
        f"act {len(acts)}: {acts[-1][3:]}" if acts else "",
        "",
        *_group(stage),
        "",
        *_traffic(stage),
        "",
        *wrapped[-TALKED:],
    ]


def _group(stage: Stage) -> list[str]:
    refresh = stage.refresh()
    how = f"refresh {refresh.status} {refresh.percentage} %" if refresh else "no refresh"
    rows = [
        f"  {each.instance}  version {each.version:<14} {each.state}" for each in look(stage).seen
    ]
    return [f"group: {len(rows)} instances, {how}", *rows]


def _traffic(stage: Stage) -> list[str]:
    now = time.monotonic()
    last = stage.traffic.between(now - 2, now)
    whole = stage.traffic.between(0, now)
    rates = [each.load.answered for each in stage.traffic.seconds[-60:]]
    return [
        f"traffic: {last.requests / 2:.0f} requests/s, p99 {last.milliseconds(0.99):.1f} ms",
        f"  {whole.requests:,} requests, {whole.failures} failed, {whole.wrong} wrong",
        f"  {''.join(_bar(rate, max(rates)) for rate in rates)}",
    ]


def _bar(value: float, most: float) -> str:
    return BARS[round(value / most * (len(BARS) - 1))] if most else BARS[0]


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
