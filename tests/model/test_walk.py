"""The walk: what `Booster.predict` says, to the last bit, and nothing that leaves the trees."""

import math
from array import array
from collections.abc import Callable
from runpy import run_path
from typing import Any

import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model import _trees, walk
from model._trees import Walk
from model.learner import read_learner
from model.manifest import Booster
from model.objectives import LINKS, QUANTILES
from model.ubjson import Malformed, decode_ubjson
from model.walk import INTERFACE, open_walk
from tests.model.builders import Document, booster
from tests.steady import STEADY

Rows = NDArray[np.float32]

ROWS = 10_000


def facts(model: xgboost.Booster, objective: str, rounds: tuple[int, int]) -> Booster:
    outputs = 3 if objective == QUANTILES else 1
    return Booster(
        "model.ubj", "", objective, LINKS[objective], iterations=rounds, outputs=outputs, price=0
    )


def walk_of(
    model: xgboost.Booster, objective: str, rounds: tuple[int, int] | None = None
) -> Walk | None:
    rounds = rounds or (0, model.num_boosted_rounds())
    return open_walk(read_learner(bytes(model.save_raw("ubj"))), facts(model, objective, rounds))


def trained(objective: str, random: np.random.Generator, **parameters: Any) -> xgboost.Booster:
    """A booster of a random shape on random rows, of which some values are missing."""
    x = random.normal(0, 100, (300, int(random.integers(1, 9)))).astype(np.float32)
    x[random.random(x.shape) < 0.1] = np.nan
    y = np.abs(np.nansum(x, axis=1)) + random.random(len(x)) + 0.1
    given = {"objective": objective, "nthread": 1, "eta": random.uniform(0.05, 0.5)} | parameters
    if objective == QUANTILES:
        given["quantile_alpha"] = [0.1, 0.5, 0.9]
    return xgboost.train(given, xgboost.DMatrix(x, y, nthread=1), int(random.integers(1, 20)))


def wild_rows(features: int, random: np.random.Generator) -> Rows:
    """Rows far inside and far outside of what was learnt, with many values missing."""
    scales = random.choice([1e-3, 1.0, 100.0, 1e6], (ROWS, features))
    rows: Rows = (random.normal(0, 1, (ROWS, features)) * scales).astype(np.float32)
    rows[random.random(rows.shape) < 0.2] = np.nan
    return rows


def walked(walk: Walk | None, rows: Rows) -> Rows:
    assert walk is not None
    outputs: Rows = np.array([walk.outputs(row) for row in rows.tolist()], dtype=np.float32)
    return outputs


@STEADY
@given(
    st.sampled_from(sorted(set(LINKS) - {"reg:linear"})), st.integers(0, 10**6),
    st.sampled_from([1, 3, 8]), st.sampled_from(["depthwise", "lossguide"]),
    st.sampled_from([None, 0.75]), st.integers(1, 2),
)  # fmt: skip
def test_it_is_the_boosters_prediction(
    objective: str, seed: int, depth: int, policy: str, base: float | None, parallel: int
) -> None:
    """For every objective, depth, base score and range of rounds, on ten thousand wild rows."""
    random = np.random.default_rng(seed)
    chosen = {} if base is None else {"base_score": base}
    model = trained(
        objective, random, max_depth=depth, grow_policy=policy, num_parallel_tree=parallel, **chosen
    )
    begin = int(random.integers(0, model.num_boosted_rounds()))
    rounds = (begin, int(random.integers(begin + 1, model.num_boosted_rounds() + 1)))
    rows = wild_rows(model.num_features(), random)
    expected = model.predict(xgboost.DMatrix(rows, nthread=1), iteration_range=rounds)
    found = walked(walk_of(model, objective, rounds), rows)
    np.testing.assert_array_equal(found, expected.reshape(found.shape))


@pytest.mark.parametrize(
    "edge", [0.0, -0.0, 1e-45, math.inf, -math.inf, 3.4028234663852886e38, math.nan]
)
def test_values_at_the_edges_of_float32(edge: float) -> None:
    """Zeros of both signs, the least and the greatest number, and no number at all."""
    model = booster()
    rows = np.array([[edge, 50.0], [50.0, edge], [edge, edge]], dtype=np.float32)
    expected = model.inplace_predict(rows, validate_features=False)
    np.testing.assert_array_equal(walked(walk_of(model, "reg:squarederror"), rows)[:, 0], expected)


