"""Users."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.common import Moment, PageQuery, Patch, Schema, unset
from dialer.services.users import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, Role

MAX_INTEGER = 2**31 - 1
Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._@+-]{3,64}$")]
Password = Annotated[str, StringConstraints(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH)]


class UserIn(Schema):
    username: Username
    password: Password
    role: Role


class UserPatch(Patch):
    """Fields to change. A user who is disabled is logged out everywhere, and their keys are worth nothing."""

    role: Role = Field(default_factory=unset)
    enabled: bool = Field(default_factory=unset)


class UserOut(Schema):
    id: int
    username: str
    role: Role
    enabled: bool
    created_at: Moment
    disabled_at: Moment | None
    last_login_at: Moment | None


class PasswordIn(Schema):
    password: Password


class PasswordChange(Schema):
    current_password: Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD_LENGTH)]
    new_password: Password


class UserPath(Schema):
    user_id: Annotated[int, Field(ge=1, le=MAX_INTEGER)]


class UserQuery(PageQuery):
    role: Role | None = None
    enabled: bool | None = None
    username: Username | None = None
    sort: Literal["id", "-id"] = "id"


class UserPage(Schema):
    items: list[UserOut]
    next_cursor: str | None
