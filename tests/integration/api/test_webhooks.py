"""Webhooks, from what happens to whoever is told."""

import hashlib
import hmac
import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.schemas.webhook_events import EVENTS
from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.db import webhooks
from dialer.domain.dispositions import Disposition
from dialer.services import webhook_sending
from dialer.services.ending import Ending, end_calls
from dialer.services.webhook_delivering import AT_ONCE, MAX_TRIES
from dialer.services.webhooks import Event
from tests.integration.api.conftest import NUMBER, Api
from tests.support.receiver import Receiver, receiving


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"webhooks_to_private_addresses": True})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def add(admin: Api, url: str, *events: Event, **more: Any) -> dict[str, Any]:
    answer = admin.post("/v1/webhooks", {"url": url, "events": list(events or Event), **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def deliveries(admin: Api, webhook_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = admin.get(f"/v1/webhooks/{webhook_id}/deliveries").json["items"]
    return found


def told_by(receiver: Receiver) -> dict[str, dict[str, Any]]:
    """The data of each event that was told, which must be as the description has it."""
    events = [json.loads(body) for _, body in receiver.requests]
    for (_, body), event in zip(receiver.requests, events, strict=True):
        EVENTS[event["event"]].model_validate_json(body)
    return {event["event"]: event["data"] for event in events}


def make_due(dialer: Dialer) -> None:
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE webhook_deliveries SET next_try_at = clock_timestamp()"))


def test_what_happens_to_a_call_and_its_contact_is_told(
    admin: Api, dialer: Dialer, receiver: Receiver, campaign_id: int, add_call: Callable[..., str]
) -> None:
    new = {"phone_number": NUMBER, "external_id": "crm-1", "data": {"amount": "12"}}
    added = admin.post(f"/v1/campaigns/{campaign_id}/contacts", {"contacts": [new]}).json
    call = add_call(added["results"][0]["contact_id"], "up")
    hook = add(admin, receiver.url, Event.CALL_ENDED, Event.CONTACT_FINISHED)
    with dialer.engine.begin() as tx:
        end_calls(tx, [Ending(UUID(call), Disposition.ANSWERED)])
    assert dialer.webhook_delivering.work() == 2
    told = told_by(receiver)
    ended, finished = told["call.ended"], told["contact.finished"]
    assert (ended["call_id"], ended["external_id"], ended["disposition"]) == (call, "crm-1", "answered")
    assert (ended["attempt_number"], ended["data"]) == (1, {"amount": "12"})
    assert (finished["external_id"], finished["final_reason"]) == ("crm-1", "answered")
    assert {delivery["state"] for delivery in deliveries(admin, hook["id"])} == {"delivered"}
    assert dialer.webhook_delivering.work() == 0


def test_campaigns_and_imports_are_told(admin: Api, dialer: Dialer, receiver: Receiver, campaign_id: int) -> None:
    add(admin, receiver.url, Event.CAMPAIGN_STATE, Event.IMPORT_DONE)
    admin.post(f"/v1/campaigns/{campaign_id}/start")
    csv = f"phone\n{NUMBER}\n123\n".encode()
    admin.post(f"/v1/campaigns/{campaign_id}/call-lists", data=csv, content_type="text/csv")
    dialer.call_lists.work_on_chunks(seconds=5)
    dialer.webhook_delivering.work()
    told = told_by(receiver)
    assert (told["campaign.state"]["state_before"], told["campaign.state"]["state"]) == ("draft", "running")
    done = told["import.done"]
    assert (done["state"], done["rows"], done["imported"], done["refused"]) == ("completed", 2, 1, 1)


def test_what_is_undone_is_not_told(admin: Api, dialer: Dialer, receiver: Receiver, campaign_id: int) -> None:
    add(admin, receiver.url, Event.CAMPAIGN_STATE)
    with dialer.engine.connect() as connection:
        connection.execute(text("UPDATE campaigns SET state = 'running'"))
        connection.rollback()
    assert dialer.webhook_delivering.work() == 0


def test_only_those_are_told_who_asked(admin: Api, dialer: Dialer, receiver: Receiver, campaign_id: int) -> None:
    other = admin.get(f"/v1/campaigns/{campaign_id}").json
    body = {"name": "other", "trunk_id": other["trunk_id"], "answer_action": {"type": "hangup"}}
    other_id = admin.post("/v1/campaigns", body).json["id"]
    hooks = [
        add(admin, receiver.url, Event.CAMPAIGN_STATE, campaign_id=other_id),
        add(admin, receiver.url, Event.IMPORT_DONE),
        add(admin, receiver.url, Event.CAMPAIGN_STATE, enabled=False),
        add(admin, receiver.url, Event.CAMPAIGN_STATE, campaign_id=campaign_id),
    ]
    admin.post(f"/v1/campaigns/{campaign_id}/start")
    assert [len(deliveries(admin, hook["id"])) for hook in hooks] == [0, 0, 0, 1]


def good(secret: str, headers: dict[str, str], body: bytes) -> bool:
    parts = [part.partition("=") for part in headers["Dialer-Signature"].split(",")]
    stamp = next(value for name, _, value in parts if name == "t")
    expected = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return abs(time.time() - int(stamp)) < 60 and expected in [value for name, _, value in parts if name == "v1"]


def test_deliveries_are_signed_with_two_secrets_while_one_replaces_the_other(
    admin: Api, dialer: Dialer, receiver: Receiver
) -> None:
    hook = add(admin, receiver.url)
    path = f"/v1/webhooks/{hook['id']}"
    second = admin.post(f"{path}/rotate", {"grace_seconds": 60}).json["secret"]
    admin.post(f"{path}/test")
    dialer.webhook_delivering.work()
    assert [good(secret, *receiver.requests[-1]) for secret in (hook["secret"], second)] == [True, True]
    third = admin.post(f"{path}/rotate", {}).json["secret"]
    admin.post(f"{path}/test")
    dialer.webhook_delivering.work()
    assert [good(secret, *receiver.requests[-1]) for secret in (hook["secret"], second, third)] == [False, False, True]
    assert "secret" not in admin.get(path).json


def test_a_receiver_that_fails_is_tried_again_under_the_same_id_until_it_is_given_up_and_replayed(
    admin: Api, dialer: Dialer, receiver: Receiver
) -> None:
    hook = add(admin, receiver.url)
    receiver.status = 503
    admin.post(f"/v1/webhooks/{hook['id']}/test")
    for n in range(1, MAX_TRIES + 1):
        assert dialer.webhook_delivering.work() == 1
        assert dialer.webhook_delivering.work() == 0, "the next try waits"
        [delivery] = deliveries(admin, hook["id"])
        assert (delivery["tries"], delivery["status"], delivery["error"]) == (n, 503, "answered 503")
        make_due(dialer)
    assert delivery["state"] == "dead"
    assert dialer.webhook_delivering.work() == 0
    receiver.status = 200
    admin.post(f"/v1/webhooks/{hook['id']}/deliveries/{delivery['id']}/replay")
    assert dialer.webhook_delivering.work() == 1
    assert deliveries(admin, hook["id"])[0]["state"] == "delivered"
    assert len({headers["Dialer-Event-Id"] for headers, _ in receiver.requests}) == 1


def test_a_redirect_is_not_followed(admin: Api, dialer: Dialer, receiver: Receiver) -> None:
    with receiving() as inside:
        receiver.status, receiver.location = 307, inside.url
        hook = add(admin, receiver.url)
        admin.post(f"/v1/webhooks/{hook['id']}/test")
        dialer.webhook_delivering.work()
        assert inside.requests == []
    assert deliveries(admin, hook["id"])[0]["error"] == "answered 307"


def test_one_that_hangs_or_answers_late_keeps_nobody_else_waiting(
    admin: Api, dialer: Dialer, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sending, "TIMEOUT_SECONDS", 0.5)
    with receiving() as slow:
        slow.hold = threading.Event()
        hanging, fine = add(admin, slow.url), add(admin, receiver.url)
        for hook in (hanging, fine):
            admin.post(f"/v1/webhooks/{hook['id']}/test")
        assert dialer.webhook_delivering.work() == 2
        slow.hold.set()
    assert deliveries(admin, fine["id"])[0]["state"] == "delivered"
    [late] = deliveries(admin, hanging["id"])
    assert (late["state"], late["tries"]) == ("pending", 1)
    assert late["error"] == "no answer within 0.5 seconds"


def add_events(dialer: Dialer, webhook_id: int, count: int) -> None:
    """So many things that have happened."""
    with dialer.engine.begin() as tx:
        tx.execute(
            text(
                "INSERT INTO webhook_deliveries (webhook_id, event_id, event, data) "
                "SELECT :id, gen_random_uuid(), 'test', '{}' FROM generate_series(1, :count)"
            ),
            {"id": webhook_id, "count": count},
        )


def test_however_many_hang_whoever_answers_is_told_everything_meanwhile(
    admin: Api, dialer: Dialer, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than there are places, each with more to be told than it may have at once."""
    monkeypatch.setattr(webhook_sending, "TIMEOUT_SECONDS", 2.0)
    held = threading.Event()
    with receiving() as slow:
        slow.hold = held
        hanging = [add(admin, f"{slow.url}&n={n}") for n in range(AT_ONCE + 4)]
        fine = add(admin, receiver.url)
        for hook in hanging:
            add_events(dialer, hook["id"], 20)
        # At first nobody knows that they hang, and they have all places until they are cut off.
        dialer.webhook_delivering.work()
        add_events(dialer, fine["id"], 300)
        give_up_at = time.monotonic() + 90
        while len(receiver.requests) < 300 and time.monotonic() < give_up_at:
            dialer.webhook_delivering.work(seconds=0.5)
        assert len(receiver.requests) == 300
        assert not held.is_set()
        assert len(slow.requests) > AT_ONCE
        held.set()
        dialer.webhook_delivering.work()
    assert len(receiver.event_ids) == 300


def test_one_that_answers_at_once_is_told_as_fast_as_it_answers(admin: Api, dialer: Dialer, receiver: Receiver) -> None:
    hook = add(admin, receiver.url)
    add_events(dialer, hook["id"], 500)
    assert dialer.webhook_delivering.work(seconds=60) == 500
    assert {delivery["state"] for delivery in deliveries(admin, hook["id"])} == {"delivered"}


@contextmanager
def dribbling() -> Iterator[str]:
    """Somebody who begins to answer and never ends: a byte now and then. Their URL."""
    over = threading.Event()

    def serve(server: socket.socket) -> None:
        with server.accept()[0] as connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not over.wait(0.05):
                connection.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            over.set()
            thread.join()


def test_one_that_answers_byte_by_byte_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_sending, "TIMEOUT_SECONDS", 0.5)
    with dribbling() as url:
        sent = webhook_sending.send(url, b"{}", {}, private_allowed=True)
    assert (sent.status, sent.error) == (None, "no answer within 0.5 seconds")


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A receiver that speaks TLS, and the certificate that it shows."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    named = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *named], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with receiving(context) as receiver:
        yield receiver.url.replace("http://127.0.0.1", "https://localhost"), certificate


def test_a_certificate_is_checked_against_the_name(
    certified: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, certificate = certified
    assert "CERTIFICATE_VERIFY_FAILED" in (webhook_sending.send(url, b"{}", {}, private_allowed=True).error or "")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert webhook_sending.send(url, b"{}", {}, private_allowed=True).is_delivered
    other = webhook_sending.send(url.replace("localhost", "127.0.0.1"), b"{}", {}, private_allowed=True)
    assert "CERTIFICATE_VERIFY_FAILED" in (other.error or "")


def test_where_one_of_its_addresses_takes_no_connection_another_does(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    port = int(receiver.url.split(":")[2].split("/")[0])
    monkeypatch.setattr(webhook_sending, "addresses", lambda *_, **__: ["127.0.0.9", "127.0.0.1"])
    sent = webhook_sending.send(f"http://crm.example:{port}/", b"{}", {}, private_allowed=True)
    assert sent.is_delivered
    assert receiver.requests[0][0]["Host"] == f"crm.example:{port}"


def test_a_try_that_died_is_made_again(admin: Api, dialer: Dialer, receiver: Receiver) -> None:
    hook = add(admin, receiver.url)
    admin.post(f"/v1/webhooks/{hook['id']}/test")
    with dialer.engine.begin() as tx:
        assert len(webhooks.take(tx, most=10, each=10, lease_seconds=0)) == 1
    assert dialer.webhook_delivering.work() == 1
    assert deliveries(admin, hook["id"])[0]["state"] == "delivered"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0", "100.64.0.1", "224.0.0.1"),
        *("::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    ],
)
def test_an_address_that_is_not_public_is_refused_also_when_a_name_leads_there(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def resolve(*_: object, **__: object) -> list[Any]:
        public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))
        return [public, (family, socket.SOCK_STREAM, 6, "", (address, 80))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    sent = webhook_sending.send("http://crm.example/", b"", {}, private_allowed=False)
    assert sent.status is None
    assert "not a public address" in (sent.error or "")


@pytest.mark.parametrize("url", ["ftp://crm.example/", "http://u:p@crm.example/", "https://", "javascript:alert(1)"])
def test_a_url_that_can_not_be_one_is_refused(admin: Api, url: str) -> None:
    answer = admin.post("/v1/webhooks", {"url": url, "events": ["call.ended"]})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "url"), answer.text


def test_a_webhook_is_edited_and_removed(admin: Api, receiver: Receiver) -> None:
    hook = add(admin, receiver.url)
    path = f"/v1/webhooks/{hook['id']}"
    tag = admin.get(path).headers["ETag"]
    assert admin.patch(path, {"enabled": False}, if_match=tag).json["enabled"] is False
    assert admin.patch(path, {"enabled": True}, if_match=tag).status_code == 412
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404
    lost = {"url": receiver.url, "events": ["call.ended"], "campaign_id": 999}
    assert admin.post("/v1/webhooks", lost).json["errors"][0]["field"] == "campaign_id"