def test_values_at_a_threshold_go_right() -> None:
    """As in the library, which asks whether a value is less."""
    model = booster()
    tree = read_learner(bytes(model.save_raw("ubj")))["gradient_booster"]["model"]["trees"][0]
    threshold = tree["split_conditions"][0]
    near = [np.nextafter(np.float32(threshold), np.float32(side)) for side in (-1e9, 1e9)]
    rows = np.array([[value, value] for value in (threshold, *near)], dtype=np.float32)
    expected = model.inplace_predict(rows, validate_features=False)
    found = walked(walk_of(model, "reg:squarederror"), rows)[:, 0]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "options",
    [
        {"types": ["float", "c"]},
        {"booster": "dart"},
        {
            "multi_strategy": "multi_output_tree",
            "objective": QUANTILES,
            "quantile_alpha": [0.1, 0.5],
        },
    ],
    ids=["splits by category", "weighted trees", "leaves of several numbers"],
)
def test_what_it_does_not_know_it_leaves_alone(options: dict[str, Any]) -> None:
    """libxgboost answers then."""
    objective = str(options.get("objective", "reg:squarederror"))
    assert walk_of(booster(**options), objective) is None


def test_without_a_compiler_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else changes."""
    monkeypatch.setattr(walk, "_trees", None)
    assert walk_of(booster(), "reg:squarederror") is None


def test_what_was_compiled_of_other_code_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an update, before everything was compiled again."""
    monkeypatch.setattr(_trees, "INTERFACE", INTERFACE - 1)
    with pytest.raises(ImportError, match="'make setup' compiles it anew"):
        run_path(walk.__file__)


def test_it_tells_what_it_is() -> None:
    """In the log and in the description of the model."""
    assert Walk.name == "walk"


# What no walk may be made of.

Tree = list[Any]


def stump(**changes: Any) -> Tree:
    """The arrays of one split by the first feature at 0.5, with changes."""
    arrays = {
        "left": array("i", [1, -1, -1]),
        "right": array("i", [2, -1, -1]),
        "feature": array("i", [0, 0, 0]),
        "number": array("f", [0.5, 10.0, 20.0]),
        "default_left": array("B", [0, 0, 0]),
    }
    return list((arrays | changes).values())


def made(*trees: Tree, features: int = 1, base: tuple[float, ...] = (0.0,)) -> Walk:
    return Walk(features, base, tuple(map(tuple, trees)), (0,) * len(trees), exponential=False)


def ints(*values: int) -> "array[int]":
    return array("i", values)


def test_a_stump() -> None:
    """Left below the threshold, right from it on, and right where the value is missing."""
    walk = made(stump())
    assert [walk.outputs([x]) for x in (0.0, 0.5, math.nan)] == [[10.0], [20.0], [20.0]]
    assert made(stump(default_left=array("B", [1, 0, 0]))).outputs([math.nan]) == [10.0]


def test_trees_are_added_up_in_their_order() -> None:
    """More of them than are walked at once, of different depths, and none at all."""
    single = [ints(-1), ints(-1), ints(0), array("f", [0.25]), array("B", [0])]
    trees = [single if number % 3 else stump() for number in range(21)]
    assert made(*trees, base=(0.5,)).outputs([0.0]) == [0.5 + 7 * 10 + 14 * 0.25]
    assert made(base=(0.5, 1.5)).outputs([0.0]) == [0.5, 1.5]


HOSTILE: dict[str, tuple[Callable[[], Tree], str]] = {
    "no root": (lambda: [ints(), ints(), ints(), array("f"), array("B")], "it has no root"),
    "a child after the end": (lambda: stump(right=ints(3, -1, -1)), "a child is outside the tree"),
    "a child before the start": (lambda: stump(left=ints(-2, -1, -1)), "a child is outside"),
    "a right child that is none": (lambda: stump(right=ints(-1, -1, -1)), "a child is outside"),
    "the root as a child": (lambda: stump(left=ints(0, -1, -1)), "a child is outside the tree"),
    "a circle": (lambda: stump(left=ints(1, 1, -1), right=ints(2, 2, -1)), "has two parents"),
    "one node twice": (lambda: stump(left=ints(1, 2, -1), right=ints(1, 2, -1)), "two parents"),
    "a feature after the last": (lambda: stump(feature=ints(1, 0, 0)), "a feature that is not"),
    "a feature before the first": (lambda: stump(feature=ints(-1, 0, 0)), "a feature that is not"),
    "a leaf that is no number": (
        lambda: stump(number=array("f", [0.5, math.nan, 1.0])),
        "a leaf is not a finite number",
    ),
    "an endless leaf": (
        lambda: stump(number=array("f", [0.5, 1.0, -math.inf])),
        "a leaf is not a finite number",
    ),
    "a short array": (lambda: stump(feature=ints(0, 0)), "not all of one length"),
    "a long array": (lambda: stump(number=array("f", [0.5] * 4)), "not all of one length"),
    "wide integers": (lambda: stump(left=array("q", [1, -1, -1])), "'i' is expected"),
    "doubles": (lambda: stump(number=array("d", [0.5, 1, 2])), "'f' is expected"),
}


