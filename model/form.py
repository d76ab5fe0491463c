"""The form of an answer: a text with blanks, which the walk fills in for a row in one call.

What it writes is what `Predictor.predict`, `round` and `repr` make of the row one after the other.
"""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING

from model.engine import Engine

if TYPE_CHECKING:
    from model._trees import Form
    from model.manifest import Manifest

MOST_DECIMALS = 4
"""As many as the form of `model/native/form_type.c` rounds to."""


def open_form(engine: Engine, manifest: Manifest, pieces: tuple[str, ...]) -> Form | None:
    """A form for what the engine of a model says; None where it is no walk, or rounds too finely.

    `pieces` is the text before, between and after the blanks: for the price, for low and high
    where there is an interval, and for an identifier.
    """
    facts, target = manifest.booster, manifest.target
    decimals = -1 if target.decimals is None else target.decimals
    if engine.name != "walk" or decimals > MOST_DECIMALS:
        return None
    low, high = (facts.price if each is None else each for each in (facts.low, facts.high))
    form: Form = import_module("model._trees").Form(
        walk=engine,
        outputs=(facts.price, low, high),
        minimum=-math.inf if target.minimum is None else target.minimum,
        interval=_interval(manifest),
        decimals=decimals,
        pieces=tuple(map(str.encode, pieces)),
    )
    return form


def _interval(manifest: Manifest) -> tuple[bool, float, float, float] | None:
    """Whether its offsets are relative, both of them, and the least width."""
    made = manifest.interval
    if made is None:
        return None
    return made.method == "cqr", made.low_offset, made.high_offset, made.least_width
