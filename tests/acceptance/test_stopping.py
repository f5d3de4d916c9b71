"""Pause, emergency stop and do-not-call in the middle of a campaign: after the API's answer nothing is sent."""

import time
from collections.abc import Callable

import pytest

from dialer.local.sample import call_list
from tests.acceptance.conftest import User
from tests.acceptance.waiting import until


@pytest.fixture
def campaign(user: User) -> int:
    """A campaign in full swing."""
    campaign = user.campaign(user.trunk(cps=200))
    user.api.upload(f"/v1/campaigns/{campaign}/call-lists?name=long", call_list(3000))
    user.api.post(f"/v1/campaigns/{campaign}/start")
    before = len(user.ledger.posts)
    until(lambda: len(user.ledger.posts), is_so=lambda posts: posts > before + 20)
    return campaign


def _pause(user: User, campaign: int) -> None:
    user.api.post(f"/v1/campaigns/{campaign}/pause")


def _cancel(user: User, campaign: int) -> None:
    user.api.post(f"/v1/campaigns/{campaign}/cancel")


def _stop(user: User, campaign: int) -> None:
    user.api.put("/v1/emergency-stop", {"reason": "a test"})


@pytest.mark.parametrize("decide", [_pause, _cancel, _stop])
def test_nothing_is_posted_after_the_answer(user: User, campaign: int, decide: Callable[[User, int], None]) -> None:
    decide(user, campaign)
    answered_at = time.time()

    # Whatever was under way has had every chance: beat ticks each second, a claim may be sent within 0.8 s.
    until(lambda: time.time(), is_so=lambda now: now > answered_at + 2.5)
    late = [post for post in user.ledger.posts if post.at > answered_at]
    user.api.delete("/v1/emergency-stop")
    user.api.post(f"/v1/campaigns/{campaign}/cancel")

    assert late == []


def test_a_forbidden_number_is_not_called_after_the_answer(user: User, campaign: int) -> None:
    called = {post.number for post in user.ledger.posts}
    contacts = user.api.get(f"/v1/campaigns/{campaign}/contacts?state=ready&limit=500")["items"]
    numbers = [contact["phone_number"] for contact in contacts if contact["phone_number"] not in called][:5]
    user.api.post("/v1/dnc", {"phone_number": numbers[0], "reason": "asked for it"})
    for number in numbers[1:]:
        user.api.post("/v1/dnc", {"phone_number": number, "campaign_id": campaign, "reason": "asked for it"})
    answered_at = time.time()

    until(lambda: time.time(), is_so=lambda now: now > answered_at + 2.5)
    late = [post.number for post in user.ledger.posts if post.at > answered_at and post.number in numbers]
    user.api.post(f"/v1/campaigns/{campaign}/cancel")

    assert len(numbers) == 5
    assert late == []
    states = {
        user.api.get(f"/v1/contacts/{contact['id']}")["final_reason"]
        for contact in contacts
        if contact["phone_number"] in numbers
    }
    assert states == {"dnc"}


def test_an_emergency_stop_survives_and_is_lifted_on_purpose_only(user: User) -> None:
    user.api.put("/v1/emergency-stop", {"reason": "a test"})
    campaign = user.campaign(user.trunk())
    user.api.post(f"/v1/campaigns/{campaign}/contacts", {"contacts": [{"phone_number": "+17025550100"}]})
    user.api.post(f"/v1/campaigns/{campaign}/start")
    started_at = time.time()
    until(lambda: time.time(), is_so=lambda now: now > started_at + 2.0)
    assert [post for post in user.ledger.posts if post.number == "+17025550100"] == []

    user.api.delete("/v1/emergency-stop")

    until(lambda: user.api.get(f"/v1/campaigns/{campaign}")["state"], is_so=lambda state: state == "completed")
    assert len([post for post in user.ledger.posts if post.number == "+17025550100"]) == 1
