"""Filters and orders of the lists, whatever is written meanwhile."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api.conftest import Api


def walk(api: Api, path: str, **query: Any) -> Iterator[dict[str, Any]]:
    """All items of a list, two on a page."""
    cursor = None
    while True:
        page = api.get(path, query_string={"limit": 2, **query} | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        yield from page.json["items"]
        cursor = page.json["next_cursor"]
        if cursor is None:
            return


@pytest.fixture
def path_of(admin: Api, trunk_id: int, campaign_id: int, contact_ids: list[int]) -> dict[str, tuple[str, str]]:
    """Every list, with three items or more, and what it is ordered by."""
    for n in range(3):
        admin.post("/v1/dnc", {"phone_number": f"+49309018{n}3"})
        admin.post("/v1/allow-list/numbers", {"phone_number": f"+49309018{n}3"})
        admin.post("/v1/calls", {"phone_number": f"+49309018{n}4", "context": "ivr", "trunk_id": trunk_id})
        upload = admin.post(
            f"/v1/campaigns/{campaign_id}/call-lists", data=b"phone\n+4930901899\n", content_type="text/csv"
        )
        assert upload.status_code == 202, upload.text
        node = {"name": f"n{n}", "ari_url": "http://127.0.0.1/ari", "ari_username": "dialer"}
        node_id = admin.post("/v1/nodes", node).json["id"]
        trunk = {"name": f"t{n}", "node_id": node_id, "endpoint": "PJSIP/{number}@c", "cps": 1, "channels": 1}
        assert admin.post("/v1/trunks", trunk).status_code == 201
        campaign = {"name": f"c{n}", "trunk_id": trunk_id, "answer_action": {"type": "hangup"}}
        assert admin.post("/v1/campaigns", campaign).status_code == 201
        assert admin.patch(f"/v1/nodes/{node_id}", {"enabled": n > 0}).status_code == 200
    return {
        "allow-list": ("/v1/allow-list/numbers", "phone_number"),
        "call-lists": (f"/v1/campaigns/{campaign_id}/call-lists", "id"),
        "calls": ("/v1/calls", "id"),
        "campaigns": ("/v1/campaigns", "id"),
        "contacts": (f"/v1/campaigns/{campaign_id}/contacts", "id"),
        "dnc": ("/v1/dnc", "id"),
        "nodes": ("/v1/nodes", "id"),
        "trunks": ("/v1/trunks", "id"),
    }


def test_every_list_can_be_read_from_both_ends(admin: Api, path_of: dict[str, tuple[str, str]]) -> None:
    for name, (path, key) in path_of.items():
        upwards = [item[key] for item in walk(admin, path, sort=key)]
        downwards = [item[key] for item in walk(admin, path, sort=f"-{key}")]
        assert len(upwards) >= 3, name
        assert upwards == sorted(upwards), name
        assert downwards == upwards[::-1], name
        assert [item[key] for item in walk(admin, path)] in (upwards, downwards)


def test_a_cursor_goes_with_its_order(admin: Api, path_of: dict[str, tuple[str, str]]) -> None:
    for path, key in path_of.values():
        cursor = admin.get(path, query_string={"limit": 1, "sort": key}).json["next_cursor"]
        other = admin.get(path, query_string={"limit": 1, "sort": f"-{key}", "cursor": cursor})
        assert (other.status_code, other.json["errors"][0]["field"]) == (422, "cursor")


def test_an_order_that_is_not_there_is_refused(admin: Api, path_of: dict[str, tuple[str, str]]) -> None:
    for path, _ in path_of.values():
        assert admin.get(path, query_string={"sort": "created_by"}).json["errors"][0]["field"] == "sort"


@pytest.mark.parametrize(
    ("listing", "query", "field", "value"),
    [
        ("campaigns", {"name": "C1"}, "name", "c1"),
        ("campaigns", {"state": "draft", "name": "c2"}, "name", "c2"),
        ("nodes", {"enabled": "false"}, "name", "n0"),
        ("nodes", {"name": "n2"}, "name", "n2"),
        ("trunks", {"name": "t1"}, "name", "t1"),
        ("dnc", {"phone_number": "+4930901813"}, "phone_number", "+4930901813"),
        ("contacts", {"phone_number": "+4930901821"}, "phone_number", "+4930901821"),
        ("calls", {"phone_number": "+4930901814"}, "phone_number", "+4930901814"),
    ],
)
def test_a_filter_leaves_what_it_names(
    admin: Api, path_of: dict[str, tuple[str, str]], listing: str, query: dict[str, str], field: str, value: str
) -> None:
    assert [item[field] for item in walk(admin, path_of[listing][0], **query)] == [value]


def test_filters_that_nothing_meets_leave_nothing(admin: Api, path_of: dict[str, tuple[str, str]]) -> None:
    nothing = {
        "allow-list": {"added_by": "nobody"},
        "call-lists": {"state": "failed"},
        "calls": {"created_before": "2020-01-01T00:00:00Z"},
        "campaigns": {"created_from": "2099-01-01T00:00:00Z"},
        "contacts": {"external_id": "none"},
        "dnc": {"source": "none"},
        "nodes": {"name": "none"},
        "trunks": {"node_id": "999"},
    }
    for name, (path, _) in path_of.items():
        assert list(walk(admin, path, **nothing[name])) == [], name


def test_a_part_of_a_name_is_no_pattern(admin: Api, path_of: dict[str, tuple[str, str]]) -> None:
    assert list(walk(admin, "/v1/campaigns", name="%")) == []
