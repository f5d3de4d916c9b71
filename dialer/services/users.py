"""Users of the API."""

import re
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, func

from dialer.db import users
from dialer.db.pages import Page, PageRequest
from dialer.db.records import explaining
from dialer.db.users import UserRecord
from dialer.errors import Conflict, InvalidInput, NotFound
from dialer.services import revisions
from dialer.services.idempotency import Within, nothing_more
from dialer.services.passwords import Passwords
from dialer.services.revisions import ANY, Revisions

_USERNAME: Final = re.compile(r"^[A-Za-z0-9._@+-]{3,64}$")
MIN_PASSWORD_LENGTH: Final = 12
MAX_PASSWORD_LENGTH: Final = 1024


class Role(StrEnum):
    """What a user may do, each role all that the ones before it may."""

    VIEWER = "viewer"
    MANAGER = "manager"
    ADMIN = "admin"


class Users:
    """Makes, edits and disables users."""

    def __init__(self, engine: Engine, passwords: Passwords) -> None:
        self._engine = engine
        self._passwords = passwords

    def create(
        self, username: str, password: str, role: Role | str, *, within: Within[UserRecord] = nothing_more
    ) -> UserRecord:
        """Add a user. `within` is called with them in the transaction that does it.

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
            user = users.create(tx, username, self._passwords.hash(password), Role(role).value)
            within(tx, user)
        return user

    def get(self, user_id: int) -> UserRecord:
        """One user.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            return _found(users.get(tx, user_id), user_id)

    def listed(
        self,
        page: PageRequest,
        *,
        role: Role | None = None,
        enabled: bool | None = None,
        username: str | None = None,
    ) -> Page[UserRecord]:
        """Users, the oldest first."""
        with self._engine.begin() as tx:
            return users.listed(tx, page, role=role, enabled=enabled, username=username)

    def edit(
        self, user_id: int, *, role: Role | None = None, enabled: bool | None = None, of: Revisions = ANY
    ) -> UserRecord:
        """Change a user; None leaves a field as it is. Whoever is disabled is logged out everywhere.

        Raises:
            NotFound: no such user.
            PreconditionFailed: the user is none of the revisions `of`.
            Conflict: no administrator would remain.
        """
        with self._engine.begin() as tx:
            user = _found(users.lock(tx, user_id), user_id)
            revisions.check(of, user.revision)
            values: dict[str, Any] = {} if role is None else {"role": role.value}
            if enabled is not None and enabled is not user.enabled:
                values["disabled_at"] = None if enabled else func.clock_timestamp()
            remains_admin = role in (None, Role.ADMIN) and enabled is not False
            if user.role == Role.ADMIN and not remains_admin and not users.has_other_admin(tx, user_id):
                raise Conflict("This is the last administrator who can log in; make another one first.")
            users.edit(tx, user_id, values)
            if enabled is False:
                users.revoke_all(tx, user_id, "disabled")
            return _found(users.get(tx, user_id), user_id)

    def set_password(self, user_id: int, password: str, *, keep_session: UUID | None = None) -> None:
        """Give a user a new password and log them out everywhere, but for one session.

        Raises:
            NotFound: no such user.
            InvalidInput: it has fewer than 12 characters.
        """
        errors = _problems("user", password, Role.VIEWER)
        if errors:
            raise InvalidInput(f"{errors[0]['message']}.", errors=errors)
        password_hash = self._passwords.hash(password)
        with self._engine.begin() as tx:
            user = _found(users.lock(tx, user_id), user_id)
            users.edit(tx, user_id, {"password_hash": password_hash})
            users.forget_failures(tx, user.username)
            users.revoke_all(tx, user_id, "password_changed", but=keep_session)


def _found(user: UserRecord | None, user_id: int) -> UserRecord:
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


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
