"""A call to try a campaign with: everything as the campaign does it, and nothing of it in the campaign's counts."""

from collections.abc import Mapping

from sqlalchemy import Engine

from dialer.db import campaigns
from dialer.domain.actions import ANSWER_ACTION
from dialer.domain.caller_ids import CallerIdPool
from dialer.errors import NotFound
from dialer.services.calls import CallDetails
from dialer.services.idempotency import Within, nothing_more
from dialer.services.single_calls import NewCall, SingleCalls


class TrialCalls:
    """Single calls with a campaign's trunk, caller id, ring timeout and answer action."""

    def __init__(self, engine: Engine, single_calls: SingleCalls) -> None:
        self._engine = engine
        self._single_calls = single_calls

    def create(
        self,
        campaign_id: int,
        phone_number: str,
        variables: Mapping[str, str],
        *,
        within: Within[CallDetails] = nothing_more,
    ) -> CallDetails:
        """Queue a call, whatever state the campaign is in. The gate decides as for any single call.

        Args:
            phone_number: E.164, or national where the campaign has a default region.
            variables: what a contact's columns would be.

        Raises:
            NotFound: there is no such campaign.
            InvalidInput: not a phone number.
            GateRefused: it must not be dialed now.
        """
        with self._engine.begin() as tx:
            campaign = campaigns.get(tx, campaign_id)
        if campaign is None:
            raise NotFound(f"There is no campaign {campaign_id}.")
        new = NewCall(
            phone_number=phone_number,
            answer_action=ANSWER_ACTION.validate_python(campaign.answer_action),
            trunk_id=campaign.trunk_id,
            trunk_group_id=campaign.trunk_group_id,
            caller_id=campaign.caller_id,
            caller_id_pool=CallerIdPool.model_validate(campaign.caller_id_pool) if campaign.caller_id_pool else None,
            timeout_seconds=campaign.timeout_seconds,
            variables=variables,
            default_region=campaign.default_region,
        )
        return self._single_calls.create(new, within=within)
