import re
import zoneinfo

import phonenumbers
import pytest
from phonenumbers.tzdata import TIMEZONE_DATA

from dialer.domain import phone
from dialer.domain.phone import PhoneNumber, PhoneRefusal, PhoneRefusalCode

NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("text", "region", "e164", "kind"),
    [
        ("+44 20 7946 0123", None, "+442079460123", "fixed_line"),
        ("020 7946 0123", "GB", "+442079460123", "fixed_line"),
        ("(202) 555-0143", "US", "+12025550143", "fixed_line_or_mobile"),
        ("442079460123", "GB", "+442079460123", "fixed_line"),
        ("00442079460123", "DE", "+442079460123", "fixed_line"),
        ("tel:+44-20-7946-0123", None, "+442079460123", "fixed_line"),
        ('="02079460123"', "GB", "+442079460123", "fixed_line"),
        ("+1 800 555 0199", None, "+18005550199", "toll_free"),
        ("٠٢٠٧٩٤٦٠١٢٣", "GB", "+442079460123", "fixed_line"),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, region: str | None, e164: str, kind: str) -> None:
    number = phone.parse(text, region)
    assert isinstance(number, PhoneNumber)
    assert (number.e164, number.kind) == (e164, kind)


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("", "GB", PhoneRefusalCode.EMPTY),
        (" \t", "GB", PhoneRefusalCode.EMPTY),
        ("unknown", "GB", PhoneRefusalCode.NOT_A_NUMBER),
        ("+", "GB", PhoneRefusalCode.NOT_A_NUMBER),
        ("\0", "GB", PhoneRefusalCode.NOT_A_NUMBER),
        ("+44 20 794", None, PhoneRefusalCode.TOO_SHORT),
        ("555 0143", "US", PhoneRefusalCode.TOO_SHORT),
        ("+44 20 7946 0123 4567", None, PhoneRefusalCode.TOO_LONG),
        ("1" * 300, "GB", PhoneRefusalCode.TOO_LONG),
        ("020 7946 0123", None, PhoneRefusalCode.NO_REGION),
        ("+999 123456", None, PhoneRefusalCode.INVALID),
        ("00 999 123456", "GB", PhoneRefusalCode.INVALID),
        ("+44 7700 900123", None, PhoneRefusalCode.INVALID),
        ("020 7946 0123 ext. 12", "GB", PhoneRefusalCode.EXTENSION),
        ("+44 909 879 0123", None, PhoneRefusalCode.PREMIUM_RATE),
        ("1-900-555-1234", "US", PhoneRefusalCode.PREMIUM_RATE),
        ("116123", "DE", PhoneRefusalCode.SHORT_CODE),
        ("22000", "US", PhoneRefusalCode.SHORT_CODE),
    ],
)
def test_a_text_that_may_not_be_dialed_is_refused_with_its_code(
    text: str, region: str | None, code: PhoneRefusalCode
) -> None:
    refusal = phone.parse(text, region)
    assert isinstance(refusal, PhoneRefusal)
    assert refusal.code is code
    assert refusal.reason


@pytest.mark.parametrize("text", ["4.4207946E+11", "442079460123.0", "2025550143.00", "+4.92e11"])
def test_a_quantity_that_a_spreadsheet_wrote_is_not_taken_for_another_number(text: str) -> None:
    for region in ("GB", "US", "DE"):
        refusal = phone.parse(text, region)
        assert isinstance(refusal, PhoneRefusal)
        assert refusal.code is PhoneRefusalCode.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("911", "US"), ("911", None), ("+1911", None), ("9 1 1", "US"), ("112", "DE"), ("110", "DE"), ("+49110", None),
        ("999", "GB"), ("000", "AU"), ("15", "FR"),
        # Not an emergency number in the list's own country, but somewhere: nobody means a person by it.
        ("999", "US"), ("911", "DE"), ("000", "GB"),
    ],
)  # fmt: skip
def test_an_emergency_number_is_never_a_number_to_dial(text: str, region: str | None) -> None:
    refusal = phone.parse(text, region)
    assert isinstance(refusal, PhoneRefusal)
    assert refusal.code is PhoneRefusalCode.EMERGENCY


def test_special_numbers_can_be_dialed_if_the_setting_names_them() -> None:
    assert phone.dialable("+449098790123", NOBODY) is not None
    assert phone.dialable("+449098790123", frozenset({"+449098790123"})) is None
    for named in ("116123", "+49116123"):
        number = phone.parse("116123", "DE", frozenset({named}))
        assert isinstance(number, PhoneNumber)
        assert (number.e164, number.kind) == ("+49116123", "short")
        assert phone.dialable(number.e164, frozenset({named})) is None


@pytest.mark.parametrize("number", ["+431110", "+491640", "+989601"])
def test_the_shortest_numbers_there_are_can_be_stored_and_dialed(number: str) -> None:
    found = phone.parse(number, None)
    assert isinstance(found, PhoneNumber)
    assert found.e164 == number
    assert len(number) == phone.MIN_LENGTH


