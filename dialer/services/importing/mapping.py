"""What the columns of a call list mean: header names to fields, all others to names of channel variables."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from dialer.domain.spreadsheets import MARKS, unescape
from dialer.errors import InvalidInput
from dialer.services.importing.fields import NAMES, Field, field_of, listed, shown
from dialer.services.importing.mapped import DATA, NOTHING, Mapped
from dialer.services.importing.rows import RawContact

MAX_COLUMNS: Final = 200
MAX_VARIABLE_CHARS: Final = 60
MAX_NUMBERS: Final = 10
"""Phone columns of a list, and numbers of a contact."""

_VARIABLE: Final = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{MAX_VARIABLE_CHARS - 1}}}")
# Set by Asterisk on a channel, or read by its applications: data of ours must not change how a call is handled.
_RESERVED: Final = frozenset(
    "ACCOUNTCODE ANI2 ANSWEREDTIME BLINDTRANSFER BRIDGEPEER CALLERID CALLERIDNAME CALLERIDNUM CHANNEL CONTEXT "  # noqa: SIM905
    "DIALEDPEERNAME DIALEDPEERNUMBER DIALEDTIME DIALSTATUS DNID EPOCH EXTEN HANGUPCAUSE HINT HINTNAME INVALID_EXTEN "
    "LANGUAGE LINKEDID MEETMESECS ORIGINATOR OUTBOUND_GROUP PRIORITY RDNIS SIPCALLID SIPDOMAIN STASISSTATUS SYSTEMNAME "
    "TIMESTAMP TRANSFER_CONTEXT TXTCIDNAME UNIQUEID".split()
)
_RESERVED_PREFIXES: Final = ("AST_", "DIALER_", "PJSIP_", "SIP_")
_NUMBER: Final = re.compile(r"\s*[+(]?\d[\d ().\-/]{6,}")
"""A cell that is no column's name."""

