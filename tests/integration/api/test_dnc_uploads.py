"""Files of numbers not to be called, over HTTP."""

import io
from collections.abc import Callable

from dialer.services.users import Role
from tests.integration.api.conftest import NUMBER, Answer, Api

FILE = f"phone,reason\n{NUMBER},asked to\nnonsense,\n"
PATH = "/v1/dnc/uploads"


def send(api: Api, content: str = FILE, query: str = "", **headers: str) -> Answer:
    return api.post(f"{PATH}{query}", data=content.encode(), content_type="text/csv", headers=headers)


def test_file_is_taken_and_its_report_is_there(manager: Api) -> None:
    answer = send(manager, query="?source=register&expires_at=2100-01-01T00:00:00Z")
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{PATH}/{answer.json['id']}"
    assert [answer.json[name] for name in ("state", "rows", "added", "known", "refused")] == ["completed", 2, 1, 0, 1]
    (entry,) = manager.get("/v1/dnc").json["items"]
    assert (entry["source"], entry["reason"], entry["expires_at"]) == ("register", "asked to", "2100-01-01T00:00:00Z")
    assert entry["upload_id"] == answer.json["id"]
    assert manager.get(f"/v1/dnc/{entry['id']}").json == entry
    report = manager.get(f"{PATH}/{answer.json['id']}/refusals")
    assert report.mimetype == "text/csv"
    assert report.text.splitlines()[1].startswith("3,phone_not_a_number,")
    assert manager.get(f"{PATH}/{answer.json['id']}").json == answer.json
    assert manager.get(PATH).json["items"] == [answer.json]


def test_file_may_be_part_of_a_form_whose_name_it_has(manager: Api) -> None:
    form = {"file": (io.BytesIO(FILE.encode()), "register.csv")}
    answer = manager.post(PATH, data=form, content_type="multipart/form-data")
    assert (answer.status_code, answer.json["name"]) == (201, "register.csv")


def test_file_sent_twice_with_a_key_is_one_upload(manager: Api) -> None:
    first, second = (send(manager, **{"Idempotency-Key": "dnc-1"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert len(manager.get(PATH).json["items"]) == 1


def test_file_without_a_key_sent_twice_changes_nothing(manager: Api) -> None:
    send(manager)
    before = manager.get("/v1/dnc").json
    again = send(manager, query="?reason=another").json
    assert (again["added"], again["known"]) == (0, 1)
    assert manager.get("/v1/dnc").json == before


def test_what_can_t_be_a_file_is_refused(as_role: Callable[[Role], Api], manager: Api) -> None:
    assert send(manager, "name\nA\n").status_code == 422
    assert send(manager, query="?campaign_id=999").json["errors"][0]["field"] == "campaign_id"
    assert send(manager, query="?default_region=XX").status_code == 422
    assert send(manager, query="?expires_at=2001-01-01T00:00:00Z").json["errors"][0]["field"] == "expires_at"
    assert manager.post(PATH, {"phone": NUMBER}).status_code == 415
    assert send(as_role(Role.VIEWER)).status_code == 403
    for path in (f"{PATH}/999", f"{PATH}/999/refusals", "/v1/dnc/999"):
        assert manager.get(path).status_code == 404
    assert manager.get(PATH).json["items"] == []
