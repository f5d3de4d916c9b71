"""Every field of a running campaign, edited: the next tick of dispatch, within a second, goes by the new value."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from api.schemas.campaigns import CampaignPatch
from dialer.db import following
from dialer.db.tables import Trunk
from dialer.domain import rules
from dialer.domain.actions import Play
from dialer.domain.caller_ids import CallerIdPool
from dialer.domain.campaigns import DialOrder
from dialer.domain.contacts import ContactState
from dialer.domain.dispositions import Disposition
from dialer.domain.profiles import NumberCap
from dialer.domain.retry import RetryPolicy, RetryRule
from dialer.domain.window import CallingWindow
from dialer.services import reconsidering
from dialer.services.campaigns import NewCampaign
from dialer.services.ending import Ending, end_calls
from dialer.services.importing.service import NewContact
from tests.support import factories
from tests.support.factories import ALWAYS, make_call, make_trunk, number
from tests.support.world import World

FLORIDA = "+13055550123"


def dialed(world: World) -> list[Any]:
    """What a second of the dialer's work sends."""
    world.dialer.dispatching.tick()
    return [world.call(claimed.call_id) for claimed in world.claim().claimed]


def numbers(world: World) -> list[str]:
    return [call["phone_number"] for call in dialed(world)]


def dialed_before(world: World, phone: str, **ago: float) -> None:
    world.execute(
        "INSERT INTO number_dials VALUES (:phone, ARRAY[CAST(:at AS timestamptz)])",
        phone=phone,
        at=world.now() - timedelta(**ago),
    )


def ended(world: World, phone: str, disposition: Disposition, **ago: float) -> int:
    """A contact whose only attempt ended so, some time ago; it waits as the policy has it."""
    (contact_id,) = world.contacts([phone], attempts=1)
    with world.engine.begin() as tx:
        call_id = make_call(tx, world.trunk_id, contact_id, attempt_number=1)
        end_calls(tx, [Ending(call_id, disposition)])
    passed = timedelta(**ago)
    world.execute("UPDATE calls SET ended_at = ended_at - :passed WHERE id = :id", id=call_id, passed=passed)
    world.execute(
        "UPDATE contacts SET next_attempt_at = next_attempt_at - :passed WHERE id = :id", id=contact_id, passed=passed
    )
    return contact_id


def edit(world: World, campaign_id: int | None = None, **changes: Any) -> None:
    world.dialer.campaigns.edit(campaign_id or world.campaign_id, changes)


@dataclass(frozen=True)
class Case:
    """An edit, what is true before, and what is seen after: of the same question."""

    field: str
    value: Any
    prepare: Callable[[World], None]
    ask: Callable[[World], Any]
    before: Any
    after: Any


def _nothing(world: World) -> None:
    """Whoever asks brings a contact."""


def _somebody_later(world: World) -> None:
    world.contacts([number(99)], state="waiting", next_attempt_at=world.now() + DAY)


def _one(world: World) -> None:
    world.contacts([number(1)])


def _of_unknown_zone(world: World) -> None:
    world.contacts([number(1)], zones=())


def _ten(world: World) -> None:
    world.contacts(10)


def _some_abandoned(world: World) -> None:
    _ten(world)
    world.set_campaign(people=10)
    world.execute(
        "INSERT INTO live_answers VALUES "
        "(:campaign, '', date_trunc('hour', clock_timestamp(), 'UTC'), 1000, 20, clock_timestamp())",
        campaign=world.campaign_id,
    )


def _second_trunk(world: World) -> int:
    with world.engine.begin() as tx:
        return make_trunk(tx, world.node_id, "second")


def _group_of_another(world: World) -> int:
    second = _second_trunk(world)
    with world.engine.begin() as tx:
        return factories.make_group(tx, {second: 1})


def _owns_a_caller_id(world: World) -> None:
    world.dialer.caller_ids.add(world.trunk_id, FLORIDA)


