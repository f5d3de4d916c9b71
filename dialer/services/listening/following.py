"""Write what a PBX tells into the calls it is about: one batch of news, one transaction."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Connection, Engine

from dialer import failpoints
from dialer.clock import Clock
from dialer.db import dnc, following, nodes
from dialer.db.rows import Row
from dialer.domain.actions import (
    ANSWER_ACTION,
    MACHINE,
    AnswerAction,
    CallBack,
    HangUp,
    OptOut,
    Transfer,
    after_amd,
    after_menu,
    callback_minutes,
    place_of,
)
from dialer.domain.calls import CallState
from dialer.domain.dispositions import Disposition
from dialer.domain.people import is_abandoned
from dialer.domain.profiles import patience
from dialer.limits.slots import Slot
from dialer.services.ending import Ending, end_calls
from dialer.services.listening.errors import ReignOver
from dialer.services.listening.news import CallFacts, CallNews, News, Step, decide

log = logging.getLogger(__name__)

ANSWERED_UNHEARD: Final = "answer action: not begun, because nobody listened when the call was answered"
_ACTION_CACHE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class OptedOut:
    """Somebody does not want to be called any more, by this campaign or (None) by any."""

    call_id: UUID
    phone_number: str
    campaign_id: int | None


@dataclass(slots=True)
class Outcome:
    """What has to be done once the batch is committed."""

    slots: list[Slot] = field(default_factory=list)
    ends: list[tuple[int, Disposition]] = field(default_factory=list)
    to_act: list[tuple[UUID, AnswerAction]] = field(default_factory=list)
    opted_out: list[OptedOut] = field(default_factory=list)
    to_hang_up: list[UUID] = field(default_factory=list)
    late_dials: int = 0


class Following:
    """Writes under one reign of a listener.

    Args:
        sent_at: when the echo with this token was sent, on PostgreSQL's clock; None if it is not one of this
            connection.
    """

    def __init__(
        self, engine: Engine, node_id: int, epoch: int, clock: Clock, sent_at: Callable[[str], datetime | None]
    ) -> None:
        self._engine = engine
        self._node_id = node_id
        self._epoch = epoch
        self._clock = clock
        self._sent_at = sent_at
        self._campaign_actions: dict[int, tuple[float, AnswerAction]] = {}

    def is_ours(self, token: str) -> bool:
        """Whether the echo with this token was sent on this connection."""
        return self._sent_at(token) is not None

    def write(self, news: News, *, again: bool = False) -> Outcome:
        """Write all of `news`, or nothing.

        Args:
            again: it may have been written already, by a commit whose answer was lost.

        Raises:
            ReignOver: another listener leads; nothing was written.
        """
        outcome = Outcome()
        if news.writes_nothing:
            return outcome
        with self._engine.begin() as tx:
            at, rows = self._lock(tx, news)
            self._write_calls(tx, news, outcome, rows, at, again=again)
            following.unbury(tx, self._node_id, sorted(news.tombs_gone))
            sent_at = self._sent_at(news.echo) if news.echo is not None else None
            if sent_at is not None:
                # In the same transaction as everything that came before it.
                nodes.echo(tx, self._node_id, self._epoch, sent_at)
            if outcome.slots:
                failpoints.reach(failpoints.Step.OUTCOME_UNCOMMITTED)
        if outcome.slots:
            failpoints.reach(failpoints.Step.OUTCOME_COMMITTED)
        return outcome

    def _lock(self, tx: Connection, news: News) -> tuple[datetime, list[Row]]:
        ending = [call_id for call_id, item in news.calls.items() if item.hangup is not None]
        locked = following.lock(tx, self._node_id, self._epoch, sorted(news.calls), sorted(ending))
        if locked is None:
            raise ReignOver("The lease is lost")
        return locked

    def _write_calls(
        self, tx: Connection, news: News, outcome: Outcome, rows: list[Row], at: datetime, *, again: bool
    ) -> None:
        if not rows:
            return
        steps = [(row, news.calls[row["id"]], decide(_facts(row), news.calls[row["id"]], again=again)) for row in rows]
        whole = self._actions(tx, [row for row, _, step in steps if step.acts or step.goes_on or step.decides])
        chosen = {row["id"]: _chosen(row, item, whole[row["id"]]) for row, item, _ in steps if row["id"] in whole}
        to_act = {
            row["id"]: whole[row["id"]] if step.acts else chosen[row["id"]]
            for row, _, step in steps
            if step.acts or step.goes_on
        }
        following.progress(
            tx,
            [
                _progress(item, step, to_act.get(row["id"]), chosen.get(row["id"]), at)
                | _served(row, item, step, to_act.get(row["id"]), at)
                for row, item, step in steps
                if step.state is not None and not (step.ending and _only_ends(row, item))
            ],
        )
        outcome.opted_out = [
            _opted_out(row, chosen[row["id"]])
            for row, _, step in steps
            if step.decides and isinstance(chosen[row["id"]], OptOut)
        ]
        for wish in sorted(outcome.opted_out, key=lambda wish: wish.phone_number):
            # With the digit: who has pressed it is never called again, whatever becomes of this process.
            dnc.put(
                tx,
                phone_number=wish.phone_number,
                campaign_id=wish.campaign_id,
                reason="opted out on the telephone",
                expires_at=None,
                source="callee",
                user=f"call {wish.call_id}",
            )
        missed = [row["id"] for row, _, step in steps if step.is_missed]
        for call_id in missed:
            log.warning("call %s was answered while nobody listened; it is hung up", call_id)
            following.fail_action(tx, call_id, ANSWERED_UNHEARD)
        endings: list[Ending] = [step.ending for _, _, step in steps if step.ending is not None]
        if endings:
            outcome.slots = end_calls(tx, endings, seen=outcome.ends, contacts_locked=True)
        late = [row["id"] for row, _, step in steps if step.is_late]
        following.note_late_dials(tx, late)
        for call_id in late:
            log.error("late_dial: call %s was dialed although it was not to be dialed any more", call_id)
        outcome.late_dials = len(late)
        outcome.to_hang_up = [row["id"] for row, _, step in steps if step.hang_up] + missed
        outcome.to_act = list(to_act.items())

    def _actions(self, tx: Connection, rows: list[Row]) -> dict[UUID, AnswerAction]:
        """What each of these calls does on answer."""
        if not rows:
            return {}
        now = self._clock.monotonic()
        wanted = {row["campaign_id"] for row in rows if row["campaign_id"] is not None}
        stale = [i for i in wanted if self._campaign_actions.get(i, (0.0, None))[0] < now]
        for campaign_id, stored in following.campaign_actions(tx, stale).items():
            action = _read(stored, f"campaign {campaign_id}")
            self._campaign_actions[campaign_id] = (now + _ACTION_CACHE_SECONDS, action)
        alone = following.call_actions(tx, [row["id"] for row in rows if row["campaign_id"] is None])
        return {
            row["id"]: _read(alone.get(row["id"]), f"call {row['id']}")
            if row["campaign_id"] is None
            else self._campaign_actions.get(row["campaign_id"], (0.0, HangUp()))[1]
            for row in rows
        }


def _facts(row: Row) -> CallFacts:
    return CallFacts(
        state=CallState(row["state"]),
        hangup_requested=row["hangup_requested_at"] is not None,
        action_started=row["action_started_at"] is not None,
        digit=row["digit"],
        amd_status=row["amd_status"],
    )


def _only_ends(row: Row, news: CallNews) -> bool:
    """Whether what is heard of a call that is over is written with its end: then its row is changed once, not twice."""
    is_known = (news.up_at is None or row["answered_at"]) and (news.ringing_at is None or row["ringing_at"])
    has_said = (news.digit, news.amd_status, news.result, news.handed_back, news.sought_at, news.served_at)
    return bool(is_known) and row["people"] is None and not any(has_said)


def _chosen(row: Row, news: CallNews, whole: AnswerAction) -> AnswerAction:
    """What follows in `whole` from the menu's digit, or else from who has answered."""
    amd_status = news.amd_status or row["amd_status"]
    if news.digit is not None:
        return after_menu(whole, amd_status, news.digit)
    return after_amd(whole, amd_status) if amd_status is not None else HangUp()


