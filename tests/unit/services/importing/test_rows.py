from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.services.importing.chunks import pack, row_text, unpack
from dialer.services.importing.codes import ALL_CODES, RowCode
from dialer.services.importing.mapping import valid_variable
from dialer.services.importing.reader import ROW_TEXT_CHARS, Row
from dialer.services.importing.rows import Candidate, RawContact, RowRefusal, RowRules

RULES = RowRules("GB", frozenset(), valid_variable)


def raw(**given: object) -> RawContact:
    fields = {
        "phone_number": "020 7946 0123",
        "name": "",
        "time_zone": "",
        "priority": "",
        "external_id": "",
        "data": {},
    }
    return RawContact(**{**fields, **given})  # type: ignore[arg-type]


def test_a_row_becomes_a_candidate_in_its_numbers_zone() -> None:
    assert RULES.judge(raw(name="Ada", priority="-7", external_id="x", data={"city": "Ulm", "plan": ""})) == Candidate(
        "+442079460123", ("Europe/London",), -7, "x", "Ada", {"city": "Ulm"}, ("GB",)
    )


@pytest.mark.parametrize("given", ["America/New_York", "america/new_york"])
def test_the_time_zone_of_the_row_goes_before_that_of_the_number(given: str) -> None:
    candidate = RULES.judge(raw(time_zone=given))
    assert isinstance(candidate, Candidate)
    assert candidate.zones == ("America/New_York",)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"time_zone": "Mars/Olympus"}, RowCode.TIME_ZONE),
        ({"time_zone": "../etc/passwd"}, RowCode.TIME_ZONE),
        ({"priority": "high"}, RowCode.PRIORITY),
        ({"priority": "1.5"}, RowCode.PRIORITY),
        ({"priority": "101"}, RowCode.PRIORITY),
        ({"priority": "-101"}, RowCode.PRIORITY),
        ({"priority": "9" * 5000}, RowCode.PRIORITY),
        ({"priority": "٣"}, RowCode.PRIORITY),
        ({"name": "x" * 201}, RowCode.VALUE_TOO_LONG),
        ({"external_id": "x" * 201}, RowCode.VALUE_TOO_LONG),
        ({"data": {"city": "x" * 1001}}, RowCode.VALUE_TOO_LONG),
        ({"name": "a\0b"}, RowCode.CONTROL_CHARACTERS),
        ({"data": {"city": "a\x1b[2J"}}, RowCode.CONTROL_CHARACTERS),
        ({"data": {"city": "\ud800"}}, RowCode.CONTROL_CHARACTERS),
        ({"data": {"CALLERID(num)": "1"}}, RowCode.VARIABLE_NAME),
    ],
)
def test_a_row_that_can_not_be_used_is_refused_with_its_code(given: dict[str, object], code: RowCode) -> None:
    refusal = RULES.judge(raw(**given))
    assert isinstance(refusal, RowRefusal)
    assert refusal.code == code


def test_line_breaks_in_data_become_blanks() -> None:
    candidate = RULES.judge(raw(data={"address": "1 High St\r\nUlm\n\nDE\tx"}))
    assert isinstance(candidate, Candidate)
    assert candidate.data == {"address": "1 High St Ulm DE x"}


ANYTHING = st.text(max_size=30)


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING, st.dictionaries(ANYTHING, ANYTHING, max_size=3))
def test_no_row_is_so_strange_that_it_is_neither_a_candidate_nor_refused(
    phone_number: str, name: str, time_zone: str, priority: str, external_id: str, data: dict[str, str]
) -> None:
    for number in (phone_number, "+442079460123"):
        judged = RULES.judge(RawContact(number, name, time_zone, priority, external_id, data))
        if isinstance(judged, RowRefusal):
            assert judged.code in ALL_CODES
            assert "\0" not in judged.reason
            judged.reason.encode()
        else:
            for text in (judged.name or "", judged.external_id or "", *judged.data.values()):
                assert "\0" not in text
                text.encode()


