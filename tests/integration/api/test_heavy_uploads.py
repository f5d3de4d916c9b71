"""Uploads that are meant to hurt: each is refused or bounded, and others are served meanwhile."""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from dialer.bootstrap import Dialer
from dialer.services.users import Role
from tests.integration.api.conftest import PASSWORD
from tests.support.books import by_hand, text
from tests.support.served import SECONDS, serving

GIGABYTE = 2**30
PLACES = 2
ENVIRONMENT = {
    "DIALER_UPLOADS_PER_PROCESS": str(PLACES),
    "DIALER_RATE_LIMIT_REQUESTS": "100000",
}


class Served:
    """An API with one process and two places for uploads, and a user of it with a campaign."""

    def __init__(self, url: str, pid: int, dialer: Dialer) -> None:
        self.url = url
        self.pid = pid
        dialer.users.create("carol", PASSWORD, Role.ADMIN)
        answer = requests.post(
            f"{url}/v1/auth/login", json={"username": "carol", "password": PASSWORD}, timeout=SECONDS
        )
        self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        node = {"name": "pbx1", "ari_url": "http://127.0.0.1:8088/ari", "ari_username": "dialer"}
        trunk = {"name": "t", "endpoint": "PJSIP/{number}@t", "cps": 1, "channels": 1}
        trunk_id = self._post("trunks", trunk | {"node_id": self._post("nodes", node)})
        campaign = {"name": "c", "trunk_id": trunk_id, "answer_action": {"type": "hangup"}}
        self.path = f"/v1/campaigns/{self._post('campaigns', campaign)}/call-lists"

    def _post(self, what: str, body: Mapping[str, object]) -> int:
        answer = requests.post(f"{self.url}/v1/{what}", json=body, headers=self.headers, timeout=SECONDS)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def upload(self, data: object, **headers: str) -> requests.Response:
        given = self.headers | {"Content-Type": "text/csv"} | headers
        return requests.post(self.url + self.path, data=data, headers=given, timeout=SECONDS)  # type: ignore[arg-type]

    def is_serving(self) -> bool:
        return requests.get(f"{self.url}/v1/auth/me", headers=self.headers, timeout=SECONDS).ok

    def half_an_upload(self) -> socket.socket:
        """A connection over which an upload has begun, and does not go on."""
        place = urlsplit(self.url)
        connection = socket.create_connection((place.hostname, place.port or 80), timeout=SECONDS)
        head = [
            f"POST {self.path} HTTP/1.1",
            f"Host: {place.netloc}",
            "Content-Type: text/csv",
            "Content-Length: 1000000",
        ]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        connection.sendall("\r\n".join(head).encode() + b"\r\n\r\nphone\n+4930901820\n")
        return connection


@pytest.fixture
def served(dialer: Dialer, tmp_path: Path) -> Iterator[Served]:
    with serving(dialer.settings, tmp_path, "--workers", "1", **ENVIRONMENT) as server:
        assert server.process is not None
        yield Served(server.url, server.process.pid, dialer)


def sparse(head: bytes, sent: list[int], count: int = 10 * 1024) -> Iterator[bytes]:
    """Ten gigabytes of nothing after a head, a megabyte at a time; `sent` counts them."""
    yield head
    block = bytes(2**20)
    for _ in range(count):
        sent.append(1)
        yield block


def test_ten_gigabytes_are_refused_by_their_length_before_any_is_read(served: Served) -> None:
    connection = served.half_an_upload()
    connection.close()
    answer = requests.Request("POST", served.url + served.path, headers=served.headers | {"Content-Type": "text/csv"})
    prepared = answer.prepare()
    prepared.headers["Content-Length"] = str(10 * GIGABYTE)
    prepared.body = b"phone\n"
    with requests.Session() as session:
        refused = session.send(prepared, timeout=SECONDS)
    assert (refused.status_code, refused.json()["code"]) == (413, "payload_too_large")
    assert served.is_serving()


@pytest.mark.parametrize("head", [b"", b"phone,name\n+4930901820,Ada\n"])
def test_ten_sparse_gigabytes_of_unknown_length_end_with_the_first_of_them(served: Served, head: bytes) -> None:
    sent: list[int] = []
    try:
        answer = served.upload(sparse(head, sent))
        assert answer.status_code == 422
        assert "NUL byte" in answer.json()["detail"]
    except requests.ConnectionError:
        # It was refused while we were sending: the answer went by unread.
        assert sent
    assert len(sent) < 100
    assert served.is_serving()


def test_a_sparse_workbook_ends_with_the_limit_of_workbooks(served: Served) -> None:
    sent: list[int] = []
    try:
        answer = served.upload(sparse(b"PK\x03\x04", sent))
        assert answer.status_code == 422
        assert "larger than 256 MB" in answer.json()["detail"]
    except requests.ConnectionError:
        assert sent
    assert 256 <= len(sent) < 400
    assert served.is_serving()


def test_a_workbook_that_is_a_bomb_is_refused_and_fills_no_memory(served: Served) -> None:
    row = f"<row>{text('phone')}</row>"
    bomb = by_hand(row + " " * 500_000_000)
    assert len(bomb) < 1_000_000
    answer = served.upload(bomb)
    assert answer.status_code == 422
    assert "times as large unpacked" in answer.json()["detail"]
    processes = psutil.Process(served.pid).children(recursive=True)
    assert processes
    assert all(process.memory_info().rss < 500_000_000 for process in processes)


def test_who_sends_slowly_keeps_the_places_for_uploads_and_nothing_else(served: Served) -> None:
    slow = [served.half_an_upload() for _ in range(PLACES)]
    content = b"phone\n+4930901821\n"
    refused = served.upload(content)
    while refused.status_code == 202:
        # One of the slow ones has not got so far yet, or found the place taken by this one.
        slow.append(served.half_an_upload())
        refused = served.upload(content)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.headers["Retry-After"]
    for _ in range(20):
        assert served.is_serving()
    more = [served.half_an_upload() for _ in range(30)]
    assert served.is_serving()
    for connection in slow + more:
        connection.close()
    taken = served.upload(content)
    while taken.status_code == 429:
        taken = served.upload(content)
    assert taken.status_code == 202
