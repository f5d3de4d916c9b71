import re
from pathlib import Path

from dialer.services.importing.codes import ALL_CODES
from dialer.services.importing.fields import NAMES

PAGE = (Path(__file__).parents[4] / "docs" / "call-lists.md").read_text(encoding="utf-8")


def test_the_page_explains_every_code_of_the_report_and_no_other() -> None:
    table = PAGE.partition("## Report codes")[2]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(ALL_CODES)


def test_the_page_lists_the_names_of_every_field() -> None:
    table = PAGE.partition("## Columns")[2].partition("## Report codes")[0]
    rows = re.findall(
        r"^\| (phone|name|time zone|priority|external id|region|consent|consent source)[^|]*\| ([^|]*) \|",
        table,
        re.MULTILINE,
    )
    assert [tuple(re.findall(r"`(\w+)`", names)) for _, names in rows] == list(NAMES.values())
