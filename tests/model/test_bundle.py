"""Bundles: written whole, trusted only after verification."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from model import bundle
from model.errors import BundleError
from model.manifest import FORMAT, Manifest, decode, encode, seal, version_of
from tests import bundles
from tests.model.builders import Trap


def refusal(directory: Path) -> str:
    """The message of a load that is refused; it never shows a trace."""
    with pytest.raises(BundleError) as caught:
        bundle.load(directory)
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


def rewritten(directory: Path, manifest: Manifest) -> Path:
    """The bundle with another manifest, sealed as if it were right."""
    (directory / "manifest.json").write_bytes(encode(seal(manifest)))
    return directory


def edited(directory: Path, edit: Callable[[dict[str, Any]], object]) -> Path:
    """The bundle with an edited manifest."""
    path = directory / "manifest.json"
    document = json.loads(path.read_bytes())
    edit(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    return directory


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A sound bundle."""
    return bundles.shipping().write(tmp_path / "bundle")


@pytest.mark.parametrize("make", [bundles.shipping, bundles.rent, bundles.quote])
def test_a_bundle_loads_as_it_was_written(
    tmp_path: Path, make: Callable[[], bundles.Bundle]
) -> None:
    """Every kind of model, with the same answers."""
    whole = make()
    predictor = bundle.load(whole.write(tmp_path / "bundle"))
    assert predictor.manifest == whole.manifest
    for golden in whole.manifest.golden:
        row = [value if value is not None else float("nan") for value in golden.row]
        assert predictor.predict(row) == whole.predictor().predict(row)


@pytest.mark.parametrize("name", ["manifest.json", "model.ubj"])
def test_a_missing_file_is_named(directory: Path, name: str) -> None:
    """With what a bundle is made of."""
    (directory / name).unlink()
    message = refusal(directory)
    assert message.startswith(f"{directory / name}: no such file")
    assert "A bundle is a directory with manifest.json" in message


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    """As its manifest is."""
    assert "no such file" in refusal(tmp_path / "nowhere")


def test_a_directory_in_place_of_a_file(directory: Path) -> None:
    """It cannot be read, and the message says so."""
    (directory / "model.ubj").unlink()
    (directory / "model.ubj").mkdir()
    assert "cannot be read" in refusal(directory)


@pytest.mark.parametrize("length", [0, 1, 100, -1])
def test_a_truncated_model_is_refused(directory: Path, length: int) -> None:
    """Its hash and its size are in the message; the library never sees it."""
    path = directory / "model.ubj"
    path.write_bytes(path.read_bytes()[:length])
    message = refusal(directory)
    assert message.startswith(f"{path}: its SHA-256 is")
    assert f"({path.stat().st_size} bytes)" in message


@pytest.mark.parametrize("place", [0, 500, -1])
def test_one_edited_byte_of_the_model_is_seen(directory: Path, place: int) -> None:
    """Wherever it is."""
    path = directory / "model.ubj"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert "is not the one that was written" in refusal(directory)


def test_every_edited_byte_of_the_manifest_is_seen(directory: Path) -> None:
    """No change of its content is overlooked, but for the versions that made it."""
    path = directory / "manifest.json"
    content = path.read_bytes()
    tried = 0
    for place in range(0, len(content), 7):
        changed = bytearray(content)
        changed[place] ^= 1
        if not same(bytes(changed), content):
            path.write_bytes(changed)
            refusal(directory)
            tried += 1
    assert tried > 200


def same(document: bytes, other: bytes) -> bool:
    """Whether two documents are one manifest: the last digit of a number may not matter."""
    try:
        manifest = decode(document)
    except ValueError:
        return False
    return replace(manifest, versions=decode(other).versions) == decode(other)


def test_a_wrong_hash_names_both(directory: Path) -> None:
    """The one that was found and the one in the manifest."""
    manifest = bundles.shipping().manifest
    wrong = replace(manifest, booster=replace(manifest.booster, sha256="0" * 64))
    message = refusal(rewritten(directory, wrong))
    assert manifest.booster.sha256 in message
    assert "the manifest names " + "0" * 64 in message


def test_a_feature_too_many_is_refused(directory: Path) -> None:
    """Both orders are in the message."""
    manifest = bundles.shipping().manifest
    more = replace(manifest.features[0], name="extra", column="extra")
    message = refusal(rewritten(directory, replace(manifest, features=(*manifest.features, more))))
    assert "the model's features are price, product_weight_g" in message
    assert "extra (6), in that order" in message


def test_a_feature_too_few_is_refused(directory: Path) -> None:
    """The model has one more."""
    manifest = bundles.shipping().manifest
    message = refusal(rewritten(directory, replace(manifest, features=manifest.features[:4])))
    assert "(5)" in message
    assert "(4), in that order" in message


def test_swapped_features_are_refused(directory: Path) -> None:
    """The order is what gives bare numbers a meaning."""
    manifest = bundles.shipping().manifest
    first, second, *others = manifest.features
    swapped = replace(manifest, features=(second, first, *others))
    assert "product_weight_g, price," in refusal(rewritten(directory, swapped))


