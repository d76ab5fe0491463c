"""Adoption: the feature table that a foreign model gets, from a person or from its own names."""

import json
from collections.abc import Sequence

import msgspec

from model.errors import FeatureTableError
from model.features import RESERVED, FeatureTable, bound_names, read_feature_table
from model.foreign import Foreign
from model.manifest import Feature, Target


def own_table(foreign: Foreign, *, missing: bool) -> FeatureTable:
    """The table that the model's own names make: f0, f1 and so on for one without names.

    A model of exactly the shipping columns gets the shipping table. `missing` says whether
    values may be missing.
    """
    if is_shipping(foreign):
        return with_missing(read_feature_table()) if missing else read_feature_table()
    columns = foreign.columns or tuple(f"f{i}" for i in range(len(foreign.categorical)))
    target = Target(name="prediction", column="target")
    names = request_names(columns, (target.name, *bound_names(target.name)))
    features = [
        Feature(name=name, column=column, missing=missing)
        for name, column in zip(names, columns, strict=True)
    ]
    return FeatureTable(target, tuple(features))


def is_shipping(foreign: Foreign) -> bool:
    """Whether the model's features are exactly those of the shipping table."""
    return foreign.columns == _columns(read_feature_table())


def request_names(columns: Sequence[str], taken: Sequence[str] = ()) -> tuple[str, ...]:
    """A name for each column that a request can use, each another one and none of `taken`.

    A column that is such a name stays what it is; "Weight (kg)" becomes "weight_kg".
    """
    names: list[str] = []
    for column in columns:
        clean = column if _is_name(column) else _cleaned(column)
        others = {*taken, *names}
        numbered = (f"{clean}_{number}" for number in range(2, len(others) + 3))
        names.append(next(name for name in (clean, *numbered) if name not in others))
    return tuple(names)


def with_missing(table: FeatureTable) -> FeatureTable:
    """The table with values of every feature allowed to be missing."""
    features = [msgspec.structs.replace(feature, missing=True) for feature in table.features]
    return msgspec.structs.replace(table, features=tuple(features))


def with_target(table: FeatureTable, column: str) -> FeatureTable:
    """The table with another column as its target; the answer's field keeps its name.

    Raises `FeatureTableError` for a column that is a feature.
    """
    if column in _columns(table):
        raise FeatureTableError(
            f"the target '{column}' is a feature of the model; name the column that it predicts."
        )
    target = msgspec.structs.replace(table.target, column=column)
    return msgspec.structs.replace(table, target=target)


def fitted(foreign: Foreign, table: FeatureTable) -> FeatureTable:
    """The table in the order of the model's names, with the categories that the model stores.

    Raises `FeatureTableError` where table and model disagree: columns missing or beyond those of
    the model, categories that are not given, too few or others.
    """
    _check_columns(foreign, table)
    order = foreign.columns or _columns(table)
    features = sorted(table.features, key=lambda feature: order.index(feature.column))
    features = [_with_categories(foreign, index, each) for index, each in enumerate(features)]
    return msgspec.structs.replace(table, features=tuple(features))


def _check_columns(foreign: Foreign, table: FeatureTable) -> None:
    found, count = _columns(table), len(foreign.categorical)
    if foreign.columns is None and len(found) != count:
        raise FeatureTableError(
            f"the table has {len(found)} features, the model {count} without names. "
            "Describe each of them, in the order of the columns that it was trained on."
        )
    expected = foreign.columns or found
    faults = []
    if missing := [column for column in expected if column not in found]:
        faults.append(f"the table lacks {', '.join(missing)}")
    if extra := [column for column in found if column not in expected]:
        faults.append(f"the model has no {', '.join(extra)}")
    if faults:
        raise FeatureTableError(f"{'; '.join(faults)}. The columns must be {', '.join(expected)}.")


def _with_categories(foreign: Foreign, index: int, feature: Feature) -> Feature:
    stored, given = foreign.labels[index], feature.categories
    if stored and given and set(given) != set(stored):
        raise FeatureTableError(
            f"feature '{feature.name}': the table's categories are not the model's. Write "
            f"categories = {json.dumps(stored, ensure_ascii=False)}, in any order."
        )
    categories, needed = stored or given, max(foreign.forest.codes[index], 0) + 1
    if foreign.categorical[index] and len(categories) < needed:
        raise FeatureTableError(
            f"feature '{feature.name}': the model reads '{feature.column}' as a category of at "
            f"least {needed} labels, and {len(categories)} are known. Name them in a feature "
            'table (--features) in the order of their codes: categories = ["first", "second"].'
        )
    return msgspec.structs.replace(feature, categories=categories)


def _columns(table: FeatureTable) -> tuple[str, ...]:
    return tuple(feature.column for feature in table.features)


def _is_name(text: str) -> bool:
    return text.isidentifier() and not text.startswith("_") and text not in RESERVED


def _cleaned(column: str) -> str:
    letters = "".join(each if f"a{each}".isidentifier() else "_" for each in column.lower())
    words = "_".join(filter(None, letters.split("_")))
    return words if _is_name(words) else f"feature_{words}".rstrip("_")
