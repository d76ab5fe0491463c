"""Plots: the pictures of a training report, each as an SVG element."""

from collections.abc import Mapping, Sequence
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.ticker import LogLocator, NullLocator
from numpy.typing import NDArray

from model.boosting import Curve
from model.drawing import (
    DASHED,
    INK,
    MARK_COLOUR,
    MODEL_COLOUR,
    OTHER_COLOUR,
    STYLE,
    blank,
    svg,
    with_unit,
)
from model.manifest import Scores
from model.slices import Slice

Values = NDArray[np.float32]
Panels = Mapping[str, Sequence[Slice]]
"""What each panel is sliced by, and its slices."""

_WIDE, _MIDDLE = 9.0, 6.0
_MOST_FEATURES = 15
_SPANS, _FEWEST_IN_SPAN = 40, 25


def comparison(scores: Mapping[str, Scores], model: str, unit: str) -> str:
    """MAE and RMSE of each contestant as bars, the model's in its own colour."""
    with mpl.rc_context(STYLE):
        figure = blank(_WIDE, 0.5 + 0.42 * len(scores))
        left, right = figure.subplots(1, 2, sharey=True)
        colours = [MODEL_COLOUR if name == model else OTHER_COLOUR for name in scores]
        maes, rmses = zip(*((s.mae, s.rmse) for s in scores.values()), strict=True)
        _bars(left, list(scores), maes, colours, with_unit("mean absolute error", unit))
        _bars(right, list(scores), rmses, colours, with_unit("root mean square error", unit))
        left.invert_yaxis()
        return svg(figure, "comparison")


def importance(names: Sequence[str], sizes: Sequence[float], unit: str) -> str:
    """The mean size of each feature's contribution, the largest on top."""
    with mpl.rc_context(STYLE):
        order = np.argsort(sizes, kind="stable")[-_MOST_FEATURES:].tolist()
        figure = blank(_MIDDLE, 0.6 + 0.4 * len(order))
        title = with_unit("mean size of the contribution", unit)
        _bars(
            figure.subplots(),
            [names[index] for index in order],
            [sizes[index] for index in order],
            [MODEL_COLOUR] * len(order),
            title,
        )
        return svg(figure, "importance")


def errors(panels: Panels, baseline: str) -> str:
    """Mean absolute error by slice, beside that of one baseline, in panels of one scale."""
    with mpl.rc_context(STYLE):
        figure = blank(_WIDE, 2.9)
        row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for ax, (title, parts) in zip(row, panels.items(), strict=True):
            places = np.arange(len(parts))
            others = [part.baselines[baseline] for part in parts]
            ax.bar(places - 0.2, others, 0.4, color=OTHER_COLOUR)
            ax.bar(places + 0.2, [part.mae for part in parts], 0.4, color=MODEL_COLOUR)
            _label_slices(ax, parts, title)
        return svg(figure, "errors")


def coverage(panels: Panels, nominal: float) -> str:
    """The share of outcomes inside the interval by slice, against the share promised."""
    with mpl.rc_context(STYLE):
        figure = blank(_WIDE, 2.9)
        row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for ax, (title, parts) in zip(row, panels.items(), strict=True):
            shares = [part.coverage for part in parts]
            ax.axhline(nominal, color=MARK_COLOUR, linewidth=1.2, linestyle=DASHED)
            ax.vlines(range(len(parts)), nominal, shares, MODEL_COLOUR, linewidth=1.4)
            ax.plot(shares, "o", color=MODEL_COLOUR, markersize=7)
            _label_slices(ax, parts, title)
            ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
        lowest = min(part.coverage for parts in panels.values() for part in parts)
        row[0].set_ylim(min(lowest, nominal) - 0.05, 1.02)
        return svg(figure, f"coverage {len(panels)}")


