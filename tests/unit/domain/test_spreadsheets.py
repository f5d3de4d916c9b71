import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.phone import PhoneNumber, PhoneRefusal, PhoneRefusalCode
from dialer.domain.phone_cells import read
from dialer.domain.spreadsheets import DigitsLost, Mended, Repair, harmless, mend_phone, unescape


@pytest.mark.parametrize(
    ("cell", "text", "repairs"),
    [
        ("'+442079460123", "+442079460123", [Repair.APOSTROPHE]),
        ("’02079460123", "02079460123", [Repair.APOSTROPHE]),
        ('="+442079460123"', "+442079460123", [Repair.TEXT_FORMULA]),
        ('= "020 7946 0123" ', "020 7946 0123", [Repair.TEXT_FORMULA]),
        ("4.42079460123E+11", "442079460123", [Repair.EXPONENT]),
        ("4,42079460123e11", "442079460123", [Repair.EXPONENT]),
        ("442079460123E+0", "442079460123", [Repair.EXPONENT]),
        ("442079460123.0", "442079460123", [Repair.DECIMALS]),
        ("442079460123,00", "442079460123", [Repair.DECIMALS]),
        ("+442079460123.0", "+442079460123", [Repair.DECIMALS]),
        ("+4.42079460123E+11", "+442079460123", [Repair.EXPONENT]),
        ("123456.0", "123456", [Repair.DECIMALS]),
        ("'  020 7946 0123", "020 7946 0123", [Repair.APOSTROPHE]),
        ("442\u00a0079\u00a0460\u00a0123", "442 079 460 123", [Repair.BLANKS]),
        ("\u200b+442079460123", "+442079460123", [Repair.BLANKS]),
        ("442,079,460,123", "442079460123", [Repair.GROUPING]),
        ("442'079'460'123", "442079460123", [Repair.GROUPING]),
        ('="442079460123.0"', "442079460123", [Repair.TEXT_FORMULA, Repair.DECIMALS]),
    ],
)
def test_what_a_spreadsheet_did_is_undone(cell: str, text: str, repairs: list[Repair]) -> None:
    assert mend_phone(cell) == Mended(text, tuple(repairs))


@pytest.mark.parametrize("cell", ["4,4E+11", "4.4E+11", "4.42079E+11", "+4.92e11", "1.2345678901234567E+16", "44E10"])
def test_a_number_whose_digits_are_gone_is_never_guessed(cell: str) -> None:
    lost = mend_phone(cell)
    assert isinstance(lost, DigitsLost)
    assert cell in lost.reason


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("1." + "2" * 34 + "E+99", "1." + "2" * 34 + "E+99"), ("1." + "2" * 35 + "E+99", "1." + "2" * 35 + "E+…")],
)
def test_of_a_long_cell_the_beginning_is_shown(cell: str, shown: str) -> None:
    lost = mend_phone(cell)
    assert isinstance(lost, DigitsLost)
    assert lost.reason.startswith(f"'{shown}' is a number of which")


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "   ",
        "+44 20 7946 0123",
        "020.7946.0123",
        "2025550143.5",
        "442079460123.123",
        "-442079460123.0",
        "-4.42079460123E+11",
        "442079460123.000",
        "442079460123E-1",
        "1.23456789E+2",
        "12345.0",
        "1.5E-3",
        "030.12",
        "12,345",
        "202,555,0143",
        "call me",
        '=HYPERLINK("x","+442079460123")',
        "=1+2",
    ],
)
def test_anything_else_stays_as_it_is(cell: str) -> None:
    assert mend_phone(cell) == Mended(cell)


@given(st.integers(10**6, 10**15 - 1), st.sampled_from("Ee"), st.sampled_from(".,"), st.sampled_from(["", "+"]))
def test_a_quantity_with_all_its_digits_is_the_number_and_with_one_less_it_is_lost(
    number: int, letter: str, point: str, sign: str
) -> None:
    digits = str(number)
    exponent = len(digits) - 1
    assert mend_phone(f"{digits[0]}{point}{digits[1:]}{letter}{sign}{exponent}") == Mended(digits, (Repair.EXPONENT,))
    shorter = f"{digits[0]}{point}{digits[1:-1]}{letter}{sign}{exponent}"
    assert isinstance(mend_phone(shorter), DigitsLost)


@given(st.text())
def test_any_text_is_mended_without_an_error_and_what_is_mended_is_whole(cell: str) -> None:
    mended = mend_phone(cell)
    if isinstance(mended, Mended) and not mended.repairs:
        assert mended.text == cell


