import pytest

from dialer.errors import InvalidInput
from dialer.services.importing.mapped import Mapped
from dialer.services.importing.mapping import Columns, read_header

HEADER = ["Rufnummer", "Kunde", "id", "Mobile", "Notes"]


def mapped(*texts: str, header: list[str] = HEADER) -> Columns:
    return read_header(header, ",", line=1, mapped=Mapped.parse(texts))


def test_a_column_with_a_name_of_its_own_becomes_a_field() -> None:
    found = mapped("phone:Rufnummer", "name:kunde")
    assert found.fields == {"phone": 0, "name": 1, "external_id": 2}
    assert found.variables == {"Mobile": 3, "Notes": 4}


def test_a_field_that_is_mapped_is_taken_from_these_columns_only_and_phones_in_the_order_given() -> None:
    found = mapped("phone:Mobile", "phone:Rufnummer")
    assert (found.fields["phone"], found.fields["phone_2"]) == (3, 0)


def test_columns_may_be_ignored_or_kept_as_data_whatever_their_name() -> None:
    found = mapped("phone:Rufnummer", "data:id", "ignore:Notes", "ignore:Mobile")
    assert found.fields == {"phone": 0}
    assert found.variables == {"Kunde": 1, "id": 2}


def test_a_mapping_settles_which_of_two_columns_it_is() -> None:
    found = mapped("name:Contact", header=["phone", "Name", "Contact"])
    assert found.fields == {"phone": 0, "name": 2}
    assert found.variables == {"Name": 1}


def test_exact_names_go_before_alike_ones_and_a_colon_may_be_in_a_name() -> None:
    found = mapped("phone:tel:1", header=["TEL 1", "tel:1"])
    assert found.fields == {"phone": 1}


@pytest.mark.parametrize("text", ["phone", "phone:", "fone:Rufnummer", ":x", "", "phone: "])
def test_a_mapping_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Mapped.parse([text])
    assert caught.value.extra["errors"][0]["field"] == "map"


@pytest.mark.parametrize(
    ("texts", "header", "says"),
    [
        (["phone:Nummer"], HEADER, "no column is named 'Nummer'; the columns are 'Rufnummer'"),
        (["phone:Rufnummer", "name:Kunde", "name:Notes"], HEADER, "name is named twice"),
        (["phone:Rufnummer", "data:rufnummer"], HEADER, "is named twice"),
        (["phone:x"], ["X", "x "[:1], "x"], "2 columns are named 'x'"),
        (["ignore:phone"], ["phone", "name"], "no column is the phone number"),
    ],
)
def test_a_mapping_that_does_not_fit_the_header_is_refused(texts: list[str], header: list[str], says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        mapped(*texts, header=header)
    assert says in caught.value.detail
