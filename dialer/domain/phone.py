"""Phone numbers: what a list says, as E.164, or why it can't be dialed.

All knowledge of numbering plans is that of `phonenumbers`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult, shortnumberinfo
from phonenumbers import timezone as number_zones

CACHED_NUMBERS: Final = 16_384
"""Answers about numbers that a process remembers, a few hundred bytes each. It is seldom asked about one again before
so many others have been dialed, and then finds out anew in microseconds."""

MIN_LENGTH: Final = 7
"""Of a stored number, its plus included. What is shorter can't be stored, whatever the settings allow."""

_SHORT_DIGITS: Final = 8
_EMERGENCY_DIGITS: Final = 6
# phonenumbers reads "4930123456.0" as one digit more: the number of somebody else.
_SPREADSHEET_NUMBER: Final = re.compile(r"\s*[+-]?\d+(\.\d+)?[eE][+-]?\d+\s*|\s*[+-]?\d{6,}\.\d{1,2}\s*")


class PhoneRefusalCode(StrEnum):
    """Why a text is not a number that may be dialed."""

    EMPTY = "phone_empty"
    NOT_A_NUMBER = "phone_not_a_number"
    TOO_SHORT = "phone_too_short"
    TOO_LONG = "phone_too_long"
    NO_REGION = "phone_no_region"
    """A national number, and no default region says of which country."""
    INVALID = "phone_invalid"
    """No such number can exist in that country's numbering plan."""
    EXTENSION = "phone_extension"
    """It has an extension, which the network can't dial."""
    EMERGENCY = "emergency_number"
    SHORT_CODE = "short_code"
    PREMIUM_RATE = "premium_rate"
    DIGITS_LOST = "phone_digits_lost"
    """A spreadsheet has rounded it: digits are gone (only for cells of files)."""
    PLUS_LOST = "phone_plus_lost"
    """It is none of the default region's, and would be another country's with a plus (only for cells of files)."""


class PhoneNumber(NamedTuple):
    """A number that may be dialed.

    Attributes:
        e164: with its plus.
        region: ISO 3166 code, `001` for a number of no country, None where it is not known.
        kind: `fixed_line`, `mobile`, `fixed_line_or_mobile`, `toll_free`, …, or `short`.
        zones: IANA names of the time zones it can be in, sorted; empty if not known.
    """

    e164: str
    region: str | None
    kind: str
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhoneRefusal:
    """Why not: a stable code, and a sentence for a person."""

    code: PhoneRefusalCode
    reason: str


# Else Python's own cache holds 512 patterns, and a list of many countries has every one compiled anew with each number.
phonenumbers.enable_pattern_cache()

_KINDS: Final = {
    value: name.lower() for name, value in vars(PhoneNumberType).items() if name.isupper() and isinstance(value, int)
}
_UNREADABLE: Final = {
    NumberParseException.NOT_A_NUMBER: (PhoneRefusalCode.NOT_A_NUMBER, "is not a phone number"),
    NumberParseException.TOO_SHORT_AFTER_IDD: (PhoneRefusalCode.TOO_SHORT, "is too short for a phone number"),
    NumberParseException.TOO_SHORT_NSN: (PhoneRefusalCode.TOO_SHORT, "is too short for a phone number"),
    NumberParseException.TOO_LONG: (PhoneRefusalCode.TOO_LONG, "is too long for a phone number"),
    NumberParseException.INVALID_COUNTRY_CODE: (PhoneRefusalCode.INVALID, "has a country code that does not exist"),
}
_LENGTHS: Final = {
    ValidationResult.TOO_SHORT: (PhoneRefusalCode.TOO_SHORT, "is too short for a number of {where}"),
    ValidationResult.TOO_LONG: (PhoneRefusalCode.TOO_LONG, "is too long for a number of {where}"),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: (PhoneRefusalCode.TOO_SHORT, "lacks its area code"),
    ValidationResult.INVALID_LENGTH: (PhoneRefusalCode.INVALID, "has a length that no number of {where} has"),
}


def known_region(region: str) -> bool:
    """Whether `region` is an ISO 3166 code that has a numbering plan."""
    return region in phonenumbers.SUPPORTED_REGIONS


def parse(text: str, default_region: str | None, allowed: frozenset[str] = frozenset()) -> PhoneNumber | PhoneRefusal:
    """Read a number as people write it.

    Args:
        default_region: ISO 3166 code of the country whose national numbers are meant.
        allowed: emergency, short and premium-rate numbers that may be dialed all the same, as E.164 or as dialed.
    """
    if not text.strip():
        return PhoneRefusal(PhoneRefusalCode.EMPTY, "There is no phone number")
    shown = repr(text if len(text) <= 40 else text[:39] + "…")
    if _SPREADSHEET_NUMBER.fullmatch(text):
        reason = f"{shown} is how a spreadsheet writes a quantity, not a phone number"
        return PhoneRefusal(PhoneRefusalCode.NOT_A_NUMBER, reason)
    try:
        number = phonenumbers.parse(text, default_region)
    except NumberParseException as error:
        return _unreadable(text, shown, default_region, error.error_type)
    country = number.country_code or 0
    national = phonenumbers.national_significant_number(number)
    if len(national) <= _SHORT_DIGITS:
        special = _special(country, national, _as_dialed(text))
        if special is not None:
            return _unless_allowed(special, country, national, allowed)
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:
        return _impossible(number, country, shown)
    if number.extension:
        reason = f"{shown} has an extension, which can't be dialed"
        return PhoneRefusal(PhoneRefusalCode.EXTENSION, reason)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if kind == PhoneNumberType.PREMIUM_RATE and e164 not in allowed:
        return PhoneRefusal(PhoneRefusalCode.PREMIUM_RATE, f"{e164} is a premium-rate number")
    if len(e164) < MIN_LENGTH:
        return PhoneRefusal(PhoneRefusalCode.TOO_SHORT, f"{e164} has fewer than {MIN_LENGTH} characters")
    return PhoneNumber(e164, phonenumbers.region_code_for_number(number), _KINDS[kind], _zones(number, country, kind))


