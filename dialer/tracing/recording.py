"""The one module that knows OpenTelemetry. Imported only where traces are on."""

import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from dialer import __version__
from dialer.config import Settings
from dialer.errors import ConfigurationError
from dialer.logs import mask_numbers

HEADERS: Final = ("traceparent", "tracestate")
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_DELAY_MS: Final = 1000
_EXPORT_SECONDS: Final = 3.0
_CALL: Final = "call"
_PROPAGATOR: Final = TraceContextTextMapPropagator()


@dataclass(slots=True)
class Work:
    """Work under way for many calls."""

    span: Span
    is_kept: bool = False

    def keep(self, **attributes: Any) -> None:
        """It found something to do: record it."""
        self.is_kept = True
        self.span.set_attributes(_plain(attributes))

    def fail(self) -> None:
        """It did not do what it was to do."""
        self.span.set_status(Status(StatusCode.ERROR))


class Recorder:
    """Makes spans of what a process did."""

    def __init__(self, processors: Sequence[SpanProcessor], part: str, ratio: float) -> None:
        resource = Resource.create(
            {
                "service.name": f"dialer-{part}",
                "service.version": __version__,
                "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
            }
        )
        self._ratio = ratio
        self._processors = processors
        # Whether a call is traced is decided by its id, the same way in every part, before a span is begun.
        calls = TracerProvider(ALWAYS_ON, resource, False, id_generator=_Ids())
        works = TracerProvider(ParentBased(TraceIdRatioBased(ratio)), resource, False)
        for provider in (calls, works):
            for processor in processors:
                provider.add_span_processor(processor)
        self._calls = calls.get_tracer("dialer", __version__)
        self._works = works.get_tracer("dialer", __version__)

    def step(self, call_id: UUID, name: str, begun: int, ended: int, attributes: Mapping[str, Any]) -> None:
        """A span in the call's trace. Times are nanoseconds since 1970."""
        if not self._is_traced(call_id):
            return
        parent = SpanContext(call_id.int, _root_id(call_id), is_remote=True, trace_flags=_SAMPLED)
        within = set_span_in_context(NonRecordingSpan(parent), Context())
        self._record(within, call_id, name, begun, ended, attributes)

    def whole(self, call_id: UUID, begun: int, ended: int, attributes: Mapping[str, Any]) -> None:
        """The span of which all steps of the call are parts."""
        if not self._is_traced(call_id):
            return
        token = _call.set(call_id)
        try:
            self._record(Context(), call_id, _CALL, begun, ended, attributes)
        finally:
            _call.reset(token)

    @contextmanager
    def work(self, name: str, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Work]:
        """A span in the trace of the work under way, or in one of its own; current within."""
        work = Work(self._works.start_span(name, kind=kind))
        token = contexts.attach(set_span_in_context(work.span))
        try:
            yield work
        except BaseException:
            work.fail()
            raise
        finally:
            contexts.detach(token)
            if work.is_kept:
                work.span.end()  # one that is never ended is never handed over

    def carried(self) -> dict[str, str]:
        """The work under way, as W3C headers."""
        headers: dict[str, str] = {}
        _PROPAGATOR.inject(headers)
        return headers

    def take_up(self, headers: Mapping[str, Any]) -> Callable[[], None]:
        """Go on with the work of these W3C headers, until the function that this returns is called."""
        given = {name.lower(): str(value) for name, value in headers.items() if name.lower() in HEADERS}
        token = contexts.attach(_PROPAGATOR.extract(given, Context()))
        return lambda: contexts.detach(token)

    def close(self) -> None:
        """Hand over what is left."""
        for processor in self._processors:
            processor.shutdown()

    def _is_traced(self, call_id: UUID) -> bool:
        # The last bits of a UUIDv7 are random; the first are the time.
        return (call_id.int & 0xFFFFFFFF) < self._ratio * 2**32

    def _record(
        self, within: Context, call_id: UUID, name: str, begun: int, ended: int, attributes: Mapping[str, Any]
    ) -> None:
        current = get_current_span().get_span_context()
        span = self._calls.start_span(
            name,
            within,
            kind=SpanKind.CLIENT if "http.request.method" in attributes else SpanKind.INTERNAL,
            attributes=_plain({"dialer.call_id": call_id, **attributes}),
            links=[Link(current)] if current.is_valid and name != _CALL else (),
            start_time=begun,
        )
        if attributes.get("error"):
            span.set_status(Status(StatusCode.ERROR))
        # Clocks of two machines differ by a little: no span ends before it began.
        span.end(max(begun, ended))


_call: ContextVar[UUID] = ContextVar("call")


class _Ids(RandomIdGenerator):
    """The ids of the call whose own span is made; else those of a step: its trace is given, its span's id random."""

    def generate_trace_id(self) -> int:
        return _call.get().int

    def generate_span_id(self) -> int:
        call_id = _call.get(None)
        return super().generate_span_id() if call_id is None else _root_id(call_id)


def _root_id(call_id: UUID) -> int:
    """The id of the call's own span: known to all parts before anybody makes it. Never 0, by the UUID's variant."""
    return call_id.int & 0xFFFFFFFFFFFFFFFF


def _plain(attributes: Mapping[str, Any]) -> dict[str, str | bool | int | float]:
    """Attributes as OpenTelemetry takes them, without those that aren't known, and with every number masked."""
    return {
        name: value if isinstance(value, bool | int | float) else mask_numbers(str(value))
        for name, value in attributes.items()
        if value is not None
    }


def record_to(exporters: Sequence[SpanExporter], part: str, ratio: float = 1.0) -> Recorder:
    """A recorder that hands spans over in batches, from a thread of its own.

    Args:
        ratio: the share of calls that are traced, 0 to 1.
    """
    processors = [BatchSpanProcessor(exporter, schedule_delay_millis=_DELAY_MS) for exporter in exporters]
    return Recorder(processors, part, ratio)


def exporters(settings: Settings, part: str) -> list[SpanExporter]:
    """Where the settings want the spans.

    Raises:
        ConfigurationError: the folder can't be written to.
    """
    found: list[SpanExporter] = []
    if settings.traces_url is not None:
        found.append(OTLPSpanExporter(settings.traces_url, timeout=_EXPORT_SECONDS))
        # A collector that is away would fill the log.
        logging.getLogger("opentelemetry.exporter.otlp.proto.http.trace_exporter").setLevel(logging.ERROR)
    if settings.traces_dir is not None:
        found.append(_file(settings.traces_dir, part))
    return found


def _file(folder: Path, part: str) -> SpanExporter:
    """A file of this process: a span a line, as JSON."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        out = (folder / f"{part}-{os.getpid()}.jsonl").open("a", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"Traces can't be written to {folder} (DIALER_TRACES_DIR): {error}") from error
    return ConsoleSpanExporter(out=out, formatter=_line)


def _line(span: ReadableSpan) -> str:
    return f"{span.to_json(indent=None)}\n"
