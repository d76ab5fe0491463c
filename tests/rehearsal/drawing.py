"""Drawing: the charts of the page, as SVG text on one axis of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT = 1000, 150, 16
ROW = 20
HEIGHT = 130
TOP = 18
"""Above what is drawn, for the numbers of the acts."""


@dataclass(frozen=True)
class Span:
    """Something that lasts: a state of an instance, or an act."""

    begin: float
    end: float
    kind: str
    text: str


@dataclass(frozen=True)
class Axis:
    """Seconds from the beginning to the end, across the width, with the acts behind all."""

    seconds: float
    acts: tuple[Span, ...]

    def x(self, moment: float) -> float:
        """Where a moment stands."""
        part = min(1.0, max(0.0, moment / self.seconds))
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)

    def chart(self, title: str, height: float, marks: Sequence[str]) -> str:
        """A chart of that height."""
        bands = "".join(
            f'<rect class="act {act.kind}" x="{self.x(act.begin)}" y="{TOP}" '
            f'width="{round(self.x(act.end) - self.x(act.begin), 1)}" height="{height}"/>'
            f'<text class="number" x="{self.x(act.begin) + 3}" y="{TOP - 5}">{number}</text>'
            for number, act in enumerate(self.acts, 1)
        )
        full = height + TOP + 22
        return (
            f'<svg viewBox="0 0 {WIDTH} {full}" role="img" aria-label="{escape(title)}">'
            f"{bands}{''.join(marks)}{self._ticks(height)}</svg>"
        )

    def _ticks(self, height: float) -> str:
        step = next((s for s in (5, 10, 20, 30, 60, 120) if self.seconds / s <= 12), 300)
        return "".join(
            f'<text class="tick" x="{self.x(at)}" y="{height + TOP + 16}">{at} s</text>'
            for at in range(0, int(self.seconds) + 1, step)
        )


def rows(axis: Axis, title: str, spans: Mapping[str, Sequence[Span]]) -> str:
    """A row for each name, with what it was when."""
    marks = []
    for number, (name, ours) in enumerate(spans.items()):
        y = TOP + number * ROW
        marks.append(f'<text class="name" x="{LEFT - 8}" y="{y + 14}">{escape(name)}</text>')
        marks += [
            f'<rect class="{span.kind}" x="{axis.x(span.begin)}" y="{y + 3}" rx="2" '
            f'width="{max(1.0, round(axis.x(span.end) - axis.x(span.begin), 1))}" '
            f'height="{ROW - 6}"><title>{escape(span.text)}</title></rect>'
            for span in ours
        ]
    return axis.chart(title, max(1, len(spans)) * ROW, marks)


def lines(axis: Axis, title: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """A line for each name through its points."""
    most = max((value for points in series.values() for _, value in points), default=0) or 1
    marks = _scale(most)
    for name, points in series.items():
        path = " ".join(f"{axis.x(at)},{_y(value, most)}" for at, value in points)
        marks.append(f'<polyline class="{name}" points="{path}"/>')
    return axis.chart(title, HEIGHT, marks)


def bars(axis: Axis, title: str, points: Sequence[tuple[float, float]]) -> str:
    """A bar for each point that is not zero."""
    most = max((value for _, value in points), default=0) or 1
    marks = _scale(most)
    marks += [
        f'<rect class="bad" x="{axis.x(at) - 1.5}" y="{_y(value, most)}" width="3" '
        f'height="{round(TOP + HEIGHT - _y(value, most), 1)}"/>'
        for at, value in points
        if value
    ]
    return axis.chart(title, HEIGHT, marks)


def _y(value: float, most: float) -> float:
    return round(TOP + HEIGHT * (1 - value / most), 1)


def _scale(most: float) -> list[str]:
    return [
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(value, most)}" '
        f'y2="{_y(value, most)}"/>'
        f'<text class="name" x="{LEFT - 8}" y="{_y(value, most) + 4}">{value:,.3g}</text>'
        for value in (0, most / 2, most)
    ]