def _trunk(world: World) -> str:
    world.contacts([number(len(world.calls()) + 1)])
    world.dialer.dispatching.tick()
    with world.engine.begin() as tx:
        return factories.row(tx, Trunk, world.calls()[-1]["trunk_id"])["name"]  # type: ignore[no-any-return]


def _action(world: World) -> Any:
    with world.engine.begin() as tx:
        return following.campaign_actions(tx, [world.campaign_id])[world.campaign_id]["type"]


def _national(world: World) -> str | None:
    (added,) = world.dialer.call_lists.add_contacts(world.campaign_id, [NewContact("030 901820")], "tests")
    return added.code


def _of(name: str) -> Callable[[World], Any]:
    """A column of a call that is dialed now, of somebody new."""

    def ask(world: World) -> Any:
        world.contacts([number(len(world.calls()) + 1)])
        return dialed(world)[0][name]

    return ask


def _capped(world: World) -> None:
    world.set_campaign(number_caps=[{"calls": 1, "period_hours": 24}])
    dialed_before(world, number(1), hours=2)
    _one(world)
    assert numbers(world) == []
    assert world.contact_of(world.calls()[0]["id"])["held_by"] == "number_cap"


def _too_soon(world: World) -> None:
    world.set_campaign(min_gap_seconds=7200)
    dialed_before(world, number(1), hours=1)
    _one(world)
    assert numbers(world) == []


def _capped_by_profile(world: World) -> None:
    world.set_campaign(profile="by_region", calling_window=ALWAYS)
    for _ in range(3):
        world.execute(
            "INSERT INTO number_dials VALUES (:phone, ARRAY[CAST(:at AS timestamptz)]) ON CONFLICT (phone_number)"
            " DO UPDATE SET dialed_at = number_dials.dialed_at || excluded.dialed_at",
            phone=FLORIDA,
            at=world.now() - timedelta(hours=3),
        )
    world.contacts([FLORIDA])
    assert numbers(world) == []


def _holiday(world: World) -> None:
    world.set_campaign(skip_holidays=True)
    world.contacts([FLORIDA])
    assert numbers(world) == []


def _waits_for_a_retry(world: World) -> None:
    world.set_campaign(retry_policy=RetryPolicy(busy=RetryRule(delay_seconds=3600)).model_dump(mode="json"))
    ended(world, number(1), Disposition.BUSY, minutes=5)


