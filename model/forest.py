"""The forest: the trees in a model's document, proven sound before the library walks them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.ubjson import Malformed

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_LEAF = -1
_NO_PARENT = (-1, 0x7FFFFFFF)
_CATEGORICAL = 1
_MOST_CATEGORIES = 1 << 24
_BESIDE = ("base_weights", "sum_hessian", "loss_changes", "default_left")


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """What the splits of all trees tell of each feature.

    `thresholds` are the distinct values that a feature is compared with, ascending; `codes` are
    the greatest category codes that it is split by, −1 for one without such splits.
    """

    thresholds: tuple[Floats, ...]
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Tree:
    parent: Ints
    left: Ints
    right: Ints
    feature: Ints
    threshold: Floats
    categorical: NDArray[np.bool_]
    codes: Mapping[int, Ints]


def read_forest(trees: Sequence[Any], features: int) -> Forest:
    """The forest of `trees` over so many features.

    Raises `Malformed` for a tree that cannot be walked: arrays of different lengths, a child
    outside the tree or with two parents, a split by a feature that is not there.
    """
    thresholds: list[list[Floats]] = [[] for _ in range(features)]
    codes = [-1] * features
    for number, document in enumerate(trees):
        try:
            tree = _tree(document)
            _collect(tree, _inner_nodes(tree, features), thresholds, codes)
        except ValueError as fault:
            raise Malformed(f"tree {number}: {fault}") from fault
    return Forest(tuple(_distinct(parts) for parts in thresholds), tuple(codes))


def integers(document: Any, key: str, default: Sequence[int] | None = None) -> Ints:
    """An array of whole numbers (n,) in a document. Raises `Malformed` for anything else."""
    values = np.asarray(_member(document, key, default))
    if values.ndim != 1 or (values.size and values.dtype.kind not in "iub"):
        raise Malformed(f"'{key}' is not a list of whole numbers")
    return values.astype(np.int64)


def _tree(document: Any) -> _Tree:
    left = integers(document, "left_children")
    kinds = integers(document, "split_type", [0] * len(left))
    tree = _Tree(
        parent=integers(document, "parents"),
        left=left,
        right=integers(document, "right_children"),
        feature=integers(document, "split_indices"),
        threshold=_floats(document, "split_conditions"),
        categorical=kinds == _CATEGORICAL,
        codes=_codes(document, len(left)),
    )
    same = (tree.parent, tree.right, tree.feature, tree.threshold, kinds)
    lengths = {len(each) for each in same} | {len(_floats(document, key)) for key in _BESIDE}
    if not len(left) or lengths != {len(left)} or _nodes(document) != len(left):
        raise Malformed("its arrays are not all of the same length")
    return tree


def _inner_nodes(tree: _Tree, features: int) -> Ints:
    """The numbers of the nodes that split, found by walking down from the root."""
    if int(tree.parent[0]) not in _NO_PARENT:
        raise Malformed("its root has a parent")
    inner: list[Ints] = []
    level = np.zeros(1, dtype=np.int64)
    while level.size:
        parents = level[tree.left[level] != _LEAF]
        inner.append(parents)
        level = _children(tree, parents)  # one parent each, so that no walk is a circle
    nodes = np.concatenate(inner)
    if ((tree.feature[nodes] < 0) | (tree.feature[nodes] >= features)).any():
        raise Malformed(f"it splits by a feature beyond the {features} that there are")
    return nodes


def _children(tree: _Tree, parents: Ints) -> Ints:
    children = np.concatenate([tree.left[parents], tree.right[parents]])
    if ((children < 1) | (children >= len(tree.left))).any():
        raise Malformed("a child is outside the tree")
    if (tree.parent[children] != np.tile(parents, 2)).any():
        raise Malformed("a child has another parent")
    if len(np.unique(children)) < len(children):
        raise Malformed("a child stands twice")
    return children


def _collect(tree: _Tree, nodes: Ints, thresholds: list[list[Floats]], codes: list[int]) -> None:
    by_value = nodes[~tree.categorical[nodes]]
    for feature in np.unique(tree.feature[by_value]).tolist():
        chosen = by_value[tree.feature[by_value] == feature]
        thresholds[feature].append(np.unique(tree.threshold[chosen]))
    for node in nodes[tree.categorical[nodes]].tolist():
        if node not in tree.codes:
            raise Malformed("a split by category has no categories")
        feature = int(tree.feature[node])
        codes[feature] = max(codes[feature], *tree.codes[node].tolist())


def _codes(document: Any, nodes: int) -> dict[int, Ints]:
    """The category codes of each node that splits by category."""
    every = integers(document, "categories", ())
    owners = integers(document, "categories_nodes", ())
    starts = integers(document, "categories_segments", ())
    sizes = integers(document, "categories_sizes", ())
    sound = len(owners) == len(starts) == len(sizes) and (
        ((every >= 0) & (every < _MOST_CATEGORIES)).all()
        and ((owners >= 0) & (owners < nodes)).all()
        and ((starts >= 0) & (sizes > 0) & (starts + sizes <= len(every))).all()
    )
    if not sound:
        raise Malformed("its categories do not fit its nodes")
    parts = zip(owners.tolist(), starts.tolist(), sizes.tolist(), strict=True)
    return {node: every[start : start + size] for node, start, size in parts}


def _floats(document: Any, key: str) -> Floats:
    values = np.asarray(_member(document, key))
    if values.ndim != 1 or (values.size and values.dtype.kind not in "fiu"):
        raise Malformed(f"'{key}' is not a list of numbers")
    return values.astype(np.float32)


def _nodes(document: Any) -> int:
    try:
        return int(_member(document, "tree_param")["num_nodes"])
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed("its number of nodes is not given") from error


def _member(document: Any, key: str, default: Sequence[int] | None = None) -> Any:
    if not isinstance(document, dict) or (key not in document and default is None):
        raise Malformed(f"'{key}' is missing")
    return document.get(key, default)


def _distinct(parts: list[Floats]) -> Floats:
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, dtype=np.float32)
