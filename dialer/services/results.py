"""What a campaign's calls have come to: by call list, by hour, by attempt, by caller id."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine

from dialer.db import caller_ids, campaigns, counts, imports, transitions
from dialer.domain.dispositions import NOT_COUNTED, Disposition
from dialer.errors import NotFound


class By(StrEnum):
    """What calls are told apart by."""

    LIST = "list"
    """The call list that the contact came with."""
    HOUR = "hour"
    """The clock hour, in UTC, in which the call was dialed; of one that never was, in which it ended."""
    ATTEMPT = "attempt"
    """The how-manieth attempt to reach the contact it was."""
    CALLER_ID = "caller_id"
    """The number that the callee saw."""


@dataclass(frozen=True, slots=True)
class Result:
    """Calls that have ended, by disposition.

    Attributes:
        value: the list's id (None: contacts of no list), when the hour began (ISO 8601), the attempt's number, or
            the caller id's (None: the PBX decided).
        name: the list's.
    """

    value: str | None = None
    name: str | None = None
    calls: Mapping[Disposition, int] = field(default_factory=dict)

    @property
    def ended(self) -> int:
        return sum(self.calls.values())

    @property
    def dialed(self) -> int:
        """Those that were dialed, as far as is known."""
        return sum(n for disposition, n in self.calls.items() if disposition not in NOT_COUNTED)

    @property
    def answered(self) -> int:
        return self.calls.get(Disposition.ANSWERED, 0)

    @property
    def answer_ratio(self) -> float | None:
        """Answered of those dialed, 0 to 1; None where none was."""
        return round(self.answered / self.dialed, 4) if self.dialed else None


@dataclass(frozen=True, slots=True)
class CampaignResults:
    """Results by one thing, in its order, and of all calls together; of one moment."""

    campaign_id: int
    by: By
    groups: Sequence[Result]
    total: Result
    as_of: datetime


class Results:
    """Reads what the triggers have counted, so that a campaign of millions of calls costs no more than a small one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def campaign(self, campaign_id: int, by: By) -> CampaignResults:
        """Exact for what was committed at `as_of`; the groups add up to the total, which is that of the stats.

        Raises:
            NotFound: no such campaign.
        """
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as tx:
            if campaigns.get(tx, campaign_id) is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            found: dict[str, dict[Disposition, int]] = {}
            for row in counts.results(tx, campaign_id, by.value):
                found.setdefault(row["value"], {})[Disposition(row["disposition"])] = row["n"]
            named = _NAMED[by](tx, campaign_id, sorted(found, key=lambda value: (len(value), value)))
            return CampaignResults(
                campaign_id,
                by,
                [Result(value, name, _whole(found[key])) for key, value, name in named],
                Result(calls=_whole(counts.ended_calls(tx, campaign_id))),
                transitions.database_time(tx),
            )


_Named = list[tuple[str, str | None, str | None]]
"""Stored value, value as shown, and name of each group, in order."""


def _lists(tx: Connection, campaign_id: int, found: list[str]) -> _Named:
    names = imports.names(tx, campaign_id)
    listed: _Named = [(key, key, names.get(int(key))) for key in found if key != "0"]
    return [*listed, *((key, None, None) for key in found if key == "0")]


def _hours(tx: Connection, campaign_id: int, found: list[str]) -> _Named:
    return [(key, datetime.fromisoformat(f"{key}:00").replace(tzinfo=UTC).isoformat(), None) for key in found]


def _attempts(tx: Connection, campaign_id: int, found: list[str]) -> _Named:
    return [(key, key, None) for key in found]


def _caller_ids(tx: Connection, campaign_id: int, found: list[str]) -> _Named:
    labels = caller_ids.labels(tx, found)
    return [(key, None if key == "-" else key, labels.get(key)) for key in found]


_NAMED: Final[Mapping[By, Callable[[Connection, int, list[str]], _Named]]] = {
    By.LIST: _lists,
    By.HOUR: _hours,
    By.ATTEMPT: _attempts,
    By.CALLER_ID: _caller_ids,
}


def _whole(calls: Mapping[Disposition, int]) -> dict[Disposition, int]:
    return {disposition: calls.get(disposition, 0) for disposition in Disposition}
