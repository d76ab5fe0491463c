"""Comparisons: the model and the baselines measured on the same rows, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.baselines import ORIGINAL
from model.manifest import Scores
from model.metrics import average, percent_change

MODEL = "this model"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The scores of each contestant on `rows` rows, the baselines first and the model last."""

    title: str
    rows: int
    scores: Mapping[str, Scores]

    @property
    def percent_below_original(self) -> float:
        """By how many percent the model's MAE lies under that of the original settings."""
        return -percent_change(self.scores[MODEL].mae, self.scores[ORIGINAL].mae)

    def markdown(self) -> str:
        """A table for a terminal or a document."""
        original = self.scores[ORIGINAL].mae
        lines = [_line(name, scores, original) for name, scores in self.scores.items()]
        return "\n".join([f"{self.title}, {self.rows:,} rows", "", *_HEAD, *lines])


_HEAD = (
    f"| {'':40} |   MAE |  RMSE | MAE against original | coverage | width |",
    f"|{'-' * 42}|------:|------:|---------------------:|---------:|------:|",
)


def averaged(title: str, parts: Sequence[Comparison]) -> Comparison:
    """The mean of each figure over comparisons of the same contestants."""
    names = parts[0].scores
    scores = {name: average([part.scores[name] for part in parts]) for name in names}
    return Comparison(title, sum(part.rows for part in parts), scores)


def _line(name: str, scores: Scores, original: float) -> str:
    coverage = "" if scores.coverage is None else f"{scores.coverage:.1%}"
    width = "" if scores.width is None else f"{scores.width:.2f}"
    against = f"{percent_change(scores.mae, original):+.1f} %"
    return (
        f"| {name:40} | {scores.mae:5.2f} | {scores.rmse:5.2f} | {against:>20} "
        f"| {coverage:>8} | {width:>5} |"
    )