_FURTHER: Final = f"{Field.PHONE}_"
_SECOND: Final = f"{_FURTHER}2"


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header was understood as.

    Attributes:
        delimiter: between the cells; of a workbook, between those of a row in the report.
        header: the names as they are in the file.
        fields: which column each field is in, from 0. Further numbers are `phone_2`, `phone_3` and so on.
        variables: which column each channel variable is in, from 0.
        format: of the file.
        encoding: of a text file.
        sheet: of a workbook.
    """

    delimiter: str
    header: list[str]
    fields: dict[str, int]
    variables: dict[str, int]
    format: str = "csv"
    encoding: str | None = None
    sheet: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def contact(self, cells: Sequence[str]) -> RawContact:
        """What a row says, not yet checked. Cells that the row lacks are blank; blank data is left out."""
        text = [cell.strip() for cell in cells]
        if len(text) < len(self.header):
            text += [""] * (len(self.header) - len(text))
        of = {name: text[at] for name, at in self.fields.items()}
        data = {name: value for name, at in self.variables.items() if (value := text[at])}
        others = [value for name, value in of.items() if value and name.startswith(_FURTHER)] if _SECOND in of else ()
        # By position, in which a named tuple is made in half the time: lists have a million rows.
        return RawContact(
            of[Field.PHONE],
            unescape(of.get(Field.NAME, "")),
            of.get(Field.TIME_ZONE, ""),
            of.get(Field.PRIORITY, ""),
            unescape(of.get(Field.EXTERNAL_ID, "")),
            {name: unescape(value) if value[0] in MARKS else value for name, value in data.items()},
            of.get(Field.REGION, ""),
            of.get(Field.CONSENT_AT, ""),
            unescape(of.get(Field.CONSENT_SOURCE, "")),
            tuple(others),
        )


def read_header(cells: Sequence[str], delimiter: str, *, line: int, mapped: Mapped = NOTHING) -> Columns:
    """Understand a header.

    Args:
        mapped: what the caller has said; it goes before the names.

    Raises:
        InvalidInput: no phone column, two of another field, too many columns, or one that was mapped and isn't there.
            Where a mapping can help, `extra["columns"]` are the columns, each with the use that its name says.
    """
    header = [cell.strip() for cell in cells]
    if len(header) > MAX_COLUMNS:
        raise InvalidInput(f"Line {line}: the header has {len(header)} columns; {MAX_COLUMNS} are allowed.", line=line)
    try:
        return _understood(header, delimiter, line, mapped)
    except InvalidInput as error:
        if not _is_a_row(header):
            error.extra["columns"] = [{"column": name, "use": field_of(name) or DATA} for name in header]
        raise


def _understood(header: list[str], delimiter: str, line: int, mapped: Mapped) -> Columns:
    told = mapped.of(header, line)
    fields: dict[str, int] = {field.value: columns[0] for field, columns in told.fields.items()}
    phones: list[int] = list(told.fields.get(Field.PHONE, ())[1:])
    others: list[int] = []
    for at, name in enumerate(header):
        if at in told.columns:
            continue
        field = None if at in told.data else field_of(name)
        if field is None or field in told.fields:
            others.append(at)
        elif field is Field.PHONE and field in fields:
            phones.append(at)
        elif field in fields:
            first = fields[field]
            raise InvalidInput(
                f"Line {line}: columns {first + 1} ({shown(header[first])!r}) and {at + 1} ({shown(name)!r}) "
                f"are both the {_words(field)}. Rename or remove one, or say which it is with `map`.",
                line=line,
                column=at + 1,
            )
        else:
            fields[field.value] = at
    if Field.PHONE not in fields:
        raise InvalidInput(
            f"Line {line}: no column is the phone number. {_instead(header)}",
            line=line,
        )
    if len(phones) >= MAX_NUMBERS:
        raise InvalidInput(
            f"Line {line}: {len(phones) + 1} columns are phone numbers; {MAX_NUMBERS} are allowed. Remove some.",
            line=line,
        )
    fields |= {f"{_FURTHER}{n}": at for n, at in enumerate(phones, 2)}
    return Columns(delimiter, header, fields, _variables(header, others))


def _is_a_row(header: Sequence[str]) -> bool:
    return any(_NUMBER.fullmatch(cell) for cell in header)


def _instead(header: Sequence[str]) -> str:
    """What to do about a header that names no phone column."""
    if _is_a_row(header):
        return (
            f"It looks like a row, not like the header: {listed(header)}. "
            "Put a line with the columns' names before it, such as: phone,name"
        )
    return (
        f"The columns are {listed(header)}; a phone column is named one of {', '.join(NAMES[Field.PHONE])}. "
        "Rename it, or say which it is with `map=phone:NAME`."
    )


def columns_from_json(stored: Mapping[str, Any]) -> Columns:
    """The reverse of `Columns.as_json`."""
    return Columns(**stored)


def valid_variable(name: str) -> bool:
    """Whether `name` can be given to a channel as it is."""
    return _VARIABLE.fullmatch(name) is not None and not _is_reserved(name)


def _is_reserved(name: str) -> bool:
    # Asterisk tells case apart: `language` is nobody's, LANGUAGE is the channel's.
    return name in _RESERVED or name.startswith(_RESERVED_PREFIXES)


def _variables(header: Sequence[str], columns: Sequence[int]) -> dict[str, int]:
    taken: set[str] = set()
    variables: dict[str, int] = {}
    for at in columns:
        base = _variable(header[at], at)
        name, n = base, 1
        while name.lower() in taken:
            n += 1
            name = f"{base[: MAX_VARIABLE_CHARS - 5]}_{n}"
        taken.add(name.lower())
        variables[name] = at
    return variables


def _variable(name: str, at: int) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    variable = re.sub(r"[^A-Za-z0-9]+", "_", ascii_only).strip("_")
    if not variable:
        return f"column_{at + 1}"
    if not variable[0].isalpha() or _is_reserved(variable):
        variable = f"v_{variable}"
    return variable[:MAX_VARIABLE_CHARS]


def _words(field: str) -> str:
    return field.replace("_", " ") + (" number" if field == Field.PHONE else "")