@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.lists(st.text(st.characters(codec="utf-8")), min_size=1)), min_size=1)
)
def test_a_piece_comes_back_as_it_was_packed(given: list[tuple[int, list[str]]]) -> None:
    rows = [Row(line, cells) for line, cells in given]
    assert unpack(pack(rows)) == rows


def test_a_piece_of_many_rows_is_compressed() -> None:
    rows = [Row(n, ["+442079460123", "somebody"]) for n in range(2000)]
    stored = pack(rows)
    assert len(stored) < 30_000
    assert unpack(stored) == rows


def test_a_row_in_the_report_is_cut_and_quoted_as_in_the_file() -> None:
    assert row_text(["1", "a;b", 'c"'], ";") == '1;"a;b";"c"""'
    assert len(row_text(["x" * 9999], ",")) == ROW_TEXT_CHARS


@pytest.mark.parametrize(
    ("code", "regions"),
    [("", ("GB",)), ("us-fl", ("GB", "US", "US-FL")), ("GB", ("GB",)), ("GB-SCT", ("GB", "GB-SCT"))],
)
def test_region_is_the_list_s_besides_the_number_s(code: str, regions: tuple[str, ...]) -> None:
    candidate = RULES.judge(raw(region=code))
    assert isinstance(candidate, Candidate)
    assert candidate.regions == regions


@pytest.mark.parametrize("code", ["Florida", "XX", "US-", "US-FLOR"])
def test_what_is_no_region_is_refused(code: str) -> None:
    refusal = RULES.judge(raw(region=code))
    assert isinstance(refusal, RowRefusal)
    assert refusal.code == "unknown_region"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ],
)
def test_consent_is_kept_with_its_source(text: str, moment: datetime) -> None:
    candidate = RULES.judge(raw(consent_at=text, consent_source="web form"))
    assert isinstance(candidate, Candidate)
    assert (candidate.consent_at, candidate.consent_source) == (moment, "web form")


def test_consent_without_a_readable_time_is_refused() -> None:
    refusal = RULES.judge(raw(consent_at="last spring"))
    assert isinstance(refusal, RowRefusal)
    assert refusal.code == "invalid_consent_at"


def numbers(judged: object) -> list[str]:
    assert isinstance(judged, Candidate)
    return [number.phone_number for number in judged.numbers]


def test_further_numbers_keep_their_order_each_once_in_its_own_zone() -> None:
    judged = RULES.judge(raw(others=("+1 212 555 0123", "+44 20 7946 0123", "020 7946 0199")))
    assert numbers(judged) == ["+442079460123", "+12125550123", "+442079460199"]
    assert isinstance(judged, Candidate)
    assert [n.zones for n in judged.numbers[:2]] == [("Europe/London",), ("America/New_York",)]
    assert judged.numbers[1].regions == ("US",)


def test_row_s_own_zone_and_region_hold_for_all_of_its_numbers() -> None:
    judged = RULES.judge(raw(others=("+1 212 555 0123",), time_zone="Asia/Tokyo", region="JP"))
    assert isinstance(judged, Candidate)
    assert {n.zones for n in judged.numbers} == {("Asia/Tokyo",)}
    assert all("JP" in n.regions for n in judged.numbers)


def test_list_s_numbers_that_can_not_be_dialed_are_left_out_while_one_can() -> None:
    judged = RULES.judge(raw(phone_number="12", others=("999", "020 7946 0199", "x")))
    assert isinstance(judged, Candidate)
    assert (judged.phone_number, judged.numbers) == ("+442079460199", ())
    refused = RULES.judge(raw(phone_number="12", others=("999",)))
    assert isinstance(refused, RowRefusal)
    assert refused == RULES.judge(raw(phone_number="12"))


def test_contact_given_as_json_is_refused_for_any_of_its_numbers_which_is_named() -> None:
    judged = RowRules("GB", frozenset(), valid_variable, strict=True).judge(raw(others=("020 7946 0199", "999")))
    assert isinstance(judged, RowRefusal)
    assert (judged.code, judged.reason[:10]) == ("emergency_number", "Number 3: ")
