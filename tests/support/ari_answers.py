"""An HTTP server that answers as an Asterisk would that is old, ill or set up wrongly: what it is told to, by path."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

Answers = Mapping[str, tuple[int, Any]]
"""By path below /ari: status and body; a body of bytes is sent as it is, another one as JSON. Else 404."""

NOT_FOUND = (HTTPStatus.NOT_FOUND, {"message": "Resource not found"})


def about(version: str = "22.11.0", **build: str) -> tuple[int, dict[str, Any]]:
    """What /asterisk/info says."""
    started = "2026-03-02T12:00:00.000+0000"
    return (200, {"system": {"version": version}, "status": {"startup_time": started}, "build": build})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answers: Answers
    date: str | None
    connections: int | None

    def verify_request(self, request: Any, client_address: Any) -> bool:
        if self.connections is None:
            return True
        self.connections -= 1
        return self.connections >= 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # whoever asked has gone
            self.close_connection = True

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.removeprefix("/ari").partition("?")[0]
        status, body = self.server.answers.get(path, NOT_FOUND)
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        self.send_response_only(status)
        self.send_header("Server", "Asterisk/22")
        if self.server.date is not None:
            self.send_header("Date", self.server.date)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer  # noqa: N815


@contextmanager
def answering(answers: Answers, *, date: str | None = None, connections: int | None = None) -> Iterator[str]:
    """Its URL.

    Args:
        date: the Date header; None: there is none.
        connections: so many are taken, and further ones closed at once.
    """
    server = _Server(("127.0.0.1", 0), _Handler)
    server.answers, server.date, server.connections = answers, date, connections
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
