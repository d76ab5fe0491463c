"""Doubts: what the figures of a test say against using a model."""

from model.baselines import MEAN
from model.manifest import Metrics

_SLACK = 0.1


def doubts(metrics: Metrics, promised: float) -> list[str]:
    """Why not to trust a model, in sentences; none where it did well.

    `promised` is the coverage of its interval; up to ten points under it are left to chance.
    """
    return list(filter(None, (_about_prices(metrics), _about_interval(metrics, promised))))


def _about_prices(metrics: Metrics) -> str | None:
    ours, mean = metrics.model.mae, metrics.baselines[MEAN].mae
    if ours < mean:
        return None
    return (
        f"the model's MAE is {ours:g}, that of always predicting the mean {mean:g}: its prices are "
        "worth nothing. Check target and features, and give more rows."
    )


def _about_interval(metrics: Metrics, promised: float) -> str | None:
    coverage = metrics.model.coverage
    if coverage is None or coverage >= round(promised - _SLACK, 9):
        return None
    return (
        f"the interval holds {coverage:.1%} of the outcomes, and {promised:.0%} are promised: do "
        "not rely on it. Give more rows, or newer ones."
    )
