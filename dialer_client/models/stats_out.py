from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.campaign_state import CampaignState

if TYPE_CHECKING:
    from ..models.people_out import PeopleOut
    from ..models.standing_out import StandingOut
    from ..models.stats_out_calls import StatsOutCalls
    from ..models.stats_out_contacts import StatsOutContacts
    from ..models.stats_out_done import StatsOutDone
    from ..models.stats_out_in_flight import StatsOutInFlight


T = TypeVar("T", bound="StatsOut")


@_attrs_define
class StatsOut:
    """Counts, exact at `as_of`.

    Attributes:
        campaign_id (int):
        state (CampaignState):
        contacts (StatsOutContacts):
        contacts_total (int):
        done (StatsOutDone): Contacts that are done, by reason.
        calls (StatsOutCalls): Calls that have ended.
        calls_ended (int):
        queued (int): Calls that wait for a worker.
        in_flight (StatsOutInFlight): Calls that may hold a channel, by state.
        in_flight_total (int):
        import_running (bool):
        people (None | PeopleOut): Empty for a campaign whose calls need nobody.
        trunks (list[StandingOut]): What its calls go over, and how that is now.
        as_of (datetime.datetime):
    """

    campaign_id: int
    state: CampaignState
    contacts: StatsOutContacts
    contacts_total: int
    done: StatsOutDone
    calls: StatsOutCalls
    calls_ended: int
    queued: int
    in_flight: StatsOutInFlight
    in_flight_total: int
    import_running: bool
    people: None | PeopleOut
    trunks: list[StandingOut]
    as_of: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        from ..models.people_out import PeopleOut  # noqa: PLC0415

        campaign_id = self.campaign_id

        state = self.state.value

        contacts = self.contacts.to_dict()

        contacts_total = self.contacts_total

        done = self.done.to_dict()

        calls = self.calls.to_dict()

        calls_ended = self.calls_ended

        queued = self.queued

        in_flight = self.in_flight.to_dict()

        in_flight_total = self.in_flight_total

        import_running = self.import_running

        people: dict[str, Any] | None
        if isinstance(self.people, PeopleOut):
            people = self.people.to_dict()
        else:
            people = self.people

        trunks = []
        for trunks_item_data in self.trunks:
            trunks_item = trunks_item_data.to_dict()
            trunks.append(trunks_item)

        as_of = self.as_of.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "campaign_id": campaign_id,
                "state": state,
                "contacts": contacts,
                "contacts_total": contacts_total,
                "done": done,
                "calls": calls,
                "calls_ended": calls_ended,
                "queued": queued,
                "in_flight": in_flight,
                "in_flight_total": in_flight_total,
                "import_running": import_running,
                "people": people,
                "trunks": trunks,
                "as_of": as_of,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.people_out import PeopleOut  # noqa: PLC0415
        from ..models.standing_out import StandingOut  # noqa: PLC0415
        from ..models.stats_out_calls import StatsOutCalls  # noqa: PLC0415
        from ..models.stats_out_contacts import StatsOutContacts  # noqa: PLC0415
        from ..models.stats_out_done import StatsOutDone  # noqa: PLC0415
        from ..models.stats_out_in_flight import StatsOutInFlight  # noqa: PLC0415

        d = dict(src_dict)
        campaign_id = d.pop("campaign_id")

        state = CampaignState(d.pop("state"))

        contacts = StatsOutContacts.from_dict(d.pop("contacts"))

        contacts_total = d.pop("contacts_total")

        done = StatsOutDone.from_dict(d.pop("done"))

        calls = StatsOutCalls.from_dict(d.pop("calls"))

        calls_ended = d.pop("calls_ended")

        queued = d.pop("queued")

        in_flight = StatsOutInFlight.from_dict(d.pop("in_flight"))

        in_flight_total = d.pop("in_flight_total")

        import_running = d.pop("import_running")

        def _parse_people(data: object) -> None | PeopleOut:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                people_type_0 = PeopleOut.from_dict(data)

                return people_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PeopleOut, data)

        people = _parse_people(d.pop("people"))

        trunks = []
        _trunks = d.pop("trunks")
        for trunks_item_data in _trunks:
            trunks_item = StandingOut.from_dict(trunks_item_data)

            trunks.append(trunks_item)

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        stats_out = cls(
            campaign_id=campaign_id,
            state=state,
            contacts=contacts,
            contacts_total=contacts_total,
            done=done,
            calls=calls,
            calls_ended=calls_ended,
            queued=queued,
            in_flight=in_flight,
            in_flight_total=in_flight_total,
            import_running=import_running,
            people=people,
            trunks=trunks,
            as_of=as_of,
        )

        return stats_out
