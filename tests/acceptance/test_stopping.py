"""Stops in the middle of a campaign, of all, of a list, of one person: after the API's answer nothing is sent."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from dialer.local.sample import call_list, numbers
from dialer.simulator.ledger import REDIRECTED, Invite
from dialer_client.errors import Problem
from tests.acceptance.conftest import User
from tests.acceptance.waiting import until


@pytest.fixture
def fast(user: User) -> Iterator[int]:
    """A campaign at 200 calls per second, not started. It is over with the test: others look into the ledger, too."""
    campaign = user.campaign(user.trunk(cps=200))
    yield campaign
    with suppress(Problem):  # the test has done it
        user.api.post(f"/v1/campaigns/{campaign}/cancel")


@pytest.fixture
def campaign(user: User, fast: int) -> int:
    """A campaign in full swing."""
    user.api.upload(f"/v1/campaigns/{fast}/call-lists?name=long", call_list(3000))
    user.api.post(f"/v1/campaigns/{fast}/start")
    before = len(user.ledger.posts)
    until(lambda: len(user.ledger.posts), is_so=lambda posts: posts > before + 20)
    return fast


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


def _invites(user: User) -> list[Invite]:
    """Those that we have caused; a telephone that forwards its calls makes the PBX send further ones."""
    return [invite for invite in user.ledger.invites if not invite.channel.endswith(REDIRECTED)]


def _goes_on(user: User, others: Callable[[str], bool]) -> None:
    """Wait until so many others have been called that whoever was next before would have been, and retries are due."""
    before, since = len(_invites(user)), time.time()
    until(
        lambda: len([invite for invite in _invites(user)[before:] if others(invite.number)]),
        is_so=lambda called: called > 300 and time.time() > since + 2.5,
    )


def test_whoever_is_cancelled_is_not_called_after_the_answer(user: User, campaign: int) -> None:
    # Those whose turn is next, some of them queued already, and those who are to be tried again in a second.
    path = f"/v1/campaigns/{campaign}/contacts"
    until(lambda: user.api.get(f"{path}?state=waiting")["items"], is_so=lambda waiting: len(waiting) > 5)
    ready = user.api.get(f"{path}?state=ready&limit=200")["items"]
    chosen = [
        *user.api.get(f"{path}?state=waiting&limit=20")["items"],
        *user.api.get(f"{path}?state=in_call&limit=40")["items"],
        *ready[:100:5],
    ]
    answered_at: dict[str, float] = {}

    def cancel(contact: dict[str, Any]) -> None:
        user.api.post(f"/v1/contacts/{contact['id']}/cancel", {})
        answered_at.setdefault(contact["phone_number"], time.time())

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(cancel, chosen))
    _goes_on(user, lambda number: number not in answered_at)
    user.api.post(f"/v1/campaigns/{campaign}/cancel")

    late = [i for i in _invites(user) if i.at > answered_at.get(i.number, i.at)]
    assert late == []
    called = {invite.number for invite in _invites(user) if invite.at > min(answered_at.values())}
    assert called & {contact["phone_number"] for contact in ready[:100]}, "their neighbours were called"
    ended = until(
        lambda: [user.api.get(f"/v1/contacts/{contact['id']}") for contact in chosen],
        is_so=lambda contacts: {contact["state"] for contact in contacts} == {"done"},
    )
    assert len([contact for contact in ended if contact["final_reason"] == "cancelled"]) > 20


def test_nobody_on_a_list_that_is_withdrawn_is_called_after_the_answer(user: User, fast: int) -> None:
    people = list(numbers(4000))
    withdrawn = set(people[:2000])
    lists = [
        user.api.upload(f"/v1/campaigns/{fast}/call-lists", (f"{line}\n".encode() for line in ("phone", *part)))
        for part in (people[:2000], people[2000:])
    ]
    until(
        lambda: {user.api.get(f"/v1/call-lists/{made['id']}")["state"] for made in lists},
        is_so=lambda states: states == {"completed"},
    )
    before = len(user.ledger.invites)
    user.api.post(f"/v1/campaigns/{fast}/start")
    until(lambda: len(user.ledger.invites), is_so=lambda invites: invites > before + 100)

    user.api.post(f"/v1/call-lists/{lists[0]['id']}/withdraw")
    answered_at = time.time()
    _goes_on(user, lambda number: number not in withdrawn)
    user.api.post(f"/v1/campaigns/{fast}/cancel")

    assert [i for i in _invites(user) if i.at > answered_at and i.number in withdrawn] == []
    found = until(
        lambda: user.api.get(f"/v1/call-lists/{lists[0]['id']}"), is_so=lambda one: one["removal_finished_at"]
    )
    assert found["removed"] > 1000
