"""The command line: verbs, their help, exit codes."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from model.__main__ import VERBS, main
from model.errors import ModelError
from tests import bundles

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own, with each of its options."""
    with pytest.raises(SystemExit) as caught:
        main([verb, "--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    assert f"python -m model {verb}" in said
    assert "options:" in said


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    """With one line each, without reading any of their modules."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    for verb, (_, summary) in VERBS.items():
        assert f"{verb} {summary}" in said


@pytest.mark.parametrize("arguments", [[], ["sell"], ["show", "--colour"], ["predict", "in.csv"]])
def test_wrong_usage_is_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With a usage line."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m model" in capsys.readouterr().err


def test_a_refusal_is_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One message for a person, no trace."""
    assert main(["show", "--bundle", str(tmp_path / "none")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert "Traceback" not in captured.err


def test_done_is_code_0(tmp_path: Path) -> None:
    """As a command of its own, reading its arguments itself."""
    bundles.quote().write(tmp_path / "bundle")
    command = [sys.executable, "-m", "model", "show", "--bundle", str(tmp_path / "bundle")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "quote" in done.stdout


def test_serving_pulls_no_library_of_training() -> None:
    """Importing the package and the bundle is light."""
    code = (
        "import sys, model, model.bundle, model.predictor\n"
        "heavy = {'pyarrow', 'matplotlib', 'tqdm', 'jinja2', 'pandas'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_every_error_of_the_package_is_one_tree() -> None:
    """So that the command line and the service catch them all by one name."""
    module = ROOT / "model" / "errors.py"
    names = [n.name for n in ast.parse(module.read_text(encoding="utf-8")).body
             if isinstance(n, ast.ClassDef)]  # fmt: skip
    errors = __import__("model.errors", fromlist=names)
    assert len(names) == 5
    assert all(issubclass(getattr(errors, name), ModelError) for name in names)
