import csv
import io
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, Literal, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialer.errors import InvalidInput
from dialer.services.importing.codes import RowCode
from dialer.services.importing.lines import BLOCK_BYTES, MAX_LINE_BYTES, Text
from dialer.services.importing.opening import open_list
from dialer.services.importing.reader import MAX_RECORD_CHARS, BadRow, Row


class Slow(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a network does."""

    def __init__(self, content: bytes, size: int) -> None:
        self._rest = io.BytesIO(content)
        self._size = size

    def read(self, _: int = -1) -> bytes:
        return self._rest.read(self._size)


def read(content: str | bytes) -> list[Row | BadRow]:
    raw = content if isinstance(content, bytes) else content.encode()
    return list(open_list(io.BytesIO(raw)))


def good(content: str | bytes) -> list[tuple[int, list[str]]]:
    rows = read(content)
    assert not [row for row in rows if isinstance(row, BadRow)]
    return [(row.line, row.cells) for row in rows if isinstance(row, Row)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_delimiter_newline_and_bom_are_found_out(delimiter: str, newline: str, bom: bytes) -> None:
    lines = [["phone", "name"], ["+442079460123", "Zoë"], ["+442079460124", "B"]]
    content = newline.join(delimiter.join(cells) for cells in lines) + newline
    assert good(bom + content.encode()) == [(2, lines[1]), (3, lines[2])]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;,,,"])
def test_the_line_for_excel_says_what_divides_the_columns(first: str) -> None:
    assert good(f"{first}\r\nphone;a,b,c\r\n1;x\r\n") == [(3, ["1", "x"])]


def test_the_last_line_needs_no_newline() -> None:
    assert good("phone\n1\n2") == [(2, ["1"]), (3, ["2"])]


def test_a_comma_in_a_quoted_header_does_not_make_it_comma_separated() -> None:
    assert good('"phone, mobile or not";phone;city\nx;1;y\n') == [(2, ["x", "1", "y"])]


def test_quoted_newlines_stay_in_the_cell_and_lines_are_those_of_the_file() -> None:
    content = 'phone,address\n1,"a\nb\r\nc"\n2,d\n3,"e\n"\n4,f\n'
    assert good(content) == [(2, ["1", "a\nb\r\nc"]), (5, ["2", "d"]), (6, ["3", "e\n"]), (8, ["4", "f"])]


def test_a_header_may_go_over_several_lines_and_blank_lines_before_it() -> None:
    assert good('\n,,\nphone,"home\naddress"\n1,x\n') == [(5, ["1", "x"])]


def test_lines_without_any_value_are_not_rows() -> None:
    assert good("phone,name\n\n1,a\n,\n  ,\t\n2,b\n\n") == [(3, ["1", "a"]), (6, ["2", "b"])]


def test_a_row_may_have_fewer_cells_and_empty_ones_too_many() -> None:
    assert good("phone,name,city\n1\n2,b,c,,\n") == [(2, ["1"]), (3, ["2", "b", "c"])]


def test_a_row_with_too_many_cells_is_refused_and_the_others_are_kept() -> None:
    first, bad, last = read("phone,name\n1,a\n2,b,c\n3,d\n")
    assert bad == BadRow(3, RowCode.TOO_MANY_CELLS, "The row has 3 cells, the header 2", "2,b,c")
    assert (first, last) == (Row(2, ["1", "a"]), Row(4, ["3", "d"]))


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    rows = read('phone,name\n1,a\n2,"b\n3,c\n4,d\n')
    assert [(row.line, isinstance(row, BadRow)) for row in rows] == [(2, False), (3, True), (4, False), (5, False)]
    assert isinstance(rows[1], BadRow)
    assert (rows[1].code, rows[1].text) == (RowCode.BAD_QUOTING, '2,"b')


def test_a_quote_that_is_not_closed_within_a_bound_is_given_up_there_and_not_at_the_end() -> None:
    lines = ['0,"open', *(f"{n},{'x' * 90}" for n in range(1, 3000))]
    stream = io.BytesIO(("phone,name\n" + "\n".join(lines)).encode())
    reader = iter(open_list(stream))
    first = next(reader)
    assert isinstance(first, BadRow)
    assert first.line == 2
    assert stream.tell() <= MAX_RECORD_CHARS + 2 * BLOCK_BYTES
    assert [(row.line, type(row)) for row in reader] == [(line, Row) for line in range(3, 3002)]


def test_several_open_quotes_cost_their_own_lines_only() -> None:
    rows = read('phone,name\n1,"a\n2,"b\n3,c\n4,"d" e\n5,f\n')
    assert [row.line for row in rows if isinstance(row, BadRow)] == [2, 3, 5]
    assert [row.cells for row in rows if isinstance(row, Row)] == [["3", "c"], ["5", "f"]]


def test_a_line_that_is_too_long_is_one_refused_row() -> None:
    rows = read("phone,name\n1,a\n2," + "x" * (3 * MAX_LINE_BYTES) + "\n3,c\n")
    assert [row.line for row in rows] == [2, 3, 4]
    assert isinstance(rows[1], BadRow)
    assert rows[1].code is RowCode.TOO_LONG


def test_a_record_within_the_bound_is_read_even_if_it_has_many_lines() -> None:
    cell = "line\n" * ((MAX_RECORD_CHARS - 100) // 5)
    assert good(f'phone,name\n1,"{cell}"\n2,b\n')[0] == (2, ["1", cell])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\n\r\n,,,\n", "empty"),
        (b"PK\x03\x04" + bytes(100), "workbook is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        ("phone\n1\n".encode("utf-16")[:-1], "After line 2"),
        (b"phone,name\n1,a\n2,b" + b"\xff\xfe1\0", "NUL"),
        (b"phone\n1\n2\0\n", "Line 3"),
        ("phone,name\n1,Zoë\n".encode() + "2,Zoë\n".encode("latin-1"), "Line 3, byte 5 (0xeb)"),
        (b"name,city\na,b\n", "no column is the phone number"),
        (b"+442079460123\n+442079460124\n", "no column is the phone number. It looks like a row"),
        (b"(020) 7946-0123;Ada\n", "Put a line with the columns' names before it"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html><body>Log in</body></html>\n", "The file is an HTML page"),
        (b'[\n  {"phone": "+442079460123"}]', "The file is JSON"),
        (b"phone,tz,Zone\n1,,\n", "columns 2 ('tz') and 3 ('Zone')"),
        (b'phone,"name\n1,a\n', "Line 1, the header"),
    ],
)
def test_a_file_that_can_not_be_a_call_list_is_refused_with_a_reason(content: bytes, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(content)
    assert says in caught.value.detail


def test_an_error_names_the_columns_seen_and_the_names_understood() -> None:
    with pytest.raises(InvalidInput) as caught:
        read("first,last\na,b\n")
    assert "'first', 'last'" in caught.value.detail
    assert "phone_number" in caught.value.detail


@pytest.mark.parametrize("size", [1, 2, 3, 7, 65536])
def test_it_does_not_matter_how_the_bytes_arrive(size: int) -> None:
    content = '\ufeffphone,näme\r\n1,"é\r\nü"\r\n2,b\r3,c\n\n4,€'.encode()
    rows = list(open_list(cast("BinaryIO", Slow(content, size))))
    assert rows == [Row(2, ["1", "é\r\nü"]), Row(4, ["2", "b"]), Row(5, ["3", "c"]), Row(7, ["4", "€"])]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=3), max_size=12),
    delimiter=st.sampled_from([",", ";", "\t"]),
    # The writer quotes a line break only if it is one of its own, so the others need their quotes always.
    dialect=st.sampled_from([("\r\n", False), ("\r\n", True), ("\n", True), ("\r", True)]),
    size=st.integers(1, 100),
)
@example(rows=[["1", "\u2028", "\x1c\x85"]], delimiter=",", dialect=("\r\n", False), size=1)
def test_whatever_a_csv_writer_writes_comes_back_whole_with_its_line_numbers(
    rows: list[list[str]], delimiter: str, dialect: tuple[str, bool], size: int
) -> None:
    newline, quote_all = dialect
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerow(["phone", "name", "city"])
    expected = []
    for cells in rows:
        line = len(out.getvalue().encode().splitlines()) + 1
        writer.writerow(cells)
        if any(cell.strip() for cell in cells):
            expected.append(Row(line, cells))
    assert list(open_list(cast("BinaryIO", Slow(out.getvalue().encode(), size)))) == expected


@given(st.lists(st.sampled_from(["a", '"', '""', ",", "\n", "\r\n", "1,x\n", '2,"y"\n', '3,"z\n']), max_size=60))
def test_whatever_the_quoting_every_line_with_a_value_is_in_exactly_one_row(pieces: list[str]) -> None:
    content = "phone,name\n" + "".join(pieces)
    rows = read(content)
    starts = [row.line for row in rows]
    assert starts == sorted(set(starts))
    lines = content.encode().splitlines()
    with_value = [n for n, line in enumerate(lines, 1) if n > 1 and line.decode().strip(' ,"\t')]
    for n in with_value:
        assert any(start <= n for start in starts)
    clean = [n for n, line in enumerate(lines, 1) if n > 1 and line and b'"' not in line and b"," not in line]
    if '"' not in content:
        assert clean == [row.line for row in rows if isinstance(row, Row) and len(row.cells) == 1]


def test_a_large_file_is_never_in_memory() -> None:
    def blocks() -> Iterator[bytes]:
        yield b"phone,name\n"
        for n in range(20_000):
            yield b"+4420794%05d," % n + b"x" * 500 + b"\n"

    class Stream(io.RawIOBase):
        source, rest = blocks(), b""

        def read(self, size: int = -1) -> bytes:
            while len(self.rest) < size and (more := next(self.source, b"")):
                self.rest += more
            out, self.rest = self.rest[:size], self.rest[size:]
            return out

    tracemalloc.start()
    count = sum(1 for _ in open_list(cast("BinaryIO", Stream())))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 2_000_000


def test_a_line_longer_than_the_bound_is_passed_over_without_keeping_it() -> None:
    class Endless(io.RawIOBase):
        left = 20_000_000

        def read(self, size: int = -1) -> bytes:
            out = b"x" * min(size, self.left)
            self.left -= len(out)
            return out

    tracemalloc.start()
    assert list(Text(b"xxxx", cast("BinaryIO", Endless()), None)) == [None]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
