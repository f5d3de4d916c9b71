"""Caller ids: pinned to the trunk that owns them, chosen at the claim, recorded on the call."""

import pytest
from sqlalchemy import text

from dialer.db.pages import PageRequest
from dialer.domain.actions import HangUp
from dialer.domain.caller_ids import CallerIdPool, PoolPolicy
from dialer.errors import Conflict, DialerError, GateRefused, InvalidInput, NotFound
from dialer.services.campaigns import NewCampaign
from dialer.services.single_calls import NewCall
from tests.support import factories
from tests.support.factories import number
from tests.support.world import World

NEW_YORK, MIAMI, BERLIN = "+12125550100", "+13055550100", "+4930901820"
TO_NEW_YORK, TO_MIAMI, TO_PARIS = "+12125550177", "+13055550177", "+33142685300"


def own(world: World, *numbers: str, trunk_id: int | None = None) -> list[int]:
    return [world.dialer.caller_ids.add(trunk_id or world.trunk_id, n).id for n in numbers]


def other_trunk(world: World) -> int:
    with world.engine.begin() as tx:
        return factories.make_trunk(tx, world.node_id, "other")


def pool(world: World, **wanted: object) -> None:
    world.dialer.campaigns.edit(world.campaign_id, {"caller_id": None, "caller_id_pool": CallerIdPool(**wanted)})


def claimed(world: World) -> dict[str, str | None]:
    """What each number sees of the calls that are claimed, as it is recorded."""
    batch = world.claim()
    rows = {call.call_id: world.call(call.call_id) for call in batch.claimed}
    for call in batch.claimed:
        assert rows[call.call_id]["caller_id"] == call.caller_id
    return {row["phone_number"]: row["caller_id"] for row in rows.values()}


@pytest.fixture
def owning(world: World) -> World:
    own(world, NEW_YORK, MIAMI, BERLIN)
    return world


def test_each_callee_sees_the_number_of_its_area_and_the_call_says_which_and_why(owning: World) -> None:
    pool(owning)
    owning.queued([TO_NEW_YORK, TO_MIAMI, TO_PARIS])
    seen = claimed(owning)
    assert (seen[TO_NEW_YORK], seen[TO_MIAMI]) == (NEW_YORK, MIAMI)
    assert seen[TO_PARIS] in {NEW_YORK, MIAMI, BERLIN}
    why = {call["phone_number"]: call["gate"]["caller_id_by"] for call in owning.calls()}
    assert why == {TO_NEW_YORK: "area_code", TO_MIAMI: "area_code", TO_PARIS: "rotation"}


def test_pool_of_named_numbers_shows_no_others(owning: World) -> None:
    pool(owning, numbers=(BERLIN,))
    owning.queued([TO_NEW_YORK, TO_MIAMI])
    assert set(claimed(owning).values()) == {BERLIN}


def test_queued_call_does_not_show_what_is_disabled_meanwhile(owning: World) -> None:
    pool(owning, numbers=(NEW_YORK, MIAMI))
    owning.queued([TO_NEW_YORK])
    (first,) = (c for c in _all(owning) if c.phone_number == NEW_YORK)
    assert owning.dialer.caller_ids.edit(owning.trunk_id, first.id, {"enabled": False}).value.enabled is False
    assert claimed(owning) == {TO_NEW_YORK: MIAMI}


@pytest.mark.parametrize("removed", [False, True])
def test_pool_without_an_enabled_number_is_a_reason_and_not_a_call(owning: World, removed: bool) -> None:
    pool(owning)
    (call_id,) = owning.queued([TO_NEW_YORK])
    (waiting,) = owning.contacts([TO_MIAMI])
    for caller_id in _all(owning):
        if removed:
            owning.dialer.caller_ids.remove(owning.trunk_id, caller_id.id)
        else:
            owning.dialer.caller_ids.edit(owning.trunk_id, caller_id.id, {"enabled": False})
    assert owning.claim().claimed == ()
    assert (owning.call(call_id)["state"], owning.call(call_id)["failure_reason"]) == ("ended", "no_caller_id")
    # It is not queued again and again: dispatch sees it as well.
    assert owning.dialer.dispatching.tick() == 0
    told = owning.dialer.explaining.contact(waiting)
    assert (told.code, told.dialable, told.until) == ("no_caller_id", False, None)
    (group,) = owning.dialer.explaining.campaign(owning.campaign_id).groups
    assert (group.code, group.contacts) == ("no_caller_id", 2)
    own(owning, "+14155550100")
    assert owning.dialer.dispatching.tick() == 2


def test_retry_shows_what_the_first_attempt_showed(owning: World) -> None:
    pool(owning, policy=PoolPolicy.ROTATION)
    numbers = [number(n) for n in range(12)]
    owning.queued(numbers)
    first = claimed(owning)
    assert len(set(first.values())) > 1
    owning.execute("UPDATE calls SET state = 'ended', disposition = 'busy', ended_at = clock_timestamp()")
    owning.execute("UPDATE contacts SET state = 'ready', open_call_id = NULL")
    with owning.engine.begin() as tx:
        for contact in owning_contacts(owning):
            factories.make_call(tx, owning.trunk_id, contact)
    again = claimed(owning)
    assert again
    assert again == {n: first[n] for n in again}


