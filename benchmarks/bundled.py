"""The embedded model, as every contender is given it."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUNDLE = ROOT / "bundle"

_MANIFEST = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
MODEL = str(BUNDLE / _MANIFEST["booster"]["file"])
NAMES: tuple[str, ...] = tuple(each["name"] for each in _MANIFEST["features"])
"""What a request calls the features, in the model's order."""
COLUMNS: tuple[str, ...] = tuple(each["column"] for each in _MANIFEST["features"])
"""What the model calls them."""
TARGET: str = _MANIFEST["target"]["name"]
"""What an answer calls the price."""
GOLDEN: tuple[tuple[dict[str, float], float], ...] = tuple(
    (dict(zip(NAMES, each["row"], strict=True)), each["price"]) for each in _MANIFEST["golden"]
)
"""Products, and the exact price of each."""
PRICE: int = _MANIFEST["booster"]["price"]
"""Which of the model's outputs is the price."""
DECIMALS: int | None = _MANIFEST["target"]["decimals"]
"""How many of them a price that is rounded keeps."""
