"""What a collector gets, by OTLP over HTTP; and what happens without one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from dialer import tracing
from dialer.config import Settings
from dialer.tracing.reading import read_trace, trace_id_of

AT = datetime(2030, 1, 7, 12, tzinfo=UTC)
CALL = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


@pytest.fixture(autouse=True)
def _off() -> Iterator[None]:
    yield
    tracing.stop()


@contextmanager
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """A collector on loopback, and what it got."""
    got: list[ExportTraceServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/traces", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_collector_gets_the_spans_and_the_folder_too(tmp_path: Path) -> None:
    with collector() as (url, got):
        tracing.start(Settings(_env_file=None, traces_url=url, traces_dir=tmp_path), "api")
        tracing.step(CALL, "ring", AT + timedelta(seconds=1), AT + timedelta(seconds=2))
        tracing.whole(CALL, AT, AT + timedelta(seconds=3))
        tracing.stop()
    (resource,) = [resource for request in got for resource in request.resource_spans]
    assert {a.key: a.value.string_value for a in resource.resource.attributes}["service.name"] == "dialer-api"
    spans = [span for scope in resource.scope_spans for span in scope.spans]
    assert [span.name for span in spans] == ["ring", "call"]
    assert {span.trace_id.hex() for span in spans} == {trace_id_of(CALL)}
    assert [span.name for span in read_trace(tmp_path, CALL).spans] == ["call", "ring"]


def test_without_one_the_process_works_and_ends() -> None:
    tracing.start(Settings(_env_file=None, traces_url="http://127.0.0.1:9/v1/traces"), "api")
    tracing.step(CALL, "ring", AT + timedelta(seconds=1), AT + timedelta(seconds=2))
    tracing.stop()
    assert not tracing.is_on()
