"""An uploaded file, whatever it is, as rows: what it is is seen from its first bytes, never from its name."""

import tempfile
from dataclasses import dataclass
from typing import IO, BinaryIO, Final

from dialer.errors import InvalidInput
from dialer.services.importing.encodings import BOM, Encoding
from dialer.services.importing.lines import BLOCK_BYTES, Text
from dialer.services.importing.mapped import NOTHING, Mapped
from dialer.services.importing.reader import CsvReader, ListReader
from dialer.services.importing.xlsx.archive import MAX_FILE_BYTES
from dialer.services.importing.xlsx.workbook import WorkbookReader

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_AS_WHAT: Final = "Save it as CSV in UTF-8, or as an Excel workbook (.xlsx), and upload that."
_SIGNATURES: Final = (
    (_OLE, "an old Excel workbook (.xls), or one with a password"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF"),
)
_LOOK_BYTES: Final = 200
_MARKUP: Final = (
    # Without blanks. What a system exports as .xls is often this, or a log-in page was saved instead of a list.
    (b"<!doctypehtml", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "XML"),
    (b"[{", "JSON"),
    (b'{"', "JSON"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the sender says about a file.

    Attributes:
        encoding: of a text; None: found from the file.
        sheet: of a workbook, by name; None: the first that isn't hidden.
        mapped: which columns are what.
    """

    encoding: Encoding | None = None
    sheet: str | None = None
    mapped: Mapped = NOTHING


def open_list(stream: BinaryIO, reading: Reading | None = None) -> ListReader:
    """The file's rows. A text is read as it comes in; a workbook goes to a temporary file first.

    Raises:
        InvalidInput: it is empty, neither text nor a workbook, or its header can't be understood.
    """
    reading = reading or Reading()
    head = stream.read(BLOCK_BYTES)
    while 0 < len(head) < 4 and (more := stream.read(BLOCK_BYTES)):
        head += more
    if not head:
        raise InvalidInput("The file is empty.")
    text = b"".join(head[:_LOOK_BYTES].removeprefix(BOM).lower().split())
    for begins, signatures in ((head, _SIGNATURES), (text, _MARKUP)):
        for signature, what in signatures:
            if begins.startswith(signature):
                raise InvalidInput(f"The file is {what}, not CSV. {_AS_WHAT}")
    if head.startswith(_ZIP):
        if reading.encoding is not None:
            message = "the file is a workbook, which has no encoding"
            raise InvalidInput(f"{message.capitalize()}.", errors=[{"field": "encoding", "message": message}])
        return WorkbookReader(_on_disk(head, stream), reading.sheet, reading.mapped)
    if reading.sheet is not None:
        message = "the file is text, which has no sheets"
        raise InvalidInput(f"{message.capitalize()}.", errors=[{"field": "sheet", "message": message}])
    return CsvReader(Text(head, stream, reading.encoding), reading.mapped)


def _on_disk(head: bytes, stream: BinaryIO) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115
    size, block = 0, head
    while block:
        size += len(block)
        if size > MAX_FILE_BYTES:
            raise InvalidInput(f"The workbook is larger than {MAX_FILE_BYTES // 2**20} MB. Save it as CSV.")
        file.write(block)
        block = stream.read(BLOCK_BYTES)
    return file
