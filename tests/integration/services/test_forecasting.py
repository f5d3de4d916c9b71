"""Forecasts of what is in the database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.dispositions import Disposition
from dialer.domain.forecast.hours import LimitedBy
from dialer.errors import Conflict, NotFound
from dialer.services.forecasting import CampaignForecast, Wanted
from tests.support.factories import make_call, number
from tests.support.world import World

ANSWERED = Wanted(rates=[{Disposition.ANSWERED: 1.0}], hold_seconds={Disposition.ANSWERED: 10.0})
BUSY = Wanted(rates=[{Disposition.BUSY: 1.0}], hold_seconds={Disposition.BUSY: 1.0})


def ask(world: World, wanted: Wanted = ANSWERED, campaign_id: int | None = None) -> CampaignForecast:
    return world.dialer.forecasting.campaign(campaign_id or world.campaign_id, wanted)


def seconds(told: CampaignForecast) -> float:
    """From now to the end."""
    assert told.forecast.finish_at is not None
    return (told.forecast.finish_at - told.as_of).total_seconds()


def left(told: CampaignForecast) -> dict[str, int]:
    return {part.code: part.contacts for part in told.forecast.left}


def test_campaign_takes_as_long_as_its_trunk_is_fast(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 10")
    world.contacts(1000)
    told = ask(world)
    assert 1000 / 10 * 1.05 + 8 < seconds(told) < 1000 / 10 * 1.05 + 14
    assert sum(hour.dials for hour in told.forecast.hours) == 1000
    assert told.forecast.done == {"answered": 1000}
    assert {hour.limited_by for hour in told.forecast.hours} == {LimitedBy.TRUNK_CPS}


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ({"cps": 2}, LimitedBy.CAMPAIGN_CPS),
        ({"channels": 5}, LimitedBy.CAMPAIGN_CHANNELS),
        ({"channels": 9, "people": 5}, LimitedBy.PEOPLE),
    ],
)
def test_narrower_limits_of_the_campaign_make_it_slower(world: World, change: dict[str, Any], limit: LimitedBy) -> None:
    world.contacts(500)
    before = seconds(ask(world))
    world.set_campaign(**change)
    told = ask(world)
    assert seconds(told) > 3 * before
    assert told.forecast.hours[0].limited_by == limit


def test_other_campaigns_take_their_share(world: World) -> None:
    world.execute("UPDATE trunks SET cps = 10, channels = 5000")
    world.contacts([number(n) for n in range(600)])
    alone = seconds(ask(world))
    other = world.campaign("other", weight=3)
    world.contacts([number(n) for n in range(600, 2000)], campaign_id=other)
    told = ask(world)
    assert 3 < seconds(told) / alone < 4
    assert told.forecast.hours[0].limited_by == LimitedBy.OTHER_CAMPAIGNS
    assert any(str(other) in said for said in told.assumptions)


def test_retries_come_after_their_delay_and_as_often_as_allowed(world: World) -> None:
    world.contacts(50)
    told = ask(world, BUSY)
    assert 600 < seconds(told) < 630
    assert sum(hour.dials for hour in told.forecast.hours) == 150
    assert told.forecast.done == {"attempts_exhausted": 50}


def test_rates_are_those_that_were_seen(world: World) -> None:
    ids = world.contacts([number(n) for n in range(400)])
    for n, contact_id in enumerate(ids[:100]):
        with world.engine.begin() as tx:
            make_call(
                tx, world.trunk_id, contact_id, phone_number=number(n), state="ended", ended_at=text("now()"),
                claimed_at=text("now() - interval '7 seconds'"), disposition="busy" if n < 75 else "answered",
            )  # fmt: skip
    world.execute(
        "UPDATE contacts SET state = 'done', final_reason = 'answered', open_call_id = NULL WHERE state = 'in_call'"
    )
    world.execute(
        "INSERT INTO campaign_counts (campaign_id, key, n)"
        " VALUES (:c, 'attempt.1.busy', 75), (:c, 'attempt.1.answered', 25)",
        c=world.campaign_id,
    )
    told = ask(world, Wanted())
    assert told.calls_seen == 100
    assert told.forecast.contacts == 300
    assert told.forecast.rates.mix(1)[Disposition.BUSY] == pytest.approx(0.7, abs=0.05)
    assert told.forecast.rates.hold_seconds[Disposition.BUSY] == pytest.approx(7, abs=0.1)


def test_time_that_channels_were_free_between_calls_is_learned(world: World) -> None:
    """Two channels, calls of eight seconds, and two seconds until the next."""
    world.execute("UPDATE trunks SET cps = 10, channels = 2")
    ids = world.contacts([number(n) for n in range(400)])
    with world.engine.begin() as tx:  # one for all: now() is when it began
        for n, contact_id in enumerate(ids[:100]):
            claimed_at = 2000 - n // 2 * 10
            make_call(
                tx, world.trunk_id, contact_id, phone_number=number(n), state="ended", disposition="answered",
                claimed_at=text(f"now() - interval '{claimed_at} seconds'"),
                ended_at=text(f"now() - interval '{claimed_at - 8} seconds'"),
            )  # fmt: skip
    world.execute(
        "UPDATE contacts SET state = 'done', final_reason = 'answered', open_call_id = NULL WHERE state = 'in_call'"
    )
    told = ask(world)
    assert seconds(told) == pytest.approx(300 * 12 / 2, rel=0.03)
    assert any("free for 2.0 s between two" in said for said in told.assumptions)


def test_whoever_is_never_called_is_named_with_the_gates_reason(world: World) -> None:
    world.contacts([number(0), number(1)])
    world.contacts([number(2)], zones=())
    world.contacts([number(3)])
    world.execute("INSERT INTO dnc (phone_number, source, created_by) VALUES (:p, 't', 't')", p=number(3))
    world.contacts([number(4)], state="waiting", next_attempt_at=world.now() + timedelta(hours=3), attempts=1)
    told = ask(world)
    assert told.forecast.done == {"answered": 3, "dnc": 1}
    assert left(told) == {"zone_unknown": 1}
    world.set_campaign(not_after=world.now() + timedelta(hours=1))
    told = ask(world)
    assert told.forecast.done == {"answered": 2, "dnc": 1}
    assert left(told) == {"campaign_over": 2}


def test_lists_that_are_off_are_left(world: World) -> None:
    world.contacts([number(0)])
    world.execute(
        "INSERT INTO call_lists (campaign_id, name, state, columns, created_by, active)"
        " VALUES (:c, 'off', 'completed', '{}', 't', false)",
        c=world.campaign_id,
    )
    world.contacts([number(1), number(2)], call_list_id=1)
    told = ask(world)
    assert (told.forecast.done, left(told)) == ({"answered": 1}, {"list_off": 2})


def test_contacts_held_by_rules_that_were_edited_since_do_not_wait(world: World) -> None:
    later = world.now() + timedelta(hours=9)
    world.contacts([number(0)], state="waiting", next_attempt_at=later, held_by="number_cap", rules_version=1)
    assert seconds(ask(world)) > 8 * 3600
    world.set_campaign(rules_version=2)
    assert seconds(ask(world)) < 60


def test_whoever_has_several_numbers_is_tried_at_those_left(world: World) -> None:
    (contact_id,) = world.contacts([number(0)], position=2)
    world.execute(
        "INSERT INTO contact_numbers (contact_id, position, phone_number, zone_id, closed_by)"
        " SELECT :id, n, '+1212555010' || n, zone_id, CASE WHEN n = 1 THEN 'dnc' END"
        " FROM contacts, generate_series(1, 3) AS n",
        id=contact_id,
    )
    world.set_campaign(retry_policy={"unallocated": {"delay_seconds": 0, "number": "drop"}}, max_attempts=9)
    unallocated = Wanted(rates=[{Disposition.UNALLOCATED: 1.0}])
    assert sum(hour.dials for hour in ask(world, unallocated).forecast.hours) == 2
    world.execute("INSERT INTO dnc (phone_number, source, created_by) VALUES ('+12125550102', 't', 't')")
    assert sum(hour.dials for hour in ask(world, unallocated).forecast.hours) == 1


def test_callbacks_come_at_their_time_and_after_the_last_attempt(world: World) -> None:
    at = world.now() + timedelta(hours=5)
    world.contacts([number(0)], state="waiting", next_attempt_at=at, callback_at=at, attempts=3)
    told = ask(world, BUSY)
    assert sum(hour.dials for hour in told.forecast.hours) == 1
    assert told.forecast.finish_at is not None
    assert timedelta() <= told.forecast.finish_at - at < timedelta(seconds=60)


def test_contacts_in_calls_count_too(world: World) -> None:
    world.queued([number(n) for n in range(3)])
    told = ask(world)
    assert (told.forecast.contacts, told.forecast.done) == (3, {"answered": 3})
    world.execute("UPDATE contacts SET attempts = 3")
    world.execute("UPDATE calls SET state = 'originating', claim_token = id, claimed_at = now()")
    told = ask(world, BUSY)
    assert told.forecast.done == {"attempts_exhausted": 3}
    assert sum(hour.dials for hour in told.forecast.hours) == 0


def test_numbers_that_were_called_lately_wait_for_their_cap(world: World) -> None:
    world.set_campaign(number_caps=[{"calls": 2, "period_hours": 5}])
    now = world.now()
    world.contacts([number(0), number(1)])
    dials = [now - timedelta(hours=1), now - timedelta(hours=2)]
    world.execute("INSERT INTO number_dials VALUES (:p, CAST(:d AS timestamptz[]))", p=number(0), d=dials)
    told = ask(world)
    assert 3 * 3600 - 30 < seconds(told) < 3 * 3600 + 400
    assert LimitedBy.NUMBER_CAPS in {hour.limited_by for hour in told.forecast.hours}


def test_horizon_ends_the_forecast(world: World) -> None:
    world.set_campaign(cps=0.01)
    world.contacts(2000)
    told = ask(world, Wanted(rates=ANSWERED.rates, horizon=timedelta(days=1)))
    assert (told.forecast.finish_at, told.forecast.earliest_at) == (None, None)
    assert left(told)["not_in_time"] > 1000
    assert len(told.forecast.hours) in (24, 25)


def test_paused_campaign_is_forecast_as_if_it_ran_and_says_so(world: World) -> None:
    world.contacts(3)
    world.set_campaign(state="paused")
    told = ask(world)
    assert told.forecast.finish_at is not None
    assert any("paused" in said for said in told.assumptions)


def test_what_is_not_there_or_cancelled_has_no_forecast(world: World) -> None:
    with pytest.raises(NotFound):
        ask(world, campaign_id=99)
    world.set_campaign(state="cancelled")
    with pytest.raises(Conflict):
        ask(world)


def test_campaign_without_contacts_ends_at_once(world: World) -> None:
    told = ask(world)
    assert (seconds(told), told.forecast.contacts, told.forecast.left) == (0.0, 0, [])
