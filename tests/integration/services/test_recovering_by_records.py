"""Recovery from lost commits where the PBX has written down whom it called."""

import secrets
from datetime import timedelta
from uuid import UUID

import pytest

from dialer.db import call_records
from dialer.errors import DatabaseError
from tests.integration.services.test_correcting import CHANNEL, changes, note
from tests.integration.services.test_reconciling import outcome, reconcile
from tests.integration.services.test_recovering import OTHER
from tests.support.world import World

__all__ = ["changes"]


@pytest.fixture
def restored(dialing: World) -> World:
    """A dialer on a database that has lost commits; its listener has just begun."""
    dialing.set_campaign(retry_policy={"busy": {"delay_seconds": 300}})
    dialing.execute(OTHER)
    return dialing


def test_queued_call_that_was_dialed_in_the_lost_span_ends_as_the_pbx_has_it(restored: World) -> None:
    dialed, waiting = restored.queued(["+12025550100", "+12025550101"])
    note(restored, dialed, 16, answered=True)
    done = restored.dialer.recovering.recover("tests", lost_seconds=60, hold_seconds=3600)
    assert (done.adopted, done.withdrawn) == (1, 1)
    with restored.listened():
        reconcile(restored)
    assert outcome(restored, dialed)[1] == "answered"
    contact = restored.contact_of(dialed)
    assert (contact["state"], contact["final_reason"], contact["attempts"]) == ("done", "answered", 1)
    assert restored.call(waiting)["disposition"] == "withdrawn"
    assert restored.contact_of(waiting)["attempts"] == 0


def test_an_adopted_call_counts_for_its_numbers_caps(restored: World) -> None:
    (dialed,) = restored.queued(["+12025550100"])
    note(restored, dialed, 17)
    restored.dialer.recovering.recover("tests", lost_seconds=60, hold_seconds=3600)
    with restored.engine.begin() as tx:
        assert len(call_records.dials(tx, "+12025550100")) == 1


def test_the_lost_span_begins_with_the_first_call_that_is_lost(restored: World) -> None:
    restored.execute("UPDATE trunks SET cps = 1")
    ids = restored.contacts([f"+120255501{n:02d}" for n in range(100)])
    note(restored, _made(restored, seconds_ago=40), 17)
    note(restored, _made(restored, seconds_ago=20), 17)
    done = restored.dialer.recovering.recover("tests", lost_seconds=5, hold_seconds=3600)
    assert done.unknown == 2
    assert 39 < done.lost_seconds < 100
    held = [contact_id for contact_id in ids if restored.contact(contact_id)["state"] == "waiting"]
    assert len(held) == done.held_back >= 40


def test_what_is_not_ours_and_tombs_show_nothing(restored: World) -> None:
    note(restored, _made(restored, seconds_ago=40), 17, channel="Local/tomb@dialer-00000001;1")
    restored.execute(
        "INSERT INTO pbx.cel (eventtype, eventtime, channame, uniqueid)"
        " VALUES ('HANGUP', clock_timestamp(), :channel, '1732785419.7')",
        channel=CHANNEL,
    )
    done = restored.dialer.recovering.recover("tests", lost_seconds=5, hold_seconds=3600)
    assert (done.unknown, done.lost_seconds) == (0, 5)


def test_records_that_cannot_be_read_leave_everything_as_it_is(restored: World) -> None:
    (call_id,) = restored.queued(1)
    restored.execute("ALTER TABLE pbx.cdr RENAME TO moved")
    with pytest.raises(DatabaseError, match="DIALER_PBX_CDR_TABLE"):
        restored.dialer.recovering.recover("tests", lost_seconds=5, hold_seconds=3600)
    assert restored.call(call_id)["state"] == "queued"
    assert not restored.dialer.recovering.history().is_known


def _made(world: World, *, seconds_ago: float) -> UUID:
    """The id of a call that was made then."""
    at = world.now() - timedelta(seconds=seconds_ago)
    return UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | secrets.randbits(62))
