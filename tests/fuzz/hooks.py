"""What schemathesis can't know: bodies that are no JSON, log-ins of one's own, ids that can't be guessed.

Loaded by schemathesis itself (SCHEMATHESIS_HOOKS), with the world in DIALER_FUZZ. Each answer is written down, so that
it can be said which operations have succeeded, and which links led to a success.
"""

import json
import os
from typing import Any, Final

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.cli import handler
from schemathesis.cli.commands.run.handlers.base import EventHandler
from schemathesis.core.failures import Failure
from schemathesis.engine.events import EngineEvent, ScenarioFinished
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import EnsureResourceAvailability, UseAfterFree

from api.files import XLSX
from tests.fuzz.answers import Answer
from tests.fuzz.leading import Things, lead

_WORLD: Final = json.loads(os.environ["DIALER_FUZZ"])
_RECORD: Final = open(_WORLD["record"], "a", encoding="utf-8", buffering=1)  # noqa: SIM115 # for as long as it runs
_THINGS: Final = Things(_WORLD)
_OFTEN: Final = 3
_SELDOM: Final = 30
"""Of the first requests of an operation every third has what leads to a success, later every thirtieth; the others have
what was made up. To prepare one takes several requests."""
_LINKED: Final = 2
"""Along the links every second: a link starts at a success only."""

_CALLS: Final[dict[str, int]] = {}
_OWN: Final = frozenset({"auth_log_out", "auth_log_out_everywhere", "auth_change_password"})
_ON_RECORD: Final = frozenset({"api_keys_get", "calls_get"})
"""A key that was revoked, and a call that was hung up, can still be read: DELETE ends them, and says when and why."""
_MOVED: Final[set[str]] = set()
"""Requests that were led to something else than what a link or chance had told: they say nothing about that."""
_SOMEBODY: Final = frozenset({"users_edit", "users_set_password"})


@schemathesis.serializer("audio/wav", XLSX)
def serialize_bytes(_: Any, value: Any) -> Any:
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    name, path = _name(case), dict(case.path_parameters)
    turn = _CALLS[name] = _CALLS.get(name, -1) + 1
    if name in _OWN:
        # Of somebody else: it ends the log-in, or changes the password, with which it is sent.
        case.headers["Authorization"] = f"Bearer {_THINGS.tokens()['access_token']}"
    elif name in _SOMEBODY:
        case.headers["Authorization"] = f"Bearer {_WORLD['token']}"
        if str(case.path_parameters.get("user_id")) in _WORLD["users"]:
            case.path_parameters["user_id"] = _THINGS.user()["id"]
    linked = case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL
    if turn % (_LINKED if linked else _OFTEN if turn < _SELDOM else _SELDOM) == 0:
        # What a link has told stays: the request is about what another one has made.
        told = dict(case._override.path_parameters) if linked else {}
        lead(case, name, _THINGS, _WORLD["values"])
        case.path_parameters.update(told)
    for parameter, kept in _WORLD["kept"].items():
        if case.method == "DELETE" and str(case.path_parameters.get(parameter)) == str(kept):
            case.path_parameters[parameter] = kept + 1  # what can be fetched is to stay
    if case.path_parameters != path:
        _MOVED.add(case.id)


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    if isinstance(failure, EnsureResourceAvailability):
        return case.id not in _MOVED
    return not (isinstance(failure, UseAfterFree) and _name(case) in _ON_RECORD)


@handler()
class Record(EventHandler[Any]):
    """Writes down each answer when its scenario is over."""

    def handle_event(self, ctx: Any, event: EngineEvent) -> None:
        if not isinstance(event, ScenarioFinished):
            return
        for case_id, interaction in event.recorder.interactions.items():
            if interaction.response is not None:
                node = event.recorder.cases[case_id]
                parent = event.recorder.find_parent(case_id=case_id) if node.is_transition_applied else None
                source = None if parent is None else _name(parent)
                status = interaction.response.status_code
                _RECORD.write(Answer(_name(node.value), status, event.phase.value, source).line)


def _name(case: Case[Any]) -> str:
    found: str = case.operation.definition.raw["operationId"]
    return found
