"""The three errors of an originate, over real sockets: servers that misbehave in every way a PBX or a proxy can."""

import socket
import ssl
import struct
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dialer.ari.client import AriClient
from dialer.ari.errors import Fault, NeverSent, Refused, TooLate, Unknown
from dialer.clock import SystemClock
from tests.support.world import wait_for

CALL = uuid.UUID("019aa1c2-0000-7000-8000-000000000001")
CHANNEL = b'{"id":"%s","name":"PJSIP/carrier-00000001","state":"Down"}' % str(CALL).encode()
IMPATIENT_SECONDS = 0.3
Behaviour = Callable[[socket.socket], None]


def http(status: str, body: bytes = b"", *, server: str = "Asterisk/22.10.1", kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status}\r\nServer: {server}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


OK = http("200 OK", CHANNEL)


class Server:
    """Accepts connections, and treats each as told; counts them and what it was sent."""

    def __init__(self, behave: Behaviour) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections: list[socket.socket] = []
        self.requests: list[bytes] = []
        self._behave = behave
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while request := _read_request(connection):
                self.requests.append(request)
                self._behave(connection)
        except OSError:
            return

    def close(self) -> None:
        self.listener.close()
        for connection in self.connections:
            connection.close()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-le")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving(behave: Behaviour) -> Iterator[Server]:
    server = Server(behave)
    try:
        yield server
    finally:
        server.close()


def answer(*data: bytes) -> Behaviour:
    answers = iter(data)
    return lambda connection: connection.sendall(next(answers))


def never(connection: socket.socket) -> None:
    """Say nothing, for ever."""


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def close(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def client_of(url: str, seconds: float = 30.0) -> AriClient:
    """One that gives up after `seconds`: where the answer is of interest, more than any machine takes for it."""
    return AriClient(url, "dialer", "secret", "dialer", connect_timeout=seconds, read_timeout=seconds)


def originate(client: AriClient, *, not_after: float | None = None) -> str:
    return client.originate(
        CALL,
        endpoint="PJSIP/+12025550100@carrier",
        caller_id="+12025550199",
        timeout_seconds=30,
        variables={"N": "1"},
        not_after=not_after,
    ).channel


@pytest.mark.parametrize(
    "behave",
    [
        never,
        reset,
        close,
        answer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
        answer(b"nonsense\r\n\r\n"),
        answer(http("200 OK", b"")),
        answer(http("200 OK", b"{}")),
        answer(http("200 OK", CHANNEL.replace(b"01", b"02"))),
        answer(http("204 No Content")),
        answer(http("409 Conflict", b'{"message":"Channel with given unique ID already exists"}')),
        answer(http("500 Internal Server Error")),
        answer(http("502 Bad Gateway", b"<html>Bad Gateway</html>", server="proxy", kind="text/html")),
        answer(http("504 Gateway Time-out", b"<html>Gateway Time-out</html>", server="proxy", kind="text/html")),
        answer(http("302 Found", b"")),
    ],
    ids=["no answer", "reset", "closed", "cut off", "not HTTP", "200 empty", "200 not a channel", "200 other channel",
         "204", "409", "500 empty", "502", "504", "302"],
)  # fmt: skip
def test_an_originate_whose_fate_is_unknown_is_sent_once_and_never_again(behave: Behaviour) -> None:
    with serving(behave) as server, client_of(server.url, IMPATIENT_SECONDS) as client:
        with pytest.raises(Unknown):
            originate(client)
        wait_for(lambda: server.requests, "what was sent")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (http("400 Bad Request", b'{"message":"Invalid endpoint"}'), Fault.CALL),
        (http("401 Unauthorized", b'{"message":"Authentication required"}'), Fault.NODE),
        (http("500 Internal Server Error", b'{"error":"Allocation failed"}'), Fault.TRUNK),
        (http("503 Service Unavailable", b'{"message":"Asterisk not booted"}'), Fault.NODE),
    ],
)
def test_a_refusal_says_whose_fault_it_is(data: bytes, fault: Fault) -> None:
    with serving(answer(data)) as server, client_of(server.url) as client, pytest.raises(Refused) as refusal:
        originate(client)
    assert refusal.value.fault is fault


def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with client_of(f"http://127.0.0.1:{port}") as client, pytest.raises(NeverSent):
        originate(client)


def test_a_connection_that_takes_too_long_means_that_nothing_was_sent() -> None:
    # A full backlog: the kernel leaves further connections unanswered.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        try:
            with client_of(f"http://127.0.0.1:{port}", IMPATIENT_SECONDS) as client, pytest.raises(NeverSent):
                originate(client)
        finally:
            for one in waiting:
                one.close()


