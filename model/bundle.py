"""The bundle: one model in one directory, written whole and trusted only after verification."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import msgspec

from model.errors import BundleError, LibraryError
from model.learner import Learner, feature_count, feature_names, read_learner
from model.manifest import FORMAT, Manifest, decode, encode, version_of
from model.predictor import Predictor

MANIFEST = "manifest.json"
MODEL = "model.ubj"

_REMAKE = "Restore it from version control, or make a new bundle with 'python -m model train'."
_REPLACEABLE = frozenset({MANIFEST, MODEL, "report.html"})
_PICKLE_MAGIC = (b"\x80", b"c", b"(")
_PACKED_MAGIC = (b"\x1f\x8b", b"\x78", b"BZh", b"\xfd7zXZ", b"\x04\x22\x4d\x18", b"PK\x03\x04")
_PICKLE_ADVICE = """\
It is {kind}. Opening a pickle runs the code inside it, so it is never opened here. \
In the environment that wrote it, convert it once:
    import {library}
    model = {library}.load({argument})
    getattr(model, "get_booster", lambda: model)().save_model("model.ubj")"""


def load(directory: Path) -> Predictor:
    """The predictor in a bundle directory, verified.

    Raises `BundleError` if a file is missing or unreadable, the manifest is of a newer format
    or not a manifest, the model's bytes are not those that the manifest names, its features
    differ, the manifest was edited, or the model no longer gives the golden answers.
    """
    document = _read(directory / MANIFEST)
    manifest = _manifest(directory / MANIFEST, document)
    path = directory / manifest.booster.file
    model = _read(path)
    _verify_hash(path, model, manifest)
    learner = _learner(path, model)
    _verify_features(path, learner, manifest)
    _verify_version(directory / MANIFEST, document, manifest)
    predictor = _predictor(path, model, manifest, learner)
    _verify_golden(path, predictor)
    return predictor


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a bundle directory, without opening its model."""
    return _manifest(directory / MANIFEST, _read(directory / MANIFEST))


def write(directory: Path, manifest: Manifest, model: bytes) -> None:
    """Put a bundle where `directory` is or shall be, whole or not at all.

    The files are written and flushed beside it and moved into place; a bundle that was there
    before goes only once the new one is complete. Raises `BundleError` where that cannot be done.
    """
    refuse_foreign(directory)
    directory = directory.resolve()
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        _write_staged(directory, manifest, model)
    except OSError as error:
        raise _unwritable(directory, error) from error


def refuse_foreign(directory: Path) -> None:
    """Raise `BundleError` for what `write` would not replace: anything but a bundle."""
    directory = directory.resolve()
    try:
        found = {entry.name for entry in directory.iterdir()}
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unwritable(directory, error) from error
    if found and not (MANIFEST in found and found <= _REPLACEABLE):
        others = sorted(found - _REPLACEABLE) or sorted(found)
        raise BundleError(
            f"{directory}: holds what is no part of a bundle ({', '.join(others[:5])}), so it is "
            "not replaced. Name another directory, or empty this one."
        )


def sha256(content: bytes) -> str:
    """The hash that the manifest names a model file by."""
    return hashlib.sha256(content).hexdigest()


