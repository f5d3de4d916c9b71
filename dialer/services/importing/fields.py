"""The fields of a contact that a file's columns can be, and the names by which they are known."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final


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

_NUMBERED: Final = re.compile(r"(.+?)_?[1-9][0-9]?")
_FIELDS: Final = {name: field for field, names in NAMES.items() for name in names}


def field_of(name: str) -> Field | None:
    """The field that a column is: a number after a phone column's name says that it is one of several."""
    plainly = plain(name)
    numbered = _NUMBERED.fullmatch(plainly)
    if plainly not in _FIELDS and numbered and _FIELDS.get(numbered[1]) is Field.PHONE:
        return Field.PHONE
    return _FIELDS.get(plainly)


def plain(name: str) -> str:
    """A column's name without what doesn't count: case, blanks, punctuation."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def shown(name: str) -> str:
    """A column's name as it is told to people."""
    return name if len(name) <= 40 else name[:39] + "…"


def listed(header: Sequence[str]) -> str:
    """The names of a header as they are told to people."""
    some = ", ".join(repr(shown(name)) for name in header[:20])
    return some + (f" and {len(header) - 20} more" if len(header) > 20 else "")
