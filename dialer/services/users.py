"""Users of the API."""

import re
from enum import StrEnum
from typing import Final

from sqlalchemy import Engine

from dialer.db import users
from dialer.db.records import explaining
from dialer.db.users import UserRecord
from dialer.errors import Conflict, InvalidInput
from dialer.services.passwords import Passwords

_USERNAME: Final = re.compile(r"^[A-Za-z0-9._@+-]{3,64}$")
MIN_PASSWORD_LENGTH: Final = 12
MAX_PASSWORD_LENGTH: Final = 1024


class Role(StrEnum):
    """What a user may do, each role all that the ones before it may."""

    VIEWER = "viewer"
    MANAGER = "manager"
    ADMIN = "admin"


class Users:
    """Makes users."""

    def __init__(self, engine: Engine, passwords: Passwords) -> None:
        self._engine = engine
        self._passwords = passwords

    def create(self, username: str, password: str, role: Role | str) -> UserRecord:
        """Add a user.

        Raises:
            InvalidInput: the name isn't 3 to 64 letters, digits or `._@+-`; the password has fewer than 12 characters;
                there is no such role.
            Conflict: the name is taken.
        """
        errors = _problems(username, password, role)
        if errors:
            raise InvalidInput("The user can't be created: " + "; ".join(e["message"] for e in errors), errors=errors)
        taken = Conflict(f"There is a user {username} already.")
        with explaining({"uq_users_username": taken}), self._engine.begin() as tx:
            return users.create(tx, username, self._passwords.hash(password), Role(role).value)


def _problems(username: str, password: str, role: Role | str) -> list[dict[str, str]]:
    problems = []
    if not _USERNAME.match(username):
        message = "the user name must be 3 to 64 letters, digits or any of . _ @ + -"
        problems.append({"field": "username", "message": message})
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        message = f"the password must have {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters"
        problems.append({"field": "password", "message": message})
    if role not in tuple(Role):
        problems.append({"field": "role", "message": f"the role must be one of {', '.join(Role)}"})
    return problems
