"""Explanations: the gate's own answers, counted so that they add up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dialer.db import explaining, transitions
from dialer.domain.caller_ids import Owned
from dialer.domain.gate import decide
from dialer.errors import NotFound
from dialer.services import gating
from tests.support.factories import make_call, number
from tests.support.world import World

CLOSED = {"start": "00:00", "end": "00:01", "days": [1]}


def code(world: World, contact_id: int) -> str:
    return world.dialer.explaining.contact(contact_id).code


def test_contact_that_nothing_forbids_is_due(world: World) -> None:
    (contact_id,) = world.contacts(1)
    told = world.dialer.explaining.contact(contact_id)
    assert (told.code, told.dialable, told.until) == ("due", True, told.as_of)


def _paused(world: World, contact_id: int) -> None:
    world.set_campaign(state="paused")


def _stopped(world: World, contact_id: int) -> None:
    world.execute("UPDATE control SET stop_at = now()")


def _dnc(world: World, contact_id: int) -> None:
    world.execute("INSERT INTO dnc (phone_number, source, created_by) VALUES (:p, 't', 't')", p=number(0))


def _closed(world: World, contact_id: int) -> None:
    world.set_campaign(calling_window=CLOSED)


def _unheard(world: World, contact_id: int) -> None:
    world.set_node(lease_until="now() - interval '1 minute'")


def _disabled(world: World, contact_id: int) -> None:
    world.execute("UPDATE trunks SET enabled = false")


def _in_call(world: World, contact_id: int) -> None:
    with world.engine.begin() as tx:
        make_call(tx, world.trunk_id, contact_id)


def _done(world: World, contact_id: int) -> None:
    world.execute("UPDATE contacts SET state = 'done', final_reason = 'removed'")


def _waiting(world: World, contact_id: int) -> None:
    world.execute("UPDATE contacts SET state = 'waiting', next_attempt_at = now() + interval '1 hour'")


def _capped(world: World, contact_id: int) -> None:
    world.set_campaign(number_caps=[{"calls": 1, "period_hours": 2}])
    world.execute("INSERT INTO number_dials VALUES (:p, ARRAY[now()])", p=number(0))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_paused, "campaign_not_running"),
        (_stopped, "emergency_stop"),
        (_dnc, "dnc"),
        (_closed, "outside_window"),
        (_unheard, "no_listener"),
        (_disabled, "trunk_disabled"),
        (_in_call, "in_call"),
        (_done, "done"),
        (_waiting, "waiting_for_retry"),
        (_capped, "number_cap"),
    ],
)
def test_contact_and_campaign_name_the_same_reason(
    world: World, change: Callable[[World, int], None], expected: str
) -> None:
    (contact_id,) = world.contacts(1)
    change(world, contact_id)
    assert code(world, contact_id) == expected
    told = world.dialer.explaining.campaign(world.campaign_id)
    assert [(group.code, group.contacts, group.sample) for group in told.groups] == [(expected, 1, contact_id)]


def test_counts_add_up_with_every_reason_and_each_sample_opens_when_it_says(world: World) -> None:
    world.set_campaign(
        calling_window={"start": "00:00", "end": "24:00"},
        number_caps=[{"calls": 2, "period_hours": 5}],
        min_gap_seconds=7200,
        profile="by_region",
    )
    now = world.now()
    world.contacts([number(n) for n in range(3)])
    capped, close, asleep = ([number(n) for n in part] for part in (range(3, 7), range(7, 9), range(9, 12)))
    world.contacts([*capped, *close])
    for ago, phone in enumerate(capped):
        dials = [now - timedelta(hours=4, minutes=ago), now - timedelta(hours=3)]
        world.execute("INSERT INTO number_dials VALUES (:p, CAST(:d AS timestamptz[]))", p=phone, d=dials)
    for phone in close:
        world.execute("INSERT INTO number_dials VALUES (:p, CAST(:d AS timestamptz[]))", p=phone, d=[now])
    world.contacts(asleep, state="waiting", next_attempt_at=now + timedelta(hours=30))
    world.contacts([number(n) for n in range(12, 14)], attempts=3)
    world.contacts([number(n) for n in range(14, 19)], zones=())
    told = world.dialer.explaining.campaign(world.campaign_id)
    with world.engine.begin() as tx:
        assert told.contacts == tx.scalar(text("SELECT count(*) FROM contacts")) == 19
    assert sum(group.contacts for group in told.groups) == 19
    by_code: dict[str, int] = {}
    for group in told.groups:
        by_code[group.code] = by_code.get(group.code, 0) + group.contacts
    # Whether it is night for the United States decides about the first three.
    assert by_code.pop("due", 0) + by_code.pop("outside_window", 0) == 3
    assert by_code == {
        "number_cap": 4,
        "too_soon": 2,
        "waiting_for_retry": 3,
        "attempts_exhausted": 2,
        "zone_unknown": 5,
    }
    for group in told.groups:
        exact = world.dialer.explaining.contact(group.sample)
        assert (exact.code, exact.source) == (group.code, group.source)
        if group.opens_at is not None:
            assert _allowed(world, group.sample, group.opens_at)
            assert group.code == "due" or not _allowed(world, group.sample, group.opens_at - timedelta(seconds=1))


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
    owned = Owned(row["trunk_caller_id"], row["caller_ids"])
    facts = gating.facts(
        row, world.settings, owned=owned, stopped=False, allow_list_only=False, due_at=row["next_attempt_at"]
    )
    return decide(replace(facts, at=at)) is None
