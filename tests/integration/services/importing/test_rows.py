"""Rows of a list: contacts, duplicates, and what is refused with its line and reason."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from dialer.db import contact_import
from dialer.domain.imports import ImportState
from dialer.errors import InvalidInput
from dialer.services.importing.service import AddResult, CallListImport, NewContact
from tests.integration.services.importing.lists import LONDON, another_process, count, imported, numbers, report, sums


def test_a_list_becomes_contacts_with_their_zones_priorities_and_data(engine: Engine, lists: CallListImport) -> None:
    info = imported(
        lists,
        "Phone;Full name;Time zone;Priority;ID;First Name;Plan\r\n"
        "020 7946 0001;Ada L;;5;a-1;Ada;\r\n"
        '+1 212 555 0123;"B; the second";America/Denver;;;"Bob\r\nby";gold\r\n'
        "+80012345678;;;;;;\r\n",
    )
    assert (info.state, sums(info)) == (ImportState.COMPLETED, (3, 3, 0, 0))
    assert info.finished_at is not None
    assert info.columns["variables"] == {"First_Name": 5, "Plan": 6}
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT phone_number, c.name, zones, priority, external_id, state, data, call_list_id FROM contacts c"
                " JOIN zone_sets z ON z.id = zone_id LEFT JOIN contact_data d ON d.contact_id = c.id ORDER BY c.id"
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        ("+442079460001", "Ada L", ["Europe/London"], 5, "a-1", "ready", {"First_Name": "Ada"}, info.id),
        (
            "+12125550123", "B; the second", ["America/Denver"], 0, None, "ready",
            {"First_Name": "Bob by", "Plan": "gold"}, info.id,
        ),
        ("+80012345678", None, [], 0, None, "ready", None, info.id),
    ]  # fmt: skip
    assert count(engine, "import_chunks", "rows IS NOT NULL OR NOT done") == 0


def test_every_row_is_a_contact_a_duplicate_or_refused_with_its_line_and_reason(
    engine: Engine, lists: CallListImport
) -> None:
    with engine.begin() as tx:
        tx.execute(
            text(
                "INSERT INTO dnc (phone_number, campaign_id, source, created_by, expires_at) VALUES"
                " ('+442079460010', NULL, 'm', 'u', NULL), ('+442079460011', 1, 'm', 'u', NULL),"
                " ('+442079460012', 2, 'm', 'u', NULL), ('+442079460013', NULL, 'm', 'u', '2020-01-01')"
            )
        )
    imported(lists, numbers(0, 1))
    info = imported(
        lists,
        "phone,name,tz,prio\n"
        "+442079460000,there already\n"  # line 2
        "+442079460001,good\n"
        "020 7946 0001,again\n"  # 4
        "nobody,x\n"  # 5
        '+442079460002,"open\n'  # 6
        "+442079460003,a,,,too many\n"  # 7
        '+442079460004,"a\nb"\n'  # 8 and 9
        "+442079460005,x,Nowhere\n"  # 10
        "+442079460006,x,,urgent\n"  # 11
        "999\n"  # 12
        "\n"
        "=1+1\n"  # 14
        "+442079460010\n+442079460011\n+442079460012\n+442079460013\n"  # 15, 16 refused; 17, 18 not
        "+442079460007,\x07\n",  # 19
    )
    assert info.state is ImportState.COMPLETED
    rows = report(lists, info.id)
    assert [(int(line), code) for line, code, _, _ in rows] == [
        (2, "duplicate"),
        (4, "duplicate"),
        (5, "phone_not_a_number"),
        (6, "bad_quoting"),
        (7, "too_many_cells"),
        (10, "unknown_time_zone"),
        (11, "invalid_priority"),
        (12, "emergency_number"),
        (14, "phone_not_a_number"),
        (15, "dnc"),
        (16, "dnc"),
        (19, "control_characters"),
    ]
    assert "in the campaign already (contact 1)" in rows[0][2]
    assert "line 3" in rows[1][2]
    assert rows[2][3] == "nobody,x"
    assert sums(info) == (16, 4, 2, 10)
    assert count(engine, "contacts", f"call_list_id = {info.id}") == 4


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless_in_the_report(lists: CallListImport) -> None:
    info = imported(lists, "phone\n=1+1\n@x\nx\n")
    assert [row[3] for row in report(lists, info.id)] == ["'=1+1", "'@x", "x"]


@pytest.mark.usefixtures("small_pieces")
def test_duplicates_across_pieces_and_campaigns(lists: CallListImport) -> None:
    info = imported(lists, numbers(0, 25) + LONDON.format(3) + "\n")
    assert sums(info) == (26, 25, 1, 0)
    assert "on this list already" in report(lists, info.id)[0][2]
    assert sums(imported(lists, numbers(0, 25), campaign_id=2)) == (25, 25, 0, 0)


@pytest.mark.usefixtures("small_pieces")
def test_contacts_are_dialed_in_the_order_of_the_file(engine: Engine, lists: CallListImport) -> None:
    given = [(n * 37) % 100 for n in range(100)]
    imported(lists, "phone\n" + "".join(LONDON.format(n) + "\n" for n in given))
    with engine.connect() as connection:
        found = list(connection.scalars(text("SELECT phone_number FROM contacts ORDER BY id")))
    assert found == [LONDON.format(n) for n in given]


def test_new_zone_sets_are_made_once_however_many_need_them(engine: Engine) -> None:
    berlin = ("Europe/Berlin",)
    sets = [(berlin, ("DE",)), ((*berlin, "Europe/Busingen"), ("DE",)), ((), ())]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: contact_import.ensure_places(engine, sets), range(8)))
    assert all(ids == found[0] for ids in found)
    assert count(engine, "zone_sets") == 3


def test_contacts_given_as_json_get_a_result_each_in_order(engine: Engine, lists: CallListImport) -> None:
    with engine.begin() as tx:
        tx.execute(text("INSERT INTO dnc (phone_number, source, created_by) VALUES ('+442079460009', 'm', 'u')"))
    imported(lists, numbers(0, 1))
    results = lists.add_contacts(
        1,
        [
            NewContact(LONDON.format(5), name="A", priority=9, data={"city": "Ulm"}),
            NewContact(LONDON.format(0)),
            NewContact("nobody"),
            NewContact("020 7946 0005"),
            NewContact(LONDON.format(9)),
            NewContact(LONDON.format(6), priority=101),
            NewContact(LONDON.format(7), data={"CALLERID(num)": "1"}),
            NewContact(LONDON.format(4), time_zone="Asia/Tokyo"),
        ],
        "somebody",
    )
    codes = [result.code for result in results]
    assert codes == [
        None, "duplicate", "phone_not_a_number", "duplicate", "dnc", "invalid_priority", "invalid_variable_name", None,
    ]  # fmt: skip
    assert "item 1" in str(results[3].reason)
    assert isinstance(results[0], AddResult)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT id, phone_number, priority, call_list_id FROM contacts WHERE call_list_id IS NULL ORDER BY id")
        ).all()
    assert [tuple(row) for row in rows] == [
        (results[0].contact_id, "+442079460005", 9, None),
        (results[7].contact_id, "+442079460004", 0, None),
    ]


@pytest.mark.parametrize("n", [0, 1001])
def test_one_to_a_thousand_contacts_are_added_at_once(lists: CallListImport, n: int) -> None:
    with pytest.raises(InvalidInput, match="1000"):
        lists.add_contacts(1, [NewContact(LONDON.format(1))] * n, "u")


def test_special_numbers_that_the_setting_names_are_imported(engine: Engine) -> None:
    lists = another_process(engine, special_numbers_allowed="+449098790123")
    info = imported(lists, "phone\n+449098790123\n+449098790124\n")
    assert sums(info) == (2, 1, 0, 1)
