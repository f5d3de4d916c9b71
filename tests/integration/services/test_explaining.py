"""Explanations: the gate's own answers, counted so that they add up."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from dialer.db import explaining, transitions
from dialer.domain import rules
from dialer.domain.caller_ids import Owned
from dialer.domain.gate import GateCode, decide
from dialer.errors import NotFound
from dialer.services import gating, people
from dialer.services.explaining import DONE, DUE, IN_CALL, NO_LISTENER, PEOPLE_BUSY, TRUNK_DISABLED, CampaignExplanation
from tests.support.factories import make_call, number
from tests.support.world import World


def code(world: World, contact_id: int) -> str:
    return world.dialer.explaining.contact(contact_id).code


def test_contact_that_nothing_forbids_is_due(world: World) -> None:
    (contact_id,) = world.contacts(1)
    told = world.dialer.explaining.contact(contact_id)
    assert (told.code, told.dialable, told.until) == ("due", True, told.as_of)


def _paused(world: World) -> None:
    world.set_campaign(state="paused")


def _stopped(world: World) -> None:
    world.execute("UPDATE control SET stop_at = now()")


def _not_begun(world: World) -> None:
    world.set_campaign(not_before=world.now() + timedelta(hours=3))


def _over(world: World) -> None:
    world.set_campaign(not_after=world.now() - timedelta(hours=3))


def _no_caller_id(world: World) -> None:
    world.dialer.caller_ids.add(world.trunk_id, "+4930901820", enabled=False)
    world.set_campaign(caller_id_pool={"policy": "rotation"})


def _unheard(world: World) -> None:
    world.set_node(lease_until="now() - interval '1 minute'")


def _disabled(world: World) -> None:
    world.execute("UPDATE trunks SET enabled = false")


def _nobody_free(world: World) -> None:
    world.set_campaign(people=0)


def _at_the_ceiling(world: World) -> None:
    # Else the period would begin with the hour in which is asked.
    world.set_campaign(people=5, abandon_ceiling=3, started_at=world.now() - timedelta(hours=2))
    world.execute(
        "INSERT INTO live_answers VALUES (:campaign, '', date_trunc('hour', clock_timestamp(), 'UTC'), 100, 3, :at)",
        campaign=world.campaign_id,
        at=world.now() - timedelta(minutes=50),
    )


def _all_busy(world: World) -> None:
    world.set_campaign(people=1)
    open_call: dict[str, Any] = {"campaign_id": world.campaign_id, "state": "ringing", "claim_token": uuid4()}
    with world.engine.begin() as tx:
        make_call(tx, world.trunk_id, **open_call)


OF_CAMPAIGNS: dict[str, Callable[[World], None]] = {
    GateCode.CAMPAIGN_NOT_RUNNING: _paused,
    GateCode.EMERGENCY_STOP: _stopped,
    GateCode.CAMPAIGN_NOT_BEGUN: _not_begun,
    GateCode.CAMPAIGN_OVER: _over,
    GateCode.NO_CALLER_ID: _no_caller_id,
    GateCode.NO_PEOPLE: _nobody_free,
    GateCode.ABANDON_CEILING: _at_the_ceiling,
    PEOPLE_BUSY: _all_busy,
    NO_LISTENER: _unheard,
    TRUNK_DISABLED: _disabled,
}
"""Reasons that hold for all contacts alike."""

OF_CONTACTS = {
    GateCode.LIST_OFF: 2,
    GateCode.UNDIALABLE: 2,
    GateCode.NOT_ON_ALLOW_LIST: 3,
    GateCode.DNC: 4,
    GateCode.ATTEMPTS_EXHAUSTED: 2,
    GateCode.CONSENT_MISSING: 6,
    GateCode.NUMBER_CAP: 4,
    GateCode.TOO_SOON: 2,
    GateCode.WAITING_FOR_RETRY: 3,
    GateCode.WAITING_FOR_CALLBACK: 2,
    GateCode.ZONE_UNKNOWN: 5,
    GateCode.HOLIDAY: 3,
    GateCode.OUTSIDE_WINDOW: 7,
    DUE: 8,
    IN_CALL: 1,
    DONE: 2,
}
"""Reasons that differ from contact to contact, and how many contacts of the test's campaign have each."""

