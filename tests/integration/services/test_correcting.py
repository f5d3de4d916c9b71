"""Calls whose events nobody heard, and what the PBX has written down of them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.db.engine import create_engine
from dialer.domain.dispositions import Disposition
from dialer.lab.releases import checkout
from tests.integration.services.test_reconciling import (
    age,
    hang_up_behind_our_back,
    outcome,
    reconcile,
    ringing,
    tombs,
    unanswered,
)
from tests.support import factories
from tests.support.world import World

CHANNEL = "PJSIP/carrier-00000007"


@pytest.fixture
def changes(database: str) -> Iterator[dict[str, Any]]:
    """The records are in the dialer's own database, in a schema of their own."""
    engine = create_engine(database)
    with engine.begin() as tx:
        tx.execute(text("DROP SCHEMA IF EXISTS pbx CASCADE; CREATE SCHEMA pbx; SET LOCAL search_path TO pbx"))
        tx.execute(text((checkout() / "deploy" / "asterisk" / "records.sql").read_text(encoding="utf-8")))
    yield {
        "ari_read_timeout_seconds": 10.0,
        "ari_connect_timeout_seconds": 10.0,
        "dial_window_ms": 5000,
        "pbx_records_url": database,
        "pbx_cel_table": "pbx.cel",
        "pbx_cdr_table": "pbx.cdr",
    }
    with engine.begin() as tx:
        tx.execute(text("DROP SCHEMA pbx CASCADE"))
    engine.dispose()


@pytest.fixture
def heard(dialing: World) -> Iterator[World]:
    with dialing.listened():
        dialing.set_campaign(
            retry_policy={"busy": {"delay_seconds": 300}, "indeterminate": {"delay_seconds": 3600}},
        )
        yield dialing


def note(world: World, call_id: UUID, cause: int, *, answered: bool = False, channel: str = CHANNEL) -> None:
    """Write CEL rows as Asterisk does."""
    extra = orjson.dumps({"hangupcause": cause, "hangupsource": "", "dialstatus": "BUSY" if cause == 17 else ""})
    events = ["CHAN_START", *(["ANSWER"] if answered else []), "HANGUP", "CHAN_END"]
    for event in events:
        world.execute(
            "INSERT INTO pbx.cel (eventtype, eventtime, channame, uniqueid, extra)"
            " VALUES (:event, clock_timestamp(), :channel, :id, :extra)",
            event=event,
            channel=channel,
            id=str(call_id),
            extra=extra.decode() if event == "HANGUP" else "",
        )


def note_detail(world: World, call_id: UUID, disposition: str) -> None:
    world.execute(
        "INSERT INTO pbx.cdr (calldate, channel, disposition, uniqueid, duration, billsec)"
        " VALUES (clock_timestamp() - interval '3 s', :channel, :disposition, :id, 3, 1)",
        channel=CHANNEL,
        disposition=disposition,
        id=str(call_id),
    )


def over_unheard(world: World) -> UUID:
    """A call that rang, and is gone."""
    call_id = ringing(world)
    hang_up_behind_our_back(world, call_id)
    return call_id


def judge(world: World) -> None:
    """Let reconcile miss the channel twice."""
    age(world)
    reconcile(world)
    age(world, 6)
    reconcile(world)


def indeterminate(world: World) -> UUID:
    call_id = over_unheard(world)
    judge(world)
    assert outcome(world, call_id) == ("ended", "indeterminate")
    return call_id


# Within the grace


def test_missed_end_is_taken_from_the_records(heard: World) -> None:
    call_id = over_unheard(heard)
    note(heard, call_id, 17)
    judge(heard)
    call = heard.call(call_id)
    assert (call["disposition"], call["cause"], call["dialstatus"]) == ("busy", 17, "BUSY")
    assert call["answered_at"] is None
    assert heard.contact_of(call_id)["last_disposition"] == "busy"
    assert heard.slots() == set()


def test_missed_answer_is_taken_from_the_records(heard: World) -> None:
    call_id = over_unheard(heard)
    note(heard, call_id, 16, answered=True)
    judge(heard)
    call = heard.call(call_id)
    assert call["disposition"] == "answered"
    assert call["claimed_at"] <= call["answered_at"] <= call["ended_at"]
    assert heard.contact_of(call_id)["final_reason"] == "answered"


