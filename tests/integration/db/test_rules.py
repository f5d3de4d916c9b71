"""What the database itself keeps, whoever writes to it."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from dialer.db import counts
from dialer.db.engine import create_engine
from dialer.db.migrate import alembic_config
from dialer.db.tables import Call, Contact
from dialer.domain.calls import TRANSITIONS, CallState
from dialer.domain.dispositions import Disposition
from tests.support.databases import copy_of
from tests.support.factories import (
    make_call,
    make_call_list,
    make_campaign,
    make_contacts,
    make_node,
    make_trunk,
    number,
    row,
    zone_set,
)


@pytest.fixture(scope="module")
def shared_engine(postgres_url: str, migrated_template: str) -> Iterator[Engine]:
    with copy_of(migrated_template, postgres_url) as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def tx(shared_engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with shared_engine.connect() as connection:
        yield connection


@pytest.fixture
def trunk_id(tx: Connection) -> int:
    return make_trunk(tx, make_node(tx))


@pytest.fixture
def campaign_id(tx: Connection, trunk_id: int) -> int:
    return make_campaign(tx, trunk_id)


def refused(tx: Connection, statement: str, **parameters: Any) -> str | None:
    """The name of the constraint that refuses the statement, None if it is carried out."""
    try:
        with tx.begin_nested():
            tx.execute(text(statement), parameters)
    except IntegrityError as error:
        return str(error.orig.diag.constraint_name)  # type: ignore[union-attr]
    return None


def move(tx: Connection, call_id: UUID, state: str, disposition: str | None = None) -> str | None:
    return refused(
        tx,
        "UPDATE calls SET state = :state, disposition = :disposition, claim_token = COALESCE(claim_token, :token),"
        " ended_at = CASE WHEN :state = 'ended' THEN COALESCE(ended_at, clock_timestamp()) END WHERE id = :id",
        id=call_id,
        state=state,
        disposition=disposition or ("busy" if state == "ended" else None),
        token=uuid4(),
    )


def call_in(tx: Connection, trunk_id: int, state: CallState, disposition: str = "busy") -> UUID:
    is_over = state is CallState.ENDED
    return make_call(
        tx,
        trunk_id,
        state=state.value,
        claim_token=uuid4(),
        disposition=disposition if is_over else None,
        ended_at=text("clock_timestamp()") if is_over else None,
    )


# Transitions


def test_every_pair_of_states_is_allowed_or_refused_as_the_domain_says(tx: Connection, trunk_id: int) -> None:
    wrong = []
    for before, after in product(CallState, CallState):
        if before is after:
            continue
        answer = move(tx, call_in(tx, trunk_id, before), after.value)
        if answer != (None if after in TRANSITIONS[before] else "calls_transition"):
            wrong.append((before, after, answer))
    assert wrong == []


@pytest.mark.parametrize("disposition", [d for d in Disposition if d is not Disposition.INDETERMINATE])
def test_known_disposition_stands(tx: Connection, trunk_id: int, disposition: Disposition) -> None:
    call_id = call_in(tx, trunk_id, CallState.ENDED, disposition.value)
    for other in Disposition:
        expected = None if other is disposition else "calls_transition"
        assert move(tx, call_id, "ended", other.value) == expected


def test_indeterminate_may_be_corrected_once(tx: Connection, trunk_id: int) -> None:
    call_id = call_in(tx, trunk_id, CallState.ENDED, "indeterminate")
    assert move(tx, call_id, "originating") == "calls_transition"
    assert move(tx, call_id, "ended", "no_answer") is None
    assert move(tx, call_id, "ended", "busy") == "calls_transition"
    assert move(tx, call_id, "ended", "indeterminate") == "calls_transition"


def test_disposition_without_an_end_is_refused(tx: Connection, trunk_id: int) -> None:
    for state in CallState:
        if state is not CallState.ENDED:
            call_id = call_in(tx, trunk_id, state)
            answer = refused(tx, "UPDATE calls SET disposition = 'busy' WHERE id = :id", id=call_id)
            assert answer in ("calls_transition", "ck_calls_ended_has_disposition")


def test_refused_row_takes_the_whole_statement_with_it(tx: Connection, trunk_id: int) -> None:
    """A mass update can't leave half of its moves behind."""
    call_in(tx, trunk_id, CallState.UP)
    good = call_in(tx, trunk_id, CallState.QUEUED)
    assert refused(tx, "UPDATE calls SET state = 'originating'") == "calls_transition"
    assert row(tx, Call, good)["state"] == "queued"


