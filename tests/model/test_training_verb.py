"""The verb `train`."""

from pathlib import Path

import pytest

from model import bundle
from model.__main__ import main
from tests.tables import shipments, timed, write_csv, write_features

QUICK = ("--rounds", "10", "--depth", "3", "--learning-rate", "0.3")


def train(directory: Path, out: str, *more: str) -> int:
    data = write_csv(directory / "rows.csv", timed(shipments(200, in_order=2)))
    features = write_features(directory / "features.toml")
    shared = [str(data), "--features", str(features), "--out", str(directory / out)]
    return main(["train", *shared, *QUICK, *more])


def test_it_writes_a_bundle_and_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says where they are, and how good the model is."""
    assert train(tmp_path, "out", "--time", "shipped", "--group", "order") == 0
    out = tmp_path / "out"
    assert {file.name for file in out.iterdir()} == {"manifest.json", "model.ubj", "report.html"}
    version = bundle.load(out).manifest.version
    printed = capsys.readouterr()
    assert f"{out / 'model.ubj'}: version {version}" in printed.out
    assert "newest 20% by shipped, 40 rows" in printed.out
    assert "| this model " in printed.out
    assert f"report: {out / 'report.html'}" in printed.out
    assert "200 rows from 2024-01-01" in printed.err
    assert "rows count half after 60 days" in printed.err
    assert "warning: " not in printed.err


def test_a_bad_model_is_not_announced_like_a_good_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here the newest prices fall where the older ones rose: worse than the mean."""
    table = timed(shipments(200))
    table.y[160:] = table.y.max() - table.y[160:]
    data, features = write_csv(tmp_path / "rows.csv", table), write_features(tmp_path / "f.toml")
    shared = [str(data), "--features", str(features), "--out", str(tmp_path / "out")]
    assert main(["train", *shared, *QUICK, "--time", "shipped"]) == 0
    assert "warning: the model's MAE is " in capsys.readouterr().err


def test_rows_that_count_the_same_need_no_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the half-life is off, or where there is no time."""
    for options in (["--time", "shipped", "--half-life", "0"], []):
        assert train(tmp_path, "out", *options) == 0
        assert "count half" not in capsys.readouterr().err


def test_the_same_data_and_seed_write_the_same_files(tmp_path: Path) -> None:
    """Byte for byte, on any number of threads."""
    for out, threads in (("one", "1"), ("two", "2")):
        assert train(tmp_path, out, "--time", "shipped", "--threads", threads) == 0
    for name in ("manifest.json", "model.ubj", "report.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_all_rows_can_be_learnt_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Then there are no metrics to print."""
    assert train(tmp_path, "out", "--test-share", "0") == 0
    assert "| this model " not in capsys.readouterr().out
    assert bundle.read_manifest(tmp_path / "out").metrics is None


@pytest.mark.parametrize(
    ("option", "value", "fault"),
    [
        ("--test-share", "1", "test-share is 1.0; allowed: 0 (no test) or more, under 1"),
        ("--time", "day", "no column 'day'"),
        ("--objective", "rank:pairwise", "objective is rank:pairwise; allowed: reg:quantileerror"),
    ],
)
def test_a_wrong_option_is_refused_with_a_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, fault: str
) -> None:
    """And nothing is written."""
    assert train(tmp_path, "out", option, value) == 1
    assert fault in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_wrong_place_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not after minutes of training: here there is not even any data."""
    out = tmp_path / "home"
    out.mkdir()
    (out / "letter.txt").write_text("dear", encoding="utf-8")
    assert main(["train", str(tmp_path / "none.csv"), "--out", str(out)]) == 1
    assert "letter.txt" in capsys.readouterr().err