def test_an_address_that_cannot_be_asked_means_that_nothing_was_sent() -> None:
    for url in ("http://no-such-host.invalid:8088", "nonsense://127.0.0.1", "http://"):
        with client_of(url) as client, pytest.raises(NeverSent):
            originate(client)


def test_no_free_connection_means_that_nothing_was_sent() -> None:
    with serving(never) as server:
        client = AriClient(server.url, "dialer", "secret", "dialer", connect_timeout=0.1, read_timeout=30, pool_size=1)

        def occupy() -> None:
            with pytest.raises(Unknown):
                originate(client)

        first = threading.Thread(target=occupy)
        first.start()
        wait_for(lambda: server.requests, "the first one's request")
        with pytest.raises(NeverSent):
            originate(client)
        assert len(server.requests) == 1
        close(server.connections[0])
        first.join()
        client.close()


def test_nothing_is_written_after_its_time() -> None:
    clock = SystemClock()
    with serving(answer(OK, OK)) as server, client_of(server.url) as client:
        with pytest.raises(TooLate):
            originate(client, not_after=clock.monotonic())
        assert originate(client, not_after=clock.monotonic() + 5)
        with pytest.raises(TooLate):  # on a connection that is kept, too
            originate(client, not_after=clock.monotonic())
        assert len(server.requests) == 1


def test_the_body_is_asterisks() -> None:
    with serving(answer(OK)) as server, client_of(server.url) as client:
        assert originate(client) == "PJSIP/carrier-00000001"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(f"POST /ari/channels/{CALL} HTTP/1.1".encode())
    assert b"Authorization: Basic" in head
    assert body == (
        b'{"endpoint":"PJSIP/+12025550100@carrier","app":"dialer","timeout":30,'
        b'"variables":{"N":"1"},"callerId":"+12025550199"}'
    )


def test_a_connection_is_used_again() -> None:
    with serving(answer(OK, OK)) as server, client_of(server.url) as client:
        originate(client)
        originate(client)
        assert len(server.connections) == 1


def test_a_409_ends_its_connection_because_later_answers_on_it_lie() -> None:
    conflict = http("409 Conflict", b'{"message":"Channel with given unique ID already exists"}')
    with serving(answer(conflict, OK)) as server, client_of(server.url) as client:
        with pytest.raises(Unknown):
            originate(client)
        originate(client)
        assert len(server.connections) == 2


def test_a_connection_that_was_idle_for_long_is_not_used_again() -> None:
    class Later(SystemClock):
        offset = 0.0

        def monotonic(self) -> float:
            return super().monotonic() + self.offset

    clock = Later()
    with serving(answer(OK, OK, OK)) as server:
        client = AriClient(server.url, "dialer", "secret", "dialer", clock=clock)
        originate(client)
        clock.offset += 9
        originate(client)
        assert len(server.connections) == 1
        clock.offset += 11
        originate(client)
        assert len(server.connections) == 2
        client.close()


def test_a_connection_that_the_pbx_has_closed_is_not_written_to() -> None:
    with serving(answer(OK, OK)) as server, client_of(server.url) as client:
        originate(client)
        server.connections[0].shutdown(socket.SHUT_RDWR)
        assert originate(client)
        assert len(server.connections) == 2


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with serving(answer(OK)) as server, client_of(server.url) as client:
        assert originate(client)


def test_a_proxys_404_is_not_taken_for_a_missing_channel() -> None:
    page = http("404 Not Found", b"<html>Not Found</html>", server="proxy", kind="text/html")
    with serving(answer(page, page)) as server, client_of(server.url) as client:
        with pytest.raises(Unknown):
            client.channel(CALL)
        with pytest.raises(Unknown):
            client.hang_up(CALL)


def test_a_proxys_409_is_not_taken_for_a_channel_that_lives() -> None:
    page = http("409 Conflict", b"<html>Conflict</html>", server="proxy", kind="text/html")
    with serving(answer(page)) as server, client_of(server.url) as client, pytest.raises(Unknown):
        client.create_tomb(CALL)


def test_an_untrusted_certificate_means_that_nothing_was_sent(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve() -> None:
            connection, _ = listener.accept()
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(connection, server_side=True)
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        with client_of(f"https://127.0.0.1:{port}") as client, pytest.raises(NeverSent):
            originate(client)
        thread.join()


@pytest.mark.parametrize("path", ["/channels/a b", "/channels/a\r\nX: y", "/channels/ä"])
def test_what_is_no_path_is_not_written(path: str) -> None:
    with serving(never) as server, client_of(server.url) as client:
        with pytest.raises(NeverSent, match="no path"):
            client.read(path)
        assert server.connections == []


def test_closed_connections_are_not_written_to() -> None:
    with serving(answer(OK)) as server, client_of(server.url) as client:
        originate(client)
        client.close()
        with pytest.raises(NeverSent, match="are closed"):
            originate(client)
        assert len(server.requests) == 1
