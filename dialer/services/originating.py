"""Send the calls that a claim handed out, each at its place in time, and write down what the PBX answered."""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from dialer import failpoints, tracing
from dialer.ari.client import AriClient
from dialer.ari.errors import Fault, NeverSent, Refused, TooLate, Unknown
from dialer.clock import Clock
from dialer.db import transitions
from dialer.domain.dispositions import Disposition
from dialer.errors import LimitsUnavailable
from dialer.failpoints import Step
from dialer.limits.breaker import Breaker
from dialer.limits.limiter import Limiter
from dialer.limits.slots import Slot, node_scope, trunk_scope
from dialer.services.claiming import Batch, Claimed, Claims, Node
from dialer.services.ending import Ending, end_calls

log = logging.getLogger(__name__)

_LEAD_SECONDS: Final = 0.06
"""The next claim is begun this long before the last place of the one before, so that no place goes by unused."""

_FULL_SECONDS: Final = 0.15
"""After this time a full limit is asked again: a channel may be free."""

_SETTLE_SECONDS: Final = 0.5
"""So long an answer may wait to be written with others: events tell most of it before, and reconcile all of it."""

_TRIES: Final = 3
_RETRY_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one originate. `error` None: the PBX took it."""

    claimed: Claimed
    at: datetime
    channel: str | None = None
    error: NeverSent | Refused | Unknown | None = None


class Originating:
    """Works on one trunk at a time.

    Args:
        client_for: the ARI client of a node, made once per process.
        wanted_elsewhere: whether other trunks wait for a worker, which then does not sit through a full limit.
        threads: originates that may wait for their answer at the same time.
    """

    def __init__(
        self,
        engine: Engine,
        claims: Claims,
        limiter: Limiter,
        breaker: Breaker,
        client_for: Callable[[Node], AriClient],
        clock: Clock,
        *,
        wanted_elsewhere: Callable[[], bool],
        threads: int,
    ) -> None:
        self._engine = engine
        self._claims = claims
        self._limiter = limiter
        self._breaker = breaker
        self._client_for = client_for
        self._clock = clock
        self._wanted_elsewhere = wanted_elsewhere
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="originate")

    def work_on(self, trunk_id: int, *, seconds: float) -> int:
        """Claim and send calls of a trunk until none is left, a limit is full, or `seconds` are over; how many.

        Nothing waits here for ringing or for an answer by a person.

        Raises:
            LimitsUnavailable: Redis is away; nothing more was claimed.
        """
        with tracing.work("work on trunk") as work:
            sent = self._work_on(trunk_id, seconds)
            if work is not None and sent:
                work.keep(**{"dialer.trunk_id": trunk_id, "dialer.claimed": sent})
        return sent

    def _work_on(self, trunk_id: int, seconds: float) -> int:
        settled_at = self._clock.monotonic()
        until = settled_at + seconds
        under_way: list[Future[Sent]] = []
        sent = 0
        try:
            while self._clock.monotonic() < until:
                batch = self._claims.claim(trunk_id)
                sent += len(batch.claimed)
                under_way += self._send_all(batch)
                pause = self._pause_after(batch)
                if pause is None:
                    break
                self._clock.sleep(pause)
                if (now := self._clock.monotonic()) >= settled_at + _SETTLE_SECONDS:
                    settled_at = now
                    under_way = self._settle_finished(under_way)
        finally:
            wait(under_way)
            self._settle(future.result() for future in under_way)
        return sent

    def close(self) -> None:
        """Wait for what is under way, and let the threads go."""
        self._pool.shutdown()

    def _pause_after(self, batch: Batch) -> float | None:
        """How long until the next claim makes sense; None: it doesn't, the rows are left for the next nudge."""
        if batch.claimed:
            # Each campaign's last place: the one that comes first is whose next place might go by unused.
            last = {claimed.slot.campaign_id: claimed.send_at for claimed in sorted(batch.claimed, key=_send_at)}
            return min(last.values()) - _LEAD_SECONDS - self._clock.monotonic()
        if batch.refused:
            return 0.0
        if batch.limited_by is None or self._wanted_elsewhere():
            return None
        return _FULL_SECONDS

    def _send_all(self, batch: Batch) -> list[Future[Sent]]:
        if batch.node is None:
            return []
        client = self._client_for(batch.node)
        return [self._pool.submit(self._send, client, claimed) for claimed in batch.claimed]

    def _send(self, client: AriClient, claimed: Claimed) -> Sent:
        self._clock.sleep(claimed.send_at - self._clock.monotonic())
        at = self._clock.now()
        with tracing.timed(claimed.call_id, "originate", **{"http.request.method": "POST"}) as seen:
            try:
                answer = client.originate(
                    claimed.call_id,
                    endpoint=claimed.endpoint,
                    caller_id=claimed.caller_id,
                    timeout_seconds=claimed.timeout_seconds,
                    variables=claimed.variables,
                    not_after=claimed.send_by,
                )
            except (NeverSent, Refused, Unknown) as error:
                seen["error"] = str(error)
                return Sent(claimed, at, error=error)
        failpoints.reach(Step.POST_ANSWERED)
        return Sent(claimed, at, channel=answer.channel)

    def _settle_finished(self, under_way: list[Future[Sent]]) -> list[Future[Sent]]:
        finished = [future for future in under_way if future.done()]
        self._settle(future.result() for future in finished)
        return [future for future in under_way if future not in finished]

    def _settle(self, results: Iterable[Sent]) -> None:
        """Write down the answers and give back what wasn't used.

        Answers that the database doesn't take are not lost for good: events, or reconcile, tell the same later.
        """
        answers = list(results)
        if not answers:
            return
        for _ in range(_TRIES):
            try:
                self._write(answers)
            except DBAPIError as error:
                log.warning("%d answers could not be written, trying again: %s", len(answers), error)
                self._clock.sleep(_RETRY_SECONDS)
            else:
                return
        log.error("%d answers were not written; reconcile finds them out", len(answers))

    def _write(self, answers: list[Sent]) -> None:
        """One transaction; each change is a compare-and-set, so a second try does no harm."""
        taken = [a for a in answers if a.error is None]
        unknown = [a for a in answers if isinstance(a.error, Unknown)]
        back = [a for a in answers if _not_dialed(a)]
        failed = [a for a in answers if isinstance(a.error, Refused) and a.error.fault is Fault.CALL]
        with self._engine.begin() as tx:
            if len(taken) < len(answers):
                ids = [a.claimed.call_id for a in answers]
                transitions.lock_in_order(tx, ids, with_contacts=bool(back or failed))
            transitions.accept(tx, [_row(a) | {"channel": a.channel} for a in taken])
            transitions.mark_unknown(tx, [_row(a) for a in unknown])
            requeued = transitions.requeue(tx, [(a.claimed.call_id, a.claimed.slot.token) for a in back])
            slots = end_calls(
                tx, [Ending(a.claimed.call_id, Disposition.FAILED, failure_reason=str(a.error)) for a in failed]
            )
            failpoints.reach(Step.ANSWERS_UNCOMMITTED)
        failpoints.reach(Step.ANSWERS_COMMITTED)
        self._report(taken, back, unknown)
        self._release([*slots, *(a.claimed.slot for a in back if a.claimed.slot.token in requeued)])

    def _report(self, taken: list[Sent], back: list[Sent], unknown: list[Sent]) -> None:
        for answer in taken:
            log.debug("call %s: the PBX has taken the originate", answer.claimed.call_id)
        for answer in back:
            log.info("call %s goes back to the queue: %s", answer.claimed.call_id, answer.error)
        for answer in unknown:
            log.warning("call %s: its fate is unknown: %s", answer.claimed.call_id, answer.error)
        try:
            if taken:
                first = taken[0].claimed
                self._breaker.worked(trunk_scope(first.slot.trunk_id), node_scope(first.node_id))
                return
            for answer in (*back, *unknown):
                if not isinstance(answer.error, TooLate):
                    self._breaker.failed(_at_fault(answer))
        except LimitsUnavailable as error:
            log.warning("the breaker was not told: %s", error)

    def _release(self, slots: list[Slot]) -> None:
        try:
            self._limiter.release(slots)
        except LimitsUnavailable as error:
            # The sweep frees slots that no open call owns.
            log.warning("%d slots were not released: %s", len(slots), error)


def _send_at(claimed: Claimed) -> float:
    return claimed.send_at


def _not_dialed(answer: Sent) -> bool:
    return isinstance(answer.error, NeverSent) or (
        isinstance(answer.error, Refused) and answer.error.fault is not Fault.CALL
    )


def _at_fault(answer: Sent) -> str:
    """Whose breaker hears of it. Who answers nothing, or can't be reached, is the node."""
    if isinstance(answer.error, Refused) and answer.error.fault is Fault.TRUNK:
        return trunk_scope(answer.claimed.slot.trunk_id)
    return node_scope(answer.claimed.node_id)


def _row(answer: Sent) -> dict[str, object]:
    return {"id": answer.claimed.call_id, "token": answer.claimed.slot.token, "dialed_at": answer.at}
