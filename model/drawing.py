"""Drawing: the colours, the type and the SVG text that all plots have in common."""

import io
import re
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

MODEL_COLOUR = "#0f766e"
OTHER_COLOUR = "#b8c2cc"
MARK_COLOUR = "#c2410c"
INK = "#334155"
DASHED = (0, (4, 3))

STYLE: Any = {  # the library's own type spells out every key
    "svg.fonttype": "none",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#cbd5e1",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "date.converter": "concise",
    "grid.color": "#e8edf2",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "lines.linewidth": 2,
}


def blank(width: float, height: float) -> Figure:
    """An empty figure of so many inches."""
    return Figure(figsize=(width, height), layout="constrained")


def with_unit(text: str, unit: str) -> str:
    return f"{text} ({unit})" if unit else text


def svg(figure: Figure, name: str) -> str:
    """The figure as an SVG element that takes on the font of the page it stands in.

    The text is the same each time; `name` keeps the ids of several figures apart, and ids that
    nothing refers to are left out.
    """
    page = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(page, format="svg", dpi=144, transparent=True, metadata=nothing)
    text = page.getvalue()
    element = text[text.index("<svg") :]
    used = set(re.findall(r"#([\w-]+)", element))
    return re.sub(r' id="([^"]+)"', lambda id_: id_[0] if id_[1] in used else "", element)
