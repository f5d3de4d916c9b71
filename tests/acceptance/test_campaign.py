"""A campaign from an uploaded list to its outcomes, with every fate a call can have."""

from typing import Any

from dialer.local.audit import audit
from dialer.simulator.fates import FATES
from tests.acceptance.conftest import User
from tests.acceptance.waiting import until

_HEADER = b"phone,name,language\n"


def test_every_outcome_is_as_the_far_end_has_it(user: User) -> None:
    campaign = user.campaign(user.trunk())
    numbers = [f"+1415555{100 + int(fate.suffix):04d}" for fate in FATES]
    rows = [f"{number},Contact {i},en\n".encode() for i, number in enumerate(numbers)]
    job = user.api.upload(f"/v1/campaigns/{campaign}/call-lists?name=fates", [_HEADER, *rows])
    user.api.post(f"/v1/campaigns/{campaign}/start")

    until(lambda: user.api.get(f"/v1/campaigns/{campaign}")["state"], is_so=lambda state: state == "completed")

    assert user.api.get(f"/v1/call-lists/{job['id']}")["imported"] == len(FATES)
    channels = {call["id"] for call in _all(user, f"/v1/calls?campaign_id={campaign}")}
    found = audit(user.dialer.engine, campaign, user.ledger.of(channels))
    assert found.agrees
    assert found.completed == found.contacts == len(FATES)
    assert found.indeterminate == 0
    assert {"answered", "busy", "no_answer", "rejected", "unallocated", "congestion", "trunk_fault", "failed"} <= set(
        found.dispositions
    )


def test_a_list_is_appended_to_a_campaign_that_runs(user: User) -> None:
    campaign = user.campaign(user.trunk(cps=2))
    path, answered = f"/v1/campaigns/{campaign}/call-lists", [f"+1415555{n}00" for n in range(10, 26)]
    rows = [f"{number},Contact,en\n".encode() for number in answered]
    user.api.upload(f"{path}?name=first", [_HEADER, *rows[:10]])
    user.api.post(f"/v1/campaigns/{campaign}/start")
    calls = f"/v1/calls?campaign_id={campaign}&disposition=answered"
    until(lambda: user.api.get(calls)["items"], is_so=bool)

    appended = user.api.upload(f"{path}?name=second", [_HEADER, *rows[9:]])
    assert user.api.get(f"/v1/campaigns/{campaign}")["state"] == "running"

    until(lambda: user.api.get(f"/v1/campaigns/{campaign}")["state"], is_so=lambda state: state == "completed")
    job = user.api.get(f"/v1/call-lists/{appended['id']}")
    assert (job["imported"], job["duplicates"]) == (6, 1)
    made = _all(user, f"/v1/calls?campaign_id={campaign}")
    assert sorted(call["phone_number"] for call in made) == answered
    assert audit(user.dialer.engine, campaign, user.ledger.of({call["id"] for call in made})).agrees


def test_contacts_that_were_not_reached_are_tried_again_but_not_more_often_than_allowed(user: User) -> None:
    campaign = user.campaign(user.trunk(), max_attempts=2)
    numbers = {"busy": "+13055550110", "busy then answered": "+13055550113", "answered": "+13055550100"}
    contacts = {"contacts": [{"phone_number": number} for number in numbers.values()]}
    user.api.post(f"/v1/campaigns/{campaign}/contacts", contacts)
    user.api.post(f"/v1/campaigns/{campaign}/start")

    until(lambda: user.api.get(f"/v1/campaigns/{campaign}")["state"], is_so=lambda state: state == "completed")

    calls = _all(user, f"/v1/calls?campaign_id={campaign}")
    outcomes = {
        name: [c["disposition"] for c in sorted(calls, key=lambda c: c["created_at"]) if c["phone_number"] == number]
        for name, number in numbers.items()
    }
    assert outcomes == {"busy": ["busy", "busy"], "busy then answered": ["busy", "answered"], "answered": ["answered"]}


def test_a_single_call_is_followed_to_its_end(user: User) -> None:
    body = {"phone_number": "+12125550110", "trunk_id": user.trunk(), "answer_action": {"type": "hangup"}}
    call = user.api.post("/v1/calls", body)

    ended = until(lambda: user.api.get(f"/v1/calls/{call['id']}"), is_so=lambda c: c["state"] == "ended")

    assert ended["disposition"] == "busy"
    assert ended["cause"] == 17
    assert ended["attempt_number"] == ended["max_attempts"] == 1


def test_a_call_is_hung_up_when_asked(user: User) -> None:
    body = {
        "phone_number": "+12125550103",  # answers and stays
        "trunk_id": user.trunk(),
        "answer_action": {"type": "continue", "context": "ivr"},
    }
    call = user.api.post("/v1/calls", body)
    until(lambda: user.api.get(f"/v1/calls/{call['id']}"), is_so=lambda c: c["state"] in ("up", "ended"))
    user.api.delete(f"/v1/calls/{call['id']}")

    ended = until(lambda: user.api.get(f"/v1/calls/{call['id']}"), is_so=lambda c: c["state"] == "ended")
    assert ended["disposition"] == "answered"
    assert ended["context"] == "ivr"


def _all(user: User, path: str) -> list[dict[str, Any]]:
    page = user.api.get(f"{path}&limit=500")
    items = list(page["items"])
    while page["next_cursor"]:
        page = user.api.get(f"{path}&limit=500&cursor={page['next_cursor']}")
        items += page["items"]
    return items
