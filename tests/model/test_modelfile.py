"""Model files: told by content, refused with a message that says what to do."""

import bz2
import gzip
import json
import pickle
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st

from model.errors import BundleError, ModelError
from model.learner import at
from model.modelfile import read_model_file
from model.objectives import LINKS
from tests.model.builders import Document, Trap, aged, booster, edited, saved
from tests.steady import STEADY


def refusal(path: Path) -> str:
    """The message of the refusal, which begins with the file."""
    with pytest.raises(BundleError) as caught:
        read_model_file(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    return message


def document_of(path: Path) -> Document:
    found: Document = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ["model.ubj", "model.json"])
def test_the_content_tells_the_format(tmp_path: Path, name: str) -> None:
    """A suffix that says otherwise, or none, makes no difference."""
    path = saved(tmp_path / name).rename(tmp_path / "model.bin")
    file = read_model_file(path)
    assert file.ubj == name.endswith("ubj")
    assert file.objective == "reg:squarederror"
    assert len(file.forest.thresholds) == 2


def test_a_json_may_be_indented_and_marked(tmp_path: Path) -> None:
    """With spaces, line ends and a byte order mark before and between."""
    path = saved(tmp_path / "model.json")
    path.write_text("\ufeff\n " + json.dumps(document_of(path), indent=2), encoding="utf-8")
    file = read_model_file(path)
    assert not file.ubj
    assert xgboost.Booster(model_file=bytearray(file.content)).num_features() == 2


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_never_opened(tmp_path: Path, protocol: int) -> None:
    """Of no protocol: the message holds the lines that convert it, and its code did not run."""
    path, trap = tmp_path / "model.pkl", tmp_path / "trap"
    path.write_bytes(pickle.dumps(Trap(trap), protocol))
    message = refusal(path)
    assert "never opened here" in message
    assert 'pickle.load(open("model.pkl", "rb"))' in message
    assert 'save_model("model.ubj")' in message
    assert not trap.exists()


