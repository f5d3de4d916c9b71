"""Call lists by upload, contacts by JSON."""

import io

import pytest

from dialer.bootstrap import Dialer
from tests.integration.api.conftest import NUMBER, Api
from tests.support.books import book
from tests.support.world import RecordedNudges

CSV = b"phone,name,colour\n+4930901820,Ada,red\n+4930901821,Grace,\nnonsense,X,blue\n"


def upload(api: Api, campaign_id: int, data: bytes, **kwargs: str) -> tuple[int, dict[str, object]]:
    answer = api.post(
        f"/v1/campaigns/{campaign_id}/call-lists",
        data=data,
        content_type=kwargs.pop("content_type", "text/csv"),
        query_string=kwargs,
    )
    return answer.status_code, answer.json


def test_an_upload_is_accepted_imported_and_reported(
    admin: Api, campaign_id: int, dialer: Dialer, nudged: RecordedNudges
) -> None:
    status, made = upload(admin, campaign_id, CSV, name="first", default_region="DE")
    assert status == 202
    assert (made["name"], made["state"], made["rows"]) == ("first", "importing", 3)
    assert nudged.imports == 1
    assert admin.get(f"/v1/campaigns/{campaign_id}/stats").json["import_running"] is True
    dialer.call_lists.work_on_chunks(30)
    done = admin.get(f"/v1/call-lists/{made['id']}").json
    assert (done["state"], done["imported"], done["refused"], done["rows_done"]) == ("completed", 2, 1, 3)
    report = admin.get(f"/v1/call-lists/{made['id']}/refusals")
    assert report.mimetype == "text/csv"
    assert "attachment" in report.headers["Content-Disposition"]
    assert report.text.splitlines()[1].startswith("4,phone_not_a_number")


def test_a_form_with_a_file_is_accepted_too(admin: Api, campaign_id: int) -> None:
    answer = admin.post(
        f"/v1/campaigns/{campaign_id}/call-lists",
        data={"file": (io.BytesIO(CSV), "people.csv")},
        content_type="multipart/form-data",
    )
    assert (answer.status_code, answer.json["name"]) == (202, "people.csv")
    assert answer.headers["Location"].endswith(f"/v1/call-lists/{answer.json['id']}")


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"", "text/csv", 422),
        (b"name\nAda\n", "text/csv", 422),
        (b"PK\x03\x04rest", "text/csv", 422),
        (CSV, "application/json", 415),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 400),
    ],
)
def test_a_bad_upload_is_refused(admin: Api, campaign_id: int, data: bytes, content_type: str, status: int) -> None:
    found, problem = upload(admin, campaign_id, data, content_type=content_type)
    assert (found, problem["status"]) == (status, status)


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_that_is_too_large_is_refused_whether_or_not_it_says_so(
    admin: Api, campaign_id: int, dialer: Dialer, monkeypatch: pytest.MonkeyPatch, chunked: bool
) -> None:
    monkeypatch.setitem(dialer.__dict__, "settings", dialer.settings.model_copy(update={"max_upload_mb": 1}))
    data = b"phone\n" + b"+4930901820\n" * 100_000
    environ = {"wsgi.input_terminated": True} if chunked else {}
    headers = {"Transfer-Encoding": "chunked"} if chunked else {}
    answer = admin.post(
        f"/v1/campaigns/{campaign_id}/call-lists",
        headers=headers,
        input_stream=io.BytesIO(data),
        content_length=None if chunked else len(data),
        content_type="text/csv",
        environ_overrides=environ,
    )
    assert (answer.status_code, answer.json["code"]) == (413, "payload_too_large")
    lists = admin.get(f"/v1/campaigns/{campaign_id}/call-lists").json["items"]
    assert [item["state"] for item in lists] == (["failed"] if chunked else [])


def test_lists_come_in_pages_newest_first(admin: Api, campaign_id: int) -> None:
    made = [upload(admin, campaign_id, CSV)[1]["id"] for _ in range(3)]
    first = admin.get(f"/v1/campaigns/{campaign_id}/call-lists?limit=2").json
    rest = admin.get(
        f"/v1/campaigns/{campaign_id}/call-lists", query_string={"limit": 2, "cursor": first["next_cursor"]}
    ).json
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None


def test_a_cancelled_campaign_takes_no_list_and_no_contacts(admin: Api, campaign_id: int) -> None:
    admin.post(f"/v1/campaigns/{campaign_id}/cancel")
    assert upload(admin, campaign_id, CSV)[0] == 409
    body = {"contacts": [{"phone_number": NUMBER}]}
    assert admin.post(f"/v1/campaigns/{campaign_id}/contacts", body).status_code == 409


def test_an_unknown_list_is_not_found(admin: Api) -> None:
    assert admin.get("/v1/call-lists/999").json["code"] == "not_found"
    assert admin.get("/v1/call-lists/999/refusals").json["code"] == "not_found"


