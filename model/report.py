"""The report: one self-contained page of plots and figures about a training run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from tqdm import tqdm

from model import plots
from model.baselines import PLAIN
from model.comparison import MODEL
from model.drawing import with_unit
from model.manifest import Feature
from model.objectives import QUANTILES
from model.slices import feature_slices, price_slices
from model.training import Trained
from model.trial import Trial

REPORT = "report.html"

_TEMPLATE = Path(__file__).with_name("report.html.jinja")
_EXPLAINED_ROWS = 300
_SLICED_FEATURES = 3
_SHIPPING = ("weight", "distance", "price")


def write_report(directory: Path, trained: Trained) -> Path:
    """Write the report beside the bundle in `directory`; the same run gives the same bytes."""
    path = directory / REPORT
    path.write_text(render(trained), encoding="utf-8")
    return path


def render(trained: Trained) -> str:
    """The report's HTML, with nothing in it that another place must provide."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(_content(trained)) + "\n"


def _content(trained: Trained) -> Mapping[str, Any]:
    """What the template speaks of."""
    unit, sizes = trained.manifest.target.unit, contribution_sizes(trained)
    names = [feature.name for feature in trained.manifest.features]
    return {
        "manifest": trained.manifest,
        "recipe": trained.recipe,
        "unit": unit,
        "size": len(trained.model),
        "total": len(trained.table),
        "dropped": {why: count for why, count in trained.table.dropped.items() if count},
        "half_life": trained.recipe.days if trained.table.time is not None else 0,
        "quantiles": trained.recipe.objective == QUANTILES,
        "explained": min(_EXPLAINED_ROWS, len(_unseen(trained))),
        "leading": names[int(np.argmax(sizes))],
        "curve": Markup(plots.learning_curve(trained.curve)),  # noqa: S704 - drawn here
        "importance": Markup(plots.importance(names, sizes.tolist(), unit)),  # noqa: S704 - drawn here
        "tested": None if trained.trial is None else _tested(trained, trained.trial, sizes),
    }


def _tested(trained: Trained, trial: Trial, sizes: NDArray[np.float64]) -> Mapping[str, Any]:
    """What only rows held out for a test can show."""
    manifest, coverage = trained.manifest, trained.recipe.coverage
    unit, y, time = manifest.target.unit, trial.table.y, trial.table.time
    panels = {
        with_unit(f"by {feature.name}", feature.unit): feature_slices(trial, feature, values)
        for index in sliced_features(manifest.features, sizes)
        for feature, values in [(manifest.features[index], trial.table.x[:, index])]
    }
    by_price = {with_unit("by predicted price", unit): price_slices(trial)}
    compared = trial.comparison
    drawn = {
        "baselines": plots.comparison(compared.scores, MODEL, unit),
        "errors": plots.errors(panels, PLAIN),
        "coverage": plots.coverage(panels, coverage),
        "by_price": plots.coverage(by_price, coverage),
        "agreement": plots.agreement(trial.price, y, unit),
        "residuals": "" if time is None else plots.residuals(time, y - trial.price, unit),
    }
    pictures = {name: Markup(picture) for name, picture in drawn.items()}  # noqa: S704 - drawn here
    return {"comparison": compared, "ours": compared.scores[MODEL], **pictures}


def sliced_features(features: tuple[Feature, ...], sizes: NDArray[np.float64]) -> list[int]:
    """Which features to slice by: a shipment's weight, distance and price, or the leading ones."""
    names = [feature.name for feature in features]
    if set(_SHIPPING) <= set(names):
        return [names.index(name) for name in _SHIPPING]
    leading: list[int] = np.argsort(-sizes, kind="stable")[:_SLICED_FEATURES].tolist()
    return leading


def contribution_sizes(trained: Trained) -> NDArray[np.float64]:
    """The mean size of each feature's contribution (features,), over rows spread evenly."""
    rows = _unseen(trained)
    index = np.linspace(0, len(rows) - 1, min(_EXPLAINED_ROWS, len(rows))).astype(int)
    explained = tqdm(rows[index].tolist(), desc="importance", disable=None, leave=False)
    contributions = [trained.predictor.explain(row).contributions for row in explained]
    sizes: NDArray[np.float64] = np.abs(np.array(contributions)).mean(axis=0)
    return sizes


def _unseen(trained: Trained) -> NDArray[np.float32]:
    """The test rows, or all rows where there are none."""
    return trained.trial.table.x if trained.trial else trained.table.x
