"""What contacts refer to: triggers stand for foreign keys, and must refuse what those would."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from dialer.db.engine import create_engine
from tests.support.databases import copy_of
from tests.support.factories import make_call_list, make_campaign, make_contacts, make_node, make_trunk, zone_set
from tests.support.world import wait_for

NOWHERE = 30_000
PARENTS = {"campaign_id": "campaigns", "call_list_id": "call_lists", "zone_id": "zone_sets"}
REFERENCES = pytest.mark.parametrize("column", PARENTS)


class Rows:
    """A campaign, a list and a place to refer to, all without contacts, and the contacts that refer to them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with engine.begin() as tx:
            trunk_id = make_trunk(tx, make_node(tx))
            owner_id = make_campaign(tx, trunk_id, "of the list")
            self.ids = {
                "campaign_id": make_campaign(tx, trunk_id),
                "call_list_id": make_call_list(tx, owner_id),
                "zone_id": zone_set(tx, "Europe/London"),
            }
            self.others = {
                "campaign_id": owner_id,
                "call_list_id": make_call_list(tx, owner_id, "another.csv"),
                "zone_id": zone_set(tx, "Europe/Paris"),
            }

    def insert(self, tx: Connection, phones: int = 1, **changes: int) -> None:
        tx.execute(
            text(
                "INSERT INTO contacts (campaign_id, call_list_id, zone_id, phone_number)"
                " SELECT :campaign_id, :call_list_id, :zone_id, '+4420794600' || n FROM generate_series(10, :last) AS n"
            ),
            self.ids | changes | {"last": 9 + phones},
        )

    def delete(self, tx: Connection, column: str) -> None:
        tx.execute(text(f"DELETE FROM {PARENTS[column]} WHERE id = :id"), {"id": self.ids[column]})

    def waits(self) -> bool:
        """Whether somebody waits for a lock."""
        with self.engine.connect() as connection:
            return bool(
                connection.scalar(
                    text(
                        "SELECT count(*) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                    )
                )
            )


@pytest.fixture
def rows(postgres_url: str, migrated_template: str) -> Iterator[Rows]:
    with copy_of(migrated_template, postgres_url) as url:
        engine = create_engine(url)
        yield Rows(engine)
        engine.dispose()


def violated(error: pytest.ExceptionInfo[IntegrityError]) -> str:
    return str(error.value.orig.diag.constraint_name)  # type: ignore[union-attr]


@REFERENCES
def test_contact_of_what_is_not_there_is_refused(rows: Rows, column: str) -> None:
    with pytest.raises(IntegrityError) as error, rows.engine.begin() as tx:
        rows.insert(tx, 3, **{column: NOWHERE})
    assert violated(error) == f"fk_contacts_{column}"


@REFERENCES
def test_one_row_among_many_is_enough(rows: Rows, column: str) -> None:
    given = ["campaign_id", "call_list_id", "zone_id"]
    shown = ", ".join(
        f"CASE n WHEN 15 THEN {NOWHERE} ELSE {rows.ids[name]} END" if name == column else str(rows.ids[name])
        for name in given
    )
    with pytest.raises(IntegrityError) as error, rows.engine.begin() as tx:
        tx.execute(
            text(
                f"INSERT INTO contacts ({', '.join(given)}, phone_number)"
                f" SELECT {shown}, '+4420794600' || n FROM generate_series(10, 20) AS n"
            )
        )
    assert violated(error) == f"fk_contacts_{column}"
    assert "is 30000, and there is no such row in " + PARENTS[column] in str(error.value)


def test_contact_without_a_list_is_taken(rows: Rows) -> None:
    with rows.engine.begin() as tx:
        tx.execute(
            text(
                "INSERT INTO contacts (campaign_id, zone_id, phone_number) VALUES (:campaign_id, :zone_id, '+442079')"
            ),
            rows.ids,
        )
        assert tx.scalar(text("SELECT count(*) FROM contacts")) == 1


@REFERENCES
def test_contact_can_move_to_what_is_there_and_to_nothing_else(rows: Rows, column: str) -> None:
    with rows.engine.begin() as tx:
        rows.insert(tx)
        tx.execute(text(f"UPDATE contacts SET {column} = :id"), {"id": rows.others[column]})
    with pytest.raises(IntegrityError) as error, rows.engine.begin() as tx:
        tx.execute(text(f"UPDATE contacts SET {column} = :id"), {"id": NOWHERE})
    assert violated(error) == f"fk_contacts_{column}"


@REFERENCES
def test_what_a_contact_refers_to_stays(rows: Rows, column: str) -> None:
    with rows.engine.begin() as tx:
        rows.insert(tx)
    with pytest.raises(IntegrityError) as error, rows.engine.begin() as tx:
        rows.delete(tx, column)
    assert violated(error) == f"fk_contacts_{column}"
    with rows.engine.begin() as tx:
        tx.execute(text("DELETE FROM contacts"))
        rows.delete(tx, column)


@REFERENCES
def test_who_deletes_waits_for_who_inserts(rows: Rows, column: str) -> None:
    def delete() -> None:
        with rows.engine.begin() as tx:
            rows.delete(tx, column)

    with ThreadPoolExecutor(1) as pool:
        with rows.engine.begin() as tx:
            rows.insert(tx)
            deleting = pool.submit(delete)
            wait_for(rows.waits, "the deletion to wait")
        with pytest.raises(IntegrityError) as error:
            deleting.result()
    assert violated(error) == f"fk_contacts_{column}"


@REFERENCES
def test_who_inserts_waits_for_who_deletes(rows: Rows, column: str) -> None:
    def insert() -> None:
        with rows.engine.begin() as tx:
            rows.insert(tx)

    with ThreadPoolExecutor(1) as pool:
        with rows.engine.begin() as tx:
            rows.delete(tx, column)
            inserting = pool.submit(insert)
            wait_for(rows.waits, "the insertion to wait")
        with pytest.raises(IntegrityError) as error:
            inserting.result()
    assert violated(error) == f"fk_contacts_{column}"


def test_data_is_of_a_contact_that_is_there_and_goes_with_it(rows: Rows) -> None:
    with rows.engine.begin() as tx:
        kept, gone = make_contacts(tx, rows.ids["campaign_id"], 2)
        tx.execute(
            text("INSERT INTO contact_data (contact_id, data) SELECT unnest(CAST(:ids AS bigint[])), '{}'"),
            {"ids": [kept, gone]},
        )
        tx.execute(text("DELETE FROM contacts WHERE id = :id"), {"id": gone})
        assert tx.scalars(text("SELECT contact_id FROM contact_data")).all() == [kept]
    for statement in (
        "INSERT INTO contact_data (contact_id, data) VALUES (:gone, '{}')",
        "UPDATE contact_data SET contact_id = :gone WHERE contact_id = :kept",
    ):
        with pytest.raises(IntegrityError) as error, rows.engine.begin() as tx:
            tx.execute(text(statement), {"gone": gone, "kept": kept})
        assert violated(error) == "fk_contact_data_contact_id"
