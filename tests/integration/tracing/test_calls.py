"""What is recorded of calls on a real PostgreSQL, Redis and simulator: with the commit, by whoever did it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import redis
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from dialer import tracing
from dialer.db import transitions
from dialer.domain.actions import HangUp
from dialer.domain.dispositions import Disposition
from dialer.services.ending import Ending, HangupReport, end_calls
from dialer.services.single_calls import NewCall
from dialer.tracing.recording import Recorder
from tests.support.world import World, settings_for, simulated_pbx, wait_for


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.begin(Recorder([SimpleSpanProcessor(exporter)], "tests", 1.0))
    yield exporter
    tracing.stop()


@pytest.fixture
def world(database: str, redis_url: str, redis_client: redis.Redis) -> Iterator[World]:
    world = World(settings_for(database, redis_url))
    yield world
    world.close()


OF_A_TRY = {"wait", "gate and claim", "originate"}
"""Recorded for each try to dial: a call that comes too late for its place goes back, and is claimed again."""


def of(spans: InMemorySpanExporter, call_id: UUID) -> dict[str, ReadableSpan]:
    """The steps of a call by their names; of several tries the last."""
    found = [span for span in spans.get_finished_spans() if span.context.trace_id == call_id.int]
    times = Counter(span.name for span in found)
    assert {name for name, n in times.items() if n > 1} <= OF_A_TRY
    return {span.name: span for span in found}


def attributes(span: ReadableSpan) -> dict[str, object]:
    return {name.removeprefix("dialer."): value for name, value in (span.attributes or {}).items()}


def test_an_end_is_recorded_with_its_commit(world: World, spans: InMemorySpanExporter) -> None:
    (call_id,) = world.queued()
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call_id, Disposition.WITHDRAWN, failure_reason="no route to +4930901820")])
        assert not of(spans, call_id)
    found = of(spans, call_id)
    assert set(found) == {"end", "call"}
    end = attributes(found["end"])
    assert (end["disposition"], end["failure_reason"]) == ("withdrawn", "no route to +49***20")
    row, whole = world.call(call_id), found["call"]
    assert (whole.start_time, whole.end_time) == tuple(
        int(moment.timestamp() * 1e9) for moment in (row["created_at"], row["ended_at"])
    )
    assert attributes(whole)["campaign_id"] == world.campaign_id


def test_an_end_that_is_rolled_back_is_not(world: World, spans: InMemorySpanExporter) -> None:
    (call_id,) = world.queued()
    with world.engine.connect() as connection:
        end_calls(connection, [Ending(call_id, Disposition.WITHDRAWN)])
        connection.rollback()
        # The same connection, with another transaction that does commit.
        transitions.database_time(connection)
        connection.commit()
    assert not of(spans, call_id)


def test_a_call_that_the_gate_refuses_has_the_reason_in_its_trace(world: World, spans: InMemorySpanExporter) -> None:
    (call_id,) = world.queued()
    world.set_campaign(state="paused")
    wait_for(lambda: world.claim().refused, "a refusal")
    found = of(spans, call_id)
    assert attributes(found["end"])["failure_reason"] == "campaign_not_running"
    assert "gate and claim" not in found


def test_every_try_to_dial_is_told_of(world: World, spans: InMemorySpanExporter) -> None:
    (call_id,) = world.queued()

    def tries() -> int:
        world.work(seconds=0.5)  # No PBX is there: nothing was sent, and the call goes back.
        return sum(span.name == "originate" for span in spans.get_finished_spans())

    wait_for(lambda: tries() >= 2, "a second try")
    assert set(of(spans, call_id)) == OF_A_TRY


def test_dispatch_and_the_worker_are_told_of_in_the_call_s_trace(
    database: str, redis_url: str, redis_client: redis.Redis, spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    with simulated_pbx(tmp_path / "ledger.jsonl") as simulator:
        world = World(settings_for(database, redis_url), simulator.url, tmp_path / "ledger.jsonl")
        try:
            with world.listened():
                _dial(world)
            _check(world, spans)
        finally:
            world.close()


def _dial(world: World) -> None:
    world.contacts(["+12125550100"])
    assert world.dialer.dispatching.tick() == 1
    world.work_off()
    (call,) = world.calls()
    with world.engine.begin() as tx:
        end_calls(tx, [Ending(call["id"], hangup=HangupReport(16, dialstatus="ANSWER"))])


def _check(world: World, spans: InMemorySpanExporter) -> None:
    (call,) = world.calls()
    found = of(spans, call["id"])
    assert {"queue", "wait", "gate and claim", "originate", "end", "call"} <= set(found)
    works = {
        span.context.span_id: span.name
        for span in spans.get_finished_spans()
        if span.context.trace_id != call["id"].int
    }
    (by,) = found["queue"].links
    assert works[by.context.span_id] == "dispatch"
    (by,) = found["gate and claim"].links
    assert works[by.context.span_id] == "work on trunk"
    assert not [
        value
        for span in spans.get_finished_spans()
        for value in (span.attributes or {}).values()
        if "2125550100" in str(value)
    ]


def test_ticks_that_find_nothing_are_not_recorded(world: World, spans: InMemorySpanExporter) -> None:
    assert world.dialer.dispatching.tick() == 0
    assert world.work() == 0
    assert not spans.get_finished_spans()


def test_a_single_call_is_linked_to_the_request_that_asks_for_it(world: World, spans: InMemorySpanExporter) -> None:
    with tracing.work("POST /v1/calls") as request:
        assert request is not None
        request.keep()
        made = world.dialer.single_calls.create(NewCall("+12125550100", HangUp(), trunk_id=world.trunk_id))
    (link,) = of(spans, made.call.id)["queue"].links
    assert link.context.span_id == request.span.get_span_context().span_id
