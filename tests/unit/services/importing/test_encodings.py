import codecs
import io
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.errors import InvalidInput
from dialer.services.importing.encodings import Encoding
from dialer.services.importing.opening import Reading, open_list
from dialer.services.importing.reader import Row

TEXT = "phone;name\r\n+442079460123;Zoë “Smith”\r\n+442079460124;Größe & Søn\r\n"
CELLS = [["+442079460123", "Zoë “Smith”"], ["+442079460124", "Größe & Søn"]]


def read(content: bytes, encoding: Encoding | None = None) -> tuple[list[list[str]], str | None]:
    reader = open_list(io.BytesIO(content), Reading(encoding))
    rows = [row.cells for row in reader if isinstance(row, Row)]
    return rows, reader.columns.encoding


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("windows-1252"), "windows-1252"),
    ],
)
def test_an_encoding_is_found_from_the_file(content: bytes, encoding: str) -> None:
    assert read(content) == (CELLS, encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("phone,name\n+442079460123,Łukasz Żak\n", Encoding.WINDOWS_1250),
        ("phone,name\n+442079460123,Łukasz Żak\n", Encoding.LATIN_2),
        ("phone,name\n+442079460123,Иванов\n", Encoding.WINDOWS_1251),
        ("phone,name\n+442079460123,Παπαδόπουλος\n", Encoding.WINDOWS_1253),
        ("phone,name\n+442079460123,Zoë\n", Encoding.UTF_16),
        ("phone,name\n+442079460123,Zoë\n", Encoding.UTF_8),
    ],
)
def test_an_encoding_may_be_told(text: str, encoding: Encoding) -> None:
    name = text.split(",")[-1].strip()
    assert read(text.encode(encoding), encoding)[0] == [["+442079460123", name]]


def test_latin_1_is_windows_1252_as_everywhere() -> None:
    assert read("phone,name\n1234567,“Zoë”\n".encode("cp1252"), Encoding.LATIN_1)[0] == [["1234567", "“Zoë”"]]


@pytest.mark.parametrize("name", ["Иванов", "Παπαδόπουλος", "Ярослав и Мария"])
def test_letters_that_are_not_western_are_refused_and_not_guessed(name: str) -> None:
    codec = "cp1253" if name.startswith("Π") else "cp1251"
    with pytest.raises(InvalidInput) as caught:
        read(f"phone,name\n1234567,{name}\n".encode(codec))
    assert "`encoding`" in caught.value.detail
    assert caught.value.extra["line"] == 2


def test_a_polish_list_is_refused_as_soon_as_a_letter_shows_it() -> None:
    with pytest.raises(InvalidInput) as caught:
        read("phone,name\n1234567,Zięba\n1234568,Paweł\n".encode("cp1250"))
    assert caught.value.extra["line"] == 3


@pytest.mark.parametrize(
    ("content", "given", "says"),
    [
        ("phone,name\n1,Zoë\n".encode() + "2,Zoë\n".encode("cp1252"), None, "line 2 is: the file mixes encodings"),
        ("phone,name\n1,Zoë\n".encode("cp1252") + "2,Zoë\n".encode(), None, "Line 3"),
        ("phone,name\n1,Zoë\n".encode("cp1252"), Encoding.UTF_8, "is not utf-8"),
        (codecs.BOM_UTF8 + "phone,name\n1,Zoë\n".encode("cp1252"), None, "is not utf-8"),
        (b"phone,name\n1,\x81\n", Encoding.WINDOWS_1252, "(0x81) is not windows-1252"),
        (codecs.BOM_UTF16_LE + b"p\0h\0o\0n\0e\0\n\0\0\xd8\n\0", None, "not utf-16-le"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-1], None, "cut off"),
    ],
)
def test_what_does_not_fit_the_encoding_ends_the_file_with_its_line(
    content: bytes, given: Encoding | None, says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(content, given)
    assert says in caught.value.detail


class Dribble(io.RawIOBase):
    def __init__(self, content: bytes, size: int) -> None:
        self._rest = io.BytesIO(content)
        self._size = size

    def read(self, _: int = -1) -> bytes:
        return self._rest.read(self._size)


@given(st.lists(st.text("aé😀\u20ac ", min_size=1).filter(str.strip), min_size=1), st.integers(1, 9))
def test_utf_16_is_read_the_same_in_pieces_of_any_size(names: list[str], size: int) -> None:
    text = "phone,name\n" + "".join(f"1,{name}\n" for name in names)
    reader = open_list(cast("BinaryIO", Dribble(text.encode("utf-16"), size)))
    assert [row.cells for row in reader if isinstance(row, Row)] == [["1", name] for name in names]
