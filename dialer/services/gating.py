"""The gate's facts, from what the database knows; and its decision, as it is stored with the call.

Claims, single calls and explanations all ask the gate through this module, so that they can't differ.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import orjson

from dialer.config import Settings
from dialer.db.rows import Row
from dialer.domain import caller_ids, phone, sharing
from dialer.domain.caller_ids import CallerIdPool, Owned, Shown
from dialer.domain.campaigns import CampaignState
from dialer.domain.forbidding import Forbidden
from dialer.domain.gate import GateFacts, Refusal
from dialer.domain.people import Pace
from dialer.domain.profiles import NONE, OwnRules, regions_of, rules_for
from dialer.domain.rules import Rules
from dialer.domain.window import CallingWindow

OWN_RULES: Final = (
    "calling_window",
    "profile",
    "number_caps",
    "min_gap_seconds",
    "skip_holidays",
    "consent_required",
    "abandon_ceiling",
)
"""The columns of a campaign that are rules of the gate."""


def facts(
    row: Row,
    settings: Settings,
    *,
    owned: Owned,
    stopped: bool,
    allow_list_only: bool,
    cancelled: bool = False,
    due_at: datetime | None = None,
    people: Pace | None = None,
) -> GateFacts:
    """What the gate decides on.

    Args:
        row: of the callee and the campaign, as `dialer.db.claiming.candidates` reads it. `campaign_id` is None for a
            call outside any campaign.
        owned: the caller ids of the trunk.
        people: how many calls the campaign may have under way, if it has people to speak to who answers.
    """
    in_campaign = row["campaign_id"] is not None
    undialable = phone.dialable(row["phone_number"], settings.special_numbers_allowed)
    default_zone = row["default_time_zone"]
    regions = row["regions"] or ()
    return GateFacts(
        at=row["at"],
        stopped=stopped,
        cancelled=cancelled,
        campaign_state=CampaignState(row["campaign_state"]) if in_campaign else None,
        undialable=undialable.reason if undialable else None,
        allow_listed=row["allow_listed"] or not allow_list_only,
        dnc=_forbidden(row["dnc"]),
        attempts=row["attempts"] or 0,
        max_attempts=row["max_attempts"] if in_campaign else row["call_max_attempts"],
        zones=tuple(row["zones"] or ()) or ((default_zone,) if default_zone else ()),
        rules=rules(own_rules(row) if in_campaign else single_call_rules(settings), row["phone_number"], regions),
        dials=tuple(row["number_dialed_at"] or ()),
        abandoned_at=row["number_abandoned_at"],
        people=people,
        consented=row["consent_at"] is not None and row["consent_at"] <= row["at"],
        not_before=row["not_before"],
        not_after=row["not_after"],
        due_at=due_at,
        callback=row["callback_for"] is not None,
        caller_id=shown(row, owned),
        list_active=row["list_active"],
    )


def shown(row: Row, owned: Owned) -> Shown:
    """The caller id of a call, or why it must not be made. A row without `id` is of no call yet."""
    pool = row["caller_id_pool"]
    if pool is not None:
        return caller_ids.from_pool(owned, _pool(orjson.dumps(pool)), row["phone_number"], str(row.get("id")))
    name = "caller_id" if row["campaign_id"] is None else "campaign_caller_id"
    return caller_ids.named(owned, row[name], pinned_elsewhere=row["pinned_elsewhere"])


@lru_cache(maxsize=1024)
def _pool(stored: bytes) -> CallerIdPool:
    return CallerIdPool.model_validate_json(stored)


def _forbidden(entry: Mapping[str, Any] | None) -> Forbidden | None:
    if entry is None:
        return None
    until = entry["expires_at"]
    return Forbidden(**{**entry, "expires_at": datetime.fromisoformat(until) if until else None})


def _stored(entry: Forbidden | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return asdict(entry) | {"expires_at": entry.expires_at.isoformat() if entry.expires_at else None}


def rules(own: OwnRules, phone_number: str, regions: tuple[str, ...] | list[str]) -> Rules:
    """The rules for a callee: of the regions that the list names, and of those that the number tells."""
    if own.profile == NONE and not own.skip_holidays:
        return rules_for(own, ())
    return rules_for(own, tuple(sorted({*regions, *regions_of(phone_number)})))


def own_rules(campaign: sharing.Row) -> OwnRules:
    """The rules that a campaign's row sets."""
    return _own_rules(orjson.dumps([campaign[name] for name in OWN_RULES]))


@lru_cache(maxsize=1024)
def _own_rules(stored: bytes) -> OwnRules:
    return OwnRules.model_validate(dict(zip(OWN_RULES, orjson.loads(stored), strict=True)))


@lru_cache(maxsize=16)
def _single_call_rules(window: str, profile: str) -> OwnRules:
    return OwnRules(calling_window=CallingWindow.parse(window), profile=profile)


def single_call_rules(settings: Settings) -> OwnRules:
    """The rules of calls outside any campaign."""
    return _single_call_rules(settings.single_call_window, settings.single_call_profile)


def record(decided: GateFacts, refusal: Refusal | None = None) -> dict[str, Any]:
    """A decision and what it was based on, for the call's row: to say later why somebody was called.

    What the named versions of the profiles say is in their files, and is not repeated.
    """
    stored: dict[str, Any] = {
        "at": decided.at.isoformat(),
        "zones": list(decided.zones),
        "hours": str(decided.rules.schedules[0]),
        "profiles": list(decided.rules.profiles),
        "caps": [
            {
                "calls": cap.calls,
                "hours": cap.period.total_seconds() / 3600,
                "used": cap.used(decided.dials, decided.at),
            }
            for cap in (*decided.rules.caps, *([decided.rules.gap] if decided.rules.gap else []))
        ],
        "attempts": decided.attempts,
        "dnc": _stored(decided.dnc),
        "consented": decided.consented,
        "caller_id_by": decided.caller_id.by,
        "ring_seconds": decided.rules.ring_seconds,
    }
    if decided.people is not None:
        stored["people"] = {"people": decided.people.people, "calls": decided.people.calls}
    if refusal is not None:
        stored["refusal"] = {
            "code": refusal.code.value,
            "rule": refusal.rule,
            "source": refusal.source,
            "until": refusal.until.isoformat() if refusal.until else None,
        }
    return stored
