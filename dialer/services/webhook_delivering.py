"""Sending what webhooks are to be told, to many at once: whoever fails or hangs keeps nobody else waiting."""

import random
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from sqlalchemy import Engine, RowMapping

from dialer import tracing
from dialer.clock import Clock
from dialer.db import webhooks
from dialer.services.webhook_sending import Sent, send, signature
from dialer.services.webhooks import Event

MAX_TRIES: Final = 12
FIRST_WAIT_SECONDS: Final = 10.0
LONGEST_WAIT_SECONDS: Final = 3600.0
LEASE_SECONDS: Final = 60.0

AT_ONCE: Final = 32
EACH_AT_ONCE: Final = 4
SLOW_AT_ONCE: Final = AT_ONCE // 2
"""All those together that answer late, or not at all."""
SLOW_SECONDS: Final = 1.0
_SLOW_FOR_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.2


class WebhookDelivering:
    """Tries deliveries. Any number of processes may do this.

    A webhook has EACH_AT_ONCE places; those whose last answer was slow share SLOW_AT_ONCE, so that there is always room
    for the others.
    """

    def __init__(self, engine: Engine, clock: Clock, *, private_allowed: bool) -> None:
        self._engine = engine
        self._clock = clock
        self._private_allowed = private_allowed
        self._under_way: dict[Future[float], int] = {}
        self._slow: dict[int, float] = {}
        """Webhooks, and when they were found slow."""

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE)

    def work(self, seconds: float | None = None) -> int:
        """Try what is due; how many tries were begun.

        Args:
            seconds: for so long, while something is due or under way. What is under way then goes on beside whatever
                else the process does; the next call hears how it went. None: what is due now, until all has ended.
        """
        end_at = None if seconds is None else self._clock.monotonic() + seconds
        begun = self._begin()
        while self._under_way:
            self._settle()
            if end_at is not None:
                if self._clock.monotonic() >= end_at:
                    break
                begun += self._begin()
        return begun

    def _begin(self) -> int:
        free = AT_ONCE - len(self._under_way)
        if free <= 0:
            return 0
        with self._engine.begin() as tx:
            due = webhooks.take(tx, most=free, each=EACH_AT_ONCE, places=self._places(), lease_seconds=LEASE_SECONDS)
        for row in due:
            self._under_way[self._threads.submit(self._try, row)] = row["webhook_id"]
        return len(due)

    def _places(self) -> dict[int, int]:
        """How many more tries each webhook may have, of those that may have fewer than others."""
        busy = Counter(self._under_way.values())
        places = {webhook: EACH_AT_ONCE - count for webhook, count in busy.items()}
        now = self._clock.monotonic()
        self._slow = {webhook: at for webhook, at in self._slow.items() if now - at < _SLOW_FOR_SECONDS}
        if self._slow:
            room = max(0, SLOW_AT_ONCE - sum(busy[webhook] for webhook in self._slow))
            each, rest = divmod(room, len(self._slow))
            one_more = set(random.sample(sorted(self._slow), rest))  # nosec B311 # any will do, in turns
            for webhook in self._slow:
                places[webhook] = min(EACH_AT_ONCE - busy[webhook], each + (webhook in one_more))
        return places

    def _settle(self) -> None:
        """Hear how tries went, as soon as one is over."""
        over, _ = wait(self._under_way, _LOOK_SECONDS, FIRST_COMPLETED)
        for one in over:
            webhook = self._under_way.pop(one)
            if one.result() > SLOW_SECONDS:
                self._slow[webhook] = self._clock.monotonic()
            else:
                self._slow.pop(webhook, None)

    def _try(self, row: RowMapping) -> float:
        """Tell one what happened; how many seconds it took."""
        body = orjson.dumps(
            {"id": row["event_id"], "event": row["event"], "occurred_at": row["created_at"], "data": row["data"]}
        )
        good = [secret for secret in (row["secret"], row["previous_secret"]) if secret is not None]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "dialer-webhooks",
            "Dialer-Event-Id": str(row["event_id"]),
            "Dialer-Signature": signature(good, int(self._clock.now().timestamp()), body),
        }
        begun, begun_at = tracing.now(), self._clock.monotonic()
        sent = send(row["url"], body, headers, private_allowed=self._private_allowed)
        took = self._clock.monotonic() - begun_at
        self._report(row, sent)
        if row["event"] == Event.CALL_ENDED and tracing.is_on():
            _trace(row, sent, begun)
        return took

    def _report(self, row: RowMapping, sent: Sent) -> None:
        state = "delivered" if sent.is_delivered else "dead" if row["tries"] >= MAX_TRIES else "pending"
        wait_seconds = min(FIRST_WAIT_SECONDS * 2 ** (row["tries"] - 1), LONGEST_WAIT_SECONDS)
        parts: dict[str, Any] = {"status": sent.status, "error": sent.error, "wait_seconds": wait_seconds}
        with self._engine.begin() as tx:
            webhooks.report(tx, row["id"], state=state, **parts)


def _trace(row: RowMapping, sent: Sent, begun: float) -> None:
    seen = {
        "http.request.method": "POST",
        "http.response.status_code": sent.status,
        "server.address": urlsplit(row["url"]).hostname,
        "dialer.try": row["tries"],
        "error": sent.error,
    }
    tracing.step(UUID(row["data"]["call_id"]), "webhook", begun, tracing.now(), **seen)
