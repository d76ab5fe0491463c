"""The feature table: which columns a model reads and what it answers, as a person writes it."""

import math
import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from model.errors import FeatureTableError
from model.manifest import Feature, Target

SHIPPING = Path(__file__).with_name("shipping.toml")
"""The default table: the five features of the shipping price."""

RESERVED = frozenset(
    {
        *("interval", "warnings", "model_version", "prediction_id"),
        *("baseline", "contributions", "error"),
    }
)
"""Names that answers use, which no feature or target may take."""

_EXAMPLE = "examples/features.toml"


def bound_names(target: str) -> tuple[str, str]:
    """What a table of answers calls the ends of the interval beside its column `target`."""
    return f"{target}_low", f"{target}_high"


class FeatureTable(Struct, frozen=True, forbid_unknown_fields=True):
    """One target and the features in the model's order."""

    target: Target
    features: tuple[Feature, ...]


def read_feature_table(path: Path = SHIPPING) -> FeatureTable:
    """The table in a TOML file.

    Raises `FeatureTableError` naming the file and the key that is wrong.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        table = msgspec.convert(document, FeatureTable)
    except OSError as error:
        raise FeatureTableError(f"{path}: cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FeatureTableError(f"{path}: not valid TOML: {error}.") from error
    except msgspec.ValidationError as error:
        raise FeatureTableError(
            f"{path}: {error}. The table {_EXAMPLE} shows every key."
        ) from error
    fault = _fault(table)
    if fault is not None:
        raise FeatureTableError(f"{path}: {fault}")
    return table


def _fault(table: FeatureTable) -> str | None:
    if not table.features:
        return f"no [[features]]: a model needs at least one, written as in {_EXAMPLE}."
    faults = (_name_fault(table), _target_fault(table.target), *map(_feature_fault, table.features))
    return next(filter(None, faults), None)


def _name_fault(table: FeatureTable) -> str | None:
    names = [feature.name for feature in table.features]
    columns = [feature.column for feature in table.features] + [table.target.column]
    for kind, values in (("name", [*names, table.target.name]), ("column", columns)):
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            return f"the {kind} '{twice}' stands twice; each must be unique."
    for name in (*names, table.target.name):
        if name in RESERVED or not name.isidentifier() or name.startswith("_"):
            return (
                f"'{name}' cannot be a name: use letters, digits and underscores, starting with "
                f"a letter, and none of {', '.join(sorted(RESERVED))}."
            )
    bounds = bound_names(table.target.name)
    taken = next((name for name in names if name in bounds), None)
    if taken is not None:
        return (
            f"'{taken}' cannot be a feature's name: with the target '{table.target.name}' it is a "
            "column of answers. Give the feature another name; its column may stay."
        )
    return None


def _target_fault(target: Target) -> str | None:
    if target.decimals is not None and not 0 <= target.decimals <= 15:
        return f"the target's decimals are {target.decimals}; allowed: 0 to 15."
    if _not_finite(target.minimum):
        return f"the target's minimum is {target.minimum}; it must be a finite number."
    return None


def _feature_fault(feature: Feature) -> str | None:
    fault = _value_fault(feature) or _category_fault(feature)
    return None if fault is None else f"feature '{feature.name}': {fault}"


def _value_fault(feature: Feature) -> str | None:
    if feature.training is not None:
        return "'training' is measured from data; remove it."
    if any(map(_not_finite, (feature.minimum, feature.maximum, feature.example))):
        return "bounds and example must be finite numbers; leave out a bound that is none."
    low = -math.inf if feature.minimum is None else feature.minimum
    high = math.inf if feature.maximum is None else feature.maximum
    if low > high:
        return f"minimum {low} > maximum {high}."
    if isinstance(feature.example, float) and not low <= feature.example <= high:
        return f"the example {feature.example} is outside its bounds."
    return None


def _category_fault(feature: Feature) -> str | None:
    if len(set(feature.categories)) < len(feature.categories):
        return "a category stands twice; each must be unique."
    if feature.categories and isinstance(feature.example, float):
        return "the example must be one of its categories."
    if isinstance(feature.example, str) and feature.example not in feature.categories:
        return (
            f"the example '{feature.example}' is not a number nor one of its categories "
            f"({', '.join(feature.categories) or 'none given'}). Mend it, or list every label "
            "under 'categories'."
        )
    return None


def _not_finite(value: float | str | None) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
