"""Uploaded sounds."""

from typing import Annotated, Literal

from pydantic import Field, computed_field

from api.schemas.common import BigId, Moment, Name, PageQuery, Schema
from dialer.domain.actions import UPLOAD_PREFIX


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


class SoundQuery(PageQuery):
    name: Name | None = None
    sort: Literal["-id", "id"] = "-id"


class SoundPage(Schema):
    items: list[SoundOut]
    next_cursor: str | None