# Constraints, by the names that the API before this one had


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("ck_calls_attempt_number_ge_1", {"attempt_number": 0}),
        ("ck_calls_max_attempts_ge_1", {"attempt_number": -1, "max_attempts": 0}),
        ("ck_calls_timeout_pos", {"timeout_seconds": 0}),
        ("ck_calls_phone_number_len", {"phone_number": "+12345"}),
        ("ck_calls_phone_number_len", {"phone_number": "+" + "1" * 20}),
        ("ck_calls_attempt_number_le_max", {"attempt_number": 4, "max_attempts": 3}),
        ("ck_calls_state", {"state": "dialing", "claim_token": uuid4()}),
        ("ck_calls_open_has_claim", {"state": "up"}),
        ("ck_calls_ended_has_disposition", {"state": "ended", "ended_at": "2026-01-01T00:00Z"}),
        ("ck_calls_ended_has_time", {"state": "ended", "disposition": "busy"}),
        ("ck_calls_disposition", {"state": "ended", "disposition": "bored", "ended_at": "2026-01-01T00:00Z"}),
    ],
)
def test_call_that_makes_no_sense_is_refused_by_name(
    tx: Connection, trunk_id: int, constraint: str, change: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError) as caught, tx.begin_nested():
        make_call(tx, trunk_id, **change)
    # Where two constraints refuse the same row, PostgreSQL names the first by name.
    names = {constraint, "ck_calls_attempt_number_ge_1"} if "max_attempts_ge" in constraint else {constraint}
    assert caught.value.orig.diag.constraint_name in names  # type: ignore[union-attr]


@pytest.mark.parametrize("length", [7, 20])
def test_numbers_of_seven_to_twenty_characters_fit(tx: Connection, trunk_id: int, length: int) -> None:
    make_call(tx, trunk_id, phone_number="+" + "1" * (length - 1))


def test_max_attempts_below_one_is_refused_by_its_own_name(tx: Connection) -> None:
    definition = tx.scalar(
        text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_calls_max_attempts_ge_1'")
    )
    assert definition == "CHECK ((max_attempts >= 1))"


@pytest.mark.parametrize("name", ["ab", "x" * 65])
def test_user_names_have_three_to_sixty_four_characters(tx: Connection, name: str) -> None:
    insert = "INSERT INTO users (username, password_hash, role) VALUES (:name, 'x', 'admin')"
    assert refused(tx, insert, name=name) == "ck_users_username_len"
    assert refused(tx, insert, name=name[:64] * (3 if len(name) < 3 else 1)) is None


@pytest.mark.parametrize(
    ("index", "columns"),
    [
        ("ix_calls_created_at", "(created_at)"),
        ("ix_calls_status_created", "(state, created_at)"),
        ("ix_users_created_at", "(created_at)"),
    ],
)
def test_indexes_have_the_names_they_had(tx: Connection, index: str, columns: str) -> None:
    definition = tx.scalar(text("SELECT indexdef FROM pg_indexes WHERE indexname = :name"), {"name": index})
    assert definition is not None
    assert definition.endswith(columns)


CONTACT_CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("ck_contacts_in_call_has_call", {"state": "in_call"}),
    ("ck_contacts_in_call_has_call", {"state": "ready", "open_call_id": str(uuid4())}),
    ("ck_contacts_waiting_has_time", {"state": "waiting"}),
    ("ck_contacts_waiting_has_time", {"state": "ready", "next_attempt_at": "2026-01-01T00:00Z"}),
    ("ck_contacts_done_has_reason", {"state": "done"}),
    ("ck_contacts_done_has_reason", {"state": "ready", "final_reason": "dnc"}),
    ("ck_contacts_final_reason", {"state": "done", "final_reason": "bored"}),
    ("ck_contacts_state", {"state": "asleep"}),
    ("ck_contacts_attempts_ge_0", {"attempts": -1}),
    ("ck_contacts_phone_number_len", {"phone_number": "+12345"}),
]


