"""Walks made of random trees, most of them hostile: `python hostile_walks.py EXTENSION COUNT SEED`.

A program of its own, for an extension that was compiled with sanitizers: they end the process at
the first byte that is read or written outside of an array. It prints how many trees could be
walked, how many were refused, and how many answers were written.
"""

import math
import sys
from array import array
from contextlib import suppress
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
from random import Random
from typing import Any

STRANGE: tuple[Any, ...] = (None, "1", [], b"\0\0\0\0", 2**40, array("d", [1.0]), array("i"), (1,))
WRONG: dict[str, tuple[Any, ...]] = {
    "i": (-(2**31), -2, -1, 0, 1, 7, 2**31 - 1),
    "q": (-1, 0),
    "d": (0.0,),
    "f": (0.0, math.nan, math.inf, -math.inf),
    "B": (0, 1, 255),
}
EDGES = (0.0, -0.0, 0.5, math.nan, math.inf, -math.inf, 1e308, 1e-45)


def load(path: str) -> Any:
    """The module of an extension, wherever that lies."""
    loader = ExtensionFileLoader("model._trees", path)
    spec = spec_from_loader("model._trees", loader)
    if spec is None:
        raise ImportError(path)
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def sound_tree(random: Random, features: int) -> list[Any]:
    """A tree that can be walked."""
    left, right = [-1], [-1]
    for _ in range(random.randrange(12)):
        leaf = random.choice([place for place, child in enumerate(left) if child == -1])
        left[leaf], right[leaf] = len(left), len(left) + 1
        left += [-1, -1]
        right += [-1, -1]
    size = len(left)
    return [
        array("i", left),
        array("i", right),
        array("i", [random.randrange(features) for _ in left]),
        array("f", [random.uniform(-1, 1) for _ in range(size)]),
        array("B", [random.randrange(2) for _ in range(size)]),
    ]


def damaged(tree: list[Any], random: Random) -> list[Any]:
    """The tree, in rare cases with one or two things wrong with it."""
    for _ in range(random.choice([0] * 12 + [1, 2])):
        place, kind = random.randrange(len(tree)), random.random()
        values = tree[place]
        if kind < 0.2 or not isinstance(values, array) or not len(values):
            tree[place] = random.choice(STRANGE)
        elif kind < 0.3:
            tree[place] = values[: random.randrange(len(values))]
        else:
            values[random.randrange(len(values))] = random.choice(WRONG[values.typecode])
    return tree


def row(random: Random, features: int) -> Any:
    """A row of the right width, or nearly."""
    if random.random() < 0.1:
        return random.choice(STRANGE)
    width = features + random.choice([0] * 8 + [-1, 1])
    return [
        random.choice(EDGES) if random.random() < 0.3 else random.random() for _ in range(width)
    ]


def form(random: Random, trees: Any, walk: Any) -> Any:
    """A form for a walk, in some cases with something wrong with it."""
    pieces = [random.choice((b"", b"{", b"x" * 99)) for _ in range(random.choice((3, 3, 4, 5, 5)))]
    interval = (random.random() < 0.5, *random.choices(EDGES, k=3))
    return trees.Form(
        random.choice([walk] * 9 + [None]),
        tuple(random.choices((0, 0, 0, 0, 0, 1, 2, -1), k=3)),
        random.choice(EDGES),
        interval if len(pieces) == 5 else None,
        random.randrange(-1, 5),
        tuple(pieces),
    )


def main(path: str, count: int, seed: int) -> str:
    """Make and walk so many forests."""
    module, random = load(path), Random(seed)
    refused = walked = written = 0
    for _ in range(count):
        features, outputs = random.randrange(1, 4), random.randrange(1, 4)
        trees = [damaged(sound_tree(random, features), random) for _ in range(random.randrange(20))]
        into = tuple(random.randrange(outputs + (random.random() < 0.02)) for _ in trees)
        try:
            made = module.Walk(features, (0.5,) * outputs, tuple(map(tuple, trees)), into, False)  # noqa: FBT003 - as it is built
        except (TypeError, ValueError, BufferError, OverflowError):
            refused += 1
            continue
        walked += 1
        for _ in range(3):
            with suppress(TypeError, ValueError, OverflowError):
                made.outputs(row(random, features))
                filled = form(random, module, made).fill(row(random, features), "é" * 30)
                written += filled is not None
    return f"walked {walked}, refused {refused}, written {written}"


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
