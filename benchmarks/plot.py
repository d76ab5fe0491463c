"""The picture of a run."""

import statistics
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.axes import Axes

from benchmarks.measure import Measured
from model.drawing import INK, MODEL_COLOUR, OTHER_COLOUR, STYLE, blank, svg


def plot(measured: Sequence[Measured], mine: str) -> str:
    """Answers a second and CPU for each of them as SVG, `mine` in its own colour.

    The bars end at the medians, the lines at the least and the greatest of the rounds.
    """
    with mpl.rc_context(STYLE):
        figure = blank(9.0, 0.5 + 0.42 * len(measured))
        left, right = figure.subplots(1, 2, sharey=True)
        colours = [MODEL_COLOUR if each.name == mine else OTHER_COLOUR for each in measured]
        names = [each.name for each in measured]
        _bars(left, names, [each.rates for each in measured], colours)
        left.set_title("answers a second on one core")
        _bars(right, names, [each.cpu for each in measured], colours)
        right.set_title("CPU microseconds for an answer")
        left.invert_yaxis()
        return svg(figure, "benchmark")


def _bars(
    ax: Axes, names: Sequence[str], rounds: Sequence[Sequence[float]], colours: Sequence[str]
) -> None:
    middles = [statistics.median(each) for each in rounds]
    ax.barh(names, middles, color=colours, height=0.62)
    for name, each, middle in zip(names, rounds, middles, strict=True):
        ax.hlines(name, min(each), max(each), INK, linewidth=1)
        ax.annotate(f"{middle:,.0f}", (max(each), name), xytext=(5, 0), va="center",
                    textcoords="offset points", color=INK)  # fmt: skip
    ax.margins(x=0.16)
    ax.set_xticks([])
    ax.spines[["bottom", "left"]].set_visible(False)
