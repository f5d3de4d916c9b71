"""The figures for Prometheus are what is in the database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.db import timeline
from dialer.services.figures import SETTLED
from tests.support import factories
from tests.support.world import World, settings_for


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


def end(world: World, call_id: UUID, seconds_ago: float, **values: Any) -> None:
    """End a call, so long ago that it counts."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    with world.engine.begin() as tx:
        tx.execute(
            text(
                f"UPDATE calls SET state = 'ended', {assignments}, "
                "ended_at = clock_timestamp() - make_interval(secs => :ago) WHERE id = :id"
            ),
            {"id": call_id, "ago": seconds_ago, **values},
        )


def call(world: World, **values: Any) -> UUID:
    with world.engine.begin() as tx:
        return factories.make_call(tx, world.trunk_id, **values)


@pytest.fixture
def registry(world: World) -> CollectorRegistry:
    """As if it had last looked a minute ago."""
    figures = world.dialer.figures
    list(figures.registry.collect())
    figures.ended.until = datetime.now(UTC) - timedelta(minutes=1)
    return figures.registry


def test_open_calls_are_counted_by_trunk_and_state(world: World, registry: CollectorRegistry) -> None:
    call(world)
    call(world)
    assert value(registry, "dialer_calls_open", trunk="carrier", state="queued") == 2
    assert value(registry, "dialer_calls_open", trunk="carrier", state="up") == 0


def test_the_age_of_the_oldest_queued_call_grows(world: World, registry: CollectorRegistry) -> None:
    assert value(registry, "dialer_calls_queued_oldest_seconds", trunk="carrier") == 0
    with world.engine.begin() as tx:
        factories.make_call(tx, world.trunk_id, created_at=text("clock_timestamp() - interval '90 s'"))
    oldest = value(registry, "dialer_calls_queued_oldest_seconds", trunk="carrier")
    assert oldest is not None
    assert 90 <= oldest < 150


def test_a_call_that_has_ended_is_counted_once(world: World, registry: CollectorRegistry) -> None:
    busy = call(world)
    end(world, busy, SETTLED.total_seconds() + 1, disposition="busy")
    for _ in range(2):
        assert value(registry, "dialer_calls_ended_total", trunk="carrier", disposition="busy") == 1
    assert value(registry, "dialer_calls_ended_total", trunk="carrier", disposition="answered") == 0


def test_a_call_is_not_counted_before_all_that_ended_with_it_are_committed(
    world: World, registry: CollectorRegistry
) -> None:
    end(world, call(world), 0, disposition="busy")
    assert value(registry, "dialer_calls_ended_total", trunk="carrier", disposition="busy") == 0


def test_calls_taken_back_are_counted_by_reason(world: World, registry: CollectorRegistry) -> None:
    end(world, call(world), SETTLED.total_seconds() + 1, disposition="withdrawn", failure_reason="dnc")
    assert value(registry, "dialer_calls_refused_total", reason="dnc") == 1


@pytest.mark.parametrize(
    ("values", "attempt"),
    [
        ({"attempt_number": 1}, "first"),
        ({"attempt_number": 2}, "again"),
        ({"attempt_number": 2, "callback_for": text("clock_timestamp()")}, "callback"),
    ],
)
def test_how_long_a_due_call_waited_is_told_apart_by_attempt(
    world: World, registry: CollectorRegistry, values: dict[str, Any], attempt: str
) -> None:
    (contact_id,) = world.contacts(1)
    due = {"due_at": text("now() - interval '20 s'"), "dialed_at": text("now()")}
    end(world, call(world, contact_id=contact_id, **values, **due), SETTLED.total_seconds() + 1, disposition="busy")
    labels = {"trunk": "carrier", "attempt": attempt}
    assert value(registry, "dialer_call_due_seconds_sum", **labels) == 20
    assert value(registry, "dialer_call_due_seconds_count", **labels) == 1


def test_a_single_call_is_due_when_it_is_made_and_who_was_not_dialed_has_not_waited(
    world: World, registry: CollectorRegistry
) -> None:
    ago = SETTLED.total_seconds() + 1
    made = {"created_at": text("now() - interval '3 s'"), "dialed_at": text("now()")}
    end(world, call(world, **made), ago, disposition="busy")
    end(world, call(world), ago, disposition="withdrawn", failure_reason="dnc")
    assert value(registry, "dialer_call_due_seconds_count", trunk="carrier", attempt="single") == 1
    assert value(registry, "dialer_call_due_seconds_sum", trunk="carrier", attempt="single") == 3


def test_contacts_are_counted_by_campaign_and_state(world: World, registry: CollectorRegistry) -> None:
    world.contacts(3)
    campaign = str(world.campaign_id)
    assert value(registry, "dialer_campaign_contacts", campaign=campaign, state="ready") == 3
    assert value(registry, "dialer_campaigns", state="running") == 1


def test_a_contact_that_is_overdue_is_seen(world: World, registry: CollectorRegistry) -> None:
    assert value(registry, "dialer_contacts_overdue_seconds") == 0
    world.contacts(1, state="waiting", next_attempt_at=datetime.now(UTC) - timedelta(hours=1))
    assert (value(registry, "dialer_contacts_overdue_seconds") or 0) >= 3600


