"""Idempotency-Key: the same request twice makes one thing."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from api.idempotency import CREATING
from dialer.bootstrap import Dialer
from dialer.db.idempotency import KeptAnswer
from dialer.errors import KeyInUse
from dialer.services import idempotency
from dialer.services.idempotency import Once
from tests.integration.api.conftest import NUMBER, Answer, Api

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def body(trunk_id: int, name: str = "autumn") -> dict[str, Any]:
    return {"name": name, "trunk_id": trunk_id, "answer_action": {"type": "hangup"}}


def campaigns(dialer: Dialer) -> int:
    with dialer.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM campaigns")).scalar_one())


def test_fifty_threads_with_one_key_make_one_campaign(admin: Api, trunk_id: int, dialer: Dialer) -> None:
    def create(_: int) -> Answer:
        return admin.post("/v1/campaigns", body(trunk_id), headers=KEY)

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(create, range(50)))
    assert campaigns(dialer) == 1
    made = [answer for answer in answers if answer.status_code == 201]
    assert {answer.json["code"] for answer in answers if answer.status_code != 201} <= {"idempotency_key_in_use"}
    assert len({answer.text for answer in made}) == 1
    assert len([answer for answer in made if "Idempotency-Replayed" not in answer.headers]) == 1


def test_a_request_sent_again_is_answered_as_before(admin: Api, trunk_id: int, dialer: Dialer) -> None:
    first = admin.post("/v1/campaigns", body(trunk_id), headers=KEY)
    admin.patch(f"/v1/campaigns/{first.json['id']}", {"name": "winter"})
    again = admin.post("/v1/campaigns", body(trunk_id), headers=KEY)
    assert (again.status_code, again.data, again.headers["Idempotency-Replayed"]) == (201, first.data, "true")
    assert (again.headers["Location"], again.headers["ETag"]) == (first.headers["Location"], first.headers["ETag"])
    assert campaigns(dialer) == 1


def test_a_key_belongs_to_its_request(admin: Api, trunk_id: int) -> None:
    assert admin.post("/v1/campaigns", body(trunk_id), headers=KEY).status_code == 201
    other_body = admin.post("/v1/campaigns", body(trunk_id, "winter"), headers=KEY)
    assert (other_body.status_code, other_body.json["code"]) == (422, "idempotency_key_reused")
    other_path = admin.post("/v1/trunks", body(trunk_id), headers=KEY)
    assert other_path.json["code"] == "idempotency_key_reused"


def test_a_key_belongs_to_its_user(admin: Api, manager: Api, trunk_id: int) -> None:
    assert admin.post("/v1/campaigns", body(trunk_id), headers=KEY).status_code == 201
    assert manager.post("/v1/campaigns", body(trunk_id, "winter"), headers=KEY).status_code == 201


def test_a_request_that_made_nothing_leaves_its_key_free(admin: Api, trunk_id: int) -> None:
    assert admin.post("/v1/campaigns", body(999), headers=KEY).status_code == 422
    assert admin.post("/v1/campaigns", {"name": 1}, headers=KEY).status_code == 422
    assert admin.post("/v1/campaigns", body(trunk_id), headers=KEY).status_code == 201


def test_while_a_request_is_carried_out_its_key_is_taken(
    admin: Api, trunk_id: int, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []
    create = dialer.campaigns.create

    def slowly(*args: Any, **kwargs: Any) -> Any:
        answers.append(admin.post("/v1/campaigns", body(trunk_id), headers=KEY))
        return create(*args, **kwargs)

    monkeypatch.setattr(dialer.campaigns, "create", slowly)
    assert admin.post("/v1/campaigns", body(trunk_id), headers=KEY).status_code == 201
    [meanwhile] = answers
    assert (meanwhile.status_code, meanwhile.json["code"]) == (409, "idempotency_key_in_use")
    assert int(meanwhile.headers["Retry-After"]) >= 1


def test_an_attempt_whose_process_died_is_made_again_and_can_not_come_back(
    admin: Api, trunk_id: int, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = dialer.campaigns.create
    nested: list[Answer] = []
    begun: list[bool] = []

    def taken_over(*args: Any, **kwargs: Any) -> Any:
        if not begun:
            begun.append(True)
            nested.append(admin.post("/v1/campaigns", body(trunk_id), headers=KEY))
        return create(*args, **kwargs)

    monkeypatch.setattr(idempotency, "GIVEN_UP_SECONDS", 0)
    monkeypatch.setattr(dialer.campaigns, "create", taken_over)
    late = admin.post("/v1/campaigns", body(trunk_id), headers=KEY)
    assert nested[0].status_code == 201
    assert late.status_code == 409
    assert campaigns(dialer) == 1


def test_what_was_made_is_undone_if_its_answer_can_not_be_kept(admin: Api, dialer: Dialer, trunk_id: int) -> None:
    begun = dialer.idempotency.begin("user:1", "k", b"fingerprint")
    assert isinstance(begun, Once)
    dialer.idempotency.forget(begun)
    with pytest.raises(KeyInUse):
        dialer.idempotency.finish(begun, KeptAnswer(201, {}, b""))


def test_an_upload_sent_again_is_stored_once(admin: Api, campaign_id: int) -> None:
    path = f"/v1/campaigns/{campaign_id}/call-lists"

    def upload(data: bytes) -> Answer:
        return admin.post(path, data=data, headers=KEY | {"Content-Type": "text/csv"})

    first = upload(f"phone\n{NUMBER}\n".encode())
    again = upload(f"phone\n{NUMBER}\n".encode())
    assert (first.status_code, again.status_code, again.json["id"]) == (202, 202, first.json["id"])
    assert len(admin.get(path).json["items"]) == 1
    assert upload(f"phone,name\n{NUMBER},x\n".encode()).json["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("path", ["/v1/dnc", "/v1/allow-list/numbers", "/v1/calls"])
def test_other_creating_routes_take_keys_too(admin: Api, trunk_id: int, path: str) -> None:
    request = {"phone_number": NUMBER} | ({"context": "ivr"} if path == "/v1/calls" else {})
    first, again = (admin.post(path, request, headers=KEY) for _ in range(2))
    assert (first.status_code < 300, first.data, again.headers.get("Idempotency-Replayed")) == (
        True,
        again.data,
        "true",
    ), first.text


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "ä"])
def test_a_key_must_be_plain(admin: Api, trunk_id: int, key: str) -> None:
    answer = admin.post("/v1/campaigns", body(trunk_id), headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


def test_every_route_that_creates_takes_a_key(admin: Api) -> None:
    description = admin.get("/openapi.json").json
    creating = {
        operation["operationId"].replace("_", ".", 1)
        for path in description["paths"].values()
        for method, operation in path.items()
        if method == "post"  # a PUT is idempotent by itself
        and {"201", "202"} & operation["responses"].keys()
        and "requestBody" in operation
    }
    assert {name.replace(".", "_") for name in creating} <= {name.replace(".", "_") for name in CREATING}
