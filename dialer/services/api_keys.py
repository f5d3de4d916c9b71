"""API keys: how programs say who they are. Only a hash is kept; the key itself is shown once."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Engine

from dialer.clock import Clock
from dialer.db import api_keys
from dialer.db.api_keys import ApiKeyRecord
from dialer.db.pages import Page, PageRequest
from dialer.db.users import Identity
from dialer.errors import InvalidInput, NotFound, TokenInvalid
from dialer.services.idempotency import Within, nothing_more

START: Final = "dlr_"
"""How every key begins, so that scanners find one that has leaked."""
_KEY: Final = re.compile(r"^dlr_([a-z0-9]{10})_([A-Za-z0-9_-]{43})$")
_PREFIX_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
MAX_GRACE_SECONDS: Final = 7 * 24 * 3600


class Scope(StrEnum):
    """What a key may be for. Writing doesn't include reading."""

    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    CONTACTS_READ = "contacts:read"
    CONTACTS_WRITE = "contacts:write"
    CALLS_READ = "calls:read"
    CALLS_WRITE = "calls:write"
    DNC_READ = "dnc:read"
    DNC_WRITE = "dnc:write"
    TELEPHONY_READ = "telephony:read"
    TELEPHONY_WRITE = "telephony:write"
    CONTROL_READ = "control:read"
    CONTROL_WRITE = "control:write"
    EXPORTS_READ = "exports:read"
    EXPORTS_WRITE = "exports:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key to be. `expires_at` None: never."""

    name: str
    scopes: Collection[Scope]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key with what must be sent; that is not kept anywhere."""

    record: ApiKeyRecord
    key: str


class ApiKeys:
    """Makes, checks, rotates and revokes keys. `user_id` None means anybody's keys."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def create(self, user_id: int, new: NewApiKey, *, within: Within[ApiKeyRecord] = nothing_more) -> IssuedKey:
        """Make a key. It may do what both its user's role and its scopes allow.

        Raises:
            InvalidInput: no scope, or an expiry that is over.
        """
        if not new.scopes:
            raise InvalidInput("A key needs a scope.", errors=[{"field": "scopes", "message": "must not be empty"}])
        if new.expires_at is not None and new.expires_at <= self._clock.now():
            message = "must be in the future"
            raise InvalidInput("The expiry is over already.", errors=[{"field": "expires_at", "message": message}])
        prefix = START + "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(10))
        secret = secrets.token_urlsafe(32)
        values = {
            "user_id": user_id,
            "name": new.name,
            "prefix": prefix,
            "secret_hash": _hash(secret),
            "scopes": sorted(str(scope) for scope in set(new.scopes)),
            "expires_at": new.expires_at,
        }
        with self._engine.begin() as tx:
            record = api_keys.create(tx, values)
            within(tx, record)
        return IssuedKey(record, f"{prefix}_{secret}")

    def identify(self, key: str) -> Identity:
        """Whose key this is.

        Raises:
            TokenInvalid: it isn't a key, or not a good one: revoked, expired, replaced, or its user is disabled.
        """
        parts = _KEY.match(key)
        if parts is None:
            raise TokenInvalid("The API key is not valid.")
        with self._engine.begin() as tx:
            found = api_keys.credentials(tx, START + parts[1])
            if found is None or not _is_one_of(_hash(parts[2]), found.secret_hash, found.previous_hash):
                raise TokenInvalid("The API key is not valid.")
            if not found.was_used_lately:
                api_keys.note_use(tx, found.id)
        return Identity(found.user_id, found.username, found.role, None, found.id, frozenset(found.scopes))

    def get(self, key_id: int, user_id: int | None) -> ApiKeyRecord:
        """One key.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        with self._engine.begin() as tx:
            return _found(api_keys.get(tx, key_id, user_id), key_id)

    def listed(
        self, page: PageRequest, user_id: int | None, *, name: str | None = None, revoked: bool | None = None
    ) -> Page[ApiKeyRecord]:
        """Keys, the newest first."""
        with self._engine.begin() as tx:
            return api_keys.listed(tx, page, user_id=user_id, name=name, revoked=revoked)

    def rotate(self, key_id: int, user_id: int | None, *, grace_seconds: int = 0) -> IssuedKey:
        """Give a key a new secret. The one before stays good for `grace_seconds`; the one before that is over.

        Raises:
            NotFound: there is none, it is somebody else's, or it is revoked.
        """
        secret = secrets.token_urlsafe(32)
        with self._engine.begin() as tx:
            record = _found(api_keys.rotate(tx, key_id, user_id, _hash(secret), grace_seconds), key_id)
        return IssuedKey(record, f"{record.prefix}_{secret}")

    def revoke(self, key_id: int, user_id: int | None) -> ApiKeyRecord:
        """End a key, for good.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        with self._engine.begin() as tx:
            return _found(api_keys.revoke(tx, key_id, user_id), key_id)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _is_one_of(digest: bytes, *good: bytes | None) -> bool:
    return any(hmac.compare_digest(digest, one) for one in good if one is not None)


def _found(key: ApiKeyRecord | None, key_id: int) -> ApiKeyRecord:
    if key is None:
        raise NotFound(f"There is no API key {key_id}.")
    return key
