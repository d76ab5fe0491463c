"""The training report."""

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import numpy as np
import pytest

from model.recipe import Recipe
from model.report import contribution_sizes, render, sliced_features, write_report
from model.training import Trained, train
from tests.tables import FEATURES, shipments, timed, with_modes

QUICK = Recipe(rounds=10, patience=5, depth=3, learning_rate=0.3)
VOID = {"meta", "link", "br", "img"}


class Reader(HTMLParser):
    """Checks that elements close in order, and keeps headings, addresses and ids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [v or "" for k, v in attrs if k in {"src", "href", "xlink:href"}]
        self.ids += [v or "" for k, v in attrs if k == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open = self.open[:-1] if tag not in VOID else self.open

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["h2"]:
            self.headings.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


@cache
def run() -> Trained:
    return train(timed(shipments(300)), QUICK)


def test_the_page_is_whole_and_needs_nothing_else(tmp_path: Path) -> None:
    """Every picture is in it; it is well formed and small."""
    path = write_report(tmp_path, run())
    page = path.read_text(encoding="utf-8")
    reader = read(page)
    assert all(a.startswith(("#", "data:")) for a in reader.addresses)
    assert not re.search(r"url\((?!#)|@import|<script", page)
    assert len(reader.ids) == len(set(reader.ids))
    assert page.count("<svg") == 8
    assert path.stat().st_size < 500_000


def test_the_page_tells_the_whole_run() -> None:
    """From the baselines to the recipe, with the figures of the manifest."""
    page = render(run())
    assert read(page).headings == [
        "Against the baselines",
        "Predicted against actual",
        "Where it errs",
        "Does the interval keep its promise?",
        "Errors over time",
        "What drives the price",
        "How it learnt",
        "The data",
        "The recipe",
    ]
    manifest = run().manifest
    assert manifest.metrics is not None
    assert manifest.version in page
    for figure in (manifest.metrics.model.mae, manifest.metrics.model.rmse):
        assert f"<b>{figure:.2f}</b>" in page
    for name in manifest.metrics.baselines:
        assert f">{name}<" in page


def test_the_same_run_draws_the_same_page() -> None:
    """Byte for byte."""
    assert render(run()) == render(train(timed(shipments(300)), QUICK))


def test_a_run_without_a_test_says_so() -> None:
    """And still shows how it learnt, and from what."""
    table = replace(with_modes(shipments(100)), dropped={"y missing": 1234})
    page = render(train(table, replace(QUICK, test_share=0, objective="reg:squarederror")))
    assert "Not tested" in read(page).headings
    assert "Left out: 1,234 (y missing)." in page
    assert "3 categories" in page
    assert "all rows count the same" in page


def test_names_cannot_break_the_page() -> None:
    """They are escaped in text and in pictures."""
    table = shipments(100)
    first = msgspec.structs.replace(FEATURES[0], unit="<b>&", description="x")
    target = msgspec.structs.replace(table.target, description="</h1><script>", unit="$a$ <i>")
    page = render(train(replace(table, features=(first, *FEATURES[1:]), target=target), QUICK))
    read(page)
    assert "<script" not in page
    assert "<i>" not in page


def test_a_worse_model_is_called_worse() -> None:
    """The card does not boast."""
    page = render(train(shipments(300), replace(QUICK, rounds=1, learning_rate=0.01)))
    assert "larger mean error than plain XGBoost" in page


def test_shipments_are_sliced_by_weight_distance_and_price() -> None:
    """Other tables by the features that move the price most."""
    sizes = np.array([0.1, 5.0, 3.0, 4.0])
    others = tuple(msgspec.structs.replace(FEATURES[0], name=name) for name in "abcd")
    assert sliced_features((*FEATURES[::-1], others[0]), sizes) == [2, 1, 0]
    assert sliced_features(others, sizes) == [1, 3, 2]


def test_contributions_are_sized_in_the_unit_of_the_target() -> None:
    """The weight's range of 4900 g at 250 g a unit moves more than the price, which moves none."""
    weight, distance, price = contribution_sizes(run()).tolist()
    assert weight > price
    assert distance > price
    assert weight == pytest.approx(4900 / 250 / 4, rel=0.3)
