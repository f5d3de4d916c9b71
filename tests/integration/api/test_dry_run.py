"""How a file would be understood, before anything is stored."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.services.users import Role
from tests.integration.api.conftest import NUMBER, Api
from tests.support.books import book
from tests.support.world import RecordedNudges

CSV = """phone,name,mobile,time zone,Plan,Consent date
+4930901820,Ada,,,gold,2026-03-01
030 901821,Grace,'+4915123456789,Europe/Berlin,,
"4,4E+11",Lost,,,,
+4930901820,Ada again,,,,
+4930901822,Never,,,,
+4930901823,,,Mars/Base,,
+4930901824,Nine,,,"a,b",
"""


def dry_run(api: Api, campaign_id: int, content: str | bytes = CSV, query: str = "default_region=DE") -> Any:
    answer = api.post(
        f"/v1/campaigns/{campaign_id}/call-lists/dry-run?{query}",
        data=content.encode() if isinstance(content, str) else content,
        content_type="text/csv",
    )
    assert answer.status_code == 200, answer.text
    return answer.json


def everything(dialer: Dialer) -> dict[str, int]:
    """How many rows every table has, but for who is logged in."""
    with dialer.engine.connect() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        return {t: connection.scalar(text(f"SELECT count(*) FROM {t}")) or 0 for t in tables if t != "sessions"}


def test_the_first_rows_are_shown_as_they_would_be_understood(admin: Api, campaign_id: int) -> None:
    admin.post("/v1/dnc", {"phone_number": "+4930901822"})
    admin.post(f"/v1/campaigns/{campaign_id}/contacts", {"contacts": [{"phone_number": "+4930901824"}]})
    found = dry_run(admin, campaign_id)
    assert (found["format"], found["encoding"], found["delimiter"], found["sheet"]) == ("csv", "utf-8", ",", None)
    assert (found["default_region"], found["is_all"]) == ("DE", True)
    assert [(c["column"], c["use"], c["variable"]) for c in found["columns"]] == [
        ("phone", "phone", None),
        ("name", "name", None),
        ("mobile", "phone_2", None),
        ("time zone", "time_zone", None),
        ("Plan", "data", "Plan"),
        ("Consent date", "consent_at", None),
    ]
    rows = found["rows"]
    assert [(row["line"], row["would_be"], row["code"]) for row in rows] == [
        (2, "contact", None),
        (3, "contact", None),
        (4, "refused", "phone_digits_lost"),
        (5, "refused", "duplicate"),
        (6, "refused", "dnc"),
        (7, "refused", "unknown_time_zone"),
        (8, "refused", "duplicate"),
    ]
    assert rows[0]["numbers"] == [
        {"phone_number": "+4930901820", "zones": ["Europe/Berlin"], "regions": rows[0]["numbers"][0]["regions"]}
    ]
    assert "DE" in rows[0]["numbers"][0]["regions"]
    assert (rows[0]["data"], rows[0]["consent_at"]) == ({"Plan": "gold"}, "2026-03-01T00:00:00Z")
    assert [number["phone_number"] for number in rows[1]["numbers"]] == ["+4930901821", "+4915123456789"]
    assert rows[1]["repaired"] == [
        {"cell": "'+4915123456789", "repairs": ["apostrophe"], "phone_number": "+4915123456789"}
    ]
    assert "line 2 already" in rows[3]["reason"]
    assert rows[6]["row"] == '+4930901824,Nine,,,"a,b",'


def test_nothing_is_stored_and_nobody_is_told(
    admin: Api, campaign_id: int, dialer: Dialer, nudged: RecordedNudges
) -> None:
    dry_run(admin, campaign_id)
    before = everything(dialer)
    dry_run(admin, campaign_id, CSV.replace("Europe/Berlin", "Pacific/Chatham").replace("030 90", "+1 212 55"))
    assert everything(dialer) == before
    assert nudged.imports == 0


def test_only_the_rows_that_were_asked_for_are_shown(admin: Api, campaign_id: int) -> None:
    found = dry_run(admin, campaign_id, query="rows=2")
    assert len(found["rows"]) == 2
    assert found["is_all"] is False
    path = f"/v1/campaigns/{campaign_id}/call-lists/dry-run"
    for rows in ("0", "101"):
        assert admin.post(f"{path}?rows={rows}", data=CSV.encode(), content_type="text/csv").status_code == 422


def test_a_workbook_is_shown_with_its_columns_mapped(admin: Api, campaign_id: int) -> None:
    content = book({"L": [["Rufnummer", "Notiz", "id"], [4930901820, "x", 7]]})
    found = dry_run(admin, campaign_id, content, "map=phone:Rufnummer&map=ignore:Notiz&map=data:id&default_region=DE")
    assert (found["format"], found["encoding"], found["delimiter"], found["sheet"]) == ("xlsx", None, None, "L")
    assert [column["use"] for column in found["columns"]] == ["phone", "ignored", "data"]
    assert found["rows"][0]["data"] == {"id": "7"}


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"phone\n\n", "no rows"), (b"name\nAda\n", "map=phone:NAME"), (b"PK\x03\x04rest", "workbook")],
)
def test_a_file_that_can_not_be_read_is_refused_as_an_upload_of_it_would_be(
    admin: Api, campaign_id: int, content: bytes, says: str
) -> None:
    path = f"/v1/campaigns/{campaign_id}/call-lists"
    dry, real = (admin.post(p, data=content, content_type="text/csv") for p in (f"{path}/dry-run", path))
    assert (dry.status_code, dry.json["detail"]) == (real.status_code, real.json["detail"])
    assert says in dry.json["detail"]


def test_a_refusal_says_which_columns_and_sheets_there_are_to_choose_from(admin: Api, campaign_id: int) -> None:
    long = "Telefonnummer der Ansprechpartnerin im Einkauf"
    content = book({"About": [["Of spring"]], "Leads": [[long, "Name"], [4930901820, "Ada"]]})
    path = f"/v1/campaigns/{campaign_id}/call-lists/dry-run"
    body = {"data": content, "content_type": "application/octet-stream"}
    first = admin.post(path, **body).json
    assert (first["sheets"], first["columns"]) == (["About", "Leads"], [{"column": "Of spring", "use": "data"}])
    second = admin.post(f"{path}?sheet=Leads", **body).json
    assert second["columns"] == [{"column": long, "use": "data"}, {"column": "Name", "use": "name"}]
    found = dry_run(admin, campaign_id, content, f"sheet=Leads&map=phone:{long}&default_region=DE")
    assert (found["sheets"], found["rows"][0]["would_be"]) == (["About", "Leads"], "contact")


def test_of_a_file_without_a_header_there_is_nothing_to_choose(admin: Api, campaign_id: int) -> None:
    path = f"/v1/campaigns/{campaign_id}/call-lists/dry-run"
    refused = admin.post(path, data=b"+4930901820,Ada\n+4930901821,Grace\n", content_type="text/csv").json
    assert "Put a line with the columns' names before it" in refused["detail"]
    assert "columns" not in refused


def test_letters_that_can_not_be_told_are_about_the_encoding(admin: Api, campaign_id: int) -> None:
    content = "phone,name\n+4930901820,Иванов\n".encode("cp1251")
    path = f"/v1/campaigns/{campaign_id}/call-lists/dry-run"
    refused = admin.post(path, data=content, content_type="text/csv").json
    assert [error["field"] for error in refused["errors"]] == ["encoding"]
    assert dry_run(admin, campaign_id, content, "encoding=windows-1251")["rows"][0]["name"] == "Иванов"


def test_who_may_and_where(as_role: Callable[[Role], Api], admin: Api, campaign_id: int) -> None:
    path = f"/v1/campaigns/{campaign_id}/call-lists/dry-run"
    body = {"data": CSV.encode(), "content_type": "text/csv"}
    assert as_role(Role.VIEWER).post(path, **body).status_code == 403
    assert as_role(Role.MANAGER).post(path, **body).status_code == 200
    assert admin.post(path.replace(str(campaign_id), "999999"), **body).status_code == 404
    admin.post(f"/v1/campaigns/{campaign_id}/cancel")
    assert admin.post(path, **body).status_code == 409


CELL = st.sampled_from(
    [NUMBER, "+4930901821", "", "030901822.0", "4,4E+11", "Ada", "Mars/Base", "'=1", "x" * 1200, "9999"]
)


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=6))
@example([("", "", "", "")])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_shown_is_what_the_import_does(
    admin: Api, dialer: Dialer, trunk_id: int, rows: list[tuple[str, ...]]
) -> None:
    body = {"name": f"c{len(admin.get('/v1/campaigns?limit=500').json['items'])}", "trunk_id": trunk_id}
    campaign_id = admin.post("/v1/campaigns", body | {"answer_action": {"type": "hangup"}}).json["id"]
    lines = [",".join(f'"{cell}"' for cell in row) for row in rows]
    content = "phone,mobile,time zone,note\n" + "\n".join(lines) + "\n"
    path = f"/v1/campaigns/{campaign_id}/call-lists"
    shown = admin.post(f"{path}/dry-run?default_region=DE", data=content.encode(), content_type="text/csv")
    made = admin.post(f"{path}?default_region=DE", data=content.encode(), content_type="text/csv")
    assert shown.status_code == 200 or shown.json["detail"] == made.json["detail"]
    if shown.status_code != 200:
        return
    assert made.status_code == 202, made.text
    dialer.call_lists.work_on_chunks(30)
    report = admin.get(f"/v1/call-lists/{made.json['id']}/refusals").text.splitlines()[1:]
    refused = {int(line.split(",")[0]): line.split(",")[1] for line in report if line[:1].isdigit()}
    assert {row["line"]: row["code"] for row in shown.json["rows"] if row["code"]} == refused
    listed = admin.get(f"/v1/campaigns/{campaign_id}/contacts").json["items"]
    numbers = {row["numbers"][0]["phone_number"] for row in shown.json["rows"] if not row["code"]}
    assert {contact["phone_number"] for contact in listed} == numbers
