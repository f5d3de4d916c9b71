"""Filters and orders of the lists, whatever is written meanwhile."""

from collections.abc import Iterator
from typing import Any

import pytest

from dialer.config import Settings
from tests.integration.api.conftest import Api
from tests.integration.api.listings import Listing, Lists, all_lists

GIVEN = 3
"""Items that every list has at first."""


def walk(api: Api, path: str, between: Any = lambda: None, **query: Any) -> Iterator[dict[str, Any]]:
    """All items of a list, two on a page unless `query` says otherwise; `between` is called before every next page."""
    cursor = None
    while True:
        answer = api.get(path, query_string={"limit": 2, **query} | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        page = answer.json.get("calls", answer.json)
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
        between()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Sounds are taken only where a PBX can fetch them."""
    return settings.model_copy(update={"sounds_url": "https://dialer.example/api"})


@pytest.fixture
def lists(admin: Api, trunk_id: int, campaign_id: int) -> Lists:
    """Every list, with three items or more."""
    found = all_lists(admin, trunk_id, campaign_id)
    for listing in found.values():
        for n in range(GIVEN):
            listing.add(n)
    return found


def test_every_list_is_looked_at_here_and_has_an_order_and_filters(admin: Api, lists: Lists) -> None:
    paths = admin.get("/openapi.json").json["paths"].values()
    described = {
        operation["operationId"]: {parameter["name"] for parameter in operation.get("parameters", [])}
        for path in paths
        for operation in path.values()
    }
    paged = {name: parameters for name, parameters in described.items() if "cursor" in parameters}
    assert lists.keys() == paged.keys()
    for name, parameters in paged.items():
        assert {"limit", "sort"} < parameters, name
    filters = {name: parameters - {"limit", "cursor", "sort", "If-None-Match"} for name, parameters in paged.items()}
    assert [name for name, found in filters.items() if not found] == []


def test_every_list_can_be_read_from_both_ends(admin: Api, lists: Lists) -> None:
    for name, listing in lists.items():
        key = listing.key
        upwards = [item[key] for item in walk(admin, listing.path, sort=key)]
        downwards = [item[key] for item in walk(admin, listing.path, sort=f"-{key}")]
        assert len(upwards) >= GIVEN, name
        assert upwards == sorted(upwards), name
        assert downwards == upwards[::-1], name
        assert [item[key] for item in walk(admin, listing.path)] in (upwards, downwards), name


@pytest.mark.parametrize("direction", ["", "-"])
def test_a_walk_neither_skips_nor_repeats_whatever_is_added_meanwhile(admin: Api, lists: Lists, direction: str) -> None:
    for name, listing in lists.items():
        order = {"limit": 1, "sort": f"{direction}{listing.key}"}
        before = [item[listing.key] for item in walk(admin, listing.path, **order)]
        more = iter(range(GIVEN, 2 * GIVEN))

        def add(listing: Listing = listing, more: Iterator[int] = more) -> None:
            for n in more:
                listing.add(n)
                return

        seen = [item[listing.key] for item in walk(admin, listing.path, add, **order)]
        assert len(seen) == len(set(seen)), name
        assert [key for key in seen if key in before] == before, name


def test_a_walk_neither_skips_nor_repeats_contacts_whose_numbers_are_edited_meanwhile(
    admin: Api, campaign_id: int, contact_ids: list[int]
) -> None:
    first, _, last = contact_ids
    moved = iter([(first, "+4930901899"), (last, "+4930901810")])

    def edit() -> None:
        for contact_id, number in moved:
            assert admin.patch(f"/v1/contacts/{contact_id}", {"phone_number": number}).status_code == 200
            return

    path = f"/v1/campaigns/{campaign_id}/contacts"
    assert [item["id"] for item in walk(admin, path, edit, limit=1)] == contact_ids


def test_a_cursor_goes_with_its_order(admin: Api, lists: Lists) -> None:
    for name, listing in lists.items():
        page = admin.get(listing.path, query_string={"limit": 1, "sort": listing.key}).json
        cursor = page.get("calls", page)["next_cursor"]
        other = admin.get(listing.path, query_string={"limit": 1, "sort": f"-{listing.key}", "cursor": cursor})
        assert (other.status_code, other.json["errors"][0]["field"]) == (422, "cursor"), name


def test_an_order_that_is_not_there_is_refused(admin: Api, lists: Lists) -> None:
    for listing in lists.values():
        assert admin.get(listing.path, query_string={"sort": "created_by"}).json["errors"][0]["field"] == "sort"


@pytest.mark.parametrize(
    ("listing", "query", "field", "value"),
    [
        ("campaigns_listed", {"name": "C1"}, "name", "c1"),
        ("campaigns_listed", {"state": "draft", "name": "c2"}, "name", "c2"),
        ("nodes_listed", {"name": "n2"}, "name", "n2"),
        ("trunks_listed", {"name": "t1"}, "name", "t1"),
        ("trunk_groups_listed", {"name": "g1"}, "name", "g1"),
        ("users_listed", {"username": "user1"}, "username", "user1"),
        ("sounds_listed", {"name": "s1"}, "name", "s1"),
        ("api_keys_listed", {"name": "k1"}, "name", "k1"),
        ("dnc_listed", {"phone_number": "+4930901813"}, "phone_number", "+4930901813"),
        ("contacts_listed", {"phone_number": "+4930901816"}, "phone_number", "+4930901816"),
        ("contacts_listed", {"external_id": "e2"}, "external_id", "e2"),
        ("calls_listed", {"phone_number": "+4930901814"}, "phone_number", "+4930901814"),
    ],
)
def test_a_filter_leaves_what_it_names(
    admin: Api, lists: Lists, listing: str, query: dict[str, str], field: str, value: str
) -> None:
    assert [item[field] for item in walk(admin, lists[listing].path, **query)] == [value]


def test_filters_that_nothing_meets_leave_nothing(admin: Api, lists: Lists) -> None:
    nothing = {
        "api_keys_listed": {"revoked": "true"},
        "call_lists_listed": {"state": "failed"},
        "caller_ids_listed": {"enabled": "false"},
        "calls_listed": {"created_before": "2020-01-01T00:00:00Z"},
        "campaigns_listed": {"created_from": "2099-01-01T00:00:00Z"},
        "contacts_listed": {"external_id": "none"},
        "control_allowed_numbers": {"added_by": "nobody"},
        "dnc_listed": {"source": "none"},
        "dnc_uploads_listed": {"state": "failed"},
        "exports_listed": {"kind": "calls"},
        "nodes_listed": {"name": "none"},
        "numbers_history": {"disposition": "busy"},
        "requeues_listed": {"state": "cancelled"},
        "sounds_listed": {"name": "none"},
        "trunk_groups_listed": {"trunk_id": "999"},
        "trunks_listed": {"node_id": "999"},
        "users_listed": {"enabled": "false"},
        "webhooks_listed": {"enabled": "false"},
        "webhooks_deliveries": {"event": "call.ended"},
    }
    assert nothing.keys() == lists.keys()
    for name, listing in lists.items():
        assert list(walk(admin, listing.path, **nothing[name])) == [], name


def test_filters_of_files_requeues_and_histories_leave_what_they_name(
    admin: Api, lists: Lists, campaign_id: int
) -> None:
    for name, query in (
        ("dnc_uploads_listed", {"campaign_id": campaign_id, "state": "completed"}),
        ("requeues_listed", {"state": "running"}),
        ("numbers_history", {"state": "queued", "created_from": "2020-01-01T00:00:00Z"}),
    ):
        assert len(list(walk(admin, lists[name].path, **query))) == GIVEN, name
    assert list(walk(admin, lists["dnc_uploads_listed"].path, campaign_id=999)) == []
    assert list(walk(admin, lists["numbers_history"].path, campaign_id=campaign_id)) == []


def test_a_part_of_a_name_is_no_pattern(admin: Api, campaign_id: int) -> None:
    assert list(walk(admin, "/v1/campaigns", name="%")) == []
