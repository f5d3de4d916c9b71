"""The one place where what a row says becomes a contact, or a refusal."""

import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from dialer.domain import phone, phone_cells
from dialer.domain.phone_cells import PhoneCell
from dialer.domain.profiles import regions_in
from dialer.domain.spreadsheets import Repair
from dialer.services.importing.codes import RowCode

MAX_VALUE_CHARS: Final = 1000
MAX_NAME_CHARS: Final = 200
MAX_EXTERNAL_ID_CHARS: Final = 200
PRIORITIES: Final = range(-100, 101)

_LINE_BREAKS: Final = re.compile(r"[ \t]*[\t\r\n\u2028\u2029]\s*")
# Surrogates can come in by JSON, and neither PostgreSQL nor a channel variable can hold them.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_REGION: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)
_PRIORITY: Final = re.compile(r"[+-]?\d{1,4}", re.ASCII)


# Named tuples, as everything that is made once for each row: a frozen dataclass takes some four times as long to make.
class RawContact(NamedTuple):
    """A row as given. Blank means not given. `others`: numbers after the first, in order."""

    phone_number: str
    name: str
    time_zone: str
    priority: str
    external_id: str
    data: Mapping[str, str]
    region: str = ""
    consent_at: str = ""
    consent_source: str = ""
    others: tuple[str, ...] = ()


class CandidateNumber(NamedTuple):
    """A number, and where its owner may be."""

    phone_number: str
    zones: tuple[str, ...]
    regions: tuple[str, ...]


class Repaired(NamedTuple):
    """A number that a spreadsheet had changed: its cell, what was undone, and what it is."""

    cell: str
    repairs: tuple[Repair, ...]
    phone_number: str


class Candidate(NamedTuple):
    """A row that may become a contact.

    Attributes:
        zones: the IANA names of where the callee may be, sorted; empty if not known.
        regions: ISO 3166 codes, of the list's column and of the number, sorted.
        numbers: where it has several, all of them, in order, the first one too.
        repaired: those of its numbers that a spreadsheet had changed.
    """

    phone_number: str
    zones: tuple[str, ...]
    priority: int
    external_id: str | None
    name: str | None
    data: dict[str, str]
    regions: tuple[str, ...] = ()
    consent_at: datetime | None = None
    consent_source: str | None = None
    numbers: tuple[CandidateNumber, ...] = ()
    repaired: tuple[Repaired, ...] = ()


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """Why a row is not a contact: a stable code (see `codes`), and a sentence for a person."""

    code: str
    reason: str


