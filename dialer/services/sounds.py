"""Sounds that managers upload, and how PBXs come by them."""

import secrets
from collections.abc import Set
from typing import Final

from sqlalchemy import Connection, Engine

from dialer.audio.conversion import convert
from dialer.config import Settings
from dialer.db import sounds
from dialer.db.pages import Page, PageRequest
from dialer.db.records import explaining
from dialer.db.sounds import SoundCheckRecord, SoundRecord
from dialer.domain.actions import UPLOAD_PREFIX, AnswerAction, sounds_of, upload_id
from dialer.errors import Conflict, DialerError, InvalidInput, NotFound
from dialer.services.idempotency import Within, nothing_more

MEDIA_PATH: Final = "/v1/sounds/media"
"""Of the API. Below it the PBXs find each sound under its token."""


class Sounds:
    """Adds, reads and deletes them. One that is there never changes: another recording is another sound."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings

    def upload(
        self, name: str, recording: bytes, user: str, *, within: Within[SoundRecord] = nothing_more
    ) -> SoundRecord:
        """Convert a recording and keep it.

        Args:
            recording: a file in any usual format.
            within: called with the sound in the transaction that adds it.

        Raises:
            Conflict: there is one of that name, or PBXs could not fetch it.
            InvalidInput: it can't be read, or makes no sense to play.
        """
        if self._settings.sounds_url is None:
            raise Conflict("No PBX could fetch the sound: set DIALER_SOUNDS_URL to where they reach the API.")
        converted = convert(recording)
        values = {
            "name": name,
            "token": secrets.token_hex(16),
            "milliseconds": converted.milliseconds,
            "wav": converted.wav,
            "created_by": user,
        }
        taken: dict[str, DialerError] = {"uq_sounds_name": Conflict(f"There is a sound named {name!r} already.")}
        with explaining(taken), self._engine.begin() as tx:
            sound = sounds.add(tx, values)
            within(tx, sound)
        return sound

    def listed(self, page: PageRequest, *, name: str | None = None) -> Page[SoundRecord]:
        """Sounds, the newest first."""
        with self._engine.begin() as tx:
            return sounds.listed(tx, page, name=name)

    def get(self, sound_id: int) -> SoundRecord:
        """One sound.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            return _found(sounds.get(tx, sound_id), sound_id)

    def checks(self, sound_id: int) -> list[SoundCheckRecord]:
        """What each PBX did that was asked to play the sound."""
        with self._engine.begin() as tx:
            return sounds.checks(tx, sound_id)

    def wav(self, token: str) -> bytes:
        """The file that a PBX asks for.

        Raises:
            NotFound: the token is of no sound.
        """
        with self._engine.begin() as tx:
            found = sounds.wav(tx, token)
        if found is None:
            raise NotFound("There is no such sound.")
        return found

    def remove(self, sound_id: int) -> None:
        """Delete a sound. Single calls that were to play it and are not over fail to.

        Raises:
            NotFound: there is none.
            Conflict: a campaign that is not over plays it; `extra["campaigns"]` names some.
        """
        with self._engine.begin() as tx:
            _found(sounds.get(tx, sound_id, lock=True), sound_id)
            if used := sounds.campaigns_that_play(tx, f"{UPLOAD_PREFIX}{sound_id}"):
                raise Conflict(f"Campaigns play it: {', '.join(used)}.", campaigns=used)
            sounds.remove(tx, sound_id)


def check(tx: Connection, action: AnswerAction) -> None:
    """Refuse an action with uploaded sounds that don't exist. Those that do exist stay until `tx` ends.

    Raises:
        InvalidInput: names them.
    """
    wanted = uploads(action)
    if missing := wanted - _tokens(tx, wanted, keep=True).keys():
        message = f"there is no sound {', '.join(sorted(missing))}: see GET /v1/sounds"
        raise InvalidInput(f"answer_action: {message}.", errors=[{"field": "answer_action", "message": message}])


def uploads(action: AnswerAction) -> frozenset[str]:
    """The sounds of an action that were uploaded, as the action calls them."""
    return frozenset(sound for sound in sounds_of(action) if upload_id(sound) is not None)


def media(tx: Connection, wanted: Set[str], base_url: str | None) -> dict[str, str]:
    """Under which address Asterisk fetches each of these uploaded sounds.

    Raises:
        NotFound: one was deleted.
        Conflict: there is no `base_url`.
    """
    if base_url is None:
        raise Conflict("No PBX can fetch uploaded sounds: DIALER_SOUNDS_URL is not set.")
    found = _tokens(tx, wanted)
    if missing := wanted - found.keys():
        raise NotFound(f"There is no sound {', '.join(sorted(missing))}.")
    return {sound: f"{base_url}{MEDIA_PATH}/{token}.wav" for sound, token in found.items()}


def _tokens(tx: Connection, wanted: Set[str], *, keep: bool = False) -> dict[str, str]:
    if not wanted:
        return {}
    ids = [sound_id for sound in wanted if (sound_id := upload_id(sound)) is not None]
    return {f"{UPLOAD_PREFIX}{sound_id}": token for sound_id, token in sounds.tokens(tx, ids, keep=keep).items()}


def _found(sound: SoundRecord | None, sound_id: int) -> SoundRecord:
    if sound is None:
        raise NotFound(f"There is no sound {sound_id}.")
    return sound
