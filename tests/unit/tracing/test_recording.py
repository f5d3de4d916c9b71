"""What is in a span, and in which trace it is."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import uuid_utils.compat as uuid_utils
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from dialer import tracing
from dialer.tracing.recording import Recorder

CALL = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
AT = datetime(2030, 1, 7, 12, tzinfo=UTC)


class Recorded:
    """The spans that were handed over."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()

    def begin(self, ratio: float = 1.0) -> None:
        tracing.begin(Recorder([SimpleSpanProcessor(self._exporter)], "tests", ratio))

    def __getitem__(self, name: str) -> ReadableSpan:
        (span,) = [span for span in self._exporter.get_finished_spans() if span.name == name]
        return span

    @property
    def names(self) -> list[str]:
        return [span.name for span in self._exporter.get_finished_spans()]


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    recorded = Recorded()
    recorded.begin()
    yield recorded
    tracing.stop()


def test_the_trace_is_the_call_and_every_step_is_a_part_of_it(recorded: Recorded) -> None:
    tracing.step(CALL, "ring", AT, AT + timedelta(seconds=2))
    tracing.whole(CALL, AT, AT + timedelta(seconds=5), **{"dialer.disposition": "answered"})
    step, whole = recorded["ring"], recorded["call"]
    assert step.context.trace_id == whole.context.trace_id == CALL.int
    assert whole.parent is None
    assert step.parent is not None
    assert step.parent.span_id == whole.context.span_id
    assert whole.attributes == {"dialer.call_id": str(CALL), "dialer.disposition": "answered"}
    assert step.start_time == int(AT.timestamp()) * 10**9
    assert step.end_time == int(AT.timestamp()) * 10**9 + 2 * 10**9


def test_another_part_knows_the_call_s_own_span_without_being_told(recorded: Recorded) -> None:
    tracing.whole(CALL, AT, AT)
    other = Recorded()
    other.begin()
    tracing.step(CALL, "ring", AT, AT)
    parent = other["ring"].parent
    assert parent is not None
    assert parent.span_id == recorded["call"].context.span_id


def test_two_steps_have_ids_of_their_own(recorded: Recorded) -> None:
    tracing.step(CALL, "ring", AT, AT)
    tracing.step(CALL, "up", AT, AT)
    assert recorded["ring"].context.span_id != recorded["up"].context.span_id


def test_no_number_gets_into_a_span_and_what_is_unknown_is_left_out(recorded: Recorded) -> None:
    tracing.step(CALL, "originate", AT, AT, error="no route to +4930901820", cause=None, status=503)
    span = recorded["originate"]
    assert span.attributes == {"dialer.call_id": str(CALL), "error": "no route to +49***20", "status": 503}
    assert span.status.status_code is StatusCode.ERROR


def test_a_step_that_went_well_is_no_error_and_a_request_is_a_client_s(recorded: Recorded) -> None:
    with tracing.timed(CALL, "originate", **{"http.request.method": "POST"}) as seen:
        seen["http.response.status_code"] = 200
    span = recorded["originate"]
    assert span.status.status_code is StatusCode.UNSET
    assert span.kind is SpanKind.CLIENT
    assert (span.attributes or {})["http.response.status_code"] == 200


def test_a_step_that_raises_is_recorded_all_the_same(recorded: Recorded) -> None:
    with pytest.raises(LookupError), tracing.timed(CALL, "originate"):
        raise LookupError
    assert recorded.names == ["originate"]


def test_clocks_that_differ_make_no_span_that_ends_before_it_began(recorded: Recorded) -> None:
    tracing.step(CALL, "ring", AT, AT - timedelta(seconds=1))
    assert recorded["ring"].start_time == recorded["ring"].end_time


def test_whether_a_call_is_traced_is_the_same_everywhere_and_as_often_as_was_asked_for() -> None:
    calls = [UUID(bytes=uuid_utils.uuid7().bytes) for _ in range(2000)]
    parts = []
    for _ in range(2):
        recorded = Recorded()
        recorded.begin(ratio=0.25)
        for call_id in calls:
            tracing.step(call_id, "step", AT, AT)
            tracing.whole(call_id, AT, AT)
        parts.append(recorded)
    tracing.stop()
    first, second = ([span.context.trace_id for span in part._exporter.get_finished_spans()] for part in parts)
    assert first == second
    assert 800 < len(first) < 1200  # two spans each; 500 calls give or take ten standard deviations


def test_none_are_traced_with_the_ratio_0(recorded: Recorded) -> None:
    recorded.begin(ratio=0)
    tracing.step(CALL, "ring", AT, AT)
    tracing.step(UUID(int=0), "ring", AT, AT)
    assert recorded.names == []


def test_work_that_found_nothing_to_do_is_not_recorded(recorded: Recorded) -> None:
    with tracing.work("dispatch"):
        pass
    with tracing.work("dispatch") as work:
        assert work is not None
        work.keep(queued=3)
    assert (recorded["dispatch"].attributes or {})["queued"] == 3


def test_work_that_fails_says_so(recorded: Recorded) -> None:
    def fail() -> None:
        with tracing.work("dispatch") as work:
            assert work is not None
            work.keep()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert recorded["dispatch"].status.status_code is StatusCode.ERROR


def test_work_goes_on_in_another_process_and_a_call_s_steps_are_linked_to_it(recorded: Recorded) -> None:
    with tracing.work("dispatch") as work:
        assert work is not None
        work.keep()
        headers = tracing.carried()
    end = tracing.take_up({"traceparent": headers["traceparent"], "lang": "py", "argsrepr": "(1,)"})
    assert end is not None
    with tracing.work("work on trunk") as work:
        assert work is not None
        work.keep()
        tracing.step(CALL, "gate and claim", AT, AT)
    end()
    dispatch, job = recorded["dispatch"], recorded["work on trunk"]
    assert job.parent is not None
    assert (job.parent.trace_id, job.parent.span_id) == (dispatch.context.trace_id, dispatch.context.span_id)
    (link,) = recorded["gate and claim"].links
    assert link.context.span_id == job.context.span_id
    assert link.context.trace_id != CALL.int
    assert tracing.carried() == {}


def test_a_message_that_carries_nothing_begins_something_new(recorded: Recorded) -> None:
    end = tracing.take_up({"traceparent": "nonsense"})
    assert end is not None
    with tracing.work("work on trunk") as work:
        assert work is not None
        work.keep()
    end()
    assert recorded["work on trunk"].parent is None


def test_who_did_it_is_in_every_span(recorded: Recorded) -> None:
    tracing.step(CALL, "ring", AT, AT)
    assert recorded["ring"].resource.attributes["service.name"] == "dialer-tests"


def test_nothing_is_recorded_once_it_has_stopped(recorded: Recorded) -> None:
    tracing.stop()
    tracing.step(uuid.uuid4(), "ring", AT, AT)
    with tracing.work("dispatch") as work:
        assert work is None
    assert recorded.names == []
    assert not tracing.is_on()
