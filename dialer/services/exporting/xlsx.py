"""A workbook while it is being made: rows go in, bytes of the zip file come out. Nothing is kept but a block.

openpyxl writes workbooks too, but gives no byte of one before all of it is on disk.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from xml.sax.saxutils import escape  # nosec B406 # nothing is parsed here

from openpyxl.utils.datetime import to_excel

Cell = str | int | float | bool | datetime | None

MAX_ROWS: Final = 500_000
"""Of a sheet, whose XML stays below the two gigabytes of a zip file as old programs read it."""
MAX_BYTES: Final = 1_500_000_000
_MAX_CHARS: Final = 32_767
_EXACT_BELOW: Final = 10**15
_NOT_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Style 1 is a date with its time, style 2 the header.
_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font/><font><b/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/><xf numFmtId="164" xfId="0" '
    'applyNumberFormat="1"/><xf fontId="1" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def row_xml(cells: Sequence[Cell], zone: tzinfo, *, style: int = 0) -> str:
    """A row. Texts are texts, never formulas; times are those of `zone`, as spreadsheets know no zones."""
    return f"<row>{''.join([_cell(cell, zone, style) for cell in cells])}</row>"


def workbook(header: Sequence[str], fragments: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    """The file, a block at a time.

    Args:
        header: the first row of every sheet.
        fragments: how many rows there are in each, and their XML.
    """
    sink = _Sink()
    top = row_xml(header, UTC, style=2).encode()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:  # type: ignore[call-overload]
        sheets = 0
        waiting = iter(fragments)
        following: tuple[int, bytes] | None = next(waiting, (0, b""))
        while following is not None:
            sheets += 1
            rows = size = 0
            with archive.open(f"xl/worksheets/sheet{sheets}.xml", "w") as part:
                part.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">{_FROZEN}<sheetData>'.encode() + top)
                while following is not None and (rows == 0 or _fits(rows, size, following)):
                    part.write(following[1])
                    rows, size = rows + following[0], size + len(following[1])
                    yield sink.taken()
                    following = next(waiting, None)
                part.write(b"</sheetData></worksheet>")
        for name, content in _parts(sheets).items():
            archive.writestr(name, content)
    yield sink.taken()


_FROZEN: Final = (
    '<sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
)


def _fits(rows: int, size: int, fragment: tuple[int, bytes]) -> bool:
    return rows + fragment[0] <= MAX_ROWS and size + len(fragment[1]) <= MAX_BYTES


def _cell(value: Cell, zone: tzinfo, style: int) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str):
        return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{_text(value)}</t></is></c>'
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime):
        return f'<c s="1"><v>{_serial(value.astimezone(zone).replace(tzinfo=None))}</v></c>'
    if abs(value) < _EXACT_BELOW:
        return f"<c><v>{value!r}</v></c>"
    return _cell(str(value), zone, style)


def _serial(moment: datetime) -> float:
    serial: float = to_excel(moment)  # type: ignore[no-untyped-call]
    return serial


def _text(value: str) -> str:
    text = value[:_MAX_CHARS]
    if text.isalnum() and text.isascii():
        return text
    text = _NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", text))
    return escape(text).replace("\r", "&#13;")


def _parts(sheets: int) -> dict[str, str]:
    """The parts that aren't sheets."""
    numbers = range(1, sheets + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>' for n in numbers
    )
    listed = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f'<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }


class _Sink:
    """What zipfile writes to, as to a pipe; whoever asks takes what has come."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, block: Any) -> int:
        self._blocks.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        content = b"".join(self._blocks)
        self._blocks.clear()
        return content
