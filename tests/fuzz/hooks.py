"""What schemathesis can't know: bodies that are no JSON, log-ins of one's own, ids that can't be guessed.

Loaded by schemathesis itself (SCHEMATHESIS_HOOKS), with the world in DIALER_FUZZ. Each answer is written down, so that
it can be said which operations have succeeded.
"""

import json
import os
from typing import Any, Final

import schemathesis
from schemathesis import Case, HookContext, Response

from tests.fuzz.world import log_in, wav

_WORLD: Final = json.loads(os.environ["DIALER_FUZZ"])
_RECORD: Final = open(_WORLD["record"], "a", encoding="utf-8", buffering=1)  # noqa: SIM115 # for as long as it runs
_OFTEN: Final = 3
"""Every third request of an operation has what leads to a success; the others have what was made up."""

_CALLS: Final[dict[str, int]] = {}
_OWN: Final = frozenset({"auth_log_out", "auth_log_out_everywhere", "auth_change_password"})
_SOMEBODY: Final = frozenset({"users_edit", "users_set_password"})


@schemathesis.serializer("audio/wav")
def serialize_wav(_: Any, value: Any) -> Any:
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    name = _name(case)
    count = _CALLS[name] = _CALLS.get(name, -1) + 1
    if name in _OWN:
        # Of somebody else: it ends the log-in, or changes the password, with which it is sent.
        case.headers["Authorization"] = f"Bearer {_session(count)['access_token']}"
    if name in _SOMEBODY and str(case.path_parameters.get("user_id")) in _protected():
        case.path_parameters["user_id"] = _WORLD["spare"][0]
    if count % _OFTEN == 0:
        _lead(name, case, count)


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    _RECORD.write(f"{_name(case)} {response.status_code}\n")


def _lead(name: str, case: Case[Any], count: int) -> None:
    for parameter, value in _WORLD["values"].items():
        if parameter in case.path_parameters:
            case.path_parameters[parameter] = value
    if name == "auth_refresh" and isinstance(case.body, dict):
        case.body["refresh_token"] = _session(count)["refresh_token"]
    elif name == "sounds_upload" and case.media_type == "audio/wav":
        case.body = wav()


def _session(count: int) -> dict[str, Any]:
    spare = f"spare{1 + count % 2}"
    return log_in(_WORLD["url"], spare)


def _protected() -> set[str]:
    """Ids of those who send the requests."""
    return {str(user) for user in range(1, min(_WORLD["spare"]))} | {str(user) for user in _WORLD["spare"][1:]}


def _name(case: Case[Any]) -> str:
    found: str = case.operation.definition.raw["operationId"]
    return found