def test_dispatch_that_has_looked_is_seen(world: World, registry: CollectorRegistry) -> None:
    assert value(registry, "dialer_dispatch_age_seconds") == float("inf")
    world.dialer.dispatching.tick()
    assert (value(registry, "dialer_dispatch_age_seconds") or 0) < 30


def test_a_database_that_was_promoted_or_restored_is_seen_until_the_recovery(
    world: World, registry: CollectorRegistry
) -> None:
    assert value(registry, "dialer_recovery_needed") == 0  # nothing was dialed yet
    with world.engine.begin() as tx:
        timeline.record(tx)
    assert value(registry, "dialer_recovery_needed") == 0
    world.execute("UPDATE control SET pg_timeline = '1/00000001'")
    assert value(registry, "dialer_recovery_needed") == 1
    world.dialer.recovering.recover("tests", lost_seconds=1, hold_seconds=1)
    assert value(registry, "dialer_recovery_needed") == 0


def test_a_node_whose_listener_has_lost_it_is_seen(world: World, registry: CollectorRegistry) -> None:
    assert value(registry, "dialer_node_listener_alive", node="pbx1") == 1
    with world.engine.begin() as tx:
        tx.execute(text("UPDATE pbx_nodes SET lease_until = clock_timestamp() - interval '1 s', echo_at = NULL"))
    assert value(registry, "dialer_node_listener_alive", node="pbx1") == 0
    assert value(registry, "dialer_node_echo_age_seconds", node="pbx1") == float("inf")


def test_a_breaker_that_is_open_is_seen_and_not_probed(world: World, registry: CollectorRegistry) -> None:
    assert value(registry, "dialer_breaker_open", trunk="carrier") == 0
    for _ in range(5):
        world.dialer.breaker.failed(f"trunk:{world.trunk_id}")
    before = world.dialer.redis.hgetall(f"breaker:trunk:{world.trunk_id}")
    assert value(registry, "dialer_breaker_open", trunk="carrier") == 1
    assert world.dialer.redis.hgetall(f"breaker:trunk:{world.trunk_id}") == before


def test_a_node_s_breaker_is_a_figure_of_its_own(world: World, registry: CollectorRegistry) -> None:
    assert value(registry, "dialer_node_breaker_open", node="pbx1") == 0
    for _ in range(5):
        world.dialer.breaker.failed(f"node:{world.node_id}")
    assert value(registry, "dialer_node_breaker_open", node="pbx1") == 1
    assert value(registry, "dialer_breaker_open", trunk="carrier") == 0


def test_channels_in_use_are_those_of_the_limits(world: World, registry: CollectorRegistry) -> None:
    world.dialer.redis.sadd(f"limits:slots:trunk:{world.trunk_id}", "a", "b")
    world.dialer.redis.sadd("limits:slots:global", "a", "b", "c")
    assert value(registry, "dialer_trunk_channels_used", trunk="carrier") == 2
    assert value(registry, "dialer_limit_channels_used") == 3


def test_jobs_are_counted_by_queue(world: World, registry: CollectorRegistry) -> None:
    world.dialer.redis.rpush("originate", "a", "b")
    assert value(registry, "dialer_queue_jobs", queue="originate") == 2
    assert value(registry, "dialer_queue_jobs", queue="control") == 0


def test_what_webhooks_have_not_been_told_is_seen(world: World, registry: CollectorRegistry) -> None:
    world.execute("INSERT INTO webhooks (url, events, secret, created_by) VALUES ('https://here', '{}', 's', 'tests')")
    world.execute(
        "INSERT INTO webhooks (url, events, secret, created_by, enabled) VALUES ('https://off', '{}', 's', 't', false)"
    )
    for state, url, ago in (
        ("pending", "here", 60),
        ("pending", "off", 900),
        ("dead", "here", 7),
        ("delivered", "here", 9),
    ):
        world.execute(
            "INSERT INTO webhook_deliveries (webhook_id, event_id, event, data, state, created_at)"
            " SELECT id, gen_random_uuid(), 'call.ended', '{}', :state, now() - make_interval(secs => :ago)"
            " FROM webhooks WHERE url = :url",
            state=state,
            url=f"https://{url}",
            ago=ago,
        )
    assert value(registry, "dialer_webhook_deliveries_pending") == 2
    assert value(registry, "dialer_webhook_deliveries_dead") == 1
    assert 60 <= (value(registry, "dialer_webhook_oldest_seconds") or 0) < 900


def test_servers_that_are_away_are_figures_and_no_errors(redis_url: str) -> None:
    settings = settings_for("postgresql+psycopg2://nobody@127.0.0.1:1/none", "redis://127.0.0.1:1/0")
    dialer = Dialer(settings)
    assert value(dialer.figures.registry, "dialer_postgres_up") == 0
    assert value(dialer.figures.registry, "dialer_redis_up", server="broker") == 0
    dialer.close()


def test_no_label_holds_a_number(world: World, registry: CollectorRegistry) -> None:
    world.contacts(3)
    with world.engine.begin() as tx:
        factories.make_call(tx, world.trunk_id, state="queued")
        numbers = set(tx.scalars(text("SELECT phone_number FROM contacts UNION SELECT phone_number FROM calls")))
    labels = {text for family in registry.collect() for sample in family.samples for text in sample.labels.values()}
    assert numbers
    assert not [label for label in labels for number in numbers if number.lstrip("+") in label]
