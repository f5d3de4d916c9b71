"""ETag, If-None-Match and If-Match."""

import pytest

from tests.integration.api.conftest import Api


@pytest.fixture(params=["campaigns", "trunks", "nodes", "trunk-groups"])
def path(request: pytest.FixtureRequest, admin: Api, campaign_id: int) -> str:
    """A thing that can be edited, with a name."""
    if request.param == "trunk-groups":
        trunk = admin.get("/v1/trunks").json["items"][0]["id"]
        admin.post("/v1/trunk-groups", {"name": "carriers", "trunks": [{"trunk_id": trunk}]})
    listed = admin.get(f"/v1/{request.param}").json["items"]
    return f"/v1/{request.param}/{listed[0]['id']}"


def test_an_edit_must_say_what_it_is_of(admin: Api, path: str) -> None:
    answer = admin.patch(path, {"name": "new"}, if_match=None)
    assert (answer.status_code, answer.json["code"]) == (428, "precondition_required")


def test_an_edit_of_what_has_changed_is_refused(admin: Api, path: str) -> None:
    tag = admin.get(path).headers["ETag"]
    assert admin.patch(path, {"name": "new"}, if_match=tag).status_code == 200
    late = admin.patch(path, {"name": "newer"}, if_match=tag)
    assert (late.status_code, late.json["code"]) == (412, "precondition_failed")
    assert admin.get(path).json["name"] == "new"


def test_the_answer_to_an_edit_names_the_next_version(admin: Api, path: str) -> None:
    tag = admin.patch(path, {"name": "new"}).headers["ETag"]
    assert admin.patch(path, {"name": "newer"}, if_match=tag).status_code == 200


def test_what_the_dialer_writes_is_no_edit(admin: Api, campaign_id: int) -> None:
    path = f"/v1/campaigns/{campaign_id}"
    tag = admin.get(path).headers["ETag"]
    admin.post(f"{path}/start")
    assert admin.get(path).headers["ETag"] != tag
    assert admin.patch(path, {"name": "new"}, if_match=tag).status_code == 200


def test_one_of_several_versions_will_do(admin: Api, path: str) -> None:
    tag = admin.get(path).headers["ETag"]
    assert admin.patch(path, {"name": "new"}, if_match=f'"other", {tag}').status_code == 200
    assert admin.patch(path, {"name": "newer"}, if_match='"other"').status_code == 412


@pytest.mark.parametrize("tag", ['""', 'W/""', '"", "other"'])
def test_an_empty_tag_is_one_of_no_version(admin: Api, path: str, tag: str) -> None:
    answer = admin.patch(path, {"name": "new"}, if_match=tag)
    assert (answer.status_code, answer.json["code"]) == (412, "precondition_failed")
    current = admin.get(path).headers["ETag"]
    assert admin.patch(path, {"name": "new"}, if_match=f"{tag}, {current}").status_code == 200


@pytest.mark.parametrize("listing", ["", "/stats"])
def test_what_the_caller_has_is_not_sent_again(admin: Api, campaign_id: int, listing: str) -> None:
    url = f"/v1/campaigns/{campaign_id}" if not listing else "/v1/campaigns"
    first = admin.get(url)
    assert first.headers["Cache-Control"] == "private, no-cache"
    same = admin.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    admin.patch(f"/v1/campaigns/{campaign_id}", {"name": "new"})
    assert admin.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_an_edit_without_changes_checks_the_version_too(admin: Api, path: str) -> None:
    assert admin.patch(path, {}, if_match='"other"').status_code == 412


@pytest.mark.parametrize("what", ["stats", "results?by=attempt", "explain"])
def test_counts_that_are_still_so_are_not_sent_again_though_time_goes_on(
    admin: Api, campaign_id: int, contact_ids: list[int], what: str
) -> None:
    url = f"/v1/campaigns/{campaign_id}/{what}"
    first = admin.get(url)
    assert first.headers["ETag"].startswith('W/"')
    assert admin.get(url).json["as_of"] != first.json["as_of"]
    same = admin.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")


def test_counts_that_have_changed_are_sent(admin: Api, campaign_id: int, contact_ids: list[int]) -> None:
    url = f"/v1/campaigns/{campaign_id}/stats"
    tag = admin.get(url).headers["ETag"]
    admin.post(f"/v1/contacts/{contact_ids[0]}/cancel", {})
    changed = admin.get(url, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json["done"]["cancelled"]) == (200, 1)
