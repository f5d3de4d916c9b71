"""Log-in."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, StringConstraints

from api.schemas.common import Schema
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
    user_id: int
    username: str
    role: Role
