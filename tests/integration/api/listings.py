"""Every list of the API, with what puts one more item into it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.integration.api.conftest import Api
from tests.unit.audio.test_conversion import tone


@dataclass(frozen=True)
class Listing:
    """A list: its path, what its items are ordered by, and what puts one more of them into it."""

    path: str
    key: str
    add: Callable[[int], object]


Lists = dict[str, Listing]
"""By operationId."""


def all_lists(admin: Api, trunk_id: int, campaign_id: int) -> Lists:
    """Every list; some are empty."""

    def post(path: str, body: Any = None, **given: Any) -> Any:
        answer = admin.post(path, body, **given)
        assert answer.status_code < 300, (path, answer.text)
        return answer.json

    node = {"ari_url": "http://127.0.0.1/ari", "ari_username": "dialer"}
    pbx = post("/v1/nodes", node | {"name": "other"})["id"]
    trunk = {"node_id": pbx, "endpoint": "PJSIP/{number}@c", "cps": 1, "channels": 1}
    owner = post("/v1/trunks", trunk | {"name": "owner"})["id"]
    hook = post("/v1/webhooks", {"url": "https://crm.example/hook", "events": ["call.ended"]})["id"]
    contacts = f"/v1/campaigns/{campaign_id}/contacts"
    csv = {"data": b"phone\n+4930901899\n", "content_type": "text/csv"}
    secret, user = "correct horse battery", {"role": "viewer"}

    def call(number: str) -> Any:
        return post("/v1/calls", {"phone_number": number, "context": "ivr", "trunk_id": trunk_id})

    return {
        "api_keys_listed": Listing(
            "/v1/api-keys", "id", lambda n: post("/v1/api-keys", {"name": f"k{n}", "scopes": ["calls:read"]})
        ),
        "call_lists_listed": Listing(
            f"/v1/campaigns/{campaign_id}/call-lists",
            "id",
            lambda n: post(f"/v1/campaigns/{campaign_id}/call-lists?name=l{n}", **csv),
        ),
        "caller_ids_listed": Listing(
            f"/v1/trunks/{owner}/caller-ids",
            "id",
            lambda n: post(f"/v1/trunks/{owner}/caller-ids", {"phone_number": f"+49309018{n}5"}),
        ),
        "calls_listed": Listing(
            "/v1/calls",
            "id",
            lambda n: call(f"+49309018{n}4"),
        ),
        "campaigns_listed": Listing(
            "/v1/campaigns",
            "id",
            lambda n: post(
                "/v1/campaigns", {"name": f"c{n}", "trunk_id": trunk_id, "answer_action": {"type": "hangup"}}
            ),
        ),
        "contacts_listed": Listing(
            contacts,
            "id",
            lambda n: post(contacts, {"contacts": [{"phone_number": f"+49309018{n}6", "external_id": f"e{n}"}]}),
        ),
        "control_allowed_numbers": Listing(
            "/v1/allow-list/numbers",
            "phone_number",
            lambda n: post("/v1/allow-list/numbers", {"phone_number": f"+49309018{n}3"}),
        ),
        "dnc_listed": Listing("/v1/dnc", "id", lambda n: post("/v1/dnc", {"phone_number": f"+49309018{n}3"})),
        "dnc_uploads_listed": Listing(
            "/v1/dnc/uploads", "id", lambda n: post(f"/v1/dnc/uploads?campaign_id={campaign_id}", **csv)
        ),
        "exports_listed": Listing(
            "/v1/exports", "id", lambda n: post("/v1/exports/contacts", {"campaign_id": campaign_id})
        ),
        "nodes_listed": Listing("/v1/nodes", "id", lambda n: post("/v1/nodes", node | {"name": f"n{n}"})),
        "numbers_history": Listing("/v1/numbers/+4930901847/history", "id", lambda _: call("+4930901847")),
        "requeues_listed": Listing(
            f"/v1/campaigns/{campaign_id}/requeues",
            "id",
            lambda n: post(f"/v1/campaigns/{campaign_id}/requeues", {"dispositions": ["busy"]}),
        ),
        "sounds_listed": Listing(
            "/v1/sounds", "id", lambda n: post(f"/v1/sounds?name=s{n}", data=tone(n + 1), content_type="audio/wav")
        ),
        "trunk_groups_listed": Listing(
            "/v1/trunk-groups",
            "id",
            lambda n: post("/v1/trunk-groups", {"name": f"g{n}", "trunks": [{"trunk_id": trunk_id}]}),
        ),
        "trunks_listed": Listing("/v1/trunks", "id", lambda n: post("/v1/trunks", trunk | {"name": f"t{n}"})),
        "users_listed": Listing(
            "/v1/users", "id", lambda n: post("/v1/users", user | {"username": f"user{n}", "password": secret})
        ),
        "webhooks_listed": Listing(
            "/v1/webhooks",
            "id",
            lambda n: post("/v1/webhooks", {"url": f"https://crm.example/{n}", "events": ["call.ended"]}),
        ),
        "webhooks_deliveries": Listing(
            f"/v1/webhooks/{hook}/deliveries", "id", lambda n: post(f"/v1/webhooks/{hook}/test")
        ),
    }
