"""What makes a request of an operation succeed, whatever the requests before it have done: things of its own.

Made-up requests end campaigns, forbid numbers and stop all calls. So what a request needs is made for it, by an
administrator whom no other request touches.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

import requests
from schemathesis import Case

from api.files import XLSX
from tests.fuzz.world import PASSWORD, SECONDS, log_in, wav
from tests.support.books import book

Request = Case[Any]

_CSV: Final = b"phone,name\n+4930901820,Ada\n"
_NOWHERE: Final = "http://127.0.0.1:1/"
_HANG_UP: Final = {"type": "hangup"}


class Things:
    """New ones of everything.

    Args:
        world: what the world has told of itself, with a token that may do everything.
    """

    def __init__(self, world: Mapping[str, Any]) -> None:
        self._url, self._world = world["url"], world
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {world['root']}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{self._url}/v1/{path}", json=body, timeout=SECONDS)
        answer.raise_for_status()
        return answer.json()

    def number(self) -> str:
        """One that nobody has called, or forbidden, also in the runs before."""
        return f"+4930{10**7 + uuid4().int % 10**7}"

    def campaign(self, *commands: str) -> int:
        """A campaign, after these commands; it calls nobody."""
        made = int(self.ask("POST", "campaigns", self.campaign_body())["id"])
        for command in commands:
            self.ask("POST", f"campaigns/{made}/{command}")
        return made

    def campaign_body(self) -> dict[str, Any]:
        return {"name": _name(), "trunk_id": self._trunk, "answer_action": _HANG_UP}

    @cached_property
    def _trunk(self) -> int:
        return int(self.ask("POST", "trunks", self.trunk_body())["id"])

    def trunk_body(self) -> dict[str, Any]:
        values = {"node_id": self._world["node_id"], "endpoint": "PJSIP/{number}@carrier", "caller_id": "+4930901800"}
        return {"name": _name(), "cps": 1, "channels": 1, **values}

    def trunk(self) -> int:
        """The one that all things of its own use."""
        return self._trunk

    def group(self) -> int:
        return int(self.ask("POST", "trunk-groups", self.group_body())["id"])

    def group_body(self) -> dict[str, Any]:
        return {"name": _name(), "trunks": [{"trunk_id": self._trunk}]}

    def contact(self) -> int:
        body = {"contacts": [{"phone_number": self.number()}]}
        added = self.ask("POST", f"campaigns/{self.campaign()}/contacts", body)
        return int(added["results"][0]["contact_id"])

    def allowed(self) -> str:
        """A number on the allow-list."""
        number = self.number()
        self.ask("POST", "allow-list/numbers", {"phone_number": number})
        return number

    def export(self) -> int:
        return int(self.ask("POST", "exports/contacts", {"campaign_id": self.campaign()})["id"])

    def call(self) -> str:
        self.let_dial()
        return str(self.ask("POST", "calls", self.call_body())["id"])

    def call_body(self) -> dict[str, Any]:
        return {"phone_number": self.number(), "trunk_id": self._trunk, "answer_action": _HANG_UP}

    def callback(self) -> int:
        """A contact that has asked to be called."""
        contact = self.contact()
        self.ask("POST", f"contacts/{contact}/callback", self.callback_body())
        return contact

    def callback_body(self) -> dict[str, Any]:
        return {"at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}

    def user(self) -> dict[str, Any]:
        """A user; the password is PASSWORD."""
        made: dict[str, Any] = self.ask("POST", "users", self.user_body())
        return made

    def user_body(self) -> dict[str, Any]:
        return {"username": f"u{uuid4().hex[:12]}", "password": PASSWORD, "role": "viewer"}

    def tokens(self) -> dict[str, Any]:
        """Those of a new user."""
        return log_in(self._url, self.user()["username"])

    def let_dial(self) -> None:
        """Whoever has stopped all calls, or all but some."""
        self.ask("DELETE", "emergency-stop")
        self.ask("PUT", "allow-list", {"only": False})


def lead(case: Request, name: str, things: Things, values: Mapping[str, Any]) -> None:
    """Make a request one that succeeds, as far as that needs more than its description tells.

    Args:
        values: path parameters of what is always there.
    """
    if case.method.upper() != case.operation.method.upper():
        return  # that it isn't allowed is what is tried
    case.headers.pop("Idempotency-Key", None)  # another body was sent with it before
    for parameter, value in values.items():
        if parameter in case.path_parameters:
            case.path_parameters[parameter] = value
    if name in _LEADS:
        _LEADS[name](case, things)


def _path(parameter: str, made: Callable[[Things], Any], body: Callable[[Things], Any] | None = None) -> "_Lead":
    """A path that leads to a new thing, and what is told about it."""

    def change(case: Request, things: Things) -> None:
        case.path_parameters[parameter] = made(things)
        case.query = {}
        if body is not None:
            _tell(case, body(things))

    return change


def _body(made: Callable[[Things], Any]) -> "_Lead":
    def change(case: Request, things: Things) -> None:
        _tell(case, made(things))

    return change


def _tell(case: Request, body: Any) -> None:
    case.body, case.media_type = body, "application/json"
    case.headers["If-Match"] = "*"


def _table(case: Request, things: Things) -> None:
    """A file of people."""
    if "campaign_id" in case.path_parameters:
        case.path_parameters["campaign_id"] = things.campaign()
    case.query = {}
    if case.media_type != XLSX:
        case.body, case.media_type = _CSV, "text/csv"
    else:
        case.body = book({"People": [["phone", "name"], ["+4930901820", "Ada"]]})


def _recording(case: Request, _: Things) -> None:
    case.query = {"name": _name()}
    case.body, case.media_type = wav(), "audio/wav"


def _calling(case: Request, things: Things) -> None:
    things.let_dial()
    _tell(case, things.call_body())


def _trying(case: Request, things: Things) -> None:
    things.let_dial()
    _path("campaign_id", Things.campaign, lambda t: {"phone_number": t.number()})(case, things)


def _name() -> str:
    return f"fuzz-{uuid4().hex}"


_Lead = Callable[[Request, Things], None]
_DRAFT: Final = Things.campaign
_LEADS: Final[Mapping[str, _Lead]] = MappingProxyType(
    {
        "api_keys_create": _body(lambda _: {"name": _name(), "scopes": ["calls:read"]}),
        "auth_change_password": _body(lambda _: {"current_password": PASSWORD, "new_password": "staple battery horse"}),
        "auth_refresh": _body(lambda t: {"refresh_token": t.tokens()["refresh_token"]}),
        "call_lists_dry_run": _table,
        "call_lists_upload": _table,
        "caller_ids_add": _path("trunk_id", Things.trunk, lambda t: {"phone_number": t.number()}),
        "caller_ids_edit": _body(lambda _: {"enabled": True}),
        "calls_create": _calling,
        "calls_hang_up": _path("call_id", Things.call),
        "campaigns_cancel": _path("campaign_id", _DRAFT),
        "campaigns_clone": _path("campaign_id", _DRAFT, lambda _: {"name": _name()}),
        "campaigns_create": _body(Things.campaign_body),
        "campaigns_edit": _path("campaign_id", _DRAFT, lambda _: {"max_attempts": 2}),
        "campaigns_forecast": _path("campaign_id", _DRAFT, lambda _: {}),
        "campaigns_pause": _path("campaign_id", lambda t: t.campaign("start")),
        "campaigns_resume": _path("campaign_id", lambda t: t.campaign("start", "pause")),
        "campaigns_start": _path("campaign_id", _DRAFT),
        "contacts_add": _path("campaign_id", _DRAFT, lambda t: {"contacts": [{"phone_number": t.number()}]}),
        "contacts_ask_callback": _path("contact_id", Things.contact, Things.callback_body),
        "contacts_cancel_callback": _path("contact_id", Things.callback),
        "contacts_put": _path("campaign_id", _DRAFT, lambda t: {"phone_number": t.number()}),
        "control_disallow_number": _path("phone_number", Things.allowed),
        "dnc_add": _body(lambda t: {"phone_number": t.number()}),
        "dnc_uploads_create": _table,
        "exports_begin_calls": _body(lambda t: {"campaign_id": t.campaign()}),
        "exports_begin_contacts": _body(lambda t: {"campaign_id": t.campaign()}),
        "exports_remove": _path("export_id", Things.export),
        "nodes_create": _body(lambda _: {"name": _name(), "ari_url": _NOWHERE, "ari_username": "dialer"}),
        "nodes_edit": _body(lambda _: {"name": _name()}),
        "requeues_create": _path("campaign_id", _DRAFT, lambda _: {"dispositions": ["busy"]}),
        "sounds_upload": _recording,
        "trial_calls_create": _trying,
        "trunk_groups_create": _body(Things.group_body),
        "trunk_groups_edit": _path("trunk_group_id", Things.group, lambda _: {"name": _name()}),
        "trunk_groups_get": _path("trunk_group_id", Things.group),
        "trunk_groups_remove": _path("trunk_group_id", Things.group),
        "trunk_groups_state": _path("trunk_group_id", Things.group),
        "trunks_create": _body(Things.trunk_body),
        "trunks_edit": _body(lambda _: {"name": _name()}),
        "users_create": _body(Things.user_body),
        "webhooks_create": _body(lambda _: {"url": _NOWHERE, "events": ["call.ended"]}),
    }
)
