"""Sounds and the PBXs that play them."""

from enum import StrEnum


class SoundState(StrEnum):
    """What is known of a sound on a PBX: it plays; it can't be played; the PBX could not be asked."""

    OK = "ok"
    MISSING = "missing"
    ERROR = "error"
