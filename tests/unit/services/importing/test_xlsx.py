"""Workbooks as rows; and those that nobody means well with."""

import io
import resource
import struct
import tracemalloc
import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from dialer.errors import InvalidInput
from dialer.services.importing.codes import RowCode
from dialer.services.importing.opening import Reading, open_list
from dialer.services.importing.reader import BadRow, Row
from dialer.services.importing.xlsx import archive
from tests.support.books import BOOK, SHEET, book, by_hand, saved, text, zipped

NOON = datetime(2026, 3, 1, 12)  # noqa: DTZ001
HEADER = f"<row>{text('phone')}{text('name')}</row>"


def read(content: bytes, sheet: str | None = None) -> list[Row | BadRow]:
    return list(open_list(io.BytesIO(content), Reading(sheet=sheet)))


def cells(content: bytes) -> list[list[str]]:
    rows = read(content)
    assert not [row for row in rows if isinstance(row, BadRow)]
    return [row.cells for row in rows if isinstance(row, Row)]


def refused(content: bytes, sheet: str | None = None) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(content, sheet)
    return caught.value.detail


def test_texts_numbers_dates_and_truths_are_read_as_they_would_be_typed() -> None:
    rows: list[list[object]] = [
        ["phone", "consent", "when", "at", "vip", "amount", "blank", "long"],
        [442079460123, date(2026, 3, 1), NOON, time(9, 5), True, 12.5, None, 123456789012345],
        ["'+44 20 7946 0124", None, None, None, False, -3, None, "x\ny"],
    ]
    assert cells(book({"List": rows})) == [
        ["442079460123", "2026-03-01", "2026-03-01T12:00:00", "09:05:00", "TRUE", "12.5", "", "123456789012345"],
        ["'+44 20 7946 0124", "", "", "", "FALSE", "-3", "", "x\ny"],
    ]


def test_dates_count_from_the_day_that_the_workbook_says() -> None:
    made = Workbook()
    made.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
    made.worksheets[0].append(["phone", "consent_at"])
    made.worksheets[0].append(["1234567", date(2026, 3, 1)])
    assert cells(saved(made)) == [["1234567", "2026-03-01"]]


def test_lines_are_the_rows_of_the_sheet_and_rows_without_a_value_do_not_count() -> None:
    rows: list[list[object]] = [[], ["phone", "name"], ["1", "a"], [None, "  "], [], ["2", "b"]]
    assert [(row.line, row.cells) for row in read(book({"L": rows})) if isinstance(row, Row)] == [
        (3, ["1", "a"]),
        (6, ["2", "b"]),
    ]


def test_the_first_sheet_that_is_not_hidden_is_read_or_the_one_that_is_named() -> None:
    made = Workbook()
    made.worksheets[0].title = "Secret"
    made.worksheets[0].sheet_state = "hidden"
    for name in ("Leads", "Old"):
        sheet = made.create_sheet(name)
        sheet.append(["phone"])
        sheet.append([name])
    content = saved(made)
    assert cells(content) == [["Leads"]]
    assert [row.cells for row in read(content, "old") if isinstance(row, Row)] == [["Old"]]
    assert open_list(io.BytesIO(content)).columns.sheet == "Leads"
    assert "it has 'Secret', 'Leads', 'Old'" in refused(content, "New")
    assert "is empty" in refused(content, "Secret")


def test_a_formula_counts_by_the_value_it_was_saved_with() -> None:
    rows = (
        f"{HEADER}<row><c><f>A1*2</f><v>442079460123</v></c>{text('a')}</row>"
        '<row><c t="str"><f>"+44"&amp;"2079460124"</f><v>+442079460124</v></c></row>'
    )
    assert cells(by_hand(rows)) == [["442079460123", "a"], ["+442079460124"]]


