"""Uploaded sounds."""

from typing import Annotated, Literal

from pydantic import Field, computed_field

from api.schemas.common import BigId, Moment, Name, PageQuery, Schema
from dialer.db.sounds import SoundCheckRecord, SoundRecord
from dialer.domain.actions import UPLOAD_PREFIX
from dialer.domain.sounds import SoundState


class SoundPath(Schema):
    sound_id: BigId


class MediaPath(Schema):
    token: Annotated[str, Field(min_length=1, max_length=64, description="What stands for the sound in its address.")]


class SoundUploadQuery(Schema):
    name: Name = Field(description="What people call it; of no other sound.")


class SoundOut(Schema):
    """A sound that was uploaded. It never changes."""

    id: int
    name: str
    milliseconds: int = Field(description="How long it is.")
    created_by: str
    created_at: Moment

    @computed_field(description="What an answer action calls it.")  # type: ignore[prop-decorator]
    @property
    def sound(self) -> str:
        return f"{UPLOAD_PREFIX}{self.id}"


class SoundOnNode(Schema):
    """What a PBX did when it was last asked to play the sound."""

    node: str
    state: SoundState = Field(description="`ok`: it plays; `missing`: it can't; `error`: the PBX could not be asked.")
    checked_at: Moment


class SoundDetails(SoundOut):
    """A sound that was uploaded, and where it was checked."""

    nodes: list[SoundOnNode]

    @classmethod
    def of(cls, sound: SoundRecord, checks: list[SoundCheckRecord]) -> "SoundDetails":
        shown = SoundOut.model_validate(sound).model_dump(exclude={"sound"})
        return cls(**shown, nodes=[SoundOnNode.model_validate(check) for check in checks])


class SoundQuery(PageQuery):
    name: Name | None = None
    sort: Literal["-id", "id"] = "-id"


class SoundPage(Schema):
    items: list[SoundOut]
    next_cursor: str | None
