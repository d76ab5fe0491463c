"""Comparisons: the model and the baselines measured on the same rows, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.baselines import PLAIN
from model.manifest import Metrics, Scores
from model.metrics import average, percent_change

MODEL = "this model"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The scores of each contestant on `rows` rows, the baselines first and the model last."""

    title: str
    rows: int
    scores: Mapping[str, Scores]

    @property
    def percent_below_plain(self) -> float:
        """By how many percent the model's MAE lies under that of plain XGBoost."""
        return -percent_change(self.scores[MODEL].mae, self.scores[PLAIN].mae)

    def markdown(self) -> str:
        """A table for a terminal or a document."""
        plain = self.scores[PLAIN].mae
        lines = [_line(name, scores, plain) for name, scores in self.scores.items()]
        return "\n".join([f"{self.title}, {self.rows:,} rows", "", *_HEAD, *lines])


_HEAD = (
    f"| {'':40} |   MAE |  RMSE | MAE against plain XGBoost | coverage | width |",
    f"|{'-' * 42}|------:|------:|--------------------------:|---------:|------:|",
)


def compared(metrics: Metrics) -> Comparison:
    """The comparison that a manifest holds."""
    return Comparison(metrics.split, metrics.rows, {**metrics.baselines, MODEL: metrics.model})


def averaged(title: str, parts: Sequence[Comparison]) -> Comparison:
    """The mean of each figure over comparisons of the same contestants."""
    names = parts[0].scores
    scores = {name: average([part.scores[name] for part in parts]) for name in names}
    return Comparison(title, sum(part.rows for part in parts), scores)


def _line(name: str, scores: Scores, plain: float) -> str:
    coverage = "" if scores.coverage is None else f"{scores.coverage:.1%}"
    width = "" if scores.width is None else f"{scores.width:.2f}"
    against = f"{percent_change(scores.mae, plain):+.1f} %"
    return (
        f"| {name:40} | {scores.mae:5.2f} | {scores.rmse:5.2f} | {against:>25} "
        f"| {coverage:>8} | {width:>5} |"
    )
