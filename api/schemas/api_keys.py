"""API keys."""

from typing import Literal

from pydantic import Field

from api.schemas.common import BigId, Moment, Name, PageQuery, Schema
from dialer.services.api_keys import MAX_GRACE_SECONDS, IssuedKey, NewApiKey, Scope


class ApiKeyIn(Schema):
    """A key for a program. It may do what both its user's role and its scopes allow."""

    name: Name
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope))
    expires_at: Moment | None = Field(None, description="Empty: never.")

    def new(self) -> NewApiKey:
        return NewApiKey(self.name, self.scopes, self.expires_at)


class ApiKeyOut(Schema):
    """A key as it is listed: `prefix` is how it begins."""

    id: int
    user_id: int
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None = Field(description="To the minute.")
    revoked_at: Moment | None
    previous_until: Moment | None = Field(description="Until when the secret before the last rotation is good.")


class ApiKeyIssued(ApiKeyOut):
    """A key, and what to send as `Authorization: Bearer …`."""

    key: str | None = Field(description="Shown this once; null in an answer that is repeated for its Idempotency-Key.")

    @classmethod
    def of(cls, issued: IssuedKey) -> "ApiKeyIssued":
        shown = ApiKeyOut.model_validate(issued.record)
        return cls(**{name: getattr(shown, name) for name in ApiKeyOut.model_fields}, key=issued.key or None)


class RotateIn(Schema):
    grace_seconds: int = Field(
        0, ge=0, le=MAX_GRACE_SECONDS, description="How long the secret before stays good beside the new one."
    )


class ApiKeyPath(Schema):
    key_id: BigId


class ApiKeyQuery(PageQuery):
    name: Name | None = None
    revoked: bool | None = None
    sort: Literal["-id", "id"] = "-id"


class ApiKeyPage(Schema):
    items: list[ApiKeyOut]
    next_cursor: str | None
