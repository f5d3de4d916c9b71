"""What the pages point to is there."""

import re
from pathlib import Path

import pytest

from dialer.config import PREFIX, Settings
from dialer.docs import settings_page

ROOT = Path(__file__).parents[3]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _without_code(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_links_within_the_project_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", _without_code(page.read_text("utf-8"))):
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not anchor or anchor in _anchors(target), f"{path}#{anchor}"


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_that_a_page_names_exists(name: str) -> None:
    settings = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    others = set(re.findall(rf"`({PREFIX}\w+)`", settings_page())) - settings
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", (ROOT / name).read_text(encoding="utf-8")))
    assert named - settings - others - {PREFIX} == set()


def test_the_index_of_decisions_has_every_decision() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    written = {
        path.name: path.read_text(encoding="utf-8").partition("\n")[0][len("# 0000 ") :]
        for path in folder.glob("0*.md")
    }
    assert dict(re.findall(r"\]\((0[\w-]+\.md)\) \| (.+) \|", index)) == written
