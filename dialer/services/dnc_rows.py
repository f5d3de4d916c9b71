"""A row of a file of numbers not to be called: an entry, or a refusal."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from dialer.db.dnc_uploads import NewEntry
from dialer.domain import phone, phone_cells
from dialer.errors import InvalidInput
from dialer.services.importing.codes import RowCode
from dialer.services.importing.fields import Field
from dialer.services.importing.mapping import Columns
from dialer.services.importing.rows import RowRefusal

MAX_REASON_CHARS: Final = 200
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_COLUMNS: Final = {"reason": "reason", "expires_at": "expires_at", "expires": "expires_at", "until": "expires_at"}


class DncRowCode(StrEnum):
    """Codes of rows that are refused for something other than their phone number or how they are written."""

    EXPIRES_AT = "invalid_expires_at"
    EXPIRED = "expiry_over"


class DncRows:
    """Reads the rows of one file.

    Args:
        columns: what its header was understood as.
        default_region: ISO 3166 code of the country whose national numbers are meant.
        reason, expires_at: of rows that name none.

    Raises:
        InvalidInput: several columns are phone numbers.
    """

    def __init__(
        self,
        columns: Columns,
        *,
        default_region: str | None,
        allowed: frozenset[str],
        reason: str | None,
        expires_at: datetime | None,
        now: datetime,
    ) -> None:
        self._phone = columns.fields[Field.PHONE]
        if further := [at for field, at in columns.fields.items() if field.startswith(f"{Field.PHONE}_")]:
            named = ", ".join(repr(columns.header[at][:40]) for at in (self._phone, *further))
            raise InvalidInput(f"{named} are all phone numbers: a row forbids one. Send a file for each column.")
        self._at: dict[str, int] = {}
        for at, name in enumerate(columns.header):
            if known := _COLUMNS.get(re.sub(r"[\W_]+", "_", name.casefold()).strip("_")):
                self._at.setdefault(known, at)
        self._default_region = default_region
        self._allowed = allowed
        self._reason = reason
        self._expires_at = expires_at
        self._now = now

    def judge(self, cells: list[str]) -> NewEntry | RowRefusal:
        """Never raises, whatever is in the row."""
        number = phone_cells.read(_cell(cells, self._phone), self._default_region, self._allowed).number
        if isinstance(number, phone.PhoneRefusal):
            return RowRefusal(number.code, number.reason)
        reason = _CONTROL.sub(" ", _cell(cells, self._at.get("reason"))).strip()
        if len(reason) > MAX_REASON_CHARS:
            told = f"The reason has {len(reason)} characters; {MAX_REASON_CHARS} are allowed"
            return RowRefusal(RowCode.VALUE_TOO_LONG, told)
        expires_at = self._expires_at
        if given := _cell(cells, self._at.get("expires_at")):
            try:
                expires_at = datetime.fromisoformat(given)
            except ValueError:
                told = f"{given[:40]!r} is not a date or time such as 2026-03-01 or 2026-03-01T12:00:00Z"
                return RowRefusal(DncRowCode.EXPIRES_AT, told)
            expires_at = expires_at if expires_at.tzinfo else expires_at.replace(tzinfo=UTC)
            if expires_at <= self._now:
                return RowRefusal(DncRowCode.EXPIRED, f"It held until {given[:40]}, which is over")
        return NewEntry(number.e164, reason or self._reason, expires_at.isoformat() if expires_at else None)


def longer(one: NewEntry, other: NewEntry) -> NewEntry:
    """Of two rows with one number, the one that holds longer."""
    if one.expires_at is None or other.expires_at is None:
        return one if one.expires_at is None else other
    is_later = datetime.fromisoformat(other.expires_at) > datetime.fromisoformat(one.expires_at)
    return other if is_later else one


def _cell(cells: list[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""