def test_a_formula_without_a_value_or_an_error_costs_its_row() -> None:
    rows = (
        f'{HEADER}<row r="2"><c r="A2"><f>A1</f></c>{text("a")}</row><row r="3"><c r="A3" t="e"><v>#N/A</v></c></row>'
        f'<row r="4"><c t="s"><v>7</v></c></row><row r="5">{text("1234567")}</row>'
    )
    first, second, third, last = read(by_hand(rows))
    assert isinstance(first, BadRow)
    assert (first.line, first.code) == (2, RowCode.NO_VALUE)
    assert "A2 holds a formula without its value" in first.reason
    assert isinstance(second, BadRow)
    assert (second.code, second.reason) == (RowCode.CELL_ERROR, "A3 holds the error #N/A")
    assert isinstance(third, BadRow)
    assert third.code == RowCode.CELL_ERROR
    assert last == Row(5, ["1234567"])


def test_a_bad_cell_in_a_column_that_is_ignored_costs_nothing() -> None:
    rows = f"<row>{text('phone')}</row><row>{text('1234567')}</row>"
    assert cells(by_hand(rows)) == [["1234567"]]


def test_cells_and_rows_without_references_and_with_prefixes_are_read() -> None:
    sheet = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:r><x:t>pho</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh><x:r><x:t>ne</x:t></x:r>'
        '</x:is></x:c><x:c r="C1" t="inlineStr"><x:is><x:t>city</x:t></x:is></x:c></x:row>'
        '<x:row r="9"><x:c><x:v>4.42079460123E11</x:v></x:c><x:c r="C9"><x:v>1</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert read(by_hand("", {SHEET: sheet})) == [Row(9, ["442079460123", "", "1"])]


def test_numbers_of_which_digits_are_lost_look_like_it() -> None:
    assert cells(by_hand(f"{HEADER}<row><c><v>1234567890123456789</v></c></row>")) == [["1.23456789012346E+18"]]


def test_a_row_with_too_many_cells_or_letters_is_refused_and_the_others_are_kept() -> None:
    long = text("x" * 40_000)
    rows = (
        f"{HEADER}<row>{text('1')}{text('a')}{text('b')}</row><row>{text('2')}{long}{long}</row><row>{text('3')}</row>"
    )
    first, second, last = read(by_hand(rows))
    assert isinstance(first, BadRow)
    assert first.code == RowCode.TOO_MANY_CELLS
    assert isinstance(second, BadRow)
    assert (second.line, second.code) == (3, RowCode.TOO_LONG)
    assert last == Row(4, ["3"])


def test_macros_and_other_parts_are_never_looked_at() -> None:
    rows = f"{HEADER}<row>{text('1234567')}</row>"
    assert cells(by_hand(rows, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 nonsense"})) == [["1234567"]]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "with a password"),
        (zipped({"xl/workbook.bin": b"x"}), ".xlsb"),
        (zipped({"content.xml": "<x/>", "mimetype": "x"}), ".ods"),
        (zipped({"list.csv": "phone\n1\n"}), "Unpack it"),
        (by_hand(HEADER)[:-30], "damaged"),
        (b"PK\x03\x04" + by_hand(HEADER)[4:200], "damaged"),
        (by_hand(HEADER, {SHEET: "<worksheet><sheetData><row>"}), "damaged"),
        (by_hand(HEADER, {"xl/workbook.xml": "not xml"}), "damaged"),
        (by_hand(HEADER, {"xl/workbook.xml": BOOK.replace("rId1", "rId2")}), "no sheet with cells"),
        (by_hand(""), "is empty"),
        (by_hand('<row r="0"><c><v>1</v></c></row><row r="9999999"><c><v>1</v></c></row>'), "no number of a row"),
        (by_hand('<row><c r="XFE1"><v>1</v></c></row>'), "more than 16,384 columns"),
        (by_hand('<row><c r="ÄÖ"><v>1</v></c></row>'), "is no cell"),
        (by_hand("<row>" + text("name") + "</row>"), "no column is the phone number"),
        (by_hand("<row>" + "".join(text(f"c{n}") for n in range(201)) + "</row>"), "201 columns"),
    ],
)
def test_what_is_not_a_workbook_of_ours_is_refused_with_what_to_do(content: bytes, says: str) -> None:
    assert says in refused(content)