@pytest.mark.parametrize(("constraint", "change"), CONTACT_CHECKS)
def test_contact_that_makes_no_sense_is_refused_by_name(
    tx: Connection, campaign_id: int, constraint: str, change: dict[str, Any]
) -> None:
    (contact_id,) = make_contacts(tx, campaign_id)
    assignments = ", ".join(f"{name} = :{name}" for name in change)
    assert refused(tx, f"UPDATE contacts SET {assignments} WHERE id = {contact_id}", **change) == constraint


def test_contact_is_on_a_campaign_s_list_once(tx: Connection, trunk_id: int, campaign_id: int) -> None:
    phone = "+12025550100"
    make_contacts(tx, campaign_id, [phone])
    make_contacts(tx, make_campaign(tx, trunk_id, "another"), [phone])
    insert = "INSERT INTO contacts (campaign_id, phone_number, zone_id) VALUES (:campaign, :phone, 1)"
    assert refused(tx, insert, campaign=campaign_id, phone=phone) == "uq_contacts_campaign_id_phone_number"


# Counts


def recount(tx: Connection, campaign_id: int) -> dict[str, int]:
    contacts = tx.execute(
        text(
            "SELECT 'contacts.' || concat_ws('.', state, final_reason) AS key, count(*) AS n FROM contacts"
            " WHERE campaign_id = :id GROUP BY 1 UNION ALL "
            "SELECT 'calls.' || disposition, count(*) FROM calls"
            " WHERE campaign_id = :id AND state = 'ended' GROUP BY 1"
        ),
        {"id": campaign_id},
    )
    return {row.key: row.n for row in contacts}


def recount_results(tx: Connection, campaign_id: int, value: str) -> dict[tuple[str, str], int]:
    """Ended calls by what `value` (SQL) makes of a call, and by disposition."""
    found = tx.execute(
        text(
            f"SELECT {value} AS value, call.disposition, count(*) AS n FROM calls AS call"
            " LEFT JOIN contacts AS contact ON contact.id = call.contact_id"
            " WHERE call.campaign_id = :id AND call.state = 'ended' GROUP BY 1, 2"
        ),
        {"id": campaign_id},
    )
    return {(row.value, row.disposition): row.n for row in found}


RESULTS = {
    "list": "COALESCE(contact.call_list_id, 0)::text",
    "hour": "to_char(COALESCE(call.dialed_at, call.ended_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24')",
    "attempt": "call.attempt_number::text",
    "caller_id": "COALESCE(call.caller_id, '-')",
}


def results(tx: Connection, campaign_id: int, by: str) -> dict[tuple[str, str], int]:
    return {(row["value"], row["disposition"]): row["n"] for row in counts.results(tx, campaign_id, by)}


