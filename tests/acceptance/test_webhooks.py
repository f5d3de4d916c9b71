"""Webhooks whose receivers fail, hang, redirect or answer late, while a campaign runs."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest

from dialer.local.sample import numbers
from dialer_client.api.campaigns import campaigns_get, campaigns_start, campaigns_stats
from dialer_client.api.webhooks import webhooks_create, webhooks_deliveries, webhooks_remove
from dialer_client.models.campaign_state import CampaignState
from dialer_client.models.event import Event
from dialer_client.models.webhook_in import WebhookIn
from tests.acceptance.conftest import User
from tests.acceptance.waiting import until
from tests.support.receiver import Receiver, receiving

CONTACTS = 60
SECONDS = 240.0
EVENTS = [Event.CALL_ENDED, Event.CONTACT_FINISHED]
BAD = ("failing", "hanging", "redirecting", "late")

# A delivery that has failed is tried again after 10 and after 20 seconds, on a machine that may be busy.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def receivers() -> Iterator[dict[str, Receiver]]:
    with ExitStack() as stack:
        made = {name: stack.enter_context(receiving()) for name in ("inside", *BAD, "good")}
        made["failing"].status = 503
        made["hanging"].hold, made["hanging"].hold_seconds = threading.Event(), 60.0
        made["redirecting"].status, made["redirecting"].location = 307, made["inside"].url
        # Longer than a delivery may take: it has arrived, and is not known to have.
        made["late"].hold, made["late"].hold_seconds = threading.Event(), 6.0
        yield made


def test_nothing_is_lost_and_nobody_is_kept_waiting(user: User, receivers: dict[str, Receiver]) -> None:
    campaign = user.campaign(user.trunk(), max_attempts=1)
    # The good one comes last, so that it would be kept waiting by those before it.
    hooks = {
        name: webhooks_create.sync(
            client=user.client, body=WebhookIn(url=receivers[name].url, events=EVENTS, campaign_id=campaign)
        ).id
        for name in (*BAD, "good")
    }
    people = [number for number in numbers(100 * CONTACTS) if number.endswith("00")]  # who answer
    user.api.upload(f"/v1/campaigns/{campaign}/call-lists", (f"{line}\n".encode() for line in ("phone", *people)))
    campaigns_start.sync(campaign, client=user.client)

    # Calls go on, and who answers is told, while the others do what they do.
    until(
        lambda: campaigns_get.sync(campaign, client=user.client).state,
        is_so=lambda state: state == CampaignState.COMPLETED,
        seconds=SECONDS,
    )
    ended = campaigns_stats.sync(campaign, client=user.client).calls_ended
    told = until(lambda: receivers["good"].event_ids, is_so=lambda ids: len(ids) == ended + CONTACTS, seconds=SECONDS)
    assert ended >= CONTACTS
    hold = receivers["hanging"].hold
    assert hold is not None
    assert not hold.is_set()
    for name in BAD:
        until(partial(_has_failed, user, hooks[name]), is_so=bool, seconds=SECONDS)
        assert "pending" in _states(user, hooks[name]), name

    # All of them come round: each is told everything, under the same ids.
    receivers["failing"].status = receivers["redirecting"].status = 200
    receivers["redirecting"].location = None
    for name in ("hanging", "late"):
        mended = receivers[name]
        assert mended.hold is not None
        mended.hold.set()
    for name, hook in hooks.items():
        until(
            partial(_states, user, hook),
            is_so=lambda states: states == {"delivered"},
            seconds=SECONDS,
        )
        assert receivers[name].event_ids == told, name
    assert receivers["inside"].requests == []
    tries = {name: len(receivers[name].requests) for name in hooks}
    assert tries["good"] == len(told)
    assert all(tries[name] > len(told) for name in BAD)
    for hook in hooks.values():
        webhooks_remove.sync(hook, client=user.client)


def _has_failed(user: User, hook: int) -> bool:
    """Whether a delivery of a webhook was tried in vain."""
    tried = webhooks_deliveries.sync(hook, client=user.client, limit=500).items
    return any(one.state == "pending" and (one.error or one.status) for one in tried)


def _states(user: User, hook: int) -> set[str]:
    """How the deliveries of a webhook are."""
    return {one.state for one in webhooks_deliveries.sync(hook, client=user.client, limit=500).items}