def refuse_unreadable(path: Path, model: bytes) -> None:
    """Raise `BundleError` for bytes that are neither UBJ nor JSON: a pickle, an old format."""
    _refuse_pickle(path, model)
    if not model.startswith(b"{"):
        raise BundleError(
            f"{path}: not an XGBoost model in UBJ or JSON: it starts with {model[:8]!r}. Save the "
            "model with 'booster.save_model(\"model.ubj\")'; one in the binary format of old "
            "versions opens in XGBoost before 3.1."
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BundleError(
            f"{path}: no such file. A bundle is a directory with {MANIFEST} and the model that "
            "it names; check the path, or make one with 'python -m model train'."
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BundleError(f"{path}: cannot be read: {reason}. Check the path.") from error


def _manifest(path: Path, document: bytes) -> Manifest:
    _verify_format(path, document)
    try:
        manifest = decode(document)
    except msgspec.DecodeError as error:
        raise BundleError(f"{path}: not a valid manifest: {error}. {_REMAKE}") from error
    if Path(manifest.booster.file).name != manifest.booster.file:
        raise BundleError(
            f"{path}: booster.file is '{manifest.booster.file}', expected a plain file name "
            f"inside the bundle. {_REMAKE}"
        )
    return manifest


def _verify_format(path: Path, document: bytes) -> None:
    try:
        found = json.loads(document)["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BundleError(f"{path}: not a manifest: no 'format' in it. {_REMAKE}") from error
    if found != FORMAT:
        raise BundleError(
            f"{path}: format is {found}, this version reads format {FORMAT}. "
            "Use the version of this software that wrote it, or make the bundle anew."
        )


def _verify_hash(path: Path, model: bytes, manifest: Manifest) -> None:
    _refuse_pickle(path, model)
    found = sha256(model)
    if found != manifest.booster.sha256:
        raise BundleError(
            f"{path}: its SHA-256 is {found}, the manifest names {manifest.booster.sha256}: the "
            f"file ({len(model)} bytes) is not the one that was written. {_REMAKE}"
        )


def _learner(path: Path, model: bytes) -> Learner:
    refuse_unreadable(path, model)
    try:
        return read_learner(model)
    except ValueError as fault:
        raise _damaged(path, fault) from fault


def _predictor(path: Path, model: bytes, manifest: Manifest, learner: Learner) -> Predictor:
    try:
        return Predictor(model, manifest, learner)
    except ValueError as fault:
        raise _damaged(path, fault) from fault
    except LibraryError as error:
        raise BundleError(f"{path}: cannot be opened: {error}") from error


def _damaged(path: Path, fault: ValueError) -> BundleError:
    return BundleError(f"{path}: the model is damaged: {fault}. {_REMAKE}")


def _verify_features(path: Path, learner: Learner, manifest: Manifest) -> None:
    expected = [feature.column for feature in manifest.features]
    count = feature_count(learner)
    found = feature_names(learner) or expected[:count]
    if found != expected or count != len(expected):
        raise BundleError(
            f"{path}: the model's features are {', '.join(found)} ({count}), "
            f"the manifest's {', '.join(expected)} ({len(expected)}), in that order. {_REMAKE}"
        )


def _verify_version(path: Path, document: bytes, manifest: Manifest) -> None:
    found = version_of(document)
    if found != manifest.version:
        raise BundleError(
            f"{path}: its content makes the version {found}, it names {manifest.version}: the "
            "manifest was edited after it was written, or an older version of this software wrote "
            "it: then train or import the model again. Otherwise restore it from version control."
        )


def _verify_golden(path: Path, predictor: Predictor) -> None:
    try:
        fault = predictor.golden_fault()
    except (ValueError, IndexError, LibraryError) as error:
        raise BundleError(f"{path}: the model does not fit its manifest. {_REMAKE}") from error
    if fault is not None:
        raise BundleError(f"{path}: {fault}. The model does not answer as it did. {_REMAKE}")


def _refuse_pickle(path: Path, model: bytes) -> None:
    packed = model.startswith(_PACKED_MAGIC)
    if packed or model.startswith(_PICKLE_MAGIC):
        advice = _PICKLE_ADVICE.format(
            kind="compressed, as joblib writes a pickle" if packed else "a pickle",
            library="joblib" if packed else "pickle",
            argument=f'"{path.name}"' if packed else f'open("{path.name}", "rb")',
        )
        raise BundleError(f"{path}: {advice}")


def _unwritable(directory: Path, error: OSError) -> BundleError:
    return BundleError(
        f"{directory}: the bundle cannot be written: {error.strerror}. "
        "Name another directory, or make this one writable."
    )


def _write_staged(directory: Path, manifest: Manifest, model: bytes) -> None:
    staged = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        staged.chmod(0o755)
        _write_flushed(staged / manifest.booster.file, model)
        _write_flushed(staged / MANIFEST, encode(manifest))
        _swap(staged, directory)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _write_flushed(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _swap(staged: Path, directory: Path) -> None:
    if not directory.exists():
        staged.rename(directory)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{directory.name}-old-", dir=directory.parent))
    try:
        directory.rename(old)  # onto an empty directory: atomic on POSIX
        staged.rename(directory)
    finally:
        if directory.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:  # whatever came between the two, an interrupt from the keyboard too
            old.rename(directory)