def _beside_another(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 10")
    other = world.campaign("other")
    world.contacts([number(n) for n in range(100)])
    world.contacts([number(n) for n in range(100, 200)], campaign_id=other)


def _share(world: World) -> bool:
    """Whether most of the next calls are this campaign's."""
    world.execute("UPDATE contacts SET state = 'ready', open_call_id = NULL WHERE state = 'in_call'")
    world.execute(
        "UPDATE calls SET state = 'ended', disposition = 'withdrawn', ended_at = now() WHERE state = 'queued'"
    )
    world.dialer.dispatching.tick()
    calls = world.calls(state="queued")
    ours = [call for call in calls if call["campaign_id"] == world.campaign_id]
    return len(ours) > 0.7 * len(calls)


def _first(world: World) -> str:
    """Whose turn it is."""
    _share(world)
    return str(world.calls(state="queued")[0]["phone_number"])


def _many(world: World) -> int:
    """How many a claim takes, of ten that are due."""
    world.execute("UPDATE contacts SET state = 'ready', open_call_id = NULL WHERE state = 'in_call'")
    world.execute(
        "UPDATE calls SET state = 'ended', disposition = 'not_dialed', ended_at = now() WHERE state <> 'ended'"
    )
    world.load_limits()
    return len(numbers(world))


def _after_three(world: World) -> int:
    """How many are dialed of one who has had three attempts."""
    with world.engine.begin() as tx:
        known = tx.scalar(text("SELECT count(*) FROM contacts"))
    world.contacts([number(known)], attempts=3)
    return len(dialed(world))


def _anybody(world: World) -> int:
    """How many are dialed of somebody new."""
    world.contacts([number(len(world.calls()) + 1)])
    return len(dialed(world))


def _name(world: World) -> str:
    return world.dialer.campaigns.get(world.campaign_id).name


def _one_while(**campaign: Any) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        _one(world)
        world.set_campaign(**campaign)

    return prepare


CLOSED = {"start": "00:00", "end": "00:01", "days": [1]}
US = [number(1)]
DAY = timedelta(days=1)
SOONER = RetryPolicy(busy=RetryRule(delay_seconds=60))
CASES = [
    Case("name", "autumn", _nothing, _name, "campaign", "autumn"),
    Case("trunk_id", _second_trunk, _nothing, _trunk, "carrier", "second"),
    Case("trunk_group_id", _group_of_another, _nothing, _trunk, "carrier", "second"),
    Case("answer_action", Play(sound="hello"), _nothing, _action, "hangup", "play"),
    Case("caller_id", "+12025550188", _nothing, _of("caller_id"), None, "+12025550188"),
    Case("caller_id_pool", CallerIdPool(numbers=(FLORIDA,)), _owns_a_caller_id, _of("caller_id"), None, FLORIDA),
    Case("timeout_seconds", 17, _nothing, _of("timeout_seconds"), 30, 17),
    Case("max_attempts", 4, _somebody_later, _after_three, 0, 1),
    Case("cps", 1.0, _ten, _many, 10, 1),
    Case("channels", 2, _ten, _many, 10, 2),
    Case("people", 3, _ten, _many, 10, 3),
    Case("abandon_ceiling", 1.0, _some_abandoned, _many, 10, 0),
    Case("default_region", "DE", _nothing, _national, "phone_no_region", None),
    Case("default_time_zone", "UTC", _of_unknown_zone, numbers, [], US),
    Case("calling_window", CallingWindow.parse("00:00-24:00"), _one_while(calling_window=CLOSED), numbers, [], US),
    Case("profile", "none", _capped_by_profile, numbers, [], [FLORIDA]),
    Case("number_caps", [NumberCap(calls=2, period_hours=24)], _capped, numbers, [], US),
    Case("min_gap_seconds", 60, _too_soon, numbers, [], US),
    Case("skip_holidays", False, _holiday, numbers, [], [FLORIDA]),
    Case("consent_required", True, _nothing, _anybody, 1, 0),
    Case("not_before", None, _one_while(not_before=datetime.now(UTC) + DAY), numbers, [], US),
    Case("not_after", None, _one_while(not_after=datetime.now(UTC) - DAY), numbers, [], US),
    Case("weight", 9, _beside_another, _share, False, True),
    Case("priority", 1, _beside_another, _share, False, True),
    Case("dial_order", DialOrder.NEWEST, _ten, _first, number(0), number(9)),
    Case("retry_policy", SOONER, _waits_for_a_retry, numbers, [], US),
]


def test_every_field_is_here() -> None:
    """A field that is added to campaigns has to show that its edits reach the dialing."""
    assert (
        {case.field for case in CASES}
        == {field.name for field in fields(NewCampaign)}
        == set(CampaignPatch.model_fields)
    )


@pytest.mark.parametrize("case", CASES, ids=[case.field for case in CASES])
def test_edit_takes_effect_with_the_next_tick(world: World, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "holiday", lambda region, day: "Founders' Day")
    case.prepare(world)
    assert case.ask(world) == case.before
    value = case.value(world) if callable(case.value) else case.value
    edit(world, **{case.field: value})
    assert case.ask(world) == case.after


# Those who wait already


def test_longer_delay_and_a_disposition_made_final_reach_those_who_wait(world: World) -> None:
    world.set_campaign(retry_policy=RetryPolicy(busy=RetryRule(delay_seconds=60)).model_dump(mode="json"))
    busy = ended(world, number(1), Disposition.BUSY, seconds=50)
    unanswered = ended(world, number(2), Disposition.NO_ANSWER, seconds=50)
    before = world.contact(busy)["next_attempt_at"]
    edit(world, retry_policy=RetryPolicy(busy=RetryRule(delay_seconds=160), no_answer=None))
    assert numbers(world) == []
    assert world.contact(busy)["next_attempt_at"] - before == timedelta(seconds=100)
    assert (world.contact(unanswered)["state"], world.contact(unanswered)["final_reason"]) == (
        "done",
        "final_disposition",
    )


def test_lowered_cap_ends_those_who_wait_with_no_attempt_left(world: World) -> None:
    contact_id = ended(world, number(1), Disposition.BUSY, seconds=1)
    edit(world, max_attempts=1)
    world.dialer.dispatching.tick()
    assert world.contact(contact_id)["final_reason"] == "attempts_exhausted"


def test_who_is_still_held_back_waits_by_the_new_rules_and_is_not_asked_again(world: World) -> None:
    _capped(world)
    edit(world, number_caps=[NumberCap(calls=1, period_hours=3)])
    assert numbers(world) == []
    (contact,) = [world.contact_of(call["id"]) for call in world.calls()]
    assert (contact["state"], contact["held_by"], contact["rules_version"]) == ("waiting", "number_cap", 2)
    assert timedelta(minutes=59) < contact["next_attempt_at"] - world.now() < timedelta(minutes=61)
    assert len(world.calls()) == 1


def test_edit_of_something_else_reconsiders_nobody(world: World) -> None:
    _capped(world)
    edit(world, name="autumn", cps=3.0)
    with world.engine.begin() as tx:
        assert reconsidering.reconsider(tx, world.settings) == 0


def test_many_are_reconsidered_in_batches_of_which_each_is_within_a_tick(world: World) -> None:
    world.set_campaign(number_caps=[{"calls": 1, "period_hours": 24}])
    later = world.now() + timedelta(minutes=50)
    known = reconsidering.AT_ONCE + 10
    with world.engine.begin() as tx:
        zone = factories.zone_set(tx, "UTC")
        tx.execute(
            text(
                "INSERT INTO contacts"
                " (campaign_id, phone_number, zone_id, state, next_attempt_at, held_by, rules_version)"
                " SELECT :campaign, '+1202' || lpad(n::text, 7, '0'), :zone, 'waiting', :later, 'number_cap', 1"
                " FROM generate_series(1, :known) AS n"
            ),
            {"campaign": world.campaign_id, "zone": zone, "later": later, "known": known},
        )
    edit(world, number_caps=[])
    moved = []
    for _ in range(3):
        with world.engine.begin() as tx:
            moved.append(reconsidering.reconsider(tx, world.settings))
    assert moved == [reconsidering.AT_ONCE, 10, 0]


def test_paused_campaign_is_reconsidered_when_it_goes_on(world: World) -> None:
    _capped(world)
    world.set_campaign(state="paused")
    edit(world, number_caps=[])
    assert numbers(world) == []
    world.set_campaign(state="running")
    assert numbers(world) == US


def test_explanation_goes_by_the_edit_before_dispatch_does(world: World) -> None:
    _capped(world)
    (contact_id,) = [call["contact_id"] for call in world.calls()]
    told = world.dialer.explaining.contact(contact_id)
    assert (told.code, told.until is not None) == ("number_cap", True)
    edit(world, number_caps=[])
    assert world.dialer.explaining.contact(contact_id).code == "due"
    (group,) = world.dialer.explaining.campaign(world.campaign_id).groups
    assert (group.code, group.contacts) == ("due", 1)


def test_wait_that_no_rule_of_the_campaign_set_is_left_alone(world: World) -> None:
    later = world.now() + timedelta(hours=1)
    (contact_id,) = world.contacts([number(1)], state="waiting", next_attempt_at=later)
    edit(world, retry_policy=SOONER, number_caps=[])
    assert numbers(world) == []
    assert world.contact(contact_id)["state"] == ContactState.WAITING
