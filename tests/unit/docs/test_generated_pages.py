"""The pages that are made from the code are those that are committed."""

from pathlib import Path

import pytest

from dialer.config import PREFIX, Settings
from dialer.docs import MEANINGS, PAGES, settings_page
from dialer.domain.dispositions import Disposition

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_a_committed_page_is_what_the_code_makes_of_it(name: str) -> None:
    committed = (DOCS / name).read_text(encoding="utf-8")
    assert committed == PAGES[name](), "run `.venv/bin/python -m dialer.docs`"


def test_every_setting_is_explained() -> None:
    rows = [line for line in settings_page().splitlines() if line.startswith(f"| `{PREFIX}")]
    for name in Settings.model_fields:
        (row,) = [row for row in rows if row.startswith(f"| `{PREFIX}{name.upper()}` |")]
        assert len(row.rsplit("|", 2)[1].strip()) > 10, row


def test_every_disposition_has_a_meaning() -> None:
    assert list(MEANINGS) == list(Disposition)
