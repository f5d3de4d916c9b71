"""A phone number's cell in a file: what a spreadsheet has done to it is undone where that is certain."""

from typing import Final, NamedTuple

from dialer.domain import phone
from dialer.domain.phone import PhoneNumber, PhoneRefusal, PhoneRefusalCode
from dialer.domain.spreadsheets import DigitsLost, Repair, mend_phone

_DIGITS: Final = range(8, 16)
_MAY_LACK_A_SIGN: Final = frozenset({PhoneRefusalCode.TOO_SHORT, PhoneRefusalCode.TOO_LONG, PhoneRefusalCode.INVALID})


class PhoneCell(NamedTuple):
    """What a cell is, and what was undone to see it."""

    number: PhoneNumber | PhoneRefusal
    repairs: tuple[Repair, ...] = ()


def read(cell: str, default_region: str | None, allowed: frozenset[str] = frozenset()) -> PhoneCell:
    """Read a cell as `phone.parse` reads a text, after `mend_phone`.

    A zero at the beginning is put back where only then it is a number of its country. A plus never is: without it
    nobody can tell another country's number from a mistyped one.
    """
    mended = mend_phone(cell)
    if isinstance(mended, DigitsLost):
        return PhoneCell(PhoneRefusal(PhoneRefusalCode.DIGITS_LOST, mended.reason))
    text, repairs = mended.text, mended.repairs
    number = phone.parse(text, default_region, allowed)
    if isinstance(number, PhoneNumber) or number.code not in _MAY_LACK_A_SIGN or not default_region:
        return PhoneCell(number, repairs)
    if not (text.isascii() and text.isdigit() and len(text) in _DIGITS):
        return PhoneCell(number, repairs)
    with_zero = phone.parse(f"0{text}", default_region)
    # Only where the zero is part of the number: elsewhere it, or two of them, would be dialed before another one.
    if isinstance(with_zero, PhoneNumber) and with_zero.e164.endswith(f"0{text}"):
        return PhoneCell(with_zero, (*repairs, Repair.LEADING_ZERO))
    # 00 is how most of the world dials abroad, but not all of it.
    with_plus = phone.parse(f"+{text.removeprefix('00')}", None)
    if isinstance(with_plus, PhoneNumber):
        reason = (
            f"{number.reason}; {with_plus.e164} would be one of {with_plus.region}. Write the plus if that is meant"
        )
        return PhoneCell(PhoneRefusal(PhoneRefusalCode.PLUS_LOST, reason), repairs)
    return PhoneCell(number, repairs)