def test_campaign_can_only_show_what_its_trunk_may(world: World) -> None:
    trunk_id = other_trunk(world)
    own(world, BERLIN, trunk_id=trunk_id)
    own(world, NEW_YORK)
    for field, value in (("caller_id", BERLIN), ("caller_id", f"Us <{MIAMI}>")):
        assert _refused(world, field, value) == "caller_id"
    for numbers in ((BERLIN,), (NEW_YORK, MIAMI)):
        assert _refused(world, "caller_id_pool", CallerIdPool(numbers=numbers)) == "caller_id_pool"
    world.dialer.campaigns.edit(world.campaign_id, {"caller_id": f"Us <{NEW_YORK}>"})
    assert _refused(world, "caller_id_pool", CallerIdPool()) == "caller_id_pool"
    # Moved to the other trunk, it would show a number of this one.
    assert _refused(world, "trunk_id", trunk_id) == "caller_id"
    new = NewCampaign("new", trunk_id, HangUp(), caller_id_pool=CallerIdPool(numbers=(NEW_YORK,)))
    with pytest.raises(InvalidInput, match=r"add it with POST /v1/trunks/"):
        world.dialer.campaigns.create(new, "tester")


def test_number_that_another_trunk_owns_is_not_shown_by_a_campaign_that_named_it_before(world: World) -> None:
    world.dialer.campaigns.edit(world.campaign_id, {"caller_id": BERLIN})
    (contact_id,) = world.contacts([TO_PARIS])
    assert world.dialer.dispatching.tick() == 1
    own(world, BERLIN, trunk_id=other_trunk(world))
    assert world.claim().refused == 1
    told = world.dialer.explaining.contact(contact_id)
    assert told.code == "no_caller_id"
    assert BERLIN in told.rule
    assert world.dialer.dispatching.tick() == 0


def test_number_belongs_to_one_trunk(world: World) -> None:
    trunk_id = other_trunk(world)
    own(world, BERLIN)
    with pytest.raises(Conflict):
        own(world, BERLIN, trunk_id=trunk_id)
    with pytest.raises(InvalidInput, match=f"trunk {world.trunk_id} owns this number"):
        world.dialer.telephony.edit_trunk(trunk_id, {"caller_id": BERLIN})
    world.dialer.telephony.edit_trunk(trunk_id, {"caller_id": MIAMI})
    with pytest.raises(Conflict, match="is the caller id of trunk 'other'"):
        own(world, MIAMI)
    with pytest.raises(NotFound):
        world.dialer.caller_ids.remove(trunk_id, _all(world)[0].id)


@pytest.mark.parametrize("text", ["+49309018200000000000", "+49110", "030901820", f"{BERLIN}>\r\nX: y", "anonymous"])
def test_only_a_phone_number_can_be_a_caller_id_of_a_trunk(world: World, text: str) -> None:
    with pytest.raises(InvalidInput):
        world.dialer.caller_ids.add(world.trunk_id, text)


def test_single_call_shows_what_the_trunk_may_and_nothing_else(owning: World) -> None:
    made = owning.dialer.single_calls.create(NewCall(TO_PARIS, HangUp(), caller_id=BERLIN))
    assert made.call.caller_id == BERLIN
    with pytest.raises(InvalidInput, match="none of the trunk's"):
        owning.dialer.single_calls.create(NewCall(TO_PARIS, HangUp(), caller_id="+14155550100"))
    for caller_id in _all(owning):
        owning.dialer.caller_ids.edit(owning.trunk_id, caller_id.id, {"enabled": False})
    assert owning.claim().refused == 1
    assert owning.call(made.call.id)["failure_reason"] == "no_caller_id"


def test_trial_call_shows_what_the_campaigns_calls_show(owning: World) -> None:
    pool(owning)
    made = owning.dialer.trial_calls.create(owning.campaign_id, TO_MIAMI, {})
    assert made.call.caller_id == MIAMI
    assert claimed(owning) == {TO_MIAMI: MIAMI}
    for caller_id in _all(owning):
        owning.dialer.caller_ids.edit(owning.trunk_id, caller_id.id, {"enabled": False})
    with pytest.raises(GateRefused, match="No caller id"):
        owning.dialer.trial_calls.create(owning.campaign_id, TO_NEW_YORK, {})


def owning_contacts(world: World) -> list[int]:
    with world.engine.begin() as tx:
        return [row.id for row in tx.execute(text("SELECT id FROM contacts ORDER BY id"))]


def _all(world: World) -> list:  # type: ignore[type-arg]
    return list(world.dialer.caller_ids.listed(world.trunk_id, PageRequest()).items)


def _refused(world: World, field: str, value: object) -> str:
    """The field that an edit is refused for."""
    with pytest.raises(DialerError) as refused:
        world.dialer.campaigns.edit(world.campaign_id, {field: value})
    return str(refused.value.extra["errors"][0]["field"])
