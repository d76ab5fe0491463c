"""The page and the lines: they tell what was seen."""

from dataclasses import replace
from html.parser import HTMLParser

from benchmarks.histogram import Histogram
from tests.rehearsal.counted import second
from tests.rehearsal.page import Story, render
from tests.rehearsal.play import Played
from tests.rehearsal.playbill import Act
from tests.rehearsal.sampler import Sample, Seen
from tests.rehearsal.traffic import Second, Tally

GOOD = Tally(1000, 0, 0, Histogram((2_000_000,), (1000,)))
LOSSY = Tally(1000, 2, 0, Histogram())


def played(tally: Tally = GOOD, spare: int = 0, fault: str = "") -> Played:
    """An act of ten seconds."""
    return Played(Act("a <release>", print, spare, "In flight."), 100, 110, tally, fault, 0.5)


def story(*acts: Played) -> Story:
    """One instance that starts, serves and drains meanwhile."""
    states = ("starting", "healthy", "healthy", "draining")
    samples = [Sample(101 + n, (Seen("i-1", "two", state),)) for n, state in enumerate(states)]
    seconds = [Second(101.0 + n, second(300, failed=n)) for n in range(3)]
    return Story(
        "containers", "in containers", acts, samples, seconds, "All in all.", "Image: 2 MB"
    )


def test_what_an_act_may_cost() -> None:
    """As many as it may spare, and no more; a fault is one whatever it cost."""
    assert played().good
    assert not played(LOSSY).good
    assert played(LOSSY, spare=2).good
    assert not played(fault="it ended with 4").good


def test_what_the_balancer_hides_is_no_success() -> None:
    """AWS's tries no connection again; where requests may be lost, it is shown."""
    hidden = replace(played(), retries=3)
    assert hidden.ended == "connections tried again: 3; AWS's balancer answers 502 to each"
    spared = replace(played(spare=2), retries=3)
    assert (spared.ended, spared.line.split()[6]) == ("ok", "3")
    assert '<td class="number">3</td>' in render(story(spared))


def test_a_line_of_an_act() -> None:
    """Its name, how long it took, what came of the requests, and the latencies."""
    words = played(LOSSY, spare=2).line.split()
    assert words == [
        "a",
        "<release>",
        "10.0",
        "1,000",
        "2",
        "0",
        "0",
        "0.00",
        "0.00",
        "0.00",
        "ok",
    ]
    assert played().line.split()[7:] == ["2.00", "2.00", "2.00", "4.0", "ok"]


def test_without_a_calm_there_is_no_multiple() -> None:
    """The first act has none before it, the last no answers: a zero would say that it was quick."""
    first = replace(played(), calm=0.0)
    assert first.good
    assert first.line.split()[7:] == ["2.00", "2.00", "2.00", "ok"]


def test_an_act_may_be_held_to_a_strain() -> None:
    """Then its line says to what, and how it was exceeded."""
    four = replace(played(), act=Act("a <release>", print, strain=4))
    assert four.good
    assert four.line.split()[10:] == ["4.0", "≤", "4", "ok"]
    three = replace(four, act=Act("a <release>", print, strain=3))
    assert not three.good
    assert three.ended == "the 99th percentile was 4.0 × that before it, and may be 3 ×"
    assert three.line.endswith("≤ 3  WRONG")
    assert three.ended in render(story(three))


def test_a_limit_needs_answers() -> None:
    """Before the act and in it: without them nothing is under any limit."""
    four = replace(played(), act=Act("a <release>", print, strain=4))
    for silent in (replace(four, calm=0.0), replace(four, tally=Tally(0, 0, 0, Histogram()))):
        assert silent.ended == (
            "there were no answers, in it or before it, to hold its 99th percentile against"
        )


def test_instances_last_from_state_to_state() -> None:
    """What is the same at two looks is one span, which ends where the next begins."""
    spans = story(played()).instances()["i-1"]
    assert [(span.begin, span.end, span.kind) for span in spans] == [
        (1, 2, "v0 starting"),
        (2, 4, "v0 healthy"),
        (4, 4, "v0 draining"),
    ]


def test_the_page_is_whole() -> None:
    """Every tag is closed, no word is taken for a tag, and nothing comes from elsewhere."""
    text = render(story(played(), played(LOSSY, spare=2), played(fault="it ended with 4")))
    assert _unclosed(text) == []
    assert "a &lt;release&gt;" in text
    assert "it ended with 4" in text
    assert "All in all." in text
    assert "Image: 2 MB." in text
    assert "http" not in text
    assert text.count("<svg") == 4


def _unclosed(text: str) -> list[str]:
    """The tags that are left open."""
    stack: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "br"):
                stack.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert stack.pop() == tag

        def handle_startendtag(self, tag: str, attrs: object) -> None:
            """It is closed already."""

    Reader().feed(text)
    return stack