@pytest.mark.parametrize("number", [0, FORMAT + 1, "1", None])
def test_another_format_is_refused(directory: Path, number: object) -> None:
    """With the format that this version reads."""
    message = refusal(edited(directory, lambda m: m.update(format=number)))
    assert f"format is {number}, this version reads format {FORMAT}" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no 'format'"),
        (b"{", "no 'format'"),
        (b"[]", "no 'format'"),
        (b"{}", "no 'format'"),
        (b"\xff\xfe", "no 'format'"),
        (b'{"format": ' + b"[" * 100_000, "no 'format'"),
        (b'{"format": 1}', "not a valid manifest: Object missing required field"),
    ],
    ids=["empty", "cut", "array", "nothing", "bytes", "nested", "bare"],
)
def test_what_is_no_manifest(directory: Path, content: bytes, words: str) -> None:
    """Nor half of one."""
    (directory / "manifest.json").write_bytes(content)
    assert words in refusal(directory)


def test_a_member_that_is_not_known_is_named(directory: Path) -> None:
    """And one that is gone."""
    assert "surprise" in refusal(edited(directory, lambda m: m.update(surprise=1)))
    assert "golden" in refusal(edited(directory, lambda m: (m.pop("golden"), m.pop("surprise"))))


@pytest.mark.parametrize(
    "name", ["../model.ubj", "/etc/passwd", "sub/model.ubj", "..", "", ".", "a\0b"]
)
def test_a_model_outside_the_bundle_is_not_opened(directory: Path, name: str) -> None:
    """Only a plain file name can be the model's."""
    (directory.parent / "model.ubj").write_bytes((directory / "model.ubj").read_bytes())
    refusal(edited(directory, lambda m: m["booster"].update(file=name)))


def test_a_pickle_is_never_opened(directory: Path) -> None:
    """Even if the manifest names its hash: the message converts it, its code does not run."""
    trap = directory.parent / "trap"
    content = pickle.dumps(Trap(trap))
    (directory / "model.ubj").write_bytes(content)
    manifest = bundles.shipping().manifest
    honest = replace(manifest.booster, sha256=bundle.sha256(content))
    for current in (manifest, replace(manifest, booster=honest)):
        message = refusal(rewritten(directory, current))
        assert "It is a pickle." in message
        assert 'pickle.load(open("model.ubj", "rb"))' in message
    assert not trap.exists()


def test_a_json_that_is_no_model(directory: Path) -> None:
    """With a hash that is right."""
    content = b'{"version": [3, 2, 0]}'
    (directory / "model.ubj").write_bytes(content)
    manifest = bundles.shipping().manifest
    honest = replace(manifest.booster, sha256=bundle.sha256(content))
    assert "damaged" in refusal(rewritten(directory, replace(manifest, booster=honest)))


def test_wrong_golden_answers_are_refused(tmp_path: Path) -> None:
    """The message shows the row, what came and what should have."""
    directory = bundles.spoiled(bundles.shipping()).write(tmp_path / "bundle")
    message = refusal(directory)
    assert "golden row [" in message
    assert "does not answer as it did" in message


def test_without_a_golden_row_nothing_is_proven(directory: Path) -> None:
    """A bundle that holds none is refused."""
    message = refusal(edited(directory, lambda m: m.update(golden=[])))
    assert "length >= 1" in message
    assert "golden" in message


def test_golden_answers_may_differ_in_the_last_digits(tmp_path: Path) -> None:
    """By 1e-5 relatively: another processor sums in another order."""
    whole = bundles.shipping()
    for factor, fits in ((1 + 5e-6, True), (1 + 5e-5, False)):
        near = tuple(replace(g, price=g.price * factor) for g in whole.manifest.golden)
        directory = tmp_path / "bundle"
        bundle.write(directory, seal(replace(whole.manifest, golden=near)), whole.model)
        if fits:
            bundle.load(directory)
        else:
            refusal(directory)


@pytest.mark.parametrize(
    "changes", [{"outputs": 2}, {"price": 7}, {"iterations": (0, 900)}, {"low": None}]
)
def test_a_manifest_that_does_not_fit_its_model(
    directory: Path, changes: dict[str, object]
) -> None:
    """The wrong outputs or rounds are refused, not tried on a request."""
    manifest = bundles.shipping().manifest
    wrong = replace(manifest, booster=replace(manifest.booster, **changes))
    refusal(rewritten(directory, wrong))


def test_a_document_of_an_older_version_of_the_software_still_loads(directory: Path) -> None:
    """Where it lacks a member that was added since: its version is that of what stands in it."""

    def age(document: dict[str, Any]) -> None:
        del document["metrics"], document["data"]
        document["version"] = version_of(json.dumps(document).encode())

    assert bundle.load(edited(directory, age)).manifest.metrics is None


def test_a_manifest_edited_by_hand_is_refused(directory: Path) -> None:
    """Its version would no longer be that of its content."""
    message = refusal(edited(directory, lambda m: m["target"].update(decimals=1)))
    assert "the manifest was edited after it was written" in message
    assert "an older version of this software wrote it: then train or import" in message


def test_without_the_library_nothing_is_served(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reasons and batches need it: a price alone is no service."""
    monkeypatch.setattr("model.library.find_spec", lambda name: None)
    assert "pip install xgboost-cpu" in refusal(directory)
