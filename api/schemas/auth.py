"""Log-in."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from api.schemas.common import Schema
from dialer.db.users import Identity
from dialer.services.api_keys import Scope
from dialer.services.users import MAX_PASSWORD_LENGTH, Role

Token = Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class LogIn(Schema):
    username: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
    password: Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD_LENGTH)]


class Refresh(Schema):
    refresh_token: Token


class Tokens(Schema):
    """`access_token` goes into `Authorization: Bearer …`; `refresh_token` is good for one exchange."""

    token_type: Literal["Bearer"] = "Bearer"
    access_token: str
    expires_in: int
    refresh_token: str
    session_expires_at: AwareDatetime


class Me(Schema):
    """Who sends the request: a user who is logged in, or a program with a key of theirs."""

    user_id: int
    username: str
    role: Role
    key_id: int | None
    scopes: list[Scope] | None = Field(description="Of the key; null for a user, who isn't bound to any.")

    @classmethod
    def of(cls, who: Identity) -> "Me":
        scopes = None if who.key_id is None else [Scope(scope) for scope in sorted(who.scopes)]
        return cls(user_id=who.user_id, username=who.username, role=Role(who.role), key_id=who.key_id, scopes=scopes)
