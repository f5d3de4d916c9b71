"""The live stream as it is served: many readers, restarts, slow ones, the end of a token."""

import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import jwt
import pytest
import requests

from dialer.bootstrap import Dialer
from dialer.services.users import Role
from tests.acceptance.waiting import until
from tests.integration.api.conftest import Api
from tests.support import ending
from tests.support.event_stream import Follower, events
from tests.support.served import SECONDS, Server, serving


@pytest.fixture
def token(admin: Api) -> str:
    return admin.headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def server(dialer: Dialer, tmp_path: Path) -> Iterator[Server]:
    """One process, as `dialer api` starts it, that serves 50 streams."""
    with serving(dialer.settings, tmp_path, "--workers", "1", DIALER_STREAMS_PER_PROCESS="50") as server:
        yield server


def path_of(campaign_id: int) -> str:
    return f"/v1/campaigns/{campaign_id}/events"


def end_calls(dialer: Dialer, campaign_id: int, count: int) -> list[str]:
    """So many calls of the campaign end, in several transactions; their ids."""
    with dialer.engine.begin() as tx:
        ids: list[UUID] = ending.queue(tx, campaign_id, count)
    for n in range(0, count, 7):
        with dialer.engine.begin() as tx:
            ending.end(tx, ids[n : n + 7])
    return [str(call_id) for call_id in ids]


def told(follower: Follower) -> Counter[str]:
    return Counter(call["id"] for call in follower.named("call"))


@pytest.fixture
def followers(server: Server, campaign_id: int, token: str) -> Iterator[list[Follower]]:
    """50 of them, at the same campaign."""
    made = [Follower(server.url + path_of(campaign_id), token) for _ in range(50)]
    for follower in made:
        follower.start()
    until(lambda: all(follower.named("stats") for follower in made), is_so=bool)
    yield made
    for follower in made:
        follower.leave()


def test_fifty_readers_get_every_call_once_over_restarts_of_the_api(
    server: Server, followers: list[Follower], dialer: Dialer, campaign_id: int, token: str
) -> None:
    assert all(follower.named("open") == [{"campaign_id": campaign_id, "resumed": None}] for follower in followers)
    ids = end_calls(dialer, campaign_id, 60)
    until(lambda: all(len(told(follower)) == 60 for follower in followers), is_so=bool)

    # Others are served meanwhile, and one reader too many is told so.
    headers = {"Authorization": f"Bearer {token}"}
    assert requests.get(f"{server.url}/v1/campaigns", headers=headers, timeout=SECONDS).status_code == 200
    refused = requests.get(server.url + path_of(campaign_id), headers=headers, timeout=SECONDS)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    assert refused.headers["Retry-After"] == "5"
    metrics = requests.get(f"{server.url}/metrics", timeout=SECONDS).text
    assert "dialer_api_streams 50.0" in metrics

    server.stop()
    ids += end_calls(dialer, campaign_id, 40)  # nobody is there to hear of them
    server.start()
    until(lambda: all(len(told(follower)) == 100 for follower in followers), is_so=bool)
    assert all({"reason": "shutting_down"} in follower.named("end") for follower in followers)
    assert all(follower.named("open")[-1]["resumed"] is True for follower in followers)

    server.kill()
    ids += end_calls(dialer, campaign_id, 40)
    server.start()
    until(lambda: all(len(told(follower)) == 140 for follower in followers), is_so=bool)
    for follower in followers:
        assert told(follower) == Counter(ids)
        assert follower.named("stats")[-1]["calls"]["withdrawn"] == 140


def test_a_reader_that_does_not_read_keeps_nobody_and_loses_nothing(
    server: Server, dialer: Dialer, campaign_id: int, token: str
) -> None:
    address = urlsplit(server.url)
    assert address.hostname is not None
    assert address.port is not None
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(SECONDS)
        slow.connect((address.hostname, address.port))
        request = f"GET {path_of(campaign_id)} HTTP/1.0\r\nAuthorization: Bearer {token}\r\n\r\n"
        slow.sendall(request.encode())
        fast = Follower(server.url + path_of(campaign_id), token)
        fast.start()
        until(lambda: fast.named("open"), is_so=bool)
        ids = end_calls(dialer, campaign_id, 3000)
        until(lambda: len(told(fast)) == 3000, is_so=bool)
        fast.leave()

        received = b""
        while received.count(b"event: call\n") < 3000:
            more = slow.recv(65536)
            assert more, "the stream has ended"
            received += more
    lines = received.decode().partition("\r\n\r\n")[2].split("\n")
    calls = [event.data["id"] for event in events(iter(lines)) if event.name == "call"]
    assert Counter(calls) >= Counter(ids[:2999])  # the last one may have been cut by the end of the reading
    assert max(Counter(calls).values()) == 1


def test_a_stream_ends_with_its_token_and_says_so(server: Server, dialer: Dialer, campaign_id: int, token: str) -> None:
    claims = jwt.decode(token, "x" * 40, algorithms=["HS256"])
    short = jwt.encode(claims | {"exp": int(time.time()) + 3}, "x" * 40, algorithm="HS256")
    headers = {"Authorization": f"Bearer {short}"}
    with requests.get(server.url + path_of(campaign_id), headers=headers, stream=True, timeout=SECONDS) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        names = [(e.name, e.data) for e in events(answer.iter_lines(chunk_size=None, decode_unicode=True))]
    assert names[0][0] == "open"
    assert names[-1] == ("end", {"reason": "token_expired"})
    again = requests.get(server.url + path_of(campaign_id), headers=headers, timeout=SECONDS)
    assert (again.status_code, again.json()["code"]) == (401, "token_invalid")


def test_a_stream_ends_when_its_reader_logs_out(server: Server, admin: Api, campaign_id: int, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    with requests.get(server.url + path_of(campaign_id), headers=headers, stream=True, timeout=SECONDS) as answer:
        found = events(answer.iter_lines(chunk_size=None, decode_unicode=True))
        assert next(found).name == "open"
        admin.post("/v1/auth/logout")
        assert [event.data for event in found][-1] == {"reason": "not_allowed"}


def test_a_key_that_may_not_read_calls_gets_no_stream(client: Api, admin: Api, campaign_id: int) -> None:
    key = admin.post("/v1/api-keys", {"name": "crm", "scopes": ["campaigns:read"]}).json["key"]
    answer = client.get(path_of(campaign_id), headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json["needed"]) == (403, "calls:read")


def test_a_stream_of_nothing_or_from_nowhere_is_refused(admin: Api, campaign_id: int) -> None:
    assert admin.get(path_of(999)).status_code == 404
    refused = admin.get(path_of(campaign_id), headers={"Last-Event-ID": "17"})
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "Last-Event-ID")


def test_the_counts_are_those_of_the_stats(
    admin: Api, as_role: Callable[[Role], Api], campaign_id: int, contact_ids: list[int]
) -> None:
    answer = as_role(Role.VIEWER).get(path_of(campaign_id), buffered=False)
    text = ""
    for chunk in answer.iter_encoded():
        text += chunk.decode()
        if "event: stats" in text:
            break
    answer.close()
    counted = json.loads(text.partition("event: stats\ndata: ")[2].partition("\n")[0])
    expected = admin.get(f"/v1/campaigns/{campaign_id}/stats").json
    assert counted | {"as_of": ""} == expected | {"as_of": ""}