def _opted_out(row: Row, action: AnswerAction) -> OptedOut:
    is_everywhere = not (isinstance(action, OptOut) and action.scope == "campaign")
    return OptedOut(row["id"], row["phone_number"], None if is_everywhere else row["campaign_id"])


def _progress(
    news: CallNews, step: Step, action: AnswerAction | None, chosen: AnswerAction | None, at: datetime
) -> dict[str, Any]:
    on = place_of(action) if action is not None else None
    call_back = chosen if step.decides and isinstance(chosen, CallBack) else None
    minutes = call_back.after_minutes if call_back else callback_minutes(news.result)
    return {
        "id": news.call_id,
        "state": step.state,
        "channel": news.channel,
        "ringing_at": news.ringing_at,
        "answered_at": news.up_at,
        "dialstatus": news.dialstatus,
        # The answer's time is reckoned from our own clock, and may be off by a little.
        "action_started_at": max(at, news.up_at or at) if step.acts or step.goes_on else None,
        "begins_anew": step.goes_on and news.handed_back == "amd",
        "digit": news.digit,
        "amd_status": news.amd_status,
        "result": news.result,
        "callback_at": at + timedelta(minutes=minutes) if minutes is not None else None,
        "context": on.context if on else None,
        "extension": on.extension if on else None,
        "priority": on.priority if on else None,
    }


def _served(row: Row, news: CallNews, step: Step, action: AnswerAction | None, at: datetime) -> dict[str, Any]:
    """Since when the callee waits for a person, and whether one came in time."""
    if row["people"] is None:
        return {"waiting_since": None, "served_at": None, "abandoned": None}
    waiting_since = row["waiting_since"] or news.sought_at
    if isinstance(action, Transfer):
        # Who is put through at once waits from their answer on; others from their digit, or their greeting's end.
        answered_at = row["answered_at"] or news.up_at or at
        waiting_since = row["waiting_since"] or (answered_at if step.acts else at)
    served_at = row["served_at"] or news.served_at
    abandoned = is_abandoned(
        waiting_since=waiting_since,
        served_at=served_at,
        has_begun=True,
        is_over=False,
        patience=patience(row["profiles"] or ()),
    )
    is_machine = (news.amd_status or row["amd_status"]) == MACHINE
    return {"waiting_since": waiting_since, "served_at": served_at, "abandoned": None if is_machine else abandoned}


def _read(stored: Any, whose: str) -> AnswerAction:
    """An action as stored. Nobody is kept on a line where nothing will happen: without one, hang up."""
    if stored is None:
        return HangUp()
    try:
        return ANSWER_ACTION.validate_python(stored)
    except ValidationError as error:
        log.error("the answer action of %s can't be read, so its calls are hung up: %s", whose, error)  # noqa: TRY400
        return HangUp()
