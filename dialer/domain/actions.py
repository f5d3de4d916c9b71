"""What happens when a call is answered."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

_NAME = r"^[A-Za-z0-9_-]{1,80}$"

MENU_CONTEXT: Final = "dialer-menu"
AMD_CONTEXT: Final = "dialer-amd"
MESSAGE_CONTEXT: Final = "dialer-message"
TRANSFER_CONTEXT: Final = "dialer-transfer"
"""Of deploy/asterisk/extensions.conf, which the PBX must have for these actions."""
QUEUE_PREFIX: Final = "queue-"

MAX_CALLBACK_MINUTES: Final = 60 * 24 * 30
NO_DIGIT: Final = "none"
"""What a call's `digit` is when the menu got none."""

MACHINE: Final = "MACHINE"
"""What AMD() calls an answering machine."""

UPLOAD_PREFIX: Final = "upload:"

Sound = Annotated[
    str,
    Field(
        pattern=r"^(upload:[1-9][0-9]{0,17}|[A-Za-z0-9_][A-Za-z0-9_/-]{0,199})$",
        description="A sound's name, as Asterisk knows it; or `upload:` and the id of one that was uploaded.",
    ),
]
Digit = Annotated[str, Field(pattern=r"^[0-9*#]$")]


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Play(_Action):
    """Play a sound to its end, then hang up."""

    type: Literal["play"] = "play"
    sound: Sound


class Continue(_Action):
    """Go on in the dialplan, with the contact's data as channel variables: an IVR."""

    type: Literal["continue"] = "continue"
    context: str = Field(pattern=_NAME)
    extension: str = Field("s", pattern=r"^[A-Za-z0-9_*#+-]{1,80}$")
    priority: int = Field(1, ge=1, le=9999)


class HangUp(_Action):
    """Hang up at once."""

    type: Literal["hangup"] = "hangup"


class Transfer(_Action):
    """Put the callee through to an agent's endpoint, or into a queue: one of the two."""

    type: Literal["transfer"] = "transfer"
    extension: str | None = Field(None, pattern=_NAME, description="An endpoint of the PBX, dialed as PJSIP/….")
    queue: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,74}$", description="A queue of queues.conf.")

    @model_validator(mode="after")
    def _one_of_two(self) -> "Transfer":
        if (self.extension is None) == (self.queue is None):
            raise ValueError("give either extension or queue")
        if self.extension is not None and self.extension.startswith(QUEUE_PREFIX):
            raise ValueError(f"an extension can't begin with {QUEUE_PREFIX}")
        return self


class OptOut(_Action):
    """Put the number on the do-not-call list at once, then say so, if there is a sound, and hang up."""

    type: Literal["opt_out"] = "opt_out"
    scope: Literal["everywhere", "campaign"] = Field("everywhere", description="Whose calls are not wanted any more.")
    sound: Sound | None = None


class CallBack(_Action):
    """Call again later, also if all attempts are used up; then say so, if there is a sound, and hang up."""

    type: Literal["call_back"] = "call_back"
    after_minutes: int = Field(60, ge=1, le=MAX_CALLBACK_MINUTES)
    sound: Sound | None = None


class LeaveMessage(_Action):
    """Wait until it is quiet, which is after a machine's beep, play a sound, and hang up."""

    type: Literal["leave_message"] = "leave_message"
    sound: Sound


_Simple = Play | Continue | HangUp | Transfer | OptOut | CallBack
MenuAction = Annotated[_Simple, Field(discriminator="type")]


class Menu(_Action):
    """Ask for a digit, and do what belongs to it. The digit is kept on the call."""

    type: Literal["menu"] = "menu"
    prompt: Sound
    digits: Mapping[Digit, MenuAction] = Field(min_length=1, description="An action for each digit.")
    otherwise: MenuAction = Field(default_factory=HangUp, description="For any other digit, and for none.")
    tries: int = Field(2, ge=1, le=5, description="How often the prompt is played.")
    timeout_seconds: int = Field(5, ge=1, le=30, description="How long to wait for a digit after the prompt.")


MachineAction = Annotated[_Simple | LeaveMessage, Field(discriminator="type")]
PersonAction = Annotated[_Simple | Menu, Field(discriminator="type")]