def test_contacts_get_a_result_each(admin: Api, campaign_id: int) -> None:
    body = {
        "contacts": [
            {"phone_number": NUMBER, "name": "Ada", "data": {"colour": "red"}, "external_id": "7", "priority": 5},
            {"phone_number": NUMBER},
            {"phone_number": "nonsense"},
        ]
    }
    answer = admin.post(f"/v1/campaigns/{campaign_id}/contacts", body)
    assert (answer.status_code, answer.json["added"]) == (200, 1)
    assert [result["code"] for result in answer.json["results"]] == [None, "duplicate", "phone_not_a_number"]
    contact = admin.get(f"/v1/contacts/{answer.json['results'][0]['contact_id']}").json
    assert (contact["name"], contact["external_id"], contact["priority"]) == ("Ada", "7", 5)
    assert (contact["data"], contact["calls"], contact["state"]) == ({"colour": "red"}, [], "ready")
    assert contact["zones"] == ["Europe/Berlin"]


@pytest.mark.parametrize("count", [0, 1001])
def test_one_to_a_thousand_contacts_can_be_added_at_once(admin: Api, campaign_id: int, count: int) -> None:
    body = {"contacts": [{"phone_number": NUMBER}] * count}
    assert admin.post(f"/v1/campaigns/{campaign_id}/contacts", body).status_code == 422


def test_contacts_are_listed_in_pages_the_oldest_first_and_filtered(
    admin: Api, campaign_id: int, contact_ids: list[int]
) -> None:
    path = f"/v1/campaigns/{campaign_id}/contacts"
    first = admin.get(path, query_string={"limit": 2}).json
    admin.post(path, {"contacts": [{"phone_number": "+4930901819"}]})
    rest = admin.get(path, query_string={"limit": 2, "cursor": first["next_cursor"]}).json
    assert [c["id"] for c in first["items"] + rest["items"]][:-1] == contact_ids
    assert admin.get(path, query_string={"phone_number": NUMBER}).json["items"][0]["id"] == contact_ids[0]
    assert admin.get(path, query_string={"state": "done"}).json["items"] == []
    assert admin.get(path, query_string={"phone_number": "x"}).status_code == 422


def test_a_contact_shows_its_calls(admin: Api, contact_ids: list[int], add_call: object) -> None:
    call_id = add_call(contact_ids[0], "up")  # type: ignore[operator]
    contact = admin.get(f"/v1/contacts/{contact_ids[0]}").json
    assert [call["id"] for call in contact["calls"]] == [call_id]
    assert contact["open_call_id"] == call_id
    assert admin.get("/v1/contacts/999").json["code"] == "not_found"


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_a_workbook_is_accepted_as_body_and_in_a_form_with_its_sheet_and_columns_told(
    admin: Api, campaign_id: int, dialer: Dialer
) -> None:
    path = f"/v1/campaigns/{campaign_id}/call-lists?default_region=DE&sheet=Leads&map=phone:Rufnummer&map=ignore:Notiz"
    content = book({"Old": [["phone"]], "Leads": [["Rufnummer", "Notiz"], [4930901820, "x"], ["030901821.0", "y"]]})
    body = admin.post(path, data=content, content_type=XLSX)
    assert body.status_code == 202, body.text
    form = {"file": (io.BytesIO(content), "leads.xlsx")}
    assert admin.post(path, data=form, content_type="multipart/form-data").status_code == 202
    dialer.call_lists.work_on_chunks(30)
    done = admin.get(f"/v1/call-lists/{body.json['id']}").json
    assert (done["imported"], done["repaired"], done["columns"]["sheet"]) == (2, 1, "Leads")
    assert done["columns"]["variables"] == {}
    report = admin.get(f"/v1/call-lists/{body.json['id']}/repairs")
    assert report.mimetype == "text/csv"
    assert report.text.splitlines() == ["line,repair,cell,phone_number", "3,decimals,030901821.0,+4930901821"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("map=phone", "must be one of phone, name"),
        ("map=phone:nothing", "no column is named"),
        ("encoding=ebcdic", "utf-8"),
        ("sheet=Leads", "has no sheets"),
    ],
)
def test_what_is_told_about_a_file_and_is_not_so_is_refused_with_its_parameter(
    admin: Api, campaign_id: int, query: str, says: str
) -> None:
    answer = admin.post(f"/v1/campaigns/{campaign_id}/call-lists?{query}", data=CSV, content_type="text/csv")
    assert answer.status_code == 422
    (wrong,) = answer.json["errors"]
    assert wrong["field"].split(".")[-1].split("[")[0] in ("map", "encoding", "sheet", "0")
    assert says in wrong["message"]


def test_reports_of_a_list_that_there_is_not(admin: Api) -> None:
    assert admin.get("/v1/call-lists/999999/repairs").status_code == 404