@lru_cache(maxsize=CACHED_NUMBERS)
def zones(e164: str) -> tuple[str, ...]:
    """The IANA names of the time zones that a number can be in, sorted; empty if not known."""
    number = parse(e164, None)
    return number.zones if isinstance(number, PhoneNumber) else ()


@lru_cache(maxsize=CACHED_NUMBERS)
def dialable(e164: str, allowed: frozenset[str]) -> PhoneRefusal | None:
    """Why a stored number may not be dialed, or None. Cached: the gate asks with every claim."""
    number = parse(e164, None, allowed)
    if isinstance(number, PhoneRefusal):
        return number
    if number.e164 != e164:
        return PhoneRefusal(PhoneRefusalCode.INVALID, f"{e164!r} is not E.164: that would be {number.e164}")
    return None


def _as_dialed(text: str) -> str:
    return "" if text.lstrip().startswith(("+", "\uff0b")) else phonenumbers.normalize_digits_only(text)


def _unreadable(text: str, shown: str, default_region: str | None, error: int) -> PhoneRefusal:
    dialed = _as_dialed(text)
    if len(dialed) <= _EMERGENCY_DIGITS and (where := _emergency_somewhere(dialed)):
        return _emergency(dialed, where)
    if error == NumberParseException.INVALID_COUNTRY_CODE and dialed and default_region is None:
        reason = (
            f"{shown} is a national number, and no default region says of which country; "
            "write it with + and the country code"
        )
        return PhoneRefusal(PhoneRefusalCode.NO_REGION, reason)
    code, what = _UNREADABLE[error]
    return PhoneRefusal(code, f"{shown} {what}")


def _impossible(number: phonenumbers.PhoneNumber, country: int, shown: str) -> PhoneRefusal:
    where = _country(country)
    length = _LENGTHS.get(phonenumbers.is_possible_number_with_reason(number))
    if length is not None:
        return PhoneRefusal(length[0], f"{shown} {length[1].format(where=where)}")
    return PhoneRefusal(PhoneRefusalCode.INVALID, f"{shown} can't be a number of {where}")


def _country(country_code: int) -> str:
    region = phonenumbers.region_code_for_country_code(country_code)
    return f"+{country_code}" if region in {"001", "ZZ"} else f"{region} (+{country_code})"


@lru_cache(maxsize=4096)
def _special(country_code: int, national: str, dialed: str) -> PhoneRefusal | None:
    """Whether this is an emergency number or a short code where it would be dialed."""
    regions = tuple(phonenumbers.region_codes_for_country_code(country_code))
    for digits in {national, dialed}:
        where = next((region for region in regions if shortnumberinfo.is_emergency_number(digits, region)), None)
        if where is not None:
            return _emergency(digits, where)
    # Digits without a country: a list of mixed origin must not reach anybody's emergency desk.
    if 0 < len(dialed) <= _EMERGENCY_DIGITS and (where := _emergency_somewhere(dialed)):
        return _emergency(dialed, where)
    number = phonenumbers.PhoneNumber(country_code=country_code, national_number=int(national or 0))
    if national.startswith("0") or phonenumbers.is_valid_number(number):
        return None
    if any(shortnumberinfo.is_valid_short_number_for_region(number, region) for region in regions):
        return PhoneRefusal(PhoneRefusalCode.SHORT_CODE, f"{national} is a short code in {_country(country_code)}")
    return None


def _emergency(digits: str, where: str) -> PhoneRefusal:
    return PhoneRefusal(PhoneRefusalCode.EMERGENCY, f"{digits} is an emergency number in {where}")


@lru_cache(maxsize=4096)
def _emergency_somewhere(digits: str) -> str | None:
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    return next((region for region in regions if shortnumberinfo.is_emergency_number(digits, region)), None)


def _unless_allowed(
    refusal: PhoneRefusal, country_code: int, national: str, allowed: frozenset[str]
) -> PhoneNumber | PhoneRefusal:
    e164 = f"+{country_code}{national}"
    if e164 not in allowed and national not in allowed:
        return refusal
    if len(e164) < MIN_LENGTH:
        reason = f"{e164} has fewer than {MIN_LENGTH} characters and can't be dialed, although it is allowed"
        return PhoneRefusal(PhoneRefusalCode.TOO_SHORT, reason)
    return PhoneNumber(e164, phonenumbers.region_code_for_country_code(country_code), "short", ())


def _zones(number: phonenumbers.PhoneNumber, country: int, kind: int) -> tuple[str, ...]:
    if phonenumbers.phonenumberutil.is_number_type_geographical(kind, country):
        return _known(number_zones.time_zones_for_geographical_number(number))
    # Only the country counts here, and the library would find out the number's type once more.
    found = _zones_of_country.get(country)
    if found is None:
        found = _zones_of_country[country] = _known(number_zones.time_zones_for_number(number))
    return found


_zones_of_country: Final[dict[int, tuple[str, ...]]] = {}


@lru_cache(maxsize=4096)
def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(name for name in names if name != number_zones.UNKNOWN_TIMEZONE))