def test_unanswered_originate_that_is_over_needs_no_tomb(heard: World) -> None:
    call_id = unanswered(heard)
    hang_up_behind_our_back(heard, call_id)
    note(heard, call_id, 17)
    age(heard)
    reconcile(heard)
    assert outcome(heard, call_id) == ("ended", "busy")
    assert tombs(heard) == []


def test_what_is_recorded_of_a_tomb_says_nothing_of_its_call(heard: World) -> None:
    call_id = over_unheard(heard)
    note(heard, call_id, 17, channel="Local/tomb@default-00000001;1")
    judge(heard)
    assert outcome(heard, call_id) == ("ended", "indeterminate")


@pytest.mark.parametrize(
    ("written", "disposition"),
    [("ANSWERED", "answered"), ("BUSY", "busy"), ("NO ANSWER", "no_answer"), ("CONGESTION", "congestion")],
)
def test_detail_records_serve_where_there_is_no_cel(heard: World, written: str, disposition: str) -> None:
    call_id = over_unheard(heard)
    note_detail(heard, call_id, written)
    judge(heard)
    assert outcome(heard, call_id) == ("ended", disposition)


def test_records_that_can_not_be_read_know_nothing(heard: World) -> None:
    call_id = over_unheard(heard)
    heard.execute("DROP TABLE pbx.cel, pbx.cdr")
    judge(heard)
    assert outcome(heard, call_id) == ("ended", "indeterminate")
    assert heard.dialer.correcting.tick() == 0


# Later


def test_records_that_come_later_correct_once_and_move_the_retry(heard: World) -> None:
    call_id = indeterminate(heard)
    before = heard.contact_of(call_id)["next_attempt_at"]
    note(heard, call_id, 17)
    assert heard.dialer.correcting.tick() == 1
    assert outcome(heard, call_id) == ("ended", "busy")
    assert heard.call(call_id)["answered_at"] is None
    contact = heard.contact_of(call_id)
    assert (contact["state"], contact["last_disposition"]) == ("waiting", "busy")
    assert contact["next_attempt_at"] < before
    heard.execute("UPDATE pbx.cel SET extra = '{\"hangupcause\": 1}' WHERE eventtype = 'HANGUP'")
    assert heard.dialer.correcting.tick() == 0
    assert outcome(heard, call_id) == ("ended", "busy")


def test_who_was_answered_after_all_is_not_called_again(heard: World) -> None:
    call_id = indeterminate(heard)
    note(heard, call_id, 16, answered=True)
    heard.dialer.correcting.tick()
    contact = heard.contact_of(call_id)
    assert (contact["state"], contact["final_reason"], contact["next_attempt_at"]) == ("done", "answered", None)
    assert heard.call(call_id)["duration_seconds"] >= 0


def test_counts_follow_the_correction(heard: World) -> None:
    call_id = indeterminate(heard)
    note(heard, call_id, 17)
    heard.dialer.correcting.tick()
    calls = heard.dialer.stats.campaign(heard.campaign_id).calls
    assert (calls[Disposition.BUSY], calls[Disposition.INDETERMINATE]) == (1, 0)


def test_retry_that_has_started_goes_on(heard: World) -> None:
    call_id = indeterminate(heard)
    contact_id = heard.call(call_id)["contact_id"]
    heard.execute("UPDATE contacts SET state = 'ready', next_attempt_at = NULL")
    with heard.engine.begin() as tx:
        again = factories.make_call(tx, heard.trunk_id, contact_id)
    before = dict(heard.contact(contact_id))
    note(heard, call_id, 16, answered=True)
    assert heard.dialer.correcting.tick() == 1
    assert outcome(heard, call_id) == ("ended", "answered")
    assert dict(heard.contact(contact_id)) == before
    assert outcome(heard, again) == ("queued", None)


def test_nothing_is_asked_without_records(world: World) -> None:
    assert world.dialer.pbx_records.exist
    without = Dialer(world.settings.model_copy(update={"pbx_records_url": None}))
    assert not without.pbx_records.exist
    assert without.correcting.tick() == 0