OF_CALLS = {GateCode.CANCELLED}
"""Of a call that is queued already: its contact is `in_call`."""

OF_PROFILES = {GateCode.ABANDONED_LATELY}
"""Asked for by a profile alone: tests/integration/services/test_people.py."""


def test_every_reason_there_is_is_shown_here() -> None:
    ours = {DUE, IN_CALL, DONE, TRUNK_DISABLED, NO_LISTENER, PEOPLE_BUSY}
    assert {*OF_CAMPAIGNS, *OF_CONTACTS, *OF_CALLS, *OF_PROFILES} == {*GateCode, *ours}
    assert not OF_CAMPAIGNS.keys() & OF_CONTACTS.keys()


@pytest.mark.parametrize(("expected", "change"), OF_CAMPAIGNS.items(), ids=[str(code) for code in OF_CAMPAIGNS])
def test_reason_of_the_campaign_is_that_of_all_its_contacts(
    world: World, expected: str, change: Callable[[World], None]
) -> None:
    contact_ids = world.contacts(3)
    change(world)
    told = _checked(world)
    assert [(group.code, group.contacts) for group in told.groups] == [(expected, 3)]
    assert [code(world, contact_id) for contact_id in contact_ids] == [expected] * 3


def test_counts_add_up_with_every_reason_and_each_sample_opens_when_it_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = world.now()
    monkeypatch.setattr(
        rules, "holiday", lambda region, day: "a holiday" if (region, day) == ("GB", now.date()) else None
    )
    half = {"start": "00:00", "end": "12:00"} if now.hour < 12 else {"start": "12:00", "end": "24:00"}
    world.set_campaign(
        calling_window=half,
        number_caps=[{"calls": 2, "period_hours": 5}],
        min_gap_seconds=7200,
        skip_holidays=True,
        consent_required=True,
    )
    numbers = (number(n) for n in itertools.count())

    def some(reason: str, **contact: Any) -> list[str]:
        given = contact.pop("numbers", None) or list(itertools.islice(numbers, OF_CONTACTS[reason]))
        world.contacts(given, **{"consent_at": now - timedelta(days=1)} | contact)
        return list(given)

    # What the number itself decides differs between places only: an import keeps the number's regions with the place.
    some(DUE)
    with world.engine.begin() as tx:
        off = tx.execute(
            text(
                "INSERT INTO call_lists (campaign_id, name, state, columns, created_by, active)"
                " VALUES (:c, 'l', 'completed', '{}', 't', false) RETURNING id"
            ),
            {"c": world.campaign_id},
        ).scalar_one()
    some(GateCode.LIST_OFF, call_list_id=off)
    unlisted = some(GateCode.NOT_ON_ALLOW_LIST)
    some(GateCode.UNDIALABLE, numbers=["+19002345678", "+19002345679"], zones=("Etc/Universal",))
    some(GateCode.ATTEMPTS_EXHAUSTED, attempts=3)
    some(GateCode.CONSENT_MISSING, consent_at=None)
    some(GateCode.WAITING_FOR_RETRY, state="waiting", next_attempt_at=now + timedelta(hours=30))
    later = now + timedelta(hours=31)
    some(GateCode.WAITING_FOR_CALLBACK, state="waiting", next_attempt_at=later, callback_at=later, attempts=3)
    some(GateCode.ZONE_UNKNOWN, zones=())
    some(GateCode.HOLIDAY, numbers=[f"+44207946000{n}" for n in range(3)], zones=("Etc/UTC",))
    some(GateCode.OUTSIDE_WINDOW, zones=("Etc/GMT-12",))
    some(DONE, state="done", final_reason="removed")
    for ago, phone in enumerate(some(GateCode.NUMBER_CAP)):
        _dialed(world, phone, now - timedelta(hours=4, minutes=ago), now - timedelta(hours=3))
    for phone in some(GateCode.TOO_SOON):
        _dialed(world, phone, now)
    for n, phone in enumerate(some(GateCode.DNC)):
        world.execute(
            "INSERT INTO dnc (phone_number, campaign_id, source, created_by) VALUES (:p, :c, 't', 't')",
            p=phone, c=world.campaign_id if n % 2 else None,
        )  # fmt: skip
    (in_call,) = some(IN_CALL)
    world.execute("UPDATE control SET allow_list_only = true")
    world.execute(
        "INSERT INTO allow_list (phone_number, added_by) SELECT phone_number, 't' FROM contacts"
        " WHERE phone_number <> ALL (:unlisted)",
        unlisted=unlisted,
    )
    with world.engine.begin() as tx:
        make_call(
            tx,
            world.trunk_id,
            tx.execute(text("SELECT id FROM contacts WHERE phone_number = :p"), {"p": in_call}).scalar_one(),
        )
    told = _checked(world)
    counted: dict[str, int] = {}
    for group in told.groups:
        counted[group.code] = counted.get(group.code, 0) + group.contacts
    assert counted == OF_CONTACTS


