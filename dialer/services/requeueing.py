"""People who were called and are done with, made due again by how their last call ended."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine

from dialer.clock import Clock
from dialer.db import campaigns, contact_import, requeueing
from dialer.db.pages import Page, PageRequest
from dialer.db.requeueing import RequeueRecord
from dialer.domain.campaigns import CampaignState
from dialer.domain.dispositions import Disposition
from dialer.domain.requeueing import REQUEUEABLE, RequeueState
from dialer.errors import Conflict, InvalidInput, NotFound
from dialer.services.idempotency import Within, nothing_more
from dialer.services.nudges import Nudges, go_on

_BATCH: Final = 1000
"""Contacts of one transaction: their locks are held for milliseconds, however many there are in all."""


@dataclass(frozen=True, slots=True)
class NewRequeue:
    """Who is to be called again.

    Attributes:
        dispositions: how the last call ended, of those in REQUEUEABLE.
        call_list_id: only contacts of this list; None: all of the campaign.
        more_attempts: so many attempts each may have from here, whatever the campaign's cap; None: what is left of it.
    """

    dispositions: Collection[Disposition]
    call_list_id: int | None = None
    more_attempts: int | None = None


class Requeueing:
    """Begins requeues, and carries them out. Caps per number, gaps and hours hold as for every call."""

    def __init__(self, engine: Engine, clock: Clock, nudges: Nudges) -> None:
        self._engine = engine
        self._clock = clock
        self._nudges = nudges

    def begin(
        self, campaign_id: int, new: NewRequeue, user: str, *, within: Within[RequeueRecord] = nothing_more
    ) -> RequeueRecord:
        """Have contacts made due again, in the background. A campaign that isn't running has to be started for calls.

        Args:
            within: called with the requeue in the transaction that makes it.

        Raises:
            NotFound: no such campaign.
            Conflict: it is cancelled.
            InvalidInput: a disposition that can't be requeued; a list of another campaign.
        """
        wrong = sorted(set(new.dispositions) - REQUEUEABLE)
        if wrong or not new.dispositions:
            message = f"must be some of {', '.join(sorted(REQUEUEABLE))}"
            raise InvalidInput(f"dispositions: {message}.", errors=[{"field": "dispositions", "message": message}])
        with self._engine.begin() as tx:
            state = contact_import.campaign_state(tx, campaign_id, hold=True)
            if state is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            if state is CampaignState.CANCELLED:
                raise Conflict("A cancelled campaign calls nobody any more.", state=state.value)
            if new.call_list_id and requeueing.campaign_of_list(tx, new.call_list_id) != campaign_id:
                message = f"the campaign has no call list {new.call_list_id}"
                raise InvalidInput(f"{message.capitalize()}.", errors=[{"field": "call_list_id", "message": message}])
            made = requeueing.create(
                tx,
                {
                    "campaign_id": campaign_id,
                    "call_list_id": new.call_list_id,
                    "dispositions": sorted(disposition.value for disposition in new.dispositions),
                    "more_attempts": new.more_attempts,
                    "created_by": user,
                },
            )
            within(tx, made)
        self._nudges.work_on_requeues()
        return made

    def get(self, requeue_id: int) -> RequeueRecord:
        """One requeue, and how far it is.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            found = requeueing.get(tx, requeue_id)
        if found is None:
            raise NotFound(f"There is no requeue {requeue_id}.")
        return found

    def listed(self, campaign_id: int, page: PageRequest, **wanted: object) -> Page[RequeueRecord]:
        """A campaign's requeues, the newest first.

        Args:
            wanted: columns and the values that they must have; None is any.

        Raises:
            NotFound: no such campaign.
        """
        with self._engine.begin() as tx:
            if campaigns.get(tx, campaign_id) is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            return requeueing.listed(tx, page, campaign_id, wanted)

    def work(self, seconds: float) -> None:
        """Go on with what runs, for so long or until nothing is left. Any number of processes may do this at once."""
        go_on(self._batch, self._nudges.work_on_requeues, self._clock, seconds)

    def _batch(self) -> bool:
        """Whether there was something to do."""
        with self._engine.begin() as tx:
            requeue = requeueing.take(tx)
            if requeue is None:
                return False
            state = contact_import.campaign_state(tx, requeue.campaign_id, hold=True)
            campaign = campaigns.get(tx, requeue.campaign_id)
            if campaign is None or state is CampaignState.CANCELLED:
                requeueing.finish(tx, requeue.id, RequeueState.CANCELLED)
            elif requeueing.batch(tx, requeue, campaign.max_attempts, _BATCH) < _BATCH:
                requeueing.finish(tx, requeue.id, RequeueState.COMPLETED)
        return True
