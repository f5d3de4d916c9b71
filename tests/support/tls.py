"""TLS before servers that have none, with a certificate by a CA of our own."""

import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_PG_SSL_REQUEST_BYTES = 8


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate with its key in one file, and its CA's in another. It is its own CA."""

    server: Path
    ca: Path


def certificate(folder: Path, host: str = "127.0.0.1") -> Certificate:
    """A new one, for that address and no other."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Certificate(folder / "server.pem", folder / "ca.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={host}"]
    command += ["-addext", f"subjectAltName=IP:{host}", "-keyout", str(made.server), "-out", str(made.ca)]
    subprocess.run(command, check=True, capture_output=True)
    with made.server.open("ab") as file:
        file.write(made.ca.read_bytes())
    return made


class TlsFront:
    """Listens with TLS on a port of the loopback interface, and passes on what comes to a server without.

    Args:
        target: an address, or the path of a UNIX socket.
        asks_first: as PostgreSQL's clients do: they ask in the clear whether there is TLS.
    """

    def __init__(self, target: tuple[str, int] | str, made: Certificate, *, asks_first: bool = False) -> None:
        self._target = target
        self._asks_first = asks_first
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(made.server)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port = int(self._listener.getsockname()[1])
        self.served = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            if self._asks_first:
                plain.recv(_PG_SSL_REQUEST_BYTES, socket.MSG_WAITALL)
                plain.sendall(b"S")
            client = self._context.wrap_socket(plain, server_side=True)
        except OSError:  # it doesn't trust us
            plain.close()
            return
        self.served += 1
        server = socket.socket(socket.AF_UNIX) if isinstance(self._target, str) else socket.socket()
        server.connect(self._target)
        self._open += [client, server]
        threading.Thread(target=_pass_on, args=(server, client), daemon=True).start()
        _pass_on(client, server)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for each in (source, sink):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