class RowRules:
    """What rows of one list may be.

    Args:
        default_region: ISO 3166 code of the country whose national numbers are meant.
        special_numbers_allowed: emergency, short and premium-rate numbers that are accepted all the same.
        valid_variable: says whether a name can be a channel variable's; None where all names are known to be.
        strict: for contacts that a program gives: refuse one for any of its numbers, and take them as they are. Else
            those that can't be dialed are left out while one can, and what spreadsheets do to numbers is undone.
    """

    def __init__(
        self,
        default_region: str | None,
        special_numbers_allowed: frozenset[str],
        valid_variable: Callable[[str], bool] | None = None,
        *,
        strict: bool = False,
    ) -> None:
        self._strict = strict
        self._default_region = default_region
        self._allowed = special_numbers_allowed
        self._valid_variable = valid_variable

    def judge(self, raw: RawContact) -> Candidate | RowRefusal:
        """Whether a row may become a contact. Never raises, whatever is in the row."""
        repaired: list[Repaired] = []
        numbers = self._numbers(raw, repaired)
        if isinstance(numbers, RowRefusal):
            return numbers
        number = numbers[0]
        zones = number.zones
        if raw.time_zone:
            zone = _time_zones().get(raw.time_zone.casefold())
            if zone is None:
                reason = f"{_shown(raw.time_zone)} is not an IANA time zone, such as Europe/London"
                return RowRefusal(RowCode.TIME_ZONE, reason)
            zones = (zone,)
        priority = 0
        if raw.priority:
            if not _PRIORITY.fullmatch(raw.priority) or int(raw.priority) not in PRIORITIES:
                reason = f"Priority {_shown(raw.priority)} is not a whole number from -100 to 100"
                return RowRefusal(RowCode.PRIORITY, reason)
            priority = int(raw.priority)
        regions = regions_in(number.e164, number.region)
        listed: tuple[str, ...] = ()
        if raw.region:
            region = raw.region.upper()
            if not _REGION.fullmatch(region) or not phone.known_region(region[:2]):
                reason = f"{_shown(raw.region)} is not an ISO 3166 code, such as US-FL or GB"
                return RowRefusal(RowCode.REGION, reason)
            listed = (region, region[:2])
            regions = tuple(sorted({*regions, *listed}))
        consent_at = None
        if raw.consent_at:
            consent_at = _moment(raw.consent_at)
            if consent_at is None:
                reason = f"{_shown(raw.consent_at)} is not a date or time such as 2026-03-01 or 2026-03-01T12:00:00Z"
                return RowRefusal(RowCode.CONSENT, reason)
        consent_source = _text("consent source", raw.consent_source, MAX_NAME_CHARS)
        if isinstance(consent_source, RowRefusal):
            return consent_source
        name = _text("name", raw.name, MAX_NAME_CHARS)
        external_id = _text("external id", raw.external_id, MAX_EXTERNAL_ID_CHARS)
        data: dict[str, str] = {}
        for variable, value in raw.data.items():
            if self._valid_variable is not None and not self._valid_variable(variable):
                reason = f"{_shown(variable)} can't be the name of a channel variable of ours"
                return RowRefusal(RowCode.VARIABLE_NAME, reason)
            text = _text(variable, value, MAX_VALUE_CHARS)
            if isinstance(text, RowRefusal):
                return text
            if text:
                data[variable] = text
        if isinstance(name, RowRefusal):
            return name
        if isinstance(external_id, RowRefusal):
            return external_id
        return Candidate(
            number.e164,
            zones,
            priority,
            external_id or None,
            name or None,
            data,
            regions,
            consent_at,
            consent_source or None,
            tuple(
                CandidateNumber(
                    other.e164,
                    zones if raw.time_zone else other.zones,
                    tuple(sorted({*regions_in(other.e164, other.region), *listed})),
                )
                for other in numbers
            )
            if len(numbers) > 1
            else (),
            tuple(repaired),
        )

    def _numbers(self, raw: RawContact, repaired: list[Repaired]) -> list[phone.PhoneNumber] | RowRefusal:
        """The row's numbers, in order, each once; at least one. What was undone to read them goes into `repaired`."""
        found: dict[str, phone.PhoneNumber] = {}
        first: RowRefusal | None = None
        for n, text in enumerate((raw.phone_number, *raw.others), 1):
            cell = self._read(text)
            number = cell.number
            if isinstance(number, phone.PhoneNumber):
                if cell.repairs and number.e164 not in found:
                    repaired.append(Repaired(text, cell.repairs, number.e164))
                found.setdefault(number.e164, number)
                continue
            first = first or RowRefusal(number.code, number.reason)
            if self._strict:
                return first if n == 1 else RowRefusal(number.code, f"Number {n}: {number.reason}")
        if not found and first is not None:
            return first
        return list(found.values())

    def _read(self, text: str) -> PhoneCell:
        if self._strict:
            return PhoneCell(phone.parse(text, self._default_region, self._allowed))
        return phone_cells.read(text, self._default_region, self._allowed)


def _text(what: str, value: str, longest: int) -> str | RowRefusal:
    if value.isascii() and value.isprintable() and len(value) <= longest:
        return value
    # A channel variable is one line: an address with line breaks becomes one.
    text = _LINE_BREAKS.sub(" ", value).strip()
    if len(text) > longest:
        return RowRefusal(RowCode.VALUE_TOO_LONG, f"The {what} has {len(text)} characters; {longest} are allowed")
    found = _CONTROL.search(text)
    if found is not None:
        return RowRefusal(RowCode.CONTROL_CHARACTERS, f"The {what} holds the control character U+{ord(found[0]):04X}")
    return text


def _moment(value: str) -> datetime | None:
    """ISO 8601; a time without a zone, and the beginning of a day, are UTC's."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _shown(value: str) -> str:
    return ascii(value if len(value) <= 40 else value[:39] + "…") if _CONTROL.search(value) else repr(value[:40])


@lru_cache(maxsize=1)
def _time_zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones() if name != "localtime"}
