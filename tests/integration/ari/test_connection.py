"""One connection to a PBX: every form in which an answer may come, and what ends a connection."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dialer.ari.connection import Answer, Connection, NoAnswer
from dialer.clock import SystemClock
from tests.integration.ari.test_client_errors import Behaviour, Server, answer, serving

REQUEST = b"GET /ari/asterisk/info HTTP/1.1\r\nHost: pbx\r\n\r\n"


@contextmanager
def connected(server: Server) -> Iterator[Connection]:
    host, port = server.listener.getsockname()
    connection = Connection(host, port, timeout_seconds=30, tls=None, clock=SystemClock())
    yield connection
    connection.close()


def ask(connection: Connection, read_timeout: float = 30) -> Answer:
    return connection.ask(REQUEST, read_timeout=read_timeout)


def whole(status: str, body: bytes = b"{}", *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return f"{head}\r\n\r\n".encode() + body


def in_pieces(*pieces: bytes) -> Behaviour:
    def behave(served: socket.socket) -> None:
        served.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            served.sendall(piece)
            time.sleep(0.02)  # so that it comes apart

    return behave


def then_closed(data: bytes) -> Behaviour:
    def behave(served: socket.socket) -> None:
        served.sendall(data)
        served.shutdown(socket.SHUT_RDWR)

    return behave


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    "behave",
    [
        answer(whole("200 OK")),
        answer(CHUNKED),
        in_pieces(*(bytes([byte]) for byte in whole("200 OK"))),
        answer(b"HTTP/1.1 100 Continue\r\n\r\n" + whole("200 OK")),
        then_closed(b"HTTP/1.1 200 OK\r\nServer: proxy\r\n\r\n{}"),
        then_closed(whole("200 OK")),
    ],
    ids=["length", "chunks", "byte by byte", "after a 100", "up to the end", "length, then closed"],
)
def test_an_answer_is_read_in_every_form(behave: Behaviour) -> None:
    with serving(behave) as server, connected(server) as connection:
        found = ask(connection)
    assert (found.status, found.content) == (200, b"{}")


def test_headers_are_found_whatever_their_case() -> None:
    with serving(answer(whole("204 No Content", b"", "sErVer: Asterisk/22"))) as server, connected(server) as made:
        found = ask(made)
    assert found.header("Server") == "Asterisk/22"
    assert found.header("Date") == ""


@pytest.mark.parametrize(
    "behave",
    [
        answer(whole("200 OK", b"{}", "Connection: close"), whole("200 OK")),
        answer(whole("409 Conflict"), whole("200 OK")),
        answer(whole("200 OK") + whole("404 Not Found"), whole("200 OK")),
    ],
    ids=["told so", "409", "two answers to one request"],
)
def test_a_connection_is_not_used_again_after(behave: Behaviour) -> None:
    with serving(behave) as server, connected(server) as connection:
        ask(connection)
        assert ask(connection).status == 200
        assert len(server.connections) == 2


def test_what_nobody_has_asked_for_ends_a_connection() -> None:
    with serving(answer(whole("200 OK"), whole("200 OK"))) as server, connected(server) as connection:
        ask(connection)
        server.connections[0].sendall(whole("404 Not Found"))
        assert ask(connection).status == 200
        assert len(server.connections) == 2


@pytest.mark.parametrize(
    "behave",
    [
        then_closed(b""),
        then_closed(b"HTTP/1.1 200"),
        then_closed(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"),
        then_closed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"),
        answer(b"HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n"),
    ],
    ids=["nothing", "half a head", "half a body", "half of the chunks", "a length that is none"],
)
def test_half_an_answer_is_none(behave: Behaviour) -> None:
    with serving(behave) as server, connected(server) as connection, pytest.raises(NoAnswer):
        ask(connection)


def test_an_answer_that_trickles_in_is_not_waited_for_beyond_the_limit() -> None:
    stop = threading.Event()

    def trickle(served: socket.socket) -> None:
        served.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not stop.wait(0.02):
            served.sendall(b" ")

    with serving(trickle) as server, connected(server) as connection:
        with pytest.raises(NoAnswer):
            ask(connection, read_timeout=0.3)
        stop.set()


def test_after_no_answer_it_connects_anew() -> None:
    with serving(answer(b"nonsense\r\n\r\n", whole("200 OK"))) as server, connected(server) as connection:
        with pytest.raises(NoAnswer):
            ask(connection)
        assert ask(connection).status == 200
        assert len(server.connections) == 2