@pytest.mark.parametrize(
    "pack", [gzip.compress, zlib.compress, bz2.compress], ids=["gzip", "zlib", "bz2"]
)
def test_a_packed_pickle_is_never_opened(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """As joblib writes it."""
    path, trap = tmp_path / "model.joblib", tmp_path / "trap"
    path.write_bytes(pack(pickle.dumps(Trap(trap))))
    assert 'joblib.load("model.joblib")' in refusal(path)
    assert not trap.exists()


def test_the_lines_of_the_advice_convert_a_pickle(tmp_path: Path) -> None:
    """What a person copies from the message works."""
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(booster()))
    code = "\n".join(line.strip() for line in refusal(path).splitlines()[1:])
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert read_model_file(tmp_path / "model.ubj").ubj


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not an XGBoost model in UBJ or JSON"),
        (b"binf\x00\x00\x00?", "opens in XGBoost before 3.1"),
        (b"price,weight\n1,2\n", "not an XGBoost model in UBJ or JSON"),
        (b"{", "damaged or cut short (1 bytes)"),
        (b'{"learner": ', "damaged or cut short"),
        (b"[" * 9, "not an XGBoost model"),
        (b'{"a": ' + b"[" * 100_000, "damaged or cut short"),
        (b'{"a": "\xff"}', "damaged or cut short"),
        (b"{}", "it has no learner with an objective"),
        (b'{"learner": [1]}', "it has no learner with an objective"),
    ],
)
def test_what_is_no_model(tmp_path: Path, content: bytes, words: str) -> None:
    """The message says what it looks like."""
    path = tmp_path / "model.ubj"
    path.write_bytes(content)
    assert words in refusal(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Nor can a directory be read."""
    assert "No such file" in refusal(tmp_path / "model.ubj")
    assert "Is a directory" in refusal(tmp_path)


@pytest.mark.parametrize("kind", ["ubj", "json"])
def test_a_file_cut_short_is_refused(tmp_path: Path, kind: str) -> None:
    """Wherever it ends; the library would crash on some of these."""
    whole, path = bytes(booster(rounds=1).save_raw(kind)), tmp_path / "cut"
    for length in range(0, len(whole), 3):
        path.write_bytes(whole[:length])
        refusal(path)


@STEADY
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7), kind=st.sampled_from(["ubj", "json"]))
def test_an_edited_bit_is_another_model_or_refused(
    tmp_path: Path, place: int, bit: int, kind: str
) -> None:
    """Never anything but a message; what passes is a model that can be asked."""
    content = bytearray(booster(types=["float", "c"], rounds=2).save_raw(kind))
    content[place % len(content)] ^= 1 << bit
    path = tmp_path / "model"
    path.write_bytes(content)
    try:
        file = read_model_file(path)
    except ModelError:
        return
    assert len(file.forest.thresholds) >= 1


@pytest.mark.parametrize("objective", sorted(LINKS))
def test_an_objective_that_prices(tmp_path: Path, objective: str) -> None:
    """The old name of the squared error is its new one."""
    quantiles = objective == "reg:quantileerror"
    model = booster(objective=objective, quantile_alpha=[0.5] if quantiles else None)
    path = saved(tmp_path / "model.ubj", model)
    expected = "reg:squarederror" if objective == "reg:linear" else objective
    assert read_model_file(path).objective == expected


@pytest.mark.parametrize(
    "objective",
    ["reg:logistic", "binary:logistic", "survival:cox", "survival:aft", "rank:pairwise",
     "multi:softprob", "reg:newest"],
)  # fmt: skip
def test_an_objective_that_does_not(tmp_path: Path, objective: str) -> None:
    """The message names it and those that are accepted."""
    path = edited(tmp_path / "model.json", lambda learner: rename(learner, objective))
    message = refusal(path)
    assert f"objective is {objective}" in message
    assert "reg:squarederror" in message


def rename(learner: Document, objective: str) -> None:
    learner["objective"]["name"] = objective


def test_a_linear_booster_is_refused(tmp_path: Path) -> None:
    """It has no trees."""
    path = tmp_path / "model.json"
    path.write_text('{"learner": {"objective": {"name": "reg:squarederror"}, '
                    '"gradient_booster": {"name": "gblinear"}}}')  # fmt: skip
    assert "booster is gblinear; allowed: gbtree, dart" in refusal(path)


def test_a_dart_booster_is_read(tmp_path: Path) -> None:
    """Its trees lie one level deeper; each has its weight."""
    path = saved(tmp_path / "model.json", booster(booster="dart"))
    assert len(read_model_file(path).forest.thresholds[0])
    document = document_of(path)
    document["learner"]["gradient_booster"]["weight_drop"].pop()
    path.write_text(json.dumps(document), encoding="utf-8")
    assert "weights do not fit" in refusal(path)


def test_several_targets_are_refused(tmp_path: Path) -> None:
    """One model, one price."""
    path = edited(
        tmp_path / "model.json", lambda m: m["learner_model_param"].update(num_target="2")
    )
    assert "number of targets is 2" in refusal(path)


def test_leaves_with_several_outputs_are_refused(tmp_path: Path) -> None:
    """They cannot be explained."""
    model = booster(objective="reg:quantileerror", quantile_alpha=[0.1, 0.5, 0.9],
                    multi_strategy="multi_output_tree")  # fmt: skip
    assert "one_output_per_tree" in refusal(saved(tmp_path / "model.ubj", model))


def trees_of(learner: Document) -> list[Document]:
    found: list[Document] = at(learner, "gradient_booster", "model", "trees")
    return found


def model_of(learner: Document) -> Document:
    found: Document = at(learner, "gradient_booster", "model")
    return found


MISFITS: list[tuple[Callable[[Document], object], str]] = [
    (lambda m: trees_of(m).clear(), "0 trees"),
    (lambda m: trees_of(m).pop(), "3 trees, and names another number"),
    (lambda m: trees_of(m)[1].update(id=0), "not numbered from 0"),
    (lambda m: trees_of(m)[1].pop("id"), "damaged"),
    (lambda m: trees_of(m)[2].update(split_indices=[9] * 15), "tree 2"),
    (lambda m: model_of(m).pop("tree_info"), "'tree_info' is missing"),
    (lambda m: model_of(m).update(tree_info=[0, 0, 0, 1]), "do not fit its outputs"),
    (lambda m: model_of(m).update(tree_info=[0]), "do not fit its outputs"),
    (lambda m: model_of(m).update(iteration_indptr=[0, 3, 2, 4]), "rounds do not fit"),
    (lambda m: model_of(m).update(iteration_indptr=[0, 9]), "rounds do not fit"),
    (lambda m: model_of(m).update(gbtree_model_param={}), "damaged"),
    (lambda m: m["feature_names"].pop(), "1 feature_names for 2 features"),
    (lambda m: m["feature_types"].append("q"), "1 feature_types for 2 features"),
    (lambda m: m["learner_model_param"].update(num_feature="0"), "for 0 features"),
    (lambda m: m["learner_model_param"].update(num_feature="x"), "damaged"),
    (lambda m: m.pop("learner_model_param"), "damaged"),
    (lambda m: m.update(gradient_booster={"name": "gbtree"}), "0 trees"),
]


@pytest.mark.parametrize(
    ("edit", "words"),
    MISFITS,
    ids=[f"{number}: {words}" for number, (_, words) in enumerate(MISFITS)],
)
def test_a_model_that_does_not_fit_itself(
    tmp_path: Path, edit: Callable[[Document], object], words: str
) -> None:
    """Counts that disagree are seen before the library trusts them."""
    assert words in refusal(edited(tmp_path / "model.json", edit))


def test_a_model_of_an_old_version(tmp_path: Path) -> None:
    """XGBoost 1.x names no rounds, and writes settings that are gone or had another form."""

    file = read_model_file(edited(tmp_path / "model.json", aged))
    assert xgboost.Booster(model_file=bytearray(file.content)).num_boosted_rounds() == 4
