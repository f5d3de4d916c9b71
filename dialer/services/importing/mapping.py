"""What the columns of a call list mean: header names to fields, all others to names of channel variables."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from dialer.errors import InvalidInput
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


class Field(StrEnum):
    """What a column can be, other than data."""

    PHONE = "phone"
    NAME = "name"
    TIME_ZONE = "time_zone"
    PRIORITY = "priority"
    EXTERNAL_ID = "external_id"
    REGION = "region"
    CONSENT_AT = "consent_at"
    CONSENT_SOURCE = "consent_source"


NAMES: Final[Mapping[Field, tuple[str, ...]]] = MappingProxyType(
    {
        Field.PHONE: (
            "phone", "phone_number", "phone_no", "phonenumber", "telephone", "telephone_number", "tel", "tel_no",
            "mobile", "mobile_number", "mobile_phone", "cell", "cell_phone", "cellphone", "msisdn", "number", "e164",
            "contact_number",
        ),
        Field.NAME: ("name", "full_name", "fullname", "contact_name", "contact"),
        Field.TIME_ZONE: ("time_zone", "timezone", "tz", "zone"),
        Field.PRIORITY: ("priority", "prio"),
        Field.EXTERNAL_ID: (
            "external_id", "externalid", "external_ref", "reference", "ref", "id", "contact_id", "customer_id",
            "crm_id",
        ),
        Field.REGION: ("region", "region_code", "iso_region", "iso_3166"),
        Field.CONSENT_AT: ("consent_at", "consent_date", "consented_at"),
        Field.CONSENT_SOURCE: ("consent_source", "consent_by", "consent_origin"),
    }
)  # fmt: skip
"""The header names of each field, as they are after `_plain`: case, blanks and punctuation don't count."""

_FURTHER: Final = f"{Field.PHONE}_"
_NUMBERED: Final = re.compile(r"(.+?)_?[1-9][0-9]?")
_FIELDS: Final = {name: field for field, names in NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header was understood as.

    Attributes:
        delimiter: between the cells.
        header: the names as they are in the file.
        fields: which column each field is in, from 0. Further numbers are `phone_2`, `phone_3` and so on.
        variables: which column each channel variable is in, from 0.
    """

    delimiter: str
    header: list[str]
    fields: dict[str, int]
    variables: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def contact(self, cells: Sequence[str]) -> RawContact:
        """What a row says, not yet checked. Cells that the row lacks are blank; blank data is left out."""
        given = _values(self.fields, cells)
        # A list, as a generator costs more than the one or two names that it would look at.
        others = [value for name, value in given.items() if name.startswith(_FURTHER)]
        return RawContact(
            phone_number=given.get(Field.PHONE, ""),
            others=tuple(others),
            name=given.get(Field.NAME, ""),
            time_zone=given.get(Field.TIME_ZONE, ""),
            priority=given.get(Field.PRIORITY, ""),
            external_id=given.get(Field.EXTERNAL_ID, ""),
            data=_values(self.variables, cells),
            region=given.get(Field.REGION, ""),
            consent_at=given.get(Field.CONSENT_AT, ""),
            consent_source=given.get(Field.CONSENT_SOURCE, ""),
        )


def _values(columns: Mapping[str, int], cells: Sequence[str]) -> dict[str, str]:
    """What stands in these columns, without those that are blank or that the row lacks."""
    count = len(cells)
    return {name: value for name, at in columns.items() if at < count and (value := cells[at].strip())}


def read_header(cells: Sequence[str], delimiter: str, *, line: int) -> Columns:
    """Understand a header.

    Raises:
        InvalidInput: no phone column or two (of any field), or too many columns.
    """
    header = [cell.strip() for cell in cells]
    if len(header) > MAX_COLUMNS:
        raise InvalidInput(f"Line {line}: the header has {len(header)} columns; {MAX_COLUMNS} are allowed.", line=line)
    fields: dict[str, int] = {}
    others: list[int] = []
    phones: list[int] = []
    for at, name in enumerate(header):
        field = _field(_plain(name))
        if field is None:
            others.append(at)
        elif field is Field.PHONE and field in fields:
            phones.append(at)
        elif field in fields:
            first = fields[field]
            raise InvalidInput(
                f"Line {line}: columns {first + 1} ({_shown(header[first])!r}) and {at + 1} ({_shown(name)!r}) "
                f"are both the {_words(field)}. Rename or remove one.",
                line=line,
                column=at + 1,
            )
        else:
            fields[field.value] = at
    if Field.PHONE not in fields:
        raise InvalidInput(
            f"Line {line}: no column is the phone number. The columns are {_listed(header)}; "
            f"a phone column is named one of {', '.join(NAMES[Field.PHONE])}.",
            line=line,
            columns=[_shown(name) for name in header],
        )
    if len(phones) >= MAX_NUMBERS:
        raise InvalidInput(
            f"Line {line}: {len(phones) + 1} columns are phone numbers; {MAX_NUMBERS} are allowed. Remove some.",
            line=line,
        )
    fields |= {f"{_FURTHER}{n}": at for n, at in enumerate(phones, 2)}
    return Columns(delimiter, header, fields, _variables(header, others))


def _field(plain: str) -> Field | None:
    """The field that a column is: a number after a phone column's name says that it is one of several."""
    numbered = _NUMBERED.fullmatch(plain)
    if plain not in _FIELDS and numbered and _FIELDS.get(numbered[1]) is Field.PHONE:
        return Field.PHONE
    return _FIELDS.get(plain)


def columns_from_json(stored: Mapping[str, Any]) -> Columns:
    """The reverse of `Columns.as_json`."""
    return Columns(**stored)


def valid_variable(name: str) -> bool:
    """Whether `name` can be given to a channel as it is."""
    return _VARIABLE.fullmatch(name) is not None and not _is_reserved(name)


def _is_reserved(name: str) -> bool:
    # Asterisk tells case apart: `language` is nobody's, LANGUAGE is the channel's.
    return name in _RESERVED or name.startswith(_RESERVED_PREFIXES)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


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


def _shown(name: str) -> str:
    return name if len(name) <= 40 else name[:39] + "…"


def _listed(header: Sequence[str]) -> str:
    shown = ", ".join(repr(_shown(name)) for name in header[:20])
    return shown + (f" and {len(header) - 20} more" if len(header) > 20 else "")
