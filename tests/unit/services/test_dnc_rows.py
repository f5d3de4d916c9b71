"""Rows of a file of numbers not to be called."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dialer.db.dnc_uploads import NewEntry
from dialer.services.dnc_rows import DncRowCode, DncRows, longer
from dialer.services.importing.mapping import read_header
from dialer.services.importing.rows import RowRefusal

PAGE = (Path(__file__).parents[3] / "docs" / "do-not-call.md").read_text(encoding="utf-8")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NUMBER = "+4930901820"


def rows(*header: str, expires_at: datetime | None = None) -> DncRows:
    columns = read_header(list(header), ",", line=1)
    return DncRows(columns, default_region="DE", allowed=frozenset(), reason="register", expires_at=expires_at, now=NOW)


def test_columns_are_found_by_their_names_in_any_order() -> None:
    judged = rows("Until", "Name", "REASON", "Tel").judge(["2026-04-01", "A", "by letter", "030 901820"])
    assert judged == NewEntry(NUMBER, "by letter", "2026-04-01T00:00:00+00:00")


def test_blank_and_missing_cells_have_what_the_upload_says() -> None:
    later = NOW + timedelta(days=1)
    assert rows("tel", "reason", expires_at=later).judge([NUMBER]) == NewEntry(NUMBER, "register", later.isoformat())


def test_expiry_is_a_moment_of_its_own_zone_and_must_come() -> None:
    judge = rows("tel", "expires").judge
    assert judge([NUMBER, "2026-03-02T14:00:01+02:00"]) == NewEntry(NUMBER, "register", "2026-03-02T14:00:01+02:00")
    over, wrong = judge([NUMBER, "2026-03-02T14:00+02:00"]), judge([NUMBER, "tomorrow"])
    assert isinstance(over, RowRefusal)
    assert isinstance(wrong, RowRefusal)
    assert (over.code, wrong.code) == (DncRowCode.EXPIRED, DncRowCode.EXPIRES_AT)


@given(st.lists(st.text(max_size=300), max_size=4))
def test_no_row_raises(cells: list[str]) -> None:
    judged = rows("tel", "reason", "until").judge(cells)
    assert isinstance(judged, RowRefusal) or not re.search(r"[\x00-\x1f\x7f-\x9f]", judged.reason or "")


def test_of_two_rows_the_longer_holds() -> None:
    short, long, ever = (
        NewEntry(NUMBER, None, until) for until in ("2026-04-01T01:00Z", "2026-04-01T00:00-05:00", None)
    )
    for one, other in ((short, long), (long, short)):
        assert longer(one, other) == long
    assert longer(ever, long) == longer(long, ever) == ever


def test_the_page_has_the_codes() -> None:
    assert re.findall(r"^\| `([a-z_]+)` \| The", PAGE, re.MULTILINE) == list(DncRowCode)
