"""The manifest: everything that others must know of a model, in one JSON document."""

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from model.objectives import Link

FORMAT = 1
"""The manifest format that this code writes and reads."""


class Training(Struct, frozen=True, forbid_unknown_fields=True):
    """What one feature looked like in the training data.

    `edges` are the inner borders of the frozen quantile bins, ascending; `shares` are the
    parts of the rows in each of the `len(edges) + 1` bins, which with `missing_share` sum to 1.
    A bin holds the values from its lower border, included, to its upper one, excluded.
    """

    minimum: float
    maximum: float
    edges: tuple[float, ...]
    shares: tuple[float, ...]
    missing_share: float = 0.0


class Feature(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One input of the model.

    `name` is what a request calls it, `column` what data files and the booster call it.
    `minimum` and `maximum` are hard bounds: a value outside is refused, while a value outside
    the training range is answered with a warning. `categories` are the labels of a categorical
    feature in the order of their codes; a request gives the label.
    """

    name: str
    column: str
    unit: str = ""
    description: str = ""
    example: float | str | None = None
    minimum: float | None = None
    maximum: float | None = None
    missing: bool = False
    categories: tuple[str, ...] = ()
    training: Training | None = None


class Target(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the model says: the answer's field name, its column in data files and its unit.

    `decimals` are kept in answers (all of them when None); `minimum` is the least value that
    makes sense: prices and intervals are raised to it.
    """

    name: str
    column: str
    unit: str = ""
    description: str = ""
    decimals: int | None = None
    minimum: float | None = None


class Booster(Struct, frozen=True, forbid_unknown_fields=True):
    """The model file and how its outputs are read.

    `iterations` is the half-open range of boosting rounds that predict. `price`, `low` and
    `high` are output indices; the last two are None for a model without quantile outputs.
    """

    file: str
    sha256: str
    objective: str
    link: Link
    iterations: tuple[int, int]
    outputs: int
    price: int
    low: int | None = None
    high: int | None = None


class Interval(Struct, frozen=True, forbid_unknown_fields=True):
    """How the prediction interval is made; its offsets come from a calibration split.

    "cqr": the outer quantile outputs, moved outwards by the offsets times their distance, which
    counts as `least_width` (in the target's unit) where it is less. "split": the price itself,
    moved by the offsets in the target's unit. See `model.interval`.
    """

    coverage: float
    method: Literal["cqr", "split"]
    low_offset: float
    high_offset: float
    least_width: float = 0.0


class Scores(Struct, frozen=True, forbid_unknown_fields=True):
    """Errors in the target's unit; `coverage` is the share of outcomes inside the interval."""

    mae: float
    rmse: float
    coverage: float | None = None
    width: float | None = None


class Metrics(Struct, frozen=True, forbid_unknown_fields=True):
    """The booster's errors on rows it never saw, beside those of the baselines on the same."""

    split: str
    rows: int
    model: Scores
    baselines: dict[str, Scores]


class Data(Struct, frozen=True, forbid_unknown_fields=True):
    """The training data: its rows, its period (ISO 8601) and the hash of its values."""

    rows: int
    sha256: str
    start: str | None = None
    end: str | None = None


class Golden(Struct, frozen=True, forbid_unknown_fields=True):
    """One row (None is a missing value, a category its code) with the exact answer to it."""

    row: tuple[float | None, ...]
    price: float
    low: float | None = None
    high: float | None = None


class Versions(Struct, frozen=True, forbid_unknown_fields=True):
    """What made the bundle."""

    xgboost: str
    python: str


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole document. `version` is a hash of the content, see `seal`."""

    format: int
    version: str
    target: Target
    features: tuple[Feature, ...]
    booster: Booster
    golden: Annotated[tuple[Golden, ...], Meta(min_length=1)]
    versions: Versions
    interval: Interval | None = None
    metrics: Metrics | None = None
    data: Data | None = None


def seal(manifest: Manifest) -> Manifest:
    """The same manifest with its `version`, see `version_of`."""
    return msgspec.structs.replace(manifest, version=version_of(encode(manifest)))


def version_of(document: bytes) -> str:
    """The version that a manifest's document makes: twelve hex digits of its content's SHA-256.

    The versions of xgboost and Python that made it are left out, so that the same model made
    on two machines has one version. Only what stands in the document counts: a member that a
    later version of this software adds does not change it.
    """
    content = msgspec.json.decode(document)
    del content["version"], content["versions"]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:12]


def encode(manifest: Manifest) -> bytes:
    """The manifest as indented JSON, the same bytes for the same content."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decode(document: bytes) -> Manifest:
    """The manifest in a JSON document.

    Raises `msgspec.DecodeError`, naming the field, for anything that is not a manifest.
    """
    return msgspec.json.decode(document, type=Manifest)
