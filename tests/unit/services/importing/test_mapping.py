import pytest

from dialer.errors import InvalidInput
from dialer.services.importing.fields import NAMES, Field
from dialer.services.importing.mapping import (
    MAX_COLUMNS,
    MAX_NUMBERS,
    MAX_VARIABLE_CHARS,
    columns_from_json,
    read_header,
    valid_variable,
)


@pytest.mark.parametrize(("field", "name"), [(field, name) for field, names in NAMES.items() for name in names])
def test_every_documented_name_is_understood_in_any_case_and_punctuation(field: Field, name: str) -> None:
    for written in (name, name.upper(), f"  {name.replace('_', ' ').title()} ", name.replace("_", "-") + ":"):
        others = [] if field is Field.PHONE else ["phone"]
        assert read_header([*others, written], ",", line=1).fields[field] == len(others)


def test_other_columns_become_names_that_a_channel_variable_may_have_all_different() -> None:
    header = [
        "phone",
        "First name",
        "first_name",
        "2nd line",
        "Straße/Ort",
        "",
        "__x",
        "EXTEN",
        "exten",
        "顧客",
        "FIRST NAME",
    ]
    variables = read_header(header, ",", line=1).variables
    assert variables == {
        "First_name": 1,
        "first_name_2": 2,
        "v_2nd_line": 3,
        "Strae_Ort": 4,
        "column_6": 5,
        "x": 6,
        "v_EXTEN": 7,
        "exten": 8,
        "column_10": 9,
        "FIRST_NAME_3": 10,
    }
    assert all(valid_variable(name) for name in variables)


def test_long_names_that_begin_alike_stay_different_and_valid() -> None:
    names = list(read_header(["phone", *["a" * 100] * 30], ",", line=1).variables)
    assert len(set(names)) == 30
    assert all(valid_variable(name) and len(name) <= MAX_VARIABLE_CHARS for name in names)


@pytest.mark.parametrize("name", ["", "_x", "1x", "a b", "CALLERID", "DIALER_ID", "a" * 61, "X(y)", "ä"])
def test_names_that_asterisk_would_take_for_something_else_are_not_valid(name: str) -> None:
    assert not valid_variable(name)


def test_two_columns_for_one_field_are_an_error_that_names_both() -> None:
    with pytest.raises(InvalidInput, match=r"columns 2 \('tz'\) and 3 \('Zone'\)"):
        read_header(["phone", "tz", "Zone"], ",", line=1)


def test_there_is_a_bound_on_columns() -> None:
    with pytest.raises(InvalidInput, match="columns"):
        read_header(["phone", *map(str, range(MAX_COLUMNS))], ",", line=1)


def test_a_row_is_read_by_its_header_blanks_are_left_out() -> None:
    columns = read_header(["City", "phone", "name", "prio", "tz", "id", "Plan"], ",", line=1)
    raw = columns_from_json(columns.as_json()).contact([" Ulm ", " 1 ", "B", "5", "", "", " "])
    assert (raw.phone_number, raw.name, raw.priority, raw.time_zone, raw.external_id) == ("1", "B", "5", "", "")
    assert raw.data == {"City": "Ulm"}
    short = columns.contact(["Ulm"])
    assert (short.phone_number, short.data) == ("", {"City": "Ulm"})


def test_further_phone_columns_are_further_numbers_in_the_file_s_order() -> None:
    columns = read_header(["Phone 2", "City", "phone", "Mobile3", "phone_2nd"], ",", line=1)
    assert columns.fields == {"phone": 0, "phone_2": 2, "phone_3": 3}
    assert set(columns.variables) == {"City", "phone_2nd"}
    raw = columns_from_json(columns.as_json()).contact(["1", "Ulm", "", " 3 ", ""])
    assert (raw.phone_number, raw.others) == ("1", ("3",))


def test_there_is_a_bound_on_numbers() -> None:
    names = [f"phone_{n}" for n in range(1, MAX_NUMBERS + 1)]
    assert len(read_header(names, ",", line=1).fields) == MAX_NUMBERS
    with pytest.raises(InvalidInput, match="11 columns are phone numbers; 10 are allowed"):
        read_header([*names, "mobile"], ",", line=1)
