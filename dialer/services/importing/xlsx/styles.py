"""Which of a workbook's number formats show a date or a time: nothing else tells a date from a number."""

from collections.abc import Sequence
from typing import Final
from xml.sax.xmlreader import AttributesImpl  # nosec B406 # a type; what parses is defusedxml

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from dialer.errors import InvalidInput
from dialer.services.importing.xlsx.archive import Archive
from dialer.services.importing.xlsx.xml import Handler, parse

PART: Final = "xl/styles.xml"
_MAX_BYTES: Final = 64 * 1024 * 1024
_MAX_STYLES: Final = 100_000


def dates(archive: Archive) -> Sequence[bool]:
    """Of each cell style, whether it shows a date."""
    if not archive.has(PART):
        return ()
    handler = _Styles()
    with archive.part(PART, most=_MAX_BYTES) as blocks:
        styles = list(parse(blocks, handler))
    shows_date = {number: is_date_format(format) for number, format in (BUILTIN_FORMATS | handler.formats).items()}
    return [bool(shows_date.get(number)) for number in styles]


class _Styles(Handler[int]):
    """The number format of each `xf` among `cellXfs`."""

    def __init__(self) -> None:
        super().__init__()
        self.formats: dict[int, str] = {}
        self._in_cells = False
        self._count = 0

    def begin(self, name: str, attributes: "AttributesImpl[str]") -> None:
        if name == "cellXfs":
            self._in_cells = True
        elif name == "numFmt" and len(self.formats) < _MAX_STYLES:
            self.formats[_number(attributes.get("numFmtId"))] = str(attributes.get("formatCode", ""))
        elif name == "xf" and self._in_cells:
            self._count += 1
            if self._count > _MAX_STYLES:
                raise InvalidInput(f"The workbook has more than {_MAX_STYLES:,} cell styles. Save it as CSV.")
            self.found.append(_number(attributes.get("numFmtId")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else 0
