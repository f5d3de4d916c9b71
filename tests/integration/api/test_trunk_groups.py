"""Trunk groups, and who may name them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from dialer.bootstrap import Dialer
from dialer.services.users import Role
from tests.integration.api.conftest import NUMBER, Answer, Api

GROUPS = "/v1/trunk-groups"


@pytest.fixture
def other_id(admin: Api, trunk_id: int) -> int:
    """A second trunk of the node."""
    trunk = admin.get(f"/v1/trunks/{trunk_id}").json
    body = {name: trunk[name] for name in ("node_id", "endpoint", "cps", "channels")} | {"name": "other"}
    return int(admin.post("/v1/trunks", body).json["id"])


@pytest.fixture
def group_id(admin: Api, trunk_id: int, other_id: int) -> int:
    answer = create(admin, trunk_id, other_id)
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def create(api: Api, *trunk_ids: int, name: str = "carriers", **kwargs: Any) -> Answer:
    members = [{"trunk_id": trunk_id, "weight": n + 1} for n, trunk_id in enumerate(trunk_ids)]
    return api.post(GROUPS, {"name": name, "trunks": members}, **kwargs)


def campaign(api: Api, name: str = "over a group", **values: Any) -> Answer:
    return api.post("/v1/campaigns", {"name": name, "answer_action": {"type": "hangup"}} | values)


def field(answer: Answer) -> str:
    assert answer.status_code == 422, answer.text
    return str(answer.json["errors"][0]["field"])


def test_a_group_is_made_read_listed_edited_and_removed(admin: Api, trunk_id: int, other_id: int) -> None:
    made = create(admin, trunk_id, other_id)
    assert made.status_code == 201
    path = f"{GROUPS}/{made.json['id']}"
    assert made.headers["Location"].endswith(path)
    members = [{"trunk_id": trunk_id, "weight": 1}, {"trunk_id": other_id, "weight": 2}]
    assert (made.json["name"], made.json["trunks"]) == ("carriers", members)
    assert admin.get(path).json == made.json
    assert admin.get(GROUPS, query_string={"trunk_id": other_id}).json["items"] == [made.json]
    assert admin.get(GROUPS, query_string={"name": "nobody"}).json["items"] == []
    tag = admin.get(path).headers["ETag"]
    edited = admin.patch(path, {"trunks": [{"trunk_id": other_id}]}, if_match=tag)
    assert (edited.status_code, edited.json["trunks"]) == (200, [{"trunk_id": other_id, "weight": 1}])
    assert admin.patch(path, {"name": "new"}, if_match=tag).status_code == 412
    assert admin.patch(path, {"name": "new"}).json["trunks"] == [{"trunk_id": other_id, "weight": 1}]
    assert admin.delete(path).status_code == 204
    assert [admin.get(path).status_code, admin.delete(path).status_code] == [404, 404]


def test_the_same_request_twice_makes_one_group(admin: Api, trunk_id: int) -> None:
    key = {"Idempotency-Key": "one-group"}
    first, again = create(admin, trunk_id, headers=key), create(admin, trunk_id, headers=key)
    assert (first.status_code, again.data) == (201, first.data)
    assert len(admin.get(GROUPS).json["items"]) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER])
def test_only_administrators_write(as_role: Callable[[Role], Api], group_id: int, trunk_id: int, role: Role) -> None:
    user = as_role(role)
    assert user.get(f"{GROUPS}/{group_id}").status_code == 200
    assert create(user, trunk_id, name="mine").status_code == 403
    assert user.patch(f"{GROUPS}/{group_id}", {"name": "mine"}).status_code == 403
    assert user.delete(f"{GROUPS}/{group_id}").status_code == 403


def test_what_makes_no_group_is_refused_by_its_field(admin: Api, trunk_id: int, group_id: int) -> None:
    assert field(admin.post(GROUPS, {"name": "empty", "trunks": []})) == "trunks"
    assert field(create(admin, trunk_id, trunk_id, name="twice")) == "trunks"
    assert field(create(admin, 999, name="nowhere")) == "trunks"
    assert field(admin.patch(f"{GROUPS}/{group_id}", {"trunks": [{"trunk_id": 999}]})) == "trunks"
    assert (
        field(admin.post(GROUPS, {"name": "x", "trunks": [{"trunk_id": trunk_id, "weight": 0}]})) == "trunks.0.weight"
    )
    assert create(admin, trunk_id).status_code == 409
    assert [member["weight"] for member in admin.get(f"{GROUPS}/{group_id}").json["trunks"]] == [1, 2]


def test_a_campaign_names_a_trunk_or_a_group(admin: Api, trunk_id: int, group_id: int) -> None:
    made = campaign(admin, trunk_group_id=group_id)
    assert (made.status_code, made.json["trunk_id"], made.json["trunk_group_id"]) == (201, None, group_id)
    assert field(campaign(admin, "both", trunk_id=trunk_id, trunk_group_id=group_id)) == "trunk_id"
    assert field(campaign(admin, "none")) == "trunk_id"
    assert field(campaign(admin, "nowhere", trunk_group_id=999)) == "trunk_group_id"
    found = admin.get("/v1/campaigns", query_string={"trunk_group_id": group_id}).json["items"]
    assert [item["id"] for item in found] == [made.json["id"]]


def test_naming_one_takes_the_place_of_the_other(admin: Api, campaign_id: int, trunk_id: int, group_id: int) -> None:
    path = f"/v1/campaigns/{campaign_id}"
    to_group = admin.patch(path, {"trunk_group_id": group_id}).json
    assert (to_group["trunk_id"], to_group["trunk_group_id"]) == (None, group_id)
    to_trunk = admin.patch(path, {"trunk_id": trunk_id}).json
    assert (to_trunk["trunk_id"], to_trunk["trunk_group_id"]) == (trunk_id, None)
    assert field(admin.patch(path, {"trunk_id": trunk_id, "trunk_group_id": group_id})) == "trunk_id"
    assert field(admin.patch(path, {"trunk_id": None})) == "trunk_id"
    clone = admin.post(f"{path}/clone", {"name": "again"}).json
    assert (clone["trunk_id"], clone["trunk_group_id"]) == (trunk_id, None)


def test_a_group_that_a_campaign_names_stays(admin: Api, group_id: int) -> None:
    campaign(admin, trunk_group_id=group_id)
    refused = admin.delete(f"{GROUPS}/{group_id}")
    assert refused.status_code == 409
    assert "over a group" in refused.json["detail"]


def test_one_trunk_of_a_group_must_be_able_to_show_the_caller_id(
    admin: Api, trunk_id: int, other_id: int, group_id: int
) -> None:
    for trunk, number in ((trunk_id, "+12125550100"), (other_id, "+12125550111")):
        assert admin.post(f"/v1/trunks/{trunk}/caller-ids", {"phone_number": number}).status_code == 201
    assert campaign(admin, "good", trunk_group_id=group_id, caller_id="+12125550111").status_code == 201
    assert field(campaign(admin, "bad", trunk_group_id=group_id, caller_id="+12125550122")) == "caller_id"


def test_stats_and_state_tell_how_each_trunk_is(
    admin: Api, dialer: Dialer, trunk_id: int, other_id: int, group_id: int
) -> None:
    made = campaign(admin, trunk_group_id=group_id).json
    with dialer.engine.begin() as tx:
        tx.execute(text("UPDATE pbx_nodes SET lease_until = now() + interval '1 hour', echo_at = now()"))
    for _ in range(5):
        dialer.breaker.failed(f"trunk:{trunk_id}")
    expected = [(trunk_id, "carrier", 1, "resting"), (other_id, "other", 2, "up")]
    for path in (f"{GROUPS}/{group_id}/state", f"/v1/campaigns/{made['id']}/stats"):
        trunks = admin.get(path).json["trunks"]
        assert [(t["trunk_id"], t["name"], t["weight"], t["state"]) for t in trunks] == expected
    assert admin.get(f"{GROUPS}/999/state").status_code == 404


def test_a_single_call_goes_over_a_group(admin: Api, trunk_id: int, other_id: int, group_id: int) -> None:
    body = {"phone_number": NUMBER, "answer_action": {"type": "hangup"}}
    made = admin.post("/v1/calls", body | {"trunk_group_id": group_id})
    assert made.status_code in (201, 202), made.text
    assert (made.json["trunk_group_id"], made.json["trunk_id"] in (trunk_id, other_id)) == (group_id, True)
    assert field(admin.post("/v1/calls", body | {"trunk_group_id": 999})) == "trunk_group_id"
    both = admin.post("/v1/calls", body | {"trunk_group_id": group_id, "trunk_id": trunk_id})
    assert both.status_code == 422
    campaign_id = campaign(admin, trunk_group_id=group_id).json["id"]
    tried = admin.post(f"/v1/campaigns/{campaign_id}/test-call", {"phone_number": NUMBER})
    assert tried.json["trunk_group_id"] == group_id, tried.text


def test_a_forecast_takes_the_trunks_of_a_group_together(admin: Api, group_id: int) -> None:
    campaign_id = campaign(admin, trunk_group_id=group_id).json["id"]
    told = admin.post(f"/v1/campaigns/{campaign_id}/forecast", {})
    assert told.status_code == 200, told.text
    assert any("taken as one" in said for said in told.json["assumptions"])