def learning_curve(curve: Curve) -> str:
    """The loss by round on the rows learnt from and on those held out."""
    with mpl.rc_context(STYLE):
        figure = blank(_WIDE, 3.2)
        ax = figure.subplots()
        rounds = np.arange(1, len(curve.train) + 1)
        ax.plot(rounds, curve.train, color=OTHER_COLOUR, label="rows learnt from")
        ax.plot(rounds, curve.held_out, color=MODEL_COLOUR, label="rows held out")
        ax.axvline(curve.best, color=MARK_COLOUR, linewidth=1.2, linestyle=DASHED)
        left = curve.best > 0.85 * len(rounds)
        ax.annotate(f"{curve.best} rounds", (curve.best, 0.5), xycoords=("data", "axes fraction"),
                    xytext=(-6 if left else 6, 0), textcoords="offset points",
                    ha="right" if left else "left", color=MARK_COLOUR)  # fmt: skip
        ax.set_xlabel("round")
        ax.set_ylabel(f"loss ({curve.metric})")
        ax.grid(axis="y")
        ax.legend(loc="upper right")
        return svg(figure, "curve")


def agreement(price: Values, outcome: Values, unit: str) -> str:
    """Predicted against actual, rows counted by hexagon; logarithmic unless values go under 0.

    On logarithmic axes the least thousandth of the values is drawn at the edge.
    """
    with mpl.rc_context(STYLE):
        figure = blank(_MIDDLE, 4.9)
        ax = figure.subplots()
        low, high, scale = _limits(np.concatenate([price, outcome]))
        ends = np.log10([low, high]) if scale == "log" else np.array([low, high])
        bins = ax.hexbin(
            np.maximum(price, low), np.maximum(outcome, low), gridsize=44, mincnt=1,
            xscale=scale, yscale=scale, extent=(*ends, *ends), norm=LogNorm(),
            cmap="YlGnBu", linewidths=0.1, rasterized=True,
        )  # fmt: skip
        ax.plot([low, high], [low, high], color=MARK_COLOUR, linewidth=1.2, linestyle=DASHED)
        ax.set(xlim=(low, high), ylim=(low, high), aspect="equal",
               xlabel=with_unit("predicted", unit), ylabel=with_unit("actual", unit))  # fmt: skip
        for axis in (ax.xaxis, ax.yaxis):
            if scale == "log":
                axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
                axis.set_minor_locator(NullLocator())
            axis.set_major_formatter("{x:g}")
        colours = figure.colorbar(bins, ax=ax, shrink=0.7, label="rows", format="{x:g}")
        colours.minorticks_off()
        return svg(figure, "agreement")


def residuals(time: NDArray[np.datetime64], error: Values, unit: str) -> str:
    """The median and the inner 80 % of actual minus predicted over spans of time."""
    with mpl.rc_context(STYLE):
        figure = blank(_WIDE, 3.2)
        ax = figure.subplots()
        spans = min(_SPANS, max(1, len(error) // _FEWEST_IN_SPAN))
        parts = np.array_split(np.arange(len(error)), spans)
        days = [time[part[len(part) // 2]].astype("datetime64[ms]").item() for part in parts]
        low, middle, high = np.array([np.quantile(error[p], (0.1, 0.5, 0.9)) for p in parts]).T
        ax.fill_between(days, low, high, color=MODEL_COLOUR, alpha=0.15, linewidth=0,
                        label="inner 80 %")  # fmt: skip
        ax.plot(days, middle, color=MODEL_COLOUR, label="median", marker="o", markersize=3)
        ax.axhline(0, color=MARK_COLOUR, linewidth=1.2, linestyle=DASHED)
        ax.set_ylabel(with_unit("actual − predicted", unit))
        ax.grid(axis="y")
        ax.legend(loc="upper left", ncols=2)
        return svg(figure, "residuals")


def _bars(
    ax: Axes, names: Sequence[str], values: Sequence[float], colours: Sequence[str], title: str
) -> None:
    bars = ax.barh(names, values, color=colours, height=0.62)
    ax.bar_label(bars, fmt="%.2f", padding=4, color=INK)
    ax.set_title(title)
    ax.margins(x=0.16)
    ax.set_xticks([])
    ax.spines[["bottom", "left"]].set_visible(False)


def _label_slices(ax: Axes, parts: Sequence[Slice], title: str) -> None:
    ax.set_title(title)
    ax.grid(axis="y")
    ax.set_xticks(
        range(len(parts)),
        [part.label for part in parts],
        rotation=35,
        ha="right",
        rotation_mode="anchor",
        fontsize=9,
    )


def _limits(values: Values) -> tuple[float, float, Literal["linear", "log"]]:
    """The ends of an axis that holds the values, and its scale."""
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high > 0:
        least = float(np.quantile(values[values > 0], 0.001))
        return least / 1.1, high * 1.1, "log"
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room, "linear"
