"""Uploaded sounds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Text, cast, delete, func, insert, select, text

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, first, one
from dialer.db.tables import Campaign, PbxNode, SoundCheck, UploadedSound
from dialer.domain.campaigns import CampaignState
from dialer.domain.sounds import SoundState

ORDER: Final = Order("sounds", UploadedSound.id, int, descending=True)


@dataclass(frozen=True, slots=True)
class SoundRecord:
    """A sound without its samples."""

    id: int
    name: str
    token: str
    milliseconds: int
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SoundCheckRecord:
    """What the PBX `node` did when it was last asked to play a sound."""

    node: str
    state: SoundState
    checked_at: datetime


_COLUMNS: Final = columns(UploadedSound, SoundRecord)


def add(tx: Connection, values: dict[str, Any]) -> SoundRecord:
    """Add one; its name must be free (`uq_sounds_name`)."""
    return one(tx, SoundRecord, insert(UploadedSound).values(**values).returning(*_COLUMNS))


def listed(tx: Connection, page: PageRequest, *, name: str | None = None) -> Page[SoundRecord]:
    return pages.read(tx, SoundRecord, pages.matching(select(*_COLUMNS), UploadedSound, name=name), ORDER, page)


def get(tx: Connection, sound_id: int, *, lock: bool = False) -> SoundRecord | None:
    statement = select(*_COLUMNS).where(UploadedSound.id == sound_id)
    return first(tx, SoundRecord, statement.with_for_update() if lock else statement)


def wav(tx: Connection, token: str) -> bytes | None:
    """The file that this token stands for."""
    return tx.scalar(select(UploadedSound.wav).where(UploadedSound.token == token))


def tokens(tx: Connection, sound_ids: Iterable[int], *, keep: bool = False) -> dict[int, str]:
    """The tokens of those of these sounds that exist. `keep`: they can't be deleted before this transaction ends."""
    statement = select(UploadedSound.id, UploadedSound.token).where(UploadedSound.id.in_(sorted(sound_ids)))
    if keep:
        statement = statement.order_by(UploadedSound.id).with_for_update(read=True)
    return {row.id: row.token for row in tx.execute(statement)}


def lengths(tx: Connection, sound_ids: Iterable[int]) -> dict[int, int]:
    """How many milliseconds each of these sounds has."""
    statement = select(UploadedSound.id, UploadedSound.milliseconds).where(UploadedSound.id.in_(sorted(sound_ids)))
    return {row.id: row.milliseconds for row in tx.execute(statement)}


_NOTE: Final = text("""
    INSERT INTO sound_checks (sound_id, node_id, state, checked_at)
    SELECT id, :node_id, :state, clock_timestamp() FROM sounds WHERE id = ANY(:sound_ids) ORDER BY id FOR KEY SHARE
    ON CONFLICT (sound_id, node_id) DO UPDATE SET state = excluded.state, checked_at = excluded.checked_at
""")


def note_check(tx: Connection, node_id: int, state: SoundState, sound_ids: Iterable[int]) -> None:
    """Keep what became of these sounds on a node, those that were deleted meanwhile excepted."""
    tx.execute(_NOTE, {"node_id": node_id, "state": state.value, "sound_ids": sorted(sound_ids)})


def checks(tx: Connection, sound_id: int) -> list[SoundCheckRecord]:
    """Where a sound was checked, and with what result."""
    statement = (
        select(PbxNode.name, SoundCheck.state, SoundCheck.checked_at)
        .join(PbxNode, PbxNode.id == SoundCheck.node_id)
        .where(SoundCheck.sound_id == sound_id)
        .order_by(PbxNode.id)
    )
    return [SoundCheckRecord(row.name, SoundState(row.state), row.checked_at) for row in tx.execute(statement)]


def campaigns_that_play(tx: Connection, reference: str) -> list[str]:
    """The names of campaigns, those that are over excepted, whose answer action has this sound in it."""
    quoted = f'"{reference}"'
    statement = select(Campaign.name).where(
        Campaign.state.not_in([CampaignState.COMPLETED, CampaignState.CANCELLED]),
        func.strpos(cast(Campaign.answer_action, Text), quoted) > 0,
    )
    return list(tx.scalars(statement.order_by(Campaign.id).limit(10)))


def remove(tx: Connection, sound_id: int) -> None:
    tx.execute(delete(UploadedSound).where(UploadedSound.id == sound_id))