def test_a_locked_part_is_refused() -> None:
    content = bytearray(by_hand(HEADER))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(signature, at + 4)
    assert "password" in refused(bytes(content))


# Bombs


def test_a_sheet_that_is_huge_unpacked_is_refused_before_it_is_unpacked() -> None:
    assert "times as large unpacked" in refused(by_hand(HEADER + " " * 30_000_000))


def test_a_part_that_says_it_is_small_and_is_not_gives_no_more_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    row = f"<row>{text('1234567')}</row>"
    content = bytearray(by_hand(HEADER + row * 50_000))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as opened:
        declared = struct.pack("<L", opened.getinfo(SHEET).file_size)
    assert declared in content
    lying = bytes(content).replace(declared, struct.pack("<L", 5000))
    assert "damaged" in refused(lying)


def test_a_sheet_with_more_bytes_than_are_allowed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_SMALL_BYTES", 50)
    assert "50 are allowed" in refused(by_hand(HEADER))


@pytest.mark.parametrize(
    "part",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>',
    ],
)
def test_entities_and_outside_files_are_refused(part: str) -> None:
    assert "no spreadsheet writes" in refused(by_hand("", {SHEET: part}))
    assert "damaged" in refused(by_hand(HEADER, {"xl/workbook.xml": part}))


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("<a>" * 300_000, "nested too deeply"),
        ("<worksheet " + " ".join(f'a{n}="{n * n}"' for n in range(300_000)) + "/>", "has no end"),
        ("<worksheet><!--" + "".join(f"{n * n}," for n in range(400_000)) + "--></worksheet>", "has no end"),
        (f"<worksheet><row><c><v>{'12345' * 20_000}</v></c></row></worksheet>", "more than 65,536 characters"),
    ],
)
def test_elements_that_would_fill_memory_are_refused(part: str, says: str) -> None:
    assert says in refused(by_hand("", {SHEET: part}))


def test_a_directory_of_a_million_parts_is_not_read() -> None:
    content = bytearray(by_hand(HEADER))
    at = content.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", content, at + 8, 60_000, 60_000)
    assert "more than 2000 parts" in refused(bytes(content))


def test_a_workbook_that_is_too_large_is_refused_while_it_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.services.importing.opening.MAX_FILE_BYTES", 200_000)

    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            block = b"PK\x03\x04" + bytes(size - 4) if self.given == 0 else bytes(size)
            self.given += len(block)
            return block

    stream = Endless()
    with pytest.raises(InvalidInput) as caught:
        open_list(stream)  # type: ignore[arg-type]
    assert "larger than" in caught.value.detail
    assert stream.given < 400_000


def test_memory_does_not_grow_with_the_rows() -> None:
    rows = [f"<row><c><v>{441_000_000_000 + n}</v></c>{text(f'Name {n}')}</row>" for n in range(100_000)]
    content = by_hand(HEADER + "".join(rows))
    del rows
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    count = sum(1 for _ in open_list(io.BytesIO(content)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 8_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_memory_grows_by_bytes_for_each_shared_text() -> None:
    strings = "".join(f"<si><t>Some name of some length, number {n}</t></si>" for n in range(100_000))
    rows = "".join(f'<row><c><v>{441_000_000_000 + n}</v></c><c t="s"><v>{n}</v></c></row>' for n in range(100_000))
    content = by_hand(HEADER + rows, {"xl/sharedStrings.xml": f"<sst>{strings}</sst>"})
    tracemalloc.start()
    last = Row(0, [])
    for row in open_list(io.BytesIO(content)):
        assert isinstance(row, Row)
        last = row
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert last.cells == ["441000099999", "Some name of some length, number 99999"]
    assert peak < 8_000_000
