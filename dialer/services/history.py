"""Why was I called? Everything that is known about a number, across campaigns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from dialer.db import call_records, dnc
from dialer.db.call_records import CallFilter, CallRecord
from dialer.db.dnc import DncRecord
from dialer.db.pages import Page, PageRequest
from dialer.db.tables import Campaign
from dialer.domain import phone
from dialer.domain.profiles import regions_of


@dataclass(frozen=True, slots=True)
class NumberHistory:
    """A number's calls, the newest first, each with the gate's decision.

    Attributes:
        zones, regions: where the number can be.
        dialed_at: the dials that count for caps.
        campaigns: the names of the calls' campaigns, by id.
    """

    phone_number: str
    zones: Sequence[str]
    regions: Sequence[str]
    dialed_at: Sequence[datetime]
    dnc: Sequence[DncRecord]
    campaigns: Mapping[int, str]
    calls: Page[CallRecord]


class Numbers:
    """Looks numbers up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def history(self, phone_number: str, page: PageRequest, **wanted: Any) -> NumberHistory:
        """What happened to a number (E.164). One that nobody has dialed has an empty history.

        Args:
            wanted: which of its calls, by the fields of `CallFilter`; None is any.
        """
        readable = isinstance(phone.parse(phone_number, None), phone.PhoneNumber)
        with self._engine.begin() as tx:
            calls = call_records.listed(tx, page, CallFilter(phone_number=phone_number, **wanted))
            ids = {call.campaign_id for call in calls.items if call.campaign_id is not None}
            named = tx.execute(select(Campaign.id, Campaign.name).where(Campaign.id.in_(ids)))
            return NumberHistory(
                phone_number=phone_number,
                zones=phone.zones(phone_number),
                regions=regions_of(phone_number) if readable else (),
                dialed_at=sorted(call_records.dials(tx, phone_number)),
                dnc=dnc.of_number(tx, phone_number),
                campaigns={row.id: row.name for row in named},
                calls=calls,
            )
