"""Rows as files of each format."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from dialer.domain.exports import ExportFormat
from dialer.services.exporting import xlsx
from dialer.services.exporting.formats import Format, format_of
from dialer.services.importing.opening import open_list
from dialer.services.importing.reader import Row

COLUMNS = ("id", "phone_number", "name", "at", "zones", "attempts", "abandoned", "seconds")
ZONE = ZoneInfo("Europe/Berlin")
RECORD: dict[str, Any] = {
    "id": 7,
    "phone_number": "+4930901820",
    "name": "=HYPERLINK(1)",
    "at": datetime(2026, 7, 1, 10, 0, 0, 500_000, tzinfo=UTC),
    "zones": ["Europe/Berlin", "Europe/Paris"],
    "attempts": -1,
    "abandoned": True,
    "seconds": 1.5,
    "data": {"Plan": "-gold", "x": "y"},
}


def made(kind: ExportFormat) -> Format:
    return format_of(kind, COLUMNS, ["Plan", "City"], ZONE)


def file(kind: ExportFormat, *pages: list[dict[str, Any]]) -> bytes:
    form = made(kind)
    return b"".join(form.file((len(page), form.fragment(page)) for page in pages))


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def sheets(content: bytes) -> list[list[tuple[Any, ...]]]:
    opened = load_workbook(io.BytesIO(content))
    return [list(sheet.iter_rows(values_only=True)) for sheet in opened.worksheets]


def test_csv_tells_times_in_the_zone_and_nothing_in_it_is_a_formula() -> None:
    assert table(file(ExportFormat.CSV, [RECORD])) == [
        [*COLUMNS, "data.Plan", "data.City", "other_data"],
        [
            *("7", "+4930901820", "'=HYPERLINK(1)", "2026-07-01T12:00:00.500+02:00", "Europe/Berlin;Europe/Paris"),
            *("-1", "true", "1.5", "'-gold", "", '{"x":"y"}'),
        ],
    ]


def test_ndjson_is_an_object_a_line_as_it_is() -> None:
    first, second = map(orjson.loads, file(ExportFormat.NDJSON, [RECORD], [RECORD | {"data": None}]).splitlines())
    assert first == RECORD | {"at": "2026-07-01T12:00:00.500+02:00"}
    assert second["data"] == {}


def test_xlsx_has_texts_as_texts_and_times_as_dates_of_the_zone() -> None:
    [[header, row]] = sheets(file(ExportFormat.XLSX, [RECORD]))
    assert header == (*COLUMNS, "data.Plan", "data.City", "other_data")
    assert row == (
        *(7, "+4930901820", "=HYPERLINK(1)", datetime(2026, 7, 1, 12, 0, 0, 500_000)),  # noqa: DTZ001
        *("Europe/Berlin;Europe/Paris", -1, True, 1.5, "-gold", None, '{"x":"y"}'),
    )
    cells = next(load_workbook(io.BytesIO(file(ExportFormat.XLSX, [RECORD]))).worksheets[0].iter_rows(min_row=2))
    assert [cell.data_type for cell in cells[1:4]] == ["s", "s", "d"]


def test_a_file_without_rows_has_its_header() -> None:
    assert len(table(file(ExportFormat.CSV))) == 1
    assert len(sheets(file(ExportFormat.XLSX))[0]) == 1
    assert file(ExportFormat.NDJSON) == b""


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_xlsx_gives_any_text_back_as_it_was(texts: list[str]) -> None:
    rows = [(1, xlsx.row_xml(["1234567", text, "x"], UTC).encode()) for text in texts]
    content = b"".join(xlsx.workbook(["phone", "text", "end"], rows))
    assert [row.cells[1] for row in open_list(io.BytesIO(content)) if isinstance(row, Row)] == texts


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(str.strip))
def test_what_is_exported_is_read_again_as_it_was(name: str) -> None:
    record = RECORD | {"name": name}
    for kind in (ExportFormat.CSV, ExportFormat.XLSX):
        reader = open_list(io.BytesIO(file(kind, [record])))
        [row] = [row for row in reader if isinstance(row, Row)]
        raw = reader.columns.contact(row.cells)
        assert raw.phone_number == "+4930901820"
        if name.isprintable() and not name.startswith(("'", "=")):
            assert raw.name == name.strip()


def test_a_workbook_goes_on_in_further_sheets_when_one_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 5)
    pages = [[RECORD | {"id": 10 * page + n} for n in range(2)] for page in range(6)]
    found = sheets(file(ExportFormat.XLSX, *pages))
    assert [len(sheet) - 1 for sheet in found] == [4, 4, 4]
    assert [row[0] for sheet in found for row in sheet[1:]] == [record["id"] for page in pages for record in page]
    assert {sheet[0] for sheet in found} == {found[0][0]}


def test_a_workbook_comes_out_while_its_rows_go_in() -> None:
    fragment = made(ExportFormat.XLSX).fragment([RECORD | {"name": f"n{n * n}"} for n in range(2000)])
    given_out = 0

    def rows() -> Iterator[tuple[int, bytes]]:
        nonlocal given_out
        for _ in range(20):
            given_out += 1
            yield 2000, fragment

    content = made(ExportFormat.XLSX).file(rows())
    first = next(content)
    assert given_out == 1
    with zipfile.ZipFile(io.BytesIO(first + b"".join(content))) as archive:
        assert archive.testzip() is None
        assert given_out == 20
