"""What spreadsheets do to phone numbers, undone where it is certain; and texts that they would take for formulas."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARKS: Final = "'="
"""The first letters of what `unescape` may change."""
_E164: Final = re.compile(r"\+[0-9]{6,19}(;\+[0-9]{6,19})*", re.ASCII)

_PLAIN: Final = re.compile(r"\+?[0-9][0-9 ()/-]*", re.ASCII)
_AS_TEXT: Final = re.compile(r'=\s*"([^"]*)"')
_BLANKS: Final = re.compile(r"[\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]")
_QUANTITY: Final = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?(?:[eE]([+-]?\d{1,3}))?", re.ASCII)
_GROUPED: Final = re.compile(r"\d{1,3}(?:([,'’])\d{3})(?:\1\d{3})+", re.ASCII)
_EXACT_DIGITS: Final = 15
"""So many digits of a number a spreadsheet keeps; the rest it makes zeros."""
_SHORTEST: Final = 6


class Repair(StrEnum):
    """What was undone in a phone number's cell."""

    APOSTROPHE = "apostrophe"
    """`'+442079460123`: the mark by which one tells a spreadsheet that this is text."""
    TEXT_FORMULA = "text_formula"
    """`="+442079460123"`, written to keep a spreadsheet from counting with it."""
    EXPONENT = "exponent"
    """`4.42079460123E+11`: all digits are there."""
    DECIMALS = "decimals"
    """`442079460123.0`: a whole number, written as a fraction."""
    BLANKS = "blanks"
    """Blanks that aren't the keyboard's, as between thousands."""
    GROUPING = "grouping"
    """`442,079,460,123`: commas or apostrophes between thousands."""
    LEADING_ZERO = "leading_zero"
    """The zero that a spreadsheet took from its beginning, in a country where the number is none without it."""


class Mended(NamedTuple):
    """A cell as it was meant, and what was undone, in that order."""

    text: str
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class DigitsLost:
    """Digits are gone, and nobody can tell which they were. `reason`: a sentence for a person."""

    reason: str


def mend_phone(cell: str) -> Mended | DigitsLost:
    """What a phone number's cell meant before a spreadsheet made something of it. Any other text stays as it is."""
    if _PLAIN.fullmatch(cell):
        return Mended(cell)
    repairs: list[Repair] = []
    text = cell
    if found := _AS_TEXT.fullmatch(text.strip()):
        text = found[1]
        repairs.append(Repair.TEXT_FORMULA)
    if _BLANKS.search(text):
        text = _BLANKS.sub(" ", text)
        repairs.append(Repair.BLANKS)
    text = text.strip()
    if text[:1] in ("'", "’"):
        text = text[1:].lstrip()
        repairs.append(Repair.APOSTROPHE)
    if _GROUPED.fullmatch(text):
        text = re.sub(r"\D", "", text)
        repairs.append(Repair.GROUPING)
    elif (found := _QUANTITY.fullmatch(text)) and (found[3] is not None or found[4] is not None):
        whole = _whole(text, *found.groups())
        if isinstance(whole, DigitsLost):
            return whole
        if whole is not None:
            text = whole
            repairs.append(Repair.EXPONENT if found[4] is not None else Repair.DECIMALS)
    return Mended(text, tuple(repairs)) if repairs else Mended(cell)


def unescape(cell: str) -> str:
    """A cell without the apostrophe, or the text formula, that keeps a spreadsheet from taking it for a formula."""
    if not cell or cell[0] not in MARKS:
        return cell
    if cell[0] == "'" and cell[1:].startswith(_FORMULA):
        return cell[1:]
    found = _AS_TEXT.fullmatch(cell)
    return found[1] if found else cell


def harmless(text: str) -> str:
    """`text` as a cell of a CSV file that no spreadsheet runs. Numbers in E.164 can do nothing and stay as they are."""
    return "'" + text if text.startswith(_FORMULA) and not _E164.fullmatch(text) else text


def _whole(text: str, sign: str, integer: str, fraction: str | None, exponent: str | None) -> str | DigitsLost | None:
    """A quantity's digits, if all of them are there; None for what is no whole quantity."""
    fraction = fraction or ""
    shift = int(exponent or "0")
    if exponent is None:
        # 030.12 may be how somebody writes a number; 442079460123.0 is not.
        is_whole = len(integer) >= _SHORTEST and len(fraction) <= 2 and not fraction.strip("0")
        return sign + integer if is_whole and sign != "-" else None
    significant = len(integer.lstrip("0")) + len(fraction.rstrip("0"))
    if sign == "-" or shift < 0 or len(fraction.rstrip("0")) > shift:
        return None
    if len(fraction) < shift or significant > _EXACT_DIGITS:
        shown = text if len(text) <= 40 else text[:39] + "…"
        return DigitsLost(f"{shown!r} is a number of which a spreadsheet kept {significant} digits; the rest is lost")
    return sign + integer + fraction[:shift]