@pytest.mark.parametrize(("tree", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_tree_is_refused(tree: Callable[[], Tree], words: str) -> None:
    """With its number, before a single row has been walked."""
    with pytest.raises(ValueError, match=words):
        made(stump(), tree())


@pytest.mark.parametrize(
    "arguments",
    [
        (0, (0.0,), (), ()), (2**31, (0.0,), (), ()), (1, (), (), ()), (1, (0.0,), (), (0,)),
    ],
)  # fmt: skip
def test_a_walk_of_nothing_is_refused(arguments: tuple[Any, ...]) -> None:
    """No features, more than can be numbered, no outputs, or an output without its tree."""
    make: Any = Walk
    with pytest.raises(ValueError, match="no features, no outputs"):
        make(*arguments, exponential=False)


@pytest.mark.parametrize("output", [-1, 1])
def test_an_output_that_is_not_there_is_refused(output: int) -> None:
    """No tree may add to it."""
    with pytest.raises(ValueError, match="tree 0 adds to an output that is not there"):
        Walk(1, (0.0,), (tuple(stump()),), (output,), exponential=False)


@pytest.mark.parametrize("tree", [(), (1, 2, 3, 4, 5), [1], tuple(stump())[:4]])
def test_what_is_no_tree_is_refused(tree: Any) -> None:
    """A tuple of five arrays it has to be."""
    with pytest.raises(TypeError):
        Walk(1, (0.0,), (tree,), (0,), exponential=False)


@pytest.mark.parametrize("row", [[], [1.0, 2.0], ()])
def test_a_row_of_another_width_is_refused(row: Any) -> None:
    """It has one number for each feature."""
    with pytest.raises(ValueError, match="a row has 1 numbers"):
        made(stump()).outputs(row)


@pytest.mark.parametrize("row", [None, {0: 1.0}, "1", 1.0, ["1"], [None]])
def test_what_is_no_row_is_refused(row: Any) -> None:
    """It is a list or a tuple, of numbers."""
    with pytest.raises(TypeError):
        made(stump()).outputs(row)


def test_a_row_may_be_a_tuple() -> None:
    """With the same answer."""
    assert made(stump()).outputs((0.0,)) == [10.0]


def test_a_row_that_shrinks_while_it_is_read() -> None:
    """The code of a number may do what it likes with the list that it stands in."""

    class Shrinking:
        def __float__(self) -> float:
            row.clear()
            return 1.0

    row: list[Any] = [Shrinking(), 1.0]
    with pytest.raises(IndexError):
        made(stump(), features=2).outputs(row)


DAMAGE: dict[str, Callable[[Document, Document], object]] = {
    "an array is missing": lambda _, model: model["trees"][0].pop("default_left"),
    "features without a number": lambda learner, _: learner["learner_model_param"].update(
        num_feature="many"
    ),
    "an output too many": lambda learner, _: learner["learner_model_param"].update(
        base_score="[0.5, 0.5]"
    ),
    "a base score without a number": lambda learner, _: learner["learner_model_param"].update(
        base_score="low"
    ),
    "rounds are missing": lambda _, model: model.update(iteration_indptr=[0]),
    "a tree of no output": lambda _, model: model["tree_info"].__setitem__(0, 9),
    "a split by no feature": lambda _, model: model["trees"][0]["split_indices"].__setitem__(0, 9),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_document_is_refused(damage: Callable[[Document, Document], object]) -> None:
    """Whatever of it is missing or is not what it should be."""
    model = booster()
    learner = decode_ubjson(bytes(model.save_raw("ubj")))["learner"]
    damage(learner, learner["gradient_booster"]["model"])
    with pytest.raises(Malformed, match="cannot be walked"):
        open_walk(learner, facts(model, "reg:squarederror", (0, 4)))
