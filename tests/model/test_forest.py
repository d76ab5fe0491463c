"""The forest: what the splits tell, and trees that cannot be walked."""

import json
from typing import Any

import pytest

from model.forest import read_forest
from model.ubjson import Malformed
from tests.model.builders import booster

Tree = dict[str, Any]


def trees(**options: Any) -> list[Tree]:
    """The trees of a small booster, as its JSON has them."""
    document = json.loads(bytes(booster(**options).save_raw("json")))
    found: list[Tree] = document["learner"]["gradient_booster"]["model"]["trees"]
    return found


def stump(**changes: object) -> Tree:
    """One split by the first feature at 0.5, with changes."""
    return {
        "parents": [2147483647, 0, 0],
        "left_children": [1, -1, -1],
        "right_children": [2, -1, -1],
        "split_indices": [0, 0, 0],
        "split_conditions": [0.5, 1.0, 2.0],
        "default_left": [0, 0, 0],
        "base_weights": [0.0, 1.0, 2.0],
        "sum_hessian": [2.0, 1.0, 1.0],
        "loss_changes": [1.0, 0.0, 0.0],
        "tree_param": {"num_nodes": "3"},
        **changes,
    }


def categorical(**changes: object) -> Tree:
    """One split by category: codes 1 and 3 go one way."""
    return stump(
        split_type=[1, 0, 0], categories=[1, 3], categories_nodes=[0], categories_segments=[0],
        categories_sizes=[2],
    ) | changes  # fmt: skip


def test_the_thresholds_are_those_of_the_splits() -> None:
    """Ascending, each once, and none for a feature that is never split by."""
    forest = read_forest([stump(), stump(), stump(split_conditions=[0.25, 9.0, 9.0])], 2)
    assert forest.thresholds[0].tolist() == [0.25, 0.5]
    assert forest.thresholds[1].tolist() == []
    assert forest.codes == (-1, -1)


def test_the_codes_are_the_greatest_of_the_splits() -> None:
    """A split by category has no threshold."""
    forest = read_forest([categorical()], 1)
    assert forest.codes == (3,)
    assert not len(forest.thresholds[0])


def test_a_real_booster_is_sound() -> None:
    """With numbers and categories."""
    forest = read_forest(trees(types=["float", "c"]), 2)
    assert len(forest.thresholds[0])
    assert forest.codes[1] in (0, 1, 2)


def test_a_single_leaf_is_a_tree() -> None:
    """It splits by nothing."""
    leaf = {key: value[:1] if isinstance(value, list) else value for key, value in stump().items()}
    leaf |= {"left_children": [-1], "right_children": [-1], "tree_param": {"num_nodes": "1"}}
    assert read_forest([leaf], 1).thresholds[0].tolist() == []


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (stump(left_children=[1, -1]), "same length"),
        (stump(left_children=[]), "same length"),
        (stump(tree_param={"num_nodes": "4"}), "same length"),
        (stump(tree_param={}), "number of nodes"),
        (stump(left_children=[5, -1, -1]), "outside the tree"),
        (stump(left_children=[-7, -1, -1]), "outside the tree"),
        (stump(left_children=[0, -1, -1]), "outside the tree"),
        (stump(left_children=[2, -1, -1]), "stands twice"),
        (stump(parents=[2147483647, 0, 1]), "another parent"),
        (stump(parents=[1, 0, 0]), "root has a parent"),
        (stump(split_indices=[2, 0, 0]), "beyond the 2"),
        (stump(split_indices=[-1, 0, 0]), "beyond the 2"),
        (stump(split_conditions=["a", "b", "c"]), "'split_conditions' is not a list of numbers"),
        (stump(left_children=[0.5, 1, 1]), "'left_children' is not a list of whole numbers"),
        (stump(left_children=[[1], [2, 3]]), "tree 0"),
        (stump(left_children=7), "'left_children' is not a list"),
        (categorical(categories=[1, -3]), "categories do not fit"),
        (categorical(categories=[1, 1 << 30]), "categories do not fit"),
        (categorical(categories_sizes=[3]), "categories do not fit"),
        (categorical(categories_nodes=[3]), "categories do not fit"),
        (categorical(categories_nodes=[1]), "no categories"),
        ({}, "'left_children' is missing"),
        (None, "'left_children' is missing"),
    ],
)
def test_a_tree_that_cannot_be_walked(tree: Tree, words: str) -> None:
    """Each way of being wrong is named, with the tree."""
    with pytest.raises(Malformed, match=words) as caught:
        read_forest([tree], 2)
    assert str(caught.value).startswith("tree 0: ")


def test_a_circle_ends() -> None:
    """Two nodes that are each other's parent are refused, not walked for ever."""
    circle = stump(parents=[2147483647, 2, 0], left_children=[2, -1, 1], right_children=[1, -1, 0])
    with pytest.raises(Malformed):
        read_forest([circle], 1)


def test_every_array_has_the_length_of_the_tree() -> None:
    """One element too few or too many in any of them is seen."""
    whole = trees(rounds=1)[0]
    for key, value in whole.items():
        if isinstance(value, list) and not key.startswith("categories"):
            for other in (value[:-1], [*value, 0]):
                with pytest.raises(Malformed):
                    read_forest([whole | {key: other}], 2)
