"""What all plots have in common."""

import re
from xml.etree import ElementTree

import matplotlib as mpl

from model.drawing import STYLE, blank, svg, with_unit


def line(name: str) -> str:
    with mpl.rc_context(STYLE):
        figure = blank(3, 2)
        figure.subplots().plot([1, 2, 3], [1, 4, 9])
        return svg(figure, name)


def test_a_figure_is_one_element_of_svg() -> None:
    """With its text as text, so that it takes on the page's font."""
    element = ElementTree.fromstring(line("a"))  # noqa: S314 - drawn a line above
    assert element.tag.endswith("svg")
    assert line("a").count("<text") >= 6


def test_the_same_figure_is_the_same_text() -> None:
    """No date, no random ids."""
    assert line("a") == line("a")
    assert "date" not in line("a").lower()


def test_figures_on_one_page_share_no_id() -> None:
    """And keep only those that something refers to."""
    one, other = (set(re.findall(r' id="([^"]+)"', line(name))) for name in ("a", "b"))
    assert one
    assert not one & other
    assert all(f"#{id_}" in line("a") for id_ in one)


def test_a_unit_stands_in_brackets() -> None:
    """Where there is one."""
    assert (with_unit("freight", "BRL"), with_unit("freight", "")) == ("freight (BRL)", "freight")