def test_call_that_is_queued_is_told_from_one_that_is_dialed(world: World) -> None:
    (call_id,) = world.queued(1)
    contact_id = world.call(call_id)["contact_id"]
    waits = "is queued, until the limits of installation, trunk and campaign let a worker take it"
    assert world.dialer.explaining.contact(contact_id).rule == f"call {call_id} {waits}"
    world.claim()
    assert world.dialer.explaining.contact(contact_id).rule == f"call {call_id} is originating"


def test_group_opens_with_its_first_contact(world: World) -> None:
    now = world.now()
    far, near = (
        world.contacts([number(n)], state="waiting", next_attempt_at=now + timedelta(hours=h))[0]
        for n, h in ((1, 9), (2, 4))
    )
    (group,) = world.dialer.explaining.campaign(world.campaign_id).groups
    assert (group.contacts, group.sample, group.opens_at) == (2, near, now + timedelta(hours=4))
    assert group.sample != far


def test_what_is_not_there_is_not_explained(world: World) -> None:
    with pytest.raises(NotFound):
        world.dialer.explaining.contact(99)
    with pytest.raises(NotFound):
        world.dialer.explaining.campaign(99)


def _allowed(world: World, contact_id: int, at: Any) -> bool:
    """What the gate says at another time."""
    with world.engine.begin() as tx:
        row = explaining.contacts(tx, [contact_id], transitions.database_time(tx))[contact_id]
        pace = people.paces(tx, [row], at).get(row["campaign_id"])
    owned = Owned(row["trunk_caller_id"], row["caller_ids"])
    facts = gating.facts(
        row,
        world.settings,
        owned=owned,
        stopped=False,
        allow_list_only=False,
        due_at=row["next_attempt_at"],
        people=pace,
    )
    return decide(replace(facts, at=at)) is None


def _dialed(world: World, phone: str, *at: datetime) -> None:
    world.execute("INSERT INTO number_dials VALUES (:p, CAST(:d AS timestamptz[]))", p=phone, d=list(at))


def _checked(world: World) -> CampaignExplanation:
    """The campaign's explanation, of which all holds that it says of itself."""
    told = world.dialer.explaining.campaign(world.campaign_id)
    with world.engine.begin() as tx:
        contacts = tx.scalar(text("SELECT count(*) FROM contacts WHERE campaign_id = :c"), {"c": world.campaign_id})
    assert contacts == told.contacts == sum(group.contacts for group in told.groups)
    for group in told.groups:
        exact = world.dialer.explaining.contact(group.sample)
        assert (exact.code, exact.source) == (group.code, group.source)
        if group.opens_at is not None:
            assert _allowed(world, group.sample, group.opens_at)
            assert group.code == DUE or not _allowed(world, group.sample, group.opens_at - timedelta(seconds=1))
    return told