@pytest.mark.parametrize(
    ("cell", "region", "e164", "repairs"),
    [
        ("612345678", "IT", "+390612345678", (Repair.LEADING_ZERO,)),
        ("708091011", "CI", "+2250708091011", (Repair.LEADING_ZERO,)),
        ("612345678.0", "IT", "+390612345678", (Repair.DECIMALS, Repair.LEADING_ZERO)),
        ("2079460123", "GB", "+442079460123", ()),
        ("442079460123", "GB", "+442079460123", ()),
        ("00442079460123", "DE", "+442079460123", ()),
    ],
)
def test_a_lost_zero_is_put_back_where_the_number_is_none_without_it(
    cell: str, region: str, e164: str, repairs: tuple[Repair, ...]
) -> None:
    found = read(cell, region)
    assert isinstance(found.number, PhoneNumber)
    assert (found.number.e164, found.repairs) == (e164, repairs)


@pytest.mark.parametrize(
    ("cell", "region", "code", "says"),
    [
        ("442079460123", "US", PhoneRefusalCode.PLUS_LOST, "+442079460123 would be one of GB"),
        ("00442079460123", "US", PhoneRefusalCode.PLUS_LOST, "+442079460123 would be one of GB"),
        ("442079460123", None, PhoneRefusalCode.NO_REGION, "no default region"),
        ("708091011", "US", PhoneRefusalCode.TOO_SHORT, "too short"),
        ("4,4E+11", "GB", PhoneRefusalCode.DIGITS_LOST, "kept 2 digits"),
    ],
)
def test_a_lost_plus_or_digit_is_refused_with_what_to_do(
    cell: str, region: str | None, code: PhoneRefusalCode, says: str
) -> None:
    refusal = read(cell, region).number
    assert isinstance(refusal, PhoneRefusal)
    assert refusal.code is code
    assert says in refusal.reason


@pytest.mark.parametrize(
    ("cell", "region", "code", "repairs"),
    [
        ("442079460123.0", "US", PhoneRefusalCode.PLUS_LOST, (Repair.DECIMALS,)),
        ("'unknown", "GB", PhoneRefusalCode.NOT_A_NUMBER, (Repair.APOSTROPHE,)),
        ("'555 0143", "US", PhoneRefusalCode.TOO_SHORT, (Repair.APOSTROPHE,)),
        ("'55501434", "US", PhoneRefusalCode.TOO_SHORT, (Repair.APOSTROPHE,)),
        # Whoever writes blanks has written what they meant.
        ("44 2079460123", "US", PhoneRefusalCode.TOO_LONG, ()),
        (
            "\u0664\u0664\u0662\u0660\u0667\u0669\u0664\u0666\u0660\u0661\u0662\u0663",
            "US",
            PhoneRefusalCode.TOO_LONG,
            (),
        ),
        ("1234567", "US", PhoneRefusalCode.TOO_SHORT, ()),
    ],
)
def test_what_was_undone_is_told_with_the_refusal(
    cell: str, region: str, code: PhoneRefusalCode, repairs: tuple[Repair, ...]
) -> None:
    found = read(cell, region)
    assert isinstance(found.number, PhoneRefusal)
    assert (found.number.code, found.repairs) == (code, repairs)


def test_a_special_number_that_is_allowed_is_read_from_a_cell_too() -> None:
    assert read("116123", "DE", frozenset({"116123"})).number == PhoneNumber("+49116123", "DE", "short", ())


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("'=1+1", "=1+1"),
        ("'+1 x", "+1 x"),
        ("'quoted'", "'quoted'"),
        ("'", "'"),
        ('="0123"', "0123"),
        ('= "x"', "x"),
        ("=1+1", "=1+1"),
        ("a'=1", "a'=1"),
        ("", ""),
    ],
)
def test_what_keeps_a_cell_from_being_run_is_taken_away(cell: str, text: str) -> None:
    assert unescape(cell) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", '=cmd|"/c calc"!A0', "+12025550100 x", "+1;=1"]
)
def test_what_a_spreadsheet_would_run_is_made_harmless(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", "O'Neil", "+12025550100", "+12025550100;+442079460123", "a=1", "12", "'quoted'"])
def test_what_it_would_not_run_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


_LED = st.builds(str.__add__, st.sampled_from(["", "+", "-", "@", "\t", "＝"]), st.text(max_size=20))


@given(_LED.filter(lambda text: not text.startswith(("'", "="))))
def test_what_was_made_harmless_is_read_as_it_was(text: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([harmless(text)])
    [[cell]] = csv.reader(io.StringIO(out.getvalue(), newline="")) if text else [[""]]
    assert unescape(cell) == text
