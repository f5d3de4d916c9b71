"""Caps, gaps, consent and regions where they bind: in the claim, on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.db import transitions
from dialer.domain.dispositions import Disposition
from dialer.services.ending import Ending, end_calls
from dialer.services.nudges import NoNudges
from tests.support.factories import make_call, number
from tests.support.world import World, wait_for

DAY = [{"calls": 1, "period_hours": 24}]
_fresh = count()


@pytest.fixture
def changes() -> dict[str, Any]:
    return {"max_cps": 100_000, "max_channels": 100_000}


@pytest.fixture
def wide(world: World) -> World:
    """Nothing but the gate holds calls back."""
    world.execute("UPDATE trunks SET cps = 10000, channels = 10000")
    return world


def queue(world: World, campaign_id: int, phone: str) -> UUID:
    (contact_id,) = world.contacts([phone], campaign_id=campaign_id)
    with world.engine.begin() as tx:
        return make_call(tx, world.trunk_id, contact_id)


def dials(world: World, phone: str) -> list[Any]:
    with world.engine.begin() as tx:
        found = text("SELECT dialed_at FROM number_dials WHERE phone_number = :phone")
        return list(tx.scalar(found, {"phone": phone}) or ())


def end(world: World, call_id: UUID, disposition: Disposition) -> None:
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, disposition)])


def test_cap_counts_the_dials_of_all_campaigns_and_of_single_calls(wide: World) -> None:
    wide.set_campaign(number_caps=[{"calls": 2, "period_hours": 24}])
    other = wide.campaign("other")
    for alone in (False, True):
        call_id = wide.single(phone_number=number(1)) if alone else queue(wide, other, number(1))
        assert [claimed.call_id for claimed in wide.claim().claimed] == [call_id]
        end(wide, call_id, Disposition.BUSY)
    call_id = queue(wide, wide.campaign_id, number(1))
    assert wide.claim().refused == 1
    call = wide.call(call_id)
    assert (call["state"], call["failure_reason"]) == ("ended", "number_cap")
    assert call["gate"]["refusal"]["source"] == "the campaign"
    assert [cap["used"] for cap in call["gate"]["caps"]] == [2]
    contact = wide.contact(call["contact_id"])
    assert contact["state"] == "waiting"
    assert contact["attempts"] == 0
    assert contact["next_attempt_at"] - wide.now() <= timedelta(hours=1)


def test_second_call_to_a_number_waits_for_the_next_claim(wide: World) -> None:
    other = wide.campaign("other")
    first, second = queue(wide, wide.campaign_id, number(1)), queue(wide, other, number(1))
    assert [claimed.call_id for claimed in wide.claim().claimed] == [first]
    assert wide.call(second)["state"] == "queued"
    assert [claimed.call_id for claimed in wide.claim().claimed] == [second]
    assert len(dials(wide, number(1))) == 2


def test_gap_names_the_moment_at_which_the_number_may_be_dialed_again(wide: World) -> None:
    wide.set_campaign(min_gap_seconds=600)
    wide.single(phone_number=number(1))
    assert len(wide.claim().claimed) == 1
    (dialed_at,) = dials(wide, number(1))
    call_id = queue(wide, wide.campaign_id, number(1))
    assert wide.claim().refused == 1
    call = wide.call(call_id)
    assert call["failure_reason"] == "too_soon"
    assert wide.contact(call["contact_id"])["next_attempt_at"] == dialed_at + timedelta(seconds=600)


@pytest.mark.parametrize("disposition", [Disposition.NOT_DIALED, Disposition.INDETERMINATE])
def test_dial_is_given_back_only_where_it_certainly_was_none(wide: World, disposition: Disposition) -> None:
    call_id = queue(wide, wide.campaign_id, number(1))
    wide.claim()
    assert len(dials(wide, number(1))) == 1
    end(wide, call_id, disposition)
    assert len(dials(wide, number(1))) == (disposition is Disposition.INDETERMINATE)


def test_claim_that_goes_back_to_the_queue_gives_its_dial_back(wide: World) -> None:
    wide.set_campaign(number_caps=DAY)
    call_id = queue(wide, wide.campaign_id, number(1))
    (claimed,) = wide.claim().claimed
    with wide.engine.begin() as tx:
        transitions.lock_in_order(tx, [call_id], with_contacts=True)
        assert transitions.requeue(tx, [(call_id, claimed.slot.token)]) == {claimed.slot.token}
    assert dials(wide, number(1)) == []
    assert len(wide.claim().claimed) == 1


def test_call_to_somebody_without_consent_is_not_made_where_the_campaign_asks_for_it(wide: World) -> None:
    wide.set_campaign(consent_required=True)
    given_at = wide.now() - timedelta(days=1)
    consented = wide.queued([number(1)], consent_at=given_at, consent_source="form 7")
    (without,) = wide.queued([number(2)])
    assert [claimed.call_id for claimed in wide.claim().claimed] == consented
    assert wide.contact_of(without)["final_reason"] == "consent_missing"
    assert wide.call(consented[0])["gate"]["consented"] is True


def test_cap_of_the_number_s_state_binds_and_is_named(wide: World) -> None:
    wide.set_campaign(profile="by_region")
    wide.execute('UPDATE campaigns SET calling_window = \'{"start": "00:00", "end": "24:00"}\'')
    florida = "+13055550123"
    now = wide.now()
    wide.execute(
        "INSERT INTO number_dials VALUES (:phone, ARRAY[CAST(:a AS timestamptz), :a, :a])",
        phone=florida,
        a=now - timedelta(hours=20),
    )
    (call_id,) = wide.queued([florida])
    wide.claim()
    refusal = wide.call(call_id)["gate"]["refusal"]
    assert (refusal["code"], refusal["source"][:3]) == ("number_cap", "us:")
    assert wide.call(call_id)["gate"]["profiles"] == ["us/2", "us-fl/1"]


def test_call_rings_as_long_as_the_callee_s_own_region_asks_for(wide: World) -> None:
    wide.set_campaign(profile="by_region", timeout_seconds=5)
    noon = f"Etc/GMT{wide.now().hour - 13:+d}" if wide.now().hour != 13 else "Etc/UTC"
    wide.queued(["+12125550123", "+493023125000"], zones=(noon,))
    rings = {wide.call(call.call_id)["phone_number"]: call.timeout_seconds for call in wide.claim().claimed}
    assert rings == {"+12125550123": 15, "+493023125000": 5}
    stored = {call["phone_number"]: (call["timeout_seconds"], call["gate"]["ring_seconds"]) for call in wide.calls()}
    assert stored == {"+12125550123": (15, 15), "+493023125000": (5, 0)}


def test_claim_stores_what_the_gate_looked_at(wide: World) -> None:
    (call_id,) = wide.queued([number(1)], zones=("America/New_York", "America/Chicago"))
    wide.claim()
    gate = wide.call(call_id)["gate"]
    assert gate["zones"] == ["America/New_York", "America/Chicago"]
    assert (gate["hours"], gate["dnc"], gate["attempts"]) == ("00:00 to 24:00", None, 0)
    assert "refusal" not in gate


@pytest.mark.parametrize(("dates", "code"), [("not_before", "campaign_not_begun"), ("not_after", "campaign_over")])
def test_outside_its_dates_a_campaign_dials_nobody_and_its_contacts_stay_due(
    wide: World, dates: str, code: str
) -> None:
    (call_id,) = wide.queued([number(1)])
    moment = wide.now() + timedelta(hours=1 if dates == "not_before" else -1)
    wide.execute(f"UPDATE campaigns SET {dates} = :moment", moment=moment)
    assert wide.claim().refused == 1
    assert wide.call(call_id)["failure_reason"] == code
    assert wide.contact_of(call_id)["state"] == "ready"
    assert wide.dialer.dispatching.tick() == 0
    wide.execute(f"UPDATE campaigns SET {dates} = NULL")
    assert wide.dialer.dispatching.tick() == 1


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 3), st.integers(2, 4), st.integers(2, 6), st.lists(st.booleans(), min_size=4, max_size=4))
def test_no_interleaving_of_workers_exceeds_a_cap(
    wide: World, cap: int, workers: int, campaigns: int, gives_back: list[bool]
) -> None:
    """Several processes' worth of claims on the same few numbers, some of which are given back in between."""
    example = next(_fresh)
    phones = [number(100 + example * 4 + n) for n in range(4)]
    ids = [wide.campaign(f"{example} {n}", number_caps=[{"calls": cap, "period_hours": 1}]) for n in range(campaigns)]
    for campaign_id in ids:
        for phone in phones:
            queue(wide, campaign_id, phone)
    dialers = [Dialer(wide.settings, nudges=NoNudges()) for _ in range(workers)]

    def work(worker: int) -> None:
        for turn in range(2 * campaigns):
            for claimed in dialers[worker].claims.claim(wide.trunk_id).claimed:
                if gives_back[worker] and turn == 0:
                    with dialers[worker].engine.begin() as tx:
                        transitions.lock_in_order(tx, [claimed.call_id], with_contacts=True)
                        transitions.requeue(tx, [(claimed.call_id, claimed.slot.token)])

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
    for dialer in dialers:
        dialer.close()

    def none_is_left() -> bool:
        wide.claim()
        return not any(call["state"] == "queued" for phone in phones for call in wide.calls(phone_number=phone))

    # Each skips what another holds, so the last turns of all may have left some to nobody.
    wait_for(none_is_left, "all calls to be claimed or refused")
    for phone in phones:
        states = [call["state"] for call in wide.calls(phone_number=phone)]
        assert states.count("originating") == len(dials(wide, phone)) == min(cap, campaigns)
