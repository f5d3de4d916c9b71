"""What happens when a call is answered."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

_NAME = r"^[A-Za-z0-9_-]{1,80}$"


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Play(_Action):
    """Play a sound to its end, then hang up."""

    type: Literal["play"] = "play"
    sound: str = Field(
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_/-]{0,199}$", description="A sound's name, as Asterisk knows it."
    )


class Continue(_Action):
    """Go on in the dialplan, with the contact's data as channel variables: an IVR."""

    type: Literal["continue"] = "continue"
    context: str = Field(pattern=_NAME)
    extension: str = Field("s", pattern=r"^[A-Za-z0-9_*#+-]{1,80}$")
    priority: int = Field(1, ge=1, le=9999)


class HangUp(_Action):
    """Hang up at once."""

    type: Literal["hangup"] = "hangup"


AnswerAction = Annotated[Play | Continue | HangUp, Field(discriminator="type")]

ANSWER_ACTION: TypeAdapter[AnswerAction] = TypeAdapter(AnswerAction)
"""Reads and writes an action as JSON."""
