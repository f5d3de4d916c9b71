"""`python -m api.docs`, with a client that isn't made: that takes its time, and has its own tests."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api import client, docs


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """The descriptions of which a client was made, the newest last; in a folder without any page."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    descriptions: list[dict[str, Any]] = []
    monkeypatch.setattr(client, "write", descriptions.append)
    monkeypatch.setattr(client, "is_current", lambda spec: descriptions[-1:] == [spec])
    return descriptions


def run(*arguments: str) -> Result:
    return CliRunner().invoke(docs.main, arguments)


def test_what_was_written_is_what_the_code_makes(made: list[dict[str, Any]]) -> None:
    assert run().output.split() == ["docs/openapi.json", "docs/errors.md", "dialer_client"]
    assert made == [docs.description()]
    assert "| `not_found` | 404 |" in Path("docs/errors.md").read_text("utf-8")
    checked = run("--check")
    assert checked.exit_code == 0, checked.output
    assert len(made) == 1


@pytest.mark.parametrize("spoil", [Path.unlink, Path.touch], ids=["gone", "changed"])
def test_a_page_that_is_not_what_the_code_makes_is_named(made: list[dict[str, Any]], spoil: Any) -> None:
    run()
    page = Path("docs/errors.md")
    page.write_text("| `not_found` | 405 |\n", encoding="utf-8")
    spoil(page)
    checked = run("--check")
    assert checked.exit_code == 1
    assert "docs/errors.md is not what the code makes: run `python -m api.docs`" in checked.output


def test_a_client_of_another_description_is_named(made: list[dict[str, Any]]) -> None:
    run()
    made[-1] = {}
    checked = run("--check")
    assert checked.exit_code == 1
    assert "dialer_client is not what the code makes" in checked.output