def test_a_number_too_short_to_be_stored_is_refused_even_if_allowed() -> None:
    refusal = phone.parse("911", "US", frozenset({"911", "+1911"}))
    assert isinstance(refusal, PhoneRefusal)
    assert refusal.code is PhoneRefusalCode.TOO_SHORT


@pytest.mark.parametrize("stored", ["442079460123", "+44 20 7946 0123", "+4402079460123", "020 7946 0123", "911", ""])
def test_only_e164_is_dialable(stored: str) -> None:
    assert phone.dialable(stored, NOBODY) is not None


def test_a_good_stored_number_is_dialable() -> None:
    assert phone.dialable("+442079460123", NOBODY) is None


@pytest.mark.parametrize(
    ("e164", "expected"),
    [
        ("+12125550123", ("America/New_York",)),
        ("+13125550123", ("America/Chicago",)),
        ("+442079460123", ("Europe/London",)),
        ("+4930123456", ("Europe/Berlin",)),
        ("+80012345678", ()),
        ("nonsense", ()),
    ],
)
def test_the_zones_of_a_number(e164: str, expected: tuple[str, ...]) -> None:
    assert phone.zones(e164) == expected


def test_a_number_that_may_be_in_several_zones_has_all_of_them_sorted() -> None:
    zones = phone.zones("+18005550199")
    assert {"America/New_York", "America/Los_Angeles", "Pacific/Honolulu"} <= set(zones)
    assert list(zones) == sorted(zones)


def test_every_zone_that_a_number_can_have_is_known_to_this_machine() -> None:
    named = {zone for zones in TIMEZONE_DATA.values() for zone in zones} - {"Etc/Unknown"}
    assert named <= zoneinfo.available_timezones()


def test_a_list_of_many_countries_has_no_pattern_compiled_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [phonenumbers.example_number(region) for region in sorted(phonenumbers.SUPPORTED_REGIONS)]
    examples = [phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164) for n in found if n is not None]
    assert len(examples) > 200
    before = [phone.parse(number, None) for number in examples]

    def compile_again(pattern: str) -> None:
        raise AssertionError(f"compiled again: {pattern}")

    monkeypatch.setattr(re, "compile", compile_again)
    assert [phone.parse(number, None) for number in examples] == before


def test_regions_are_iso_3166_in_capital_letters() -> None:
    assert phone.known_region("GB")
    assert not any(phone.known_region(region) for region in ("gb", "UK", "001", ""))


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        ("", None, "There is no phone number"),
        ("1.23457E+11", "US", "'1.23457E+11' is how a spreadsheet writes a quantity, not a phone number"),
        ("nobody", "US", "'nobody' is not a phone number"),
        (
            "020 7946 0123",
            None,
            "'020 7946 0123' is a national number, and no default region says of which country; "
            "write it with + and the country code",
        ),
        ("+44 20 794", None, "'+44 20 794' lacks its area code"),
        ("+44 1", None, "'+44 1' is too short for a phone number"),
        ("555 0143", "US", "'555 0143' lacks its area code"),
        ("+44 7700 900123", None, "'+44 7700 900123' can't be a number of GB (+44)"),
        ("+883 5100 1", None, "'+883 5100 1' is too short for a number of +883"),
        ("+999 123456", None, "'+999 123456' has a country code that does not exist"),
        ("x" * 40, "US", f"'{'x' * 40}' is not a phone number"),
        ("x" * 41, "US", f"'{'x' * 39}…' is not a phone number"),
        ("911", None, "911 is an emergency number in AC"),
        ("911", "US", "911 is an emergency number in US"),
        ("+44 909 879 0123", None, "+449098790123 is a premium-rate number"),
    ],
)
def test_a_refusal_says_what_was_read_and_what_is_wrong_with_it(text: str, region: str | None, reason: str) -> None:
    refusal = phone.parse(text, region)
    assert isinstance(refusal, PhoneRefusal)
    assert refusal.reason == reason


def test_a_short_number_that_is_allowed_is_dialed_if_it_is_long_enough() -> None:
    number = phone.parse("116123", "DE", frozenset({"116123"}))
    assert number == PhoneNumber("+49116123", "DE", "short", ())
    too_short = phone.parse("112", "DE", frozenset({"112"}))
    assert too_short == PhoneRefusal(
        PhoneRefusalCode.TOO_SHORT, "+49112 has fewer than 7 characters and can't be dialed, although it is allowed"
    )


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+12125550123", ("America/New_York",)),
        ("+493023125000", ("Europe/Berlin",)),
        ("+4915123456789", ("Europe/Berlin",)),
        ("+61491570156", None),
        ("+18005550199", None),
    ],
)
def test_zones_are_those_of_the_place_or_else_of_the_whole_country(number: str, zones: tuple[str, ...] | None) -> None:
    for _ in range(2):  # the second time from memory
        found = phone.parse(number, None)
        assert isinstance(found, PhoneNumber)
        if zones is not None:
            assert found.zones == zones
        else:
            assert len(found.zones) > 3
            assert list(found.zones) == sorted(found.zones)
