"""Exports: at once, and as jobs."""

import csv
import io
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.db import exporting
from dialer.services.exporting import service
from dialer.services.users import Role
from tests.integration.api.conftest import Api
from tests.support.world import RecordedNudges

LIST = "phone,mobile,name,ID,Plan\n" + "".join(
    f"+49309018{n:02d},{'+4915123456789' if n == 20 else ''},=Name {n},crm-{n},gold\n" for n in range(20, 27)
)


@pytest.fixture
def list_id(admin: Api, campaign_id: int, dialer: Dialer) -> int:
    """A list of seven contacts, besides three that were added by JSON."""
    path = f"/v1/campaigns/{campaign_id}/call-lists"
    made = admin.post(path, data=LIST.encode(), content_type="text/csv")
    dialer.call_lists.work_on_chunks(30)
    contacts = [{"phone_number": f"+493090183{n}", "data": {"City": "Köln"}} for n in range(3)]
    assert admin.post(f"/v1/campaigns/{campaign_id}/contacts", {"contacts": contacts}).json["added"] == 3
    return int(made.json["id"])


def table(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline="")))


def objects(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [orjson.loads(line) for line in answer.get_data().splitlines()]


def test_contacts_as_csv_have_their_numbers_and_their_data(
    admin: Api, campaign_id: int, list_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE_ROWS", 3)
    answer = admin.get(f"/v1/exports/contacts?campaign_id={campaign_id}&time_zone=America/New_York")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="contacts.csv"'
    rows = table(answer)
    assert [row["phone_number"] for row in rows] == sorted({row["phone_number"] for row in rows})
    assert len(rows) == 10
    first, last = rows[0], rows[-1]
    assert (first["numbers"], first["name"], first["external_id"], first["data.Plan"]) == (
        "+4930901820;+4915123456789",
        "'=Name 20",
        "crm-20",
        "gold",
    )
    assert (last["data.Plan"], last["other_data"]) == ("", '{"City":"Köln"}')
    assert last["created_at"][-6:] in ("-05:00", "-04:00")


def test_contacts_of_one_list_and_of_one_state(admin: Api, campaign_id: int, list_id: int, dialer: Dialer) -> None:
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE contacts SET state = 'done', final_reason = 'answered' WHERE external_id = 'crm-22'"))
    path = f"/v1/exports/contacts?campaign_id={campaign_id}&format=ndjson"
    assert len(objects(admin.get(f"{path}&call_list_id={list_id}"))) == 7
    [done] = objects(admin.get(f"{path}&state=done"))
    assert (done["external_id"], done["data"], done["final_reason"]) == ("crm-22", {"Plan": "gold"}, "answered")
    assert objects(admin.get(f"{path}&disposition=busy")) == []
    assert objects(admin.get(f"{path}&created_before=2020-01-01T00:00:00Z")) == []


def test_calls_have_their_contact_and_campaign(
    admin: Api, campaign_id: int, list_id: int, add_call: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE_ROWS", 2)
    contacts = objects(admin.get(f"/v1/exports/contacts?campaign_id={campaign_id}&format=ndjson"))
    ids = {add_call(contact["id"]) for contact in contacts}
    admin.delete(f"/v1/calls/{min(ids)}")
    found = objects(admin.get(f"/v1/exports/calls?campaign_id={campaign_id}&format=ndjson"))
    assert {call["id"] for call in found} == ids
    assert {call["campaign"] for call in found} == {"spring"}
    assert {call["external_id"] for call in found} == {contact["external_id"] for contact in contacts}
    assert all(call["call_list_id"] == list_id for call in found if call["data"].get("Plan") == "gold")
    [ended] = table(admin.get("/v1/exports/calls?disposition=cancelled"))
    assert ended["id"] == min(ids)
    assert len(table(admin.get(f"/v1/exports/calls?call_list_id={list_id}"))) == 7
    assert table(admin.get("/v1/exports/calls?created_from=2100-01-01T00:00:00Z")) == []


def test_a_workbook_opens(admin: Api, campaign_id: int, list_id: int) -> None:
    answer = admin.get(f"/v1/exports/contacts?campaign_id={campaign_id}&format=xlsx")
    header, first, *rest = load_workbook(io.BytesIO(answer.get_data())).worksheets[0].iter_rows(values_only=True)
    row = dict(zip(header, first, strict=True))
    assert (row["phone_number"], row["name"], row["attempts"], row["data.Plan"]) == (
        "+4930901820",
        "=Name 20",
        0,
        "gold",
    )
    assert len(rest) == 9


def test_more_rows_than_anybody_waits_for_are_made_in_the_background(
    admin: Api, campaign_id: int, list_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_STREAMED_ROWS", 9)
    answer = admin.get(f"/v1/exports/contacts?campaign_id={campaign_id}")
    assert (answer.status_code, answer.json["code"], answer.json["most"]) == (422, "export_too_large", 9)
    assert "POST the same to /v1/exports/contacts" in answer.json["detail"]


@pytest.mark.parametrize("format", ["csv", "xlsx", "ndjson"])
def test_a_job_makes_the_file_that_a_stream_would_be(
    admin: Api,
    campaign_id: int,
    list_id: int,
    dialer: Dialer,
    nudged: RecordedNudges,
    monkeypatch: pytest.MonkeyPatch,
    format: str,
) -> None:
    monkeypatch.setattr(service, "PAGE_ROWS", 3)
    body = {"campaign_id": campaign_id, "format": format, "time_zone": "Europe/Berlin"}
    begun = admin.post("/v1/exports/contacts", body)
    assert begun.status_code == 202, begun.text
    path = begun.headers["Location"]
    assert (begun.json["state"], begun.json["rows"], begun.json["total"]) == ("running", 0, None)
    assert admin.get(f"{path}/file").status_code == 409
    assert nudged.exports == 1
    dialer.exports.work(seconds=0)
    assert nudged.exports == 2  # there is work left
    assert (admin.get(path).json["rows"], admin.get(path).json["total"]) == (3, 10)
    dialer.exports.work(seconds=30)
    done = admin.get(path).json
    assert (done["state"], done["rows"], done["error"]) == ("completed", 10, None)
    assert done["expires_at"] > done["finished_at"]
    file = admin.get(f"{path}/file")
    assert file.headers["Content-Disposition"] == f'attachment; filename="contacts-{done["id"]}.{format}"'
    query = f"campaign_id={campaign_id}&format={format}&time_zone=Europe/Berlin"
    streamed = admin.get(f"/v1/exports/contacts?{query}")
    assert file.mimetype == streamed.mimetype
    if format == "xlsx":
        first, second = (
            list(load_workbook(io.BytesIO(answer.get_data())).worksheets[0].iter_rows(values_only=True))
            for answer in (file, streamed)
        )
        assert first == second
    else:
        assert file.get_data() == streamed.get_data()


def test_a_contact_whose_number_is_edited_while_the_file_is_made_is_in_it_once(
    admin: Api, campaign_id: int, contact_ids: list[int], dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE_ROWS", 1)
    begun = admin.post("/v1/exports/contacts", {"campaign_id": campaign_id, "format": "ndjson"})
    for contact_id, number in ((contact_ids[0], "+4930901899"), (contact_ids[2], "+4930901810")):
        dialer.exports.work(seconds=0)
        assert admin.patch(f"/v1/contacts/{contact_id}", {"phone_number": number}).status_code == 200
    dialer.exports.work(seconds=30)
    rows = admin.get(f"{begun.headers['Location']}/file").text.splitlines()
    assert [orjson.loads(row)["id"] for row in rows] == contact_ids


def test_a_job_goes_by_the_filters_of_the_calls_it_was_asked_for(
    admin: Api, campaign_id: int, contact_ids: list[int], add_call: Callable[..., str], dialer: Dialer
) -> None:
    call_id = add_call(contact_ids[0])
    body = {"campaign_id": campaign_id, "state": "queued", "created_from": "2020-01-01T00:00:00+01:00"}
    made = admin.post("/v1/exports/calls", body).json
    assert made["filters"] == body | {"created_from": "2019-12-31T23:00:00+00:00"}
    dialer.exports.work(seconds=30)
    assert [row["id"] for row in table(admin.get(f"/v1/exports/{made['id']}/file"))] == [call_id]
    assert [export["id"] for export in admin.get("/v1/exports?kind=calls&state=completed").json["items"]] == [
        made["id"]
    ]


def test_a_file_expires_and_a_job_is_removed(admin: Api, campaign_id: int, list_id: int, dialer: Dialer) -> None:
    first, second = (admin.post("/v1/exports/contacts", {"campaign_id": campaign_id}).json["id"] for _ in range(2))
    dialer.exports.work(seconds=30)
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE exports SET expires_at = clock_timestamp() WHERE id = :id"), {"id": first})
    assert dialer.exports.expire() == 1
    assert admin.get(f"/v1/exports/{first}").json["state"] == "expired"
    gone = admin.get(f"/v1/exports/{first}/file")
    assert (gone.status_code, "kept until" in gone.json["detail"]) == (404, True)
    assert admin.delete(f"/v1/exports/{second}").status_code == 204
    assert admin.get(f"/v1/exports/{second}").status_code == 404
    assert admin.delete(f"/v1/exports/{second}").status_code == 404
    with dialer.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM export_parts")) == 0


def test_a_job_that_fails_again_and_again_is_set_aside(
    admin: Api, campaign_id: int, list_id: int, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_id = admin.post("/v1/exports/contacts", {"campaign_id": campaign_id}).json["id"]

    def broken(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(exporting, "page", broken)
    for _ in range(service.MAX_TRIES):
        with pytest.raises(RuntimeError):
            dialer.exports.work(seconds=0)
    dialer.exports.work(seconds=0)
    failed = admin.get(f"/v1/exports/{export_id}").json
    assert failed["state"] == "failed"
    assert "5 times" in failed["error"]


def test_the_same_key_makes_one_job(admin: Api, campaign_id: int) -> None:
    key = {"Idempotency-Key": "export-1"}
    first, second = (admin.post("/v1/exports/contacts", {"campaign_id": campaign_id}, headers=key) for _ in range(2))
    assert first.json == second.json
    assert len(admin.get("/v1/exports").json["items"]) == 1


@pytest.mark.parametrize(
    "query",
    ["", "campaign_id=1&format=pdf", "campaign_id=1&time_zone=Mars", "campaign_id=999999", "campaign_id=1&state=bored"],
)
def test_what_can_not_be_exported_is_refused(admin: Api, query: str) -> None:
    assert admin.get(f"/v1/exports/contacts?{query}").status_code == 422


def test_a_viewer_exports_nothing(as_role: Callable[[Role], Api], campaign_id: int) -> None:
    viewer = as_role(Role.VIEWER)
    assert viewer.get(f"/v1/exports/contacts?campaign_id={campaign_id}").status_code == 403
    assert viewer.post("/v1/exports/calls", {}).status_code == 403
    assert as_role(Role.MANAGER).get("/v1/exports/calls").status_code == 200
