from array import array
from collections.abc import Sequence
from typing import Self, TypeAlias

INTERFACE: int

Tree: TypeAlias = tuple[array[int], array[int], array[int], array[float], array[int]]

class Walk:
    name: str
    def __new__(
        cls,
        features: int,
        base: tuple[float, ...],
        trees: tuple[Tree, ...],
        outputs: tuple[int, ...],
        exponential: bool,
    ) -> Self: ...
    def outputs(self, row: Sequence[float], /) -> list[float]: ...

class Form:
    name: str
    def __new__(
        cls,
        walk: Walk,
        outputs: tuple[int, int, int],
        minimum: float,
        interval: tuple[bool, float, float, float] | None,
        decimals: int,
        pieces: tuple[bytes, ...],
    ) -> Self: ...
    def fill(self, row: Sequence[float], identifier: str, /) -> bytes | None: ...
