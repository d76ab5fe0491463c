"""What the benchmarks take: numbers within which there is something to measure, and bundles."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

DAY = 86_400
_Number = TypeVar("_Number", int, float)


def whole(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number from the least to the most."""
    return _between(int, "whole number", least, most)


def number(least: float, most: float) -> Callable[[str], float]:
    """Reads a number from the least to the most."""
    return _between(float, "number", least, most)


def bundle(text: str) -> Path:
    """Reads the directory of a bundle."""
    if not Path(text, "manifest.json").is_file():
        raise ArgumentTypeError(f"'{text}' is no bundle: a directory with a manifest.json")
    return Path(text)


def _between(
    kind: Callable[[str], _Number], name: str, least: float, most: float
) -> Callable[[str], _Number]:
    def read(text: str) -> _Number:
        with suppress(ValueError):
            value = kind(text)
            if least <= value <= most:  # which NaN is not
                return value
        raise ArgumentTypeError(f"'{text}' is no {name} from {least:,} to {most:,}")

    return read
