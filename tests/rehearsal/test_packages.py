"""What is not installed is named, with the package that has it."""

from __future__ import annotations

import pytest

from tests.rehearsal.packages import PACKAGES, main, missing


def test_what_is_missing_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """And with the command that installs it; nothing is said where all is there."""
    monkeypatch.setattr("tests.rehearsal.packages.search_path", lambda: "/nowhere")
    told = "haproxy and htpasswd are not installed: apt-get install haproxy apache2-utils"
    assert missing("haproxy", "htpasswd") == told
    assert missing("runc") == "runc is not installed: apt-get install runc"
    monkeypatch.undo()
    assert missing("sh") == ""


def test_it_prints_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The packages of all programs that are not there, ready for apt-get."""
    monkeypatch.setattr("tests.rehearsal.packages.search_path", lambda: "/nowhere")
    main()
    assert capsys.readouterr().out.split() == list(PACKAGES.values())
    monkeypatch.setattr("tests.rehearsal.packages.PACKAGES", {})
    main()
    assert capsys.readouterr().out == "\n"