class Amd(_Action):
    """Find out whether a person or a machine has answered. In doubt it is a person."""

    type: Literal["amd"] = "amd"
    human: PersonAction
    machine: MachineAction = Field(default_factory=HangUp)
    not_sure: PersonAction | None = Field(None, description="Empty: as for a person.")


AnswerAction = Annotated[_Simple | LeaveMessage | Menu | Amd, Field(discriminator="type")]

ANSWER_ACTION: TypeAdapter[AnswerAction] = TypeAdapter(AnswerAction)
"""Reads and writes an action as JSON."""


_CALLBACK_RESULT: Final = re.compile(r"callback_([1-9][0-9]{0,4})", re.ASCII)


def callback_minutes(result: str | None) -> int | None:
    """In how many minutes the callee wants to be called, by what the dialplan has reported; None if it doesn't say."""
    found = _CALLBACK_RESULT.fullmatch(result or "")
    minutes = int(found[1]) if found else 0
    return minutes if 0 < minutes <= MAX_CALLBACK_MINUTES else None


def after_amd(action: AnswerAction, status: str) -> AnswerAction:
    """What comes after AMD() has said `status`. One that the action knows nothing of is taken for a person."""
    if not isinstance(action, Amd):
        return HangUp()
    if status == MACHINE:
        return action.machine
    return action.not_sure or action.human if status == "NOTSURE" else action.human


def after_menu(action: AnswerAction, amd_status: str | None, digit: str) -> AnswerAction:
    """What comes after the menu of `action` has got `digit`, or NO_DIGIT."""
    menu = after_amd(action, amd_status) if isinstance(action, Amd) and amd_status is not None else action
    return menu.digits.get(digit, menu.otherwise) if isinstance(menu, Menu) else HangUp()


def reaches_people(action: AnswerAction) -> bool:
    """Whether some way through the action puts the callee through to a person."""
    match action:
        case Transfer():
            return True
        case Menu():
            return any(reaches_people(a) for a in (*action.digits.values(), action.otherwise))
        case Amd():
            return any(reaches_people(a) for a in (action.human, action.machine, action.not_sure) if a is not None)
        case _:
            return False


def upload_id(sound: str) -> int | None:
    """Which uploaded sound that is; None for one that the PBX has by itself."""
    return int(sound.removeprefix(UPLOAD_PREFIX)) if sound.startswith(UPLOAD_PREFIX) else None


def sounds_of(action: AnswerAction) -> frozenset[str]:
    """All sounds that are played on some way through the action."""
    match action:
        case Play(sound=str(sound)) | LeaveMessage(sound=sound) | OptOut(sound=str(sound)) | CallBack(sound=str(sound)):
            return frozenset({sound})
        case Menu():
            return frozenset({action.prompt}).union(*map(sounds_of, (*action.digits.values(), action.otherwise)))
        case Amd():
            parts = (action.human, action.machine, action.not_sure)
            return frozenset().union(*(sounds_of(part) for part in parts if part is not None))
        case _:
            return frozenset()


def place_of(action: AnswerAction) -> Continue | None:
    """Where in the dialplan an action is carried out; None for one that needs no dialplan."""
    match action:
        case Continue():
            return action
        case Menu():
            return Continue(context=MENU_CONTEXT)
        case Amd():
            return Continue(context=AMD_CONTEXT)
        case LeaveMessage():
            return Continue(context=MESSAGE_CONTEXT)
        case Transfer(extension=str(extension)):
            return Continue(context=TRANSFER_CONTEXT, extension=extension)
        case Transfer(queue=str(queue)):
            return Continue(context=TRANSFER_CONTEXT, extension=f"{QUEUE_PREFIX}{queue}")
        case _:
            return None


def variables_of(action: AnswerAction, media: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Channel variables that the dialplan reads for an action.

    Args:
        media: what Asterisk knows sounds as, where that is not their name.
    """
    match action:
        case Menu():
            return {
                "PROMPT": media.get(action.prompt, action.prompt),
                "MENU_TRIES": str(action.tries),
                "MENU_TIMEOUT": str(action.timeout_seconds),
            }
        case LeaveMessage():
            return {"MESSAGE": media.get(action.sound, action.sound)}
        case _:
            return {}