@pytest.mark.parametrize("seed", range(4))
def test_results_always_equal_a_recount(engine: Engine, seed: int) -> None:
    """Calls that end, are dialed and are corrected, one to many at a time, folded at random moments."""
    random = Random(seed)
    with engine.begin() as tx:
        trunk_id = make_trunk(tx, make_node(tx))
        campaign_id = make_campaign(tx, trunk_id)
        lists = [None, *(make_call_list(tx, campaign_id) for _ in range(2))]
        for n, list_id in enumerate(lists):
            make_contacts(tx, campaign_id, [number(10 * n + i) for i in range(5)], call_list_id=list_id)
    statements = [
        "INSERT INTO calls (id, campaign_id, contact_id, phone_number, trunk_id, node_id, attempt_number, max_attempts,"
        " policy_version, timeout_seconds) SELECT gen_random_uuid(), :campaign, id, phone_number, 1, 1,"
        " 1 + (random() * 2)::int, 3, 1, 1 FROM contacts ORDER BY random() LIMIT :some",
        "UPDATE calls SET state = 'ended', disposition = :disposition, ended_at = clock_timestamp(),"
        " dialed_at = CASE WHEN random() < 0.7 THEN clock_timestamp() - random() * interval '5 hours' END"
        " WHERE id IN (SELECT id FROM calls WHERE state = 'queued' ORDER BY random() LIMIT :some)",
        "UPDATE calls SET disposition = 'busy' WHERE id IN"
        " (SELECT id FROM calls WHERE disposition = 'indeterminate' ORDER BY random() LIMIT :some)",
        "UPDATE calls SET dialed_at = clock_timestamp() - interval '9 hours' WHERE id IN"
        " (SELECT id FROM calls WHERE state = 'ended' AND dialed_at IS NULL ORDER BY random() LIMIT :some)",
    ]
    for _ in range(40):
        with engine.begin() as tx:
            for statement in random.choices(statements, k=random.randint(1, 4)):
                disposition = random.choice(("busy", "answered", "indeterminate"))
                some = random.choice((0, 1, 5))
                tx.execute(text(statement), {"campaign": campaign_id, "some": some, "disposition": disposition})
        with engine.begin() as tx:
            if random.random() < 0.5:
                counts.fold(tx, batch=random.choice((1, 3, 1000)))
            for by, value in RESULTS.items():
                assert results(tx, campaign_id, by) == recount_results(tx, campaign_id, value)
                assert sum(results(tx, campaign_id, by).values()) == sum(counts.ended_calls(tx, campaign_id).values())


def test_calls_that_ended_before_the_migration_are_in_the_results(postgres_url: str, migrated_template: str) -> None:
    with copy_of(migrated_template, postgres_url) as url:
        engine = create_engine(url)
        with engine.begin() as tx:
            trunk_id = make_trunk(tx, make_node(tx))
            campaign_id = make_campaign(tx, trunk_id)
            contacts = make_contacts(tx, campaign_id, 3, call_list_id=make_call_list(tx, campaign_id))
            for contact_id in contacts:
                make_call(tx, trunk_id, contact_id)
            tx.execute(text("UPDATE calls SET state = 'ended', disposition = 'busy', ended_at = clock_timestamp()"))
            before = {by: results(tx, campaign_id, by) for by in RESULTS}
        command.downgrade(alembic_config(url), "0009")
        command.upgrade(alembic_config(url), "head")
        with engine.begin() as tx:
            assert {by: results(tx, campaign_id, by) for by in RESULTS} == before
            assert all(sum(found.values()) == 3 for found in before.values())
            assert counts.read(tx, campaign_id) == {"contacts.in_call": 3, "calls.busy": 3}
        engine.dispose()


