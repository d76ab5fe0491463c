"""The page: the whole rehearsal on one axis of time, in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from tests.rehearsal.drawing import Axis, Span, bars, lines, rows
from tests.rehearsal.play import Played
from tests.rehearsal.sampler import Sample
from tests.rehearsal.traffic import Second, tally

TEMPLATE = Path(__file__).with_name("page.html.jinja")

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Story:
    """What there is to tell."""

    ground: str
    how: str
    """As what, or in what, instances run."""
    played: Sequence[Played]
    samples: Sequence[Sample]
    seconds: Sequence[Second]
    summary: str
    images: str

    @property
    def began(self) -> float:
        """When the first act did."""
        return self.played[0].begin

    @property
    def versions(self) -> list[str]:
        """All that were ever seen, in that order."""
        return list(dict.fromkeys(seen.version for each in self.samples for seen in each.seen))

    @property
    def axis(self) -> Axis:
        """From the first act to the end of the last."""
        spans = tuple(
            Span(
                act.begin - self.began,
                act.end - self.began,
                "good" if act.good else "failed",
                act.act.name,
            )
            for act in self.played
        )
        return Axis(self.played[-1].end - self.began, spans)

    def instances(self) -> dict[str, list[Span]]:
        """What each instance was when."""
        spans: dict[str, list[Span]] = {}
        for sample in self.samples:
            at = sample.at - self.began
            for seen in sample.seen:
                kind = f"v{self.versions.index(seen.version)} {seen.state}"
                text = f"version {seen.version}, {seen.state}"
                ours = spans.setdefault(seen.instance, [])
                begin = at
                if ours and ours[-1].text == text:
                    begin = ours.pop().begin
                elif ours:
                    ours[-1] = Span(ours[-1].begin, at, ours[-1].kind, ours[-1].text)
                ours.append(Span(begin, at, kind, text))
        return spans

    def points(self, value: Callable[[Second], float]) -> Points:
        """A value of each second of the traffic."""
        return [(each.at - self.began, value(each)) for each in self.seconds]


def write_page(path: Path, story: Story) -> None:
    """Write it, in place of an earlier one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(story), encoding="utf-8")


def render(story: Story) -> str:
    """The page's HTML, with nothing in it that another place must provide."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(story=story, charts=_charts(story)) + "\n"


def _charts(story: Story) -> list[tuple[str, str]]:
    """Each chart under its title; they are SVG text, in which all words are escaped."""
    axis = story.axis
    rate = {"p50": story.points(lambda each: each.load.answered)}
    slow = {
        "p99": story.points(lambda each: _milliseconds(each, 0.99)),
        "p50": story.points(lambda each: _milliseconds(each, 0.5)),
    }
    return [
        ("Instances by version", rows(axis, "instances by version", story.instances())),
        ("Good answers a second", lines(axis, "good answers a second", rate)),
        ("Latency in milliseconds, p50 and p99", lines(axis, "latency in milliseconds", slow)),
        ("Bad answers a second", bars(axis, "bad answers a second", story.points(_bad))),
    ]


def _milliseconds(second: Second, part: float) -> float:
    return tally([second.load]).milliseconds(part)


def _bad(second: Second) -> float:
    return tally([second.load]).bad
