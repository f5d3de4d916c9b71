"""Rows into a campaign: the part that a list's pieces and contacts given as JSON share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from dialer.db import contact_import
from dialer.db.contact_import import NewRow, Place
from dialer.services.importing.codes import RowCode
from dialer.services.importing.rows import Candidate, RawContact, Repaired, RowRefusal, RowRules


class Outcome(NamedTuple):
    """What became of a row: exactly one of the two is set."""

    contact_id: int | None = None
    refusal: RowRefusal | None = None


class ContactWriter:
    """Judges rows, then writes those that pass. One for a process: it remembers the ids of places."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._place_ids: dict[Place, int] = {}

    def prepare(self, rules: RowRules, rows: Sequence[tuple[int, RawContact]], *, place: str = "line") -> "Prepared":
        """Judge rows, given with their numbers (of a line or another `place`), each alone and then among themselves.

        Writes no contact.
        """
        refused, candidates = judge(rules, rows, place=place)
        self._learn(place for _, candidate in candidates.values() for place in _places(candidate))
        accepted = [
            NewRow(
                line,
                number,
                self._place_ids[_place(candidate)],
                candidate.priority,
                candidate.external_id,
                candidate.name,
                candidate.data,
                candidate.consent_at,
                candidate.consent_source,
                tuple([(n.phone_number, self._place_ids[n.zones, n.regions]) for n in candidate.numbers]),
            )
            for number, (line, candidate) in candidates.items()
        ]
        repaired = {line: candidate.repaired for line, candidate in candidates.values() if candidate.repaired}
        return Prepared(accepted, refused, repaired)

    def _learn(self, needed: Iterable[Place]) -> None:
        missing = set(needed) - self._place_ids.keys()
        if missing:
            self._place_ids = contact_import.ensure_places(self._engine, missing)


def judge(
    rules: RowRules, rows: Sequence[tuple[int, RawContact]], *, place: str
) -> tuple[dict[int, RowRefusal], dict[str, tuple[int, Candidate]]]:
    """Judge rows, given with their numbers, each alone and then among themselves.

    Returns:
        The refusals by line; the others, with their lines, by phone number.
    """
    refused: dict[int, RowRefusal] = {}
    candidates: dict[str, tuple[int, Candidate]] = {}
    for line, raw in rows:
        judged = rules.judge(raw)
        if isinstance(judged, RowRefusal):
            refused[line] = judged
        elif (earlier := candidates.get(judged.phone_number)) is not None:
            reason = f"{judged.phone_number} is on {place} {earlier[0]} already"
            refused[line] = RowRefusal(RowCode.DUPLICATE, reason)
        else:
            candidates[judged.phone_number] = (line, judged)
    return refused, candidates


def _places(candidate: Candidate) -> Iterable[Place]:
    yield _place(candidate)
    for number in candidate.numbers:
        yield number.zones, number.regions


def _place(candidate: Candidate) -> Place:
    return candidate.zones, candidate.regions


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows that may be written, and those that may not, by line; and what was undone to read the former."""

    accepted: list[NewRow]
    refused: dict[int, RowRefusal]
    repaired: dict[int, tuple[Repaired, ...]] = field(default_factory=dict)

    def write(self, tx: Connection, campaign_id: int, call_list_id: int | None) -> dict[int, Outcome]:
        """Insert what may be inserted, and say of every line what became of it."""
        outcomes = {line: Outcome(refusal=refusal) for line, refusal in self.refused.items()}
        there_already: list[NewRow] = []
        by_line = {row.line: row for row in self.accepted}
        for inserted in contact_import.insert_contacts(tx, campaign_id, call_list_id, self.accepted):
            row = by_line[inserted.line]
            if inserted.contact_id is not None:
                outcomes[row.line] = Outcome(contact_id=inserted.contact_id)
            elif inserted.dnc:
                outcomes[row.line] = Outcome(refusal=RowRefusal(RowCode.DNC, forbidden(row.phone_number)))
            else:
                there_already.append(row)
        if there_already:
            known = contact_import.existing(tx, campaign_id, [row.phone_number for row in there_already])
            for row in there_already:
                reason = already(row.phone_number, known.get(row.phone_number), call_list_id)
                outcomes[row.line] = Outcome(refusal=RowRefusal(RowCode.DUPLICATE, reason))
        return outcomes


def forbidden(number: str) -> str:
    """Why a number that is on a do-not-call list is refused."""
    return f"{number} must not be called (DNC)"


def already(number: str, found: tuple[int, int | None] | None, call_list_id: int | None) -> str:
    """Why a number that the campaign has is refused.

    Args:
        found: the contact that has it, and that one's list.
        call_list_id: the list that the row is on.
    """
    if found is None:
        return f"{number} is in the campaign already"
    contact_id, list_id = found
    where = "on this list" if call_list_id is not None and list_id == call_list_id else "in the campaign"
    return f"{number} is {where} already (contact {contact_id})"
