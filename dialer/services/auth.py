"""Log-in, and the sessions it opens: tokens are checked against them, so that a log-out takes effect at once."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine

from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import users
from dialer.db.users import Credentials, Identity, SessionRecord
from dialer.errors import AccountLocked, AuthenticationError, TokenInvalid
from dialer.services.passwords import Passwords


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to an access token and to one refresh token.

    Attributes:
        refresh_jti: the id of the only refresh token that is good now.
        expires_at: when the session ends, however often it is refreshed.
    """

    user_id: int
    session_id: UUID
    refresh_jti: str
    expires_at: datetime


class Auth:
    """Opens, follows and ends sessions."""

    def __init__(self, engine: Engine, clock: Clock, settings: Settings, passwords: Passwords) -> None:
        self._engine = engine
        self._clock = clock
        self._settings = settings
        self._passwords = passwords

    def log_in(self, username: str, password: str) -> Grant:
        """Open a session.

        Raises:
            AccountLocked: too many failures in a row; the password was not looked at.
            AuthenticationError: no such user, another password, or the user is disabled; which is not told.
        """
        found = self._check(username, password)
        outdated = self._passwords.is_outdated(found.password_hash)
        session = SessionRecord(
            id=uuid4(),
            user_id=found.id,
            refresh_jti=str(uuid4()),
            expires_at=self._clock.now() + timedelta(days=self._settings.refresh_token_days),
            revoked_at=None,
        )
        with self._engine.begin() as tx:
            users.forget_failures(tx, username)
            users.note_login(tx, found.id, self._passwords.hash(password) if outdated else None)
            users.open_session(tx, session)
        return _grant(session, session.refresh_jti)

    def check_password(self, username: str, password: str) -> None:
        """Ask again for the password of somebody who is logged in. Raises as `log_in`."""
        self._check(username, password)
        with self._engine.begin() as tx:
            users.forget_failures(tx, username)

    def refresh(self, session_id: UUID, refresh_jti: str) -> Grant:
        """Exchange a refresh token for the next one.

        A token that was exchanged before has been copied: the session ends for the thief and for the owner.

        Raises:
            TokenInvalid: not the newest token, or the session is over.
        """
        with self._engine.begin() as tx:
            session = users.lock_session(tx, session_id)
            known = users.identify(tx, session_id)
            reused = session is not None and session.refresh_jti != refresh_jti
            if reused:
                users.revoke(tx, session_id, "refresh_reuse")
            elif session is not None and known is not None:
                next_jti = str(uuid4())
                users.rotate(tx, session_id, next_jti)
                return _grant(session, next_jti)
        raise TokenInvalid("The refresh token was used before; log in again." if reused else "The session is over.")

    def log_out(self, who: Identity) -> None:
        """End the session of a request: its tokens are worth nothing from now on."""
        if who.session_id is not None:
            with self._engine.begin() as tx:
                users.revoke(tx, who.session_id, "log_out")

    def log_out_everywhere(self, user_id: int) -> int:
        """End all sessions of a user; how many."""
        with self._engine.begin() as tx:
            return users.revoke_all(tx, user_id, "log_out")

    def identify(self, session_id: UUID) -> Identity:
        """Whose session this is.

        Raises:
            TokenInvalid: the session is over, or its user is disabled.
        """
        with self._engine.begin() as tx:
            identity = users.identify(tx, session_id)
        if identity is None:
            raise TokenInvalid("The session is over; log in again.")
        return identity

    def _check(self, username: str, password: str) -> Credentials:
        found = self._count_attempt(username)
        right = self._passwords.matches(found.password_hash if found else None, password)
        if found is None or not right or found.disabled_at is not None:
            raise AuthenticationError("The user name or the password is wrong.")
        return found

    def _count_attempt(self, username: str) -> Credentials | None:
        """Count an attempt as failed before the password is looked at: guesses made at once can't outrun the lock.

        The same statements run, and the same lock comes, for a name that nobody has.
        """
        most, seconds = self._settings.login_max_failures, self._settings.login_lockout_seconds
        with self._engine.begin() as tx:
            locked = users.count_failure(tx, username, most=most, lockout_seconds=seconds)
            found = users.credentials(tx, username)
        if locked is not None:
            wait = max(1, math.ceil(locked))
            raise AccountLocked(f"Too many failed log-ins; try again in {wait} seconds.", retry_after_seconds=wait)
        return found


def _grant(session: SessionRecord, refresh_jti: str) -> Grant:
    return Grant(session.user_id, session.id, refresh_jti, session.expires_at)
