"""The documents say what is true: names exist, links lead somewhere."""

import importlib
import re
from pathlib import Path

import pytest

from api.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/*.md")])
DOTTED = re.compile(r"`((?:model|api|handler|deploy)(?:\.\w+)+)(?<!\.ubj)(?<!\.toml)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def settings_table() -> str:
    """The table of settings as docs/service.md must have it."""
    lines = ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "`bundle/`" if name == "bundle" else f"`{field.default}`"
        shown = "" if field.default == "" else default
        lines.append(f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines)


def exists(dotted: str) -> bool:
    """Whether a dotted name leads to a module or to something inside one."""
    parts = dotted.split(".")
    for size in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:size]))
        except ModuleNotFoundError:
            continue
        for part in parts[size:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_and_links_lead_somewhere(document: Path) -> None:
    """Every dotted name in backticks exists, and every relative link has a file."""
    text = document.read_text(encoding="utf-8")
    assert [name for name in DOTTED.findall(text) if not exists(name)] == []
    assert [link for link in LINK.findall(text) if not (document.parent / link).exists()] == []


def test_every_setting_is_documented() -> None:
    """The table in docs/service.md is the one that the settings themselves give."""
    assert settings_table() in (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