@pytest.mark.parametrize("seed", range(4))
def test_counts_always_equal_a_recount(engine: Engine, seed: int) -> None:
    """Random changes of one to many rows, folded at random moments, some rolled back."""
    random = Random(seed)
    with engine.begin() as tx:
        trunk_id = make_trunk(tx, make_node(tx))
        campaigns = [make_campaign(tx, trunk_id, f"campaign {n}") for n in range(3)]
    zone = 1
    statements = [
        "INSERT INTO contacts (campaign_id, phone_number, zone_id)"
        f" SELECT :campaign, '+1000' || (random() * 1e9)::bigint, {zone} FROM generate_series(1, :some)",
        "INSERT INTO contacts (campaign_id, phone_number, zone_id)"
        " SELECT DISTINCT ON (phone_number) :campaign, phone_number, zone_id FROM contacts LIMIT :some"
        " ON CONFLICT (campaign_id, phone_number) DO UPDATE"
        " SET state = 'ready', final_reason = NULL, next_attempt_at = NULL, open_call_id = NULL",
        "UPDATE contacts SET state = 'done', final_reason = :reason, next_attempt_at = NULL, open_call_id = NULL"
        " WHERE id IN (SELECT id FROM contacts ORDER BY random() LIMIT :some)",
        "UPDATE contacts SET state = 'waiting', final_reason = NULL, next_attempt_at = clock_timestamp(),"
        " open_call_id = NULL WHERE id IN (SELECT id FROM contacts ORDER BY random() LIMIT :some)",
        "UPDATE contacts SET attempts = attempts + 1"
        " WHERE id IN (SELECT id FROM contacts ORDER BY random() LIMIT :some)",
        "DELETE FROM contacts WHERE id IN (SELECT id FROM contacts ORDER BY random() LIMIT :some)",
        "INSERT INTO calls (id, campaign_id, phone_number, trunk_id, node_id, attempt_number, max_attempts,"
        " policy_version, timeout_seconds) SELECT gen_random_uuid(), :campaign, '+12025550100', 1, 1, 1, 1, 1, 1"
        " FROM generate_series(1, :some)",
        "INSERT INTO calls (id, phone_number, trunk_id, node_id, attempt_number, max_attempts, policy_version,"
        " timeout_seconds) VALUES (gen_random_uuid(), '+12025550100', 1, 1, 1, 1, 1, 1)",
        "UPDATE calls SET state = 'ended', disposition = :disposition, ended_at = clock_timestamp()"
        " WHERE id IN (SELECT id FROM calls WHERE state = 'queued' ORDER BY random() LIMIT :some)",
        "UPDATE calls SET disposition = 'busy' WHERE id IN"
        " (SELECT id FROM calls WHERE disposition = 'indeterminate' ORDER BY random() LIMIT :some)",
    ]
    for _ in range(60):
        with engine.connect() as connection:
            connection.execute(text("SELECT setseed(:seed)"), {"seed": random.random()})
            for statement in random.choices(statements, k=random.randint(1, 4)):
                parameters = {
                    "campaign": random.choice(campaigns),
                    "some": random.choice((0, 1, 5)),
                    "reason": random.choice(("dnc", "answered")),
                    "disposition": random.choice(("busy", "answered", "indeterminate")),
                }
                connection.execute(text(statement), parameters)
            if random.random() < 0.2:
                connection.rollback()
            else:
                connection.commit()
        with engine.begin() as tx:
            if random.random() < 0.5:
                counts.fold(tx, batch=random.choice((1, 3, 1000)))
            for campaign_id in campaigns:
                assert counts.read(tx, campaign_id) == recount(tx, campaign_id)


def test_folding_empties_the_deltas(engine: Engine) -> None:
    with engine.begin() as tx:
        campaign_id = make_campaign(tx, make_trunk(tx, make_node(tx)))
        make_contacts(tx, campaign_id, 5)
    with engine.begin() as tx:
        assert counts.fold(tx) == 1
        assert tx.scalar(text("SELECT count(*) FROM campaign_count_deltas")) == 0
        assert counts.read(tx, campaign_id) == {"contacts.ready": 5}


def test_two_folds_at_once_count_nothing_twice(engine: Engine) -> None:
    with engine.begin() as tx:
        campaign_id = make_campaign(tx, make_trunk(tx, make_node(tx)))
        make_contacts(tx, campaign_id, 5)
    with engine.begin() as first, engine.begin() as second:
        assert counts.fold(first) == 1
        assert counts.fold(second) == 0
    with engine.begin() as tx:
        assert counts.read(tx, campaign_id) == {"contacts.ready": 5}


def test_contact_moved_to_another_campaign_is_counted_there(tx: Connection, trunk_id: int, campaign_id: int) -> None:
    other = make_campaign(tx, trunk_id, "another")
    (contact_id,) = make_contacts(tx, campaign_id)
    tx.execute(text("UPDATE contacts SET campaign_id = :other WHERE id = :id"), {"other": other, "id": contact_id})
    assert counts.read(tx, campaign_id) == {}
    assert counts.read(tx, other) == {"contacts.ready": 1}
    assert row(tx, Contact, contact_id)["zone_id"] == zone_set(tx, "UTC")
