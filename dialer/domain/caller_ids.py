"""Whose number the callee sees: one that is named, or one out of the numbers that the trunk owns.

Nothing is remembered from call to call. Whoever asks gets the same answer for the same call, whichever worker that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Annotated, Final

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dialer.domain.phone import CACHED_NUMBERS

MOST: Final = 1000
"""Caller ids of a trunk."""

_NORTH_AMERICA: Final = 1
_NORTH_AMERICAN_AREA: Final = 3


class PoolPolicy(StrEnum):
    """How one of a pool is chosen."""

    AREA = "area"
    """As near to the callee as there is one: the area code, else the country, else any; several take turns."""
    ROTATION = "rotation"
    """All take turns."""


class CallerIdPool(BaseModel):
    """Where a campaign's caller ids come from.

    Attributes:
        numbers: E.164, all of them the trunk's. Empty: whatever the trunk owns.
        same_for_number: a number that is called again, by whatever campaign, sees the caller id that it saw before,
            as long as that is enabled.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: PoolPolicy = PoolPolicy.AREA
    numbers: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^\+[0-9]{6,19}$")], ...],
        Field(max_length=MOST, description="E.164, of the trunk's caller ids. Empty: all of them."),
    ] = ()
    same_for_number: Annotated[
        bool, Field(description="A number that is called again sees the same caller id as before.")
    ] = True


@dataclass(frozen=True, slots=True)
class Owned:
    """What a trunk may show.

    Attributes:
        default: the trunk's own caller id.
        numbers: the caller ids that it owns, E.164, and whether each is enabled. Empty: nobody has said.
    """

    default: str | None = None
    numbers: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """The caller id of a call.

    Attributes:
        caller_id: None: the PBX decides.
        by: why it is this one: `trunk`, `named`, `area_code`, `country`, `rotation`.
        wrong: why there is none, so that the call must not be made.
    """

    caller_id: str | None
    by: str
    wrong: str | None = None


TRUNKS_OWN: Final = Shown(None, "trunk")
"""Nobody names a caller id: the PBX decides."""


def e164_of(caller_id: str) -> str:
    """The number of a caller id, which may be like `Name <+4930901820>`, with its plus."""
    inner = caller_id.rpartition("<")[2].rstrip(">") if caller_id.endswith(">") else caller_id
    return f"+{inner.strip().lstrip('+')}"


def named(owned: Owned, caller_id: str | None, *, pinned_elsewhere: bool = False) -> Shown:
    """The caller id that a campaign or a single call names, or else the trunk's.

    Args:
        pinned_elsewhere: another trunk owns it.
    """
    shown = caller_id or owned.default
    if shown is None:
        return TRUNKS_OWN
    number = e164_of(shown)
    by = "named" if caller_id else "trunk"
    if pinned_elsewhere:
        return Shown(None, by, f"the caller id {number} is another trunk's")
    if number in owned.numbers:
        return Shown(shown, by) if owned.numbers[number] else Shown(None, by, f"the caller id {number} is disabled")
    if owned.numbers and shown != owned.default:
        return Shown(None, by, f"the caller id {number} is none of the trunk's")
    return Shown(shown, by)


def from_pool(owned: Owned, pool: CallerIdPool, callee: str, call: str) -> Shown:
    """One of a pool, for a call to `callee`. Which one does not depend on what was chosen before.

    Those that are equally near take turns by rendezvous hashing: each has the same chance at every call, and if one is
    disabled or added, no other moves.

    Args:
        call: the call's id, which decides whose turn it is where nothing ties the choice to the callee.
    """
    usable = [n for n, enabled in owned.numbers.items() if enabled and (not pool.numbers or n in pool.numbers)]
    if not usable:
        return Shown(None, pool.policy, "no caller id of the campaign's pool is enabled on its trunk")
    near, by = nearest(usable, callee) if pool.policy is PoolPolicy.AREA else (usable, PoolPolicy.ROTATION.value)
    return Shown(_turn(near, callee if pool.same_for_number else call), by)


def nearest(numbers: Sequence[str], callee: str) -> tuple[Sequence[str], str]:
    """Those of `numbers` that are nearest to a callee, and what they share with it.

    In the North American plan the whole area code counts. Elsewhere, where area codes differ in length, as many of the
    callee's first digits as can be its area code: never more, so that no subscriber's own digits are imitated.
    """
    place = _place(callee)
    if place is None:
        return numbers, "rotation"
    places = {number: other for number in numbers if (other := _place(number)) is not None}
    whole = place.country == _NORTH_AMERICA
    shares = {
        n: _shared(place.area, other.area, whole=whole) for n, other in places.items() if other.country == place.country
    }
    most = max(shares.values(), default=0)
    if most:
        return [number for number, shared in shares.items() if shared == most], "area_code"
    compatriots = [n for n, other in places.items() if other.region == place.region]
    return (compatriots, "country") if compatriots else (numbers, "rotation")


@dataclass(frozen=True, slots=True)
class _Place:
    country: int
    region: str | None
    area: str


@lru_cache(maxsize=CACHED_NUMBERS)
def _place(number: str) -> _Place | None:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None
    country = parsed.country_code or 0
    length = (
        _NORTH_AMERICAN_AREA if country == _NORTH_AMERICA else phonenumbers.length_of_national_destination_code(parsed)
    )
    national = phonenumbers.national_significant_number(parsed)
    return _Place(country, phonenumbers.region_code_for_number(parsed), national[:length])


def _shared(area: str, other: str, *, whole: bool) -> int:
    """How many of their first digits two area codes share."""
    if whole:
        return len(area) if area == other else 0
    pairs = zip(area, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(area), len(other)))


def _turn(numbers: Sequence[str], key: str) -> str:
    return max(numbers, key=lambda number: (_weight(number, key), number))


def _weight(number: str, key: str) -> bytes:
    return blake2b(f"{number} {key}".encode(), digest_size=8).digest()
