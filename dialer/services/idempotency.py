"""The same request twice makes one thing: what a key was sent with, and what was answered, is kept in PostgreSQL.

The answer is written in the transaction that makes the thing (`Once.keep`), so whatever dies in between, either both
are there or neither is. An attempt whose process died is given up after a while and may be made again; should it turn
out to be alive, it can't write its answer any more, and what it made is rolled back.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine

from dialer.db import idempotency
from dialer.db.idempotency import KeptAnswer
from dialer.errors import KeyInUse, KeyReused

T = TypeVar("T")

Within = Callable[[Connection, T], None]
"""Called with what was made, in the transaction that makes it."""

KEEP_SECONDS: Final = 24 * 3600
GIVEN_UP_SECONDS: Final = 60


def nothing_more(tx: Connection, made: object) -> None:
    """The `Within` of those who have nothing to add."""


@dataclass(frozen=True, slots=True)
class Once:
    """An attempt to carry out a request that has a key."""

    owner: str
    key: str
    token: UUID

    def keep(self, tx: Connection, answer: KeptAnswer) -> None:
        """Write the answer, in the transaction that makes what it tells of.

        Raises:
            KeyInUse: this attempt was given up, and another one has the key.
        """
        if not idempotency.finish(tx, self.owner, self.key, self.token, answer):
            raise KeyInUse("This took so long that it was begun anew; nothing was made here.", retry_after_seconds=1)


class Idempotency:
    """Keys, the requests they came with, and the answers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, owner: str, key: str, fingerprint: bytes) -> Once | KeptAnswer:
        """Begin to carry out a request, or get the answer that it had before.

        Args:
            owner: whose key it is; the same key of others is another one.
            fingerprint: of the whole request.

        Raises:
            KeyReused: the key was used with another request.
            KeyInUse: the request is being carried out.
        """
        once = Once(owner, key, uuid4())
        with self._engine.begin() as tx:
            times = {"lock_seconds": GIVEN_UP_SECONDS, "keep_seconds": KEEP_SECONDS}
            if idempotency.begin(tx, owner, key, fingerprint, once.token, **times):
                return once
            kept = idempotency.get(tx, owner, key)
            left = idempotency.seconds_left(tx, owner, key)
        if kept is not None and kept.fingerprint != fingerprint:
            raise KeyReused("This Idempotency-Key was sent with another request before; use a new one.")
        if kept is None or kept.status is None or kept.body is None:
            wait = max(1, min(math.ceil(left), 5))
            raise KeyInUse("The same request is being carried out; ask again.", retry_after_seconds=wait)
        return KeptAnswer(kept.status, kept.headers or {}, kept.body)

    def finish(self, once: Once, answer: KeptAnswer) -> None:
        """Keep the answer of a request whose service keeps none itself."""
        with self._engine.begin() as tx:
            once.keep(tx, answer)

    def forget(self, once: Once) -> None:
        """The request made nothing: its key is free again."""
        with self._engine.begin() as tx:
            idempotency.forget(tx, once.owner, once.key, once.token)
