"""Turn an uploaded recording into what every Asterisk plays."""

import io
import subprocess
import sys
import wave
from dataclasses import dataclass
from typing import Final

from dialer.audio.decoding import CPU_SECONDS, MAX_SECONDS, Refusal
from dialer.errors import InvalidInput

_SECONDS: Final = 3 * CPU_SECONDS
"""Of real time, on a machine that does much else."""

_WHY: Final = {
    Refusal.NOT_AUDIO: "is not a recording that can be read: send WAV, FLAC, Ogg, MP3, M4A, AIFF or AU",
    Refusal.NO_AUDIO_STREAM: "has no sound in it",
    Refusal.TOO_LONG: f"is longer than {MAX_SECONDS // 60} minutes",
    Refusal.EMPTY: "is empty, or shorter than a tenth of a second",
    Refusal.SILENT: "is silent: nothing in it is louder than -60 dB",
}
_TOO_HARD: Final = "takes too much time or memory to be read: send it as WAV"


@dataclass(frozen=True, slots=True)
class Converted:
    """A WAV file with 8 kHz, one channel, 16 bits, and its length."""

    wav: bytes
    milliseconds: int


def convert(recording: bytes) -> Converted:
    """Convert a recording in any usual format, in bounded time and memory.

    Raises:
        InvalidInput: it is not a recording, or one that makes no sense to play.
    """
    command = [sys.executable, "-m", "dialer.audio.decoding"]
    try:
        # Without this process's environment, where its secrets may be.
        done = subprocess.run(command, input=recording, capture_output=True, timeout=_SECONDS, check=False, env={})
    except subprocess.TimeoutExpired as error:
        raise _invalid(_TOO_HARD) from error
    if done.returncode != 0:
        known = done.returncode in set(Refusal)
        raise _invalid(_WHY[Refusal(done.returncode)] if known else _TOO_HARD)
    with wave.open(io.BytesIO(done.stdout)) as file:
        return Converted(done.stdout, round(file.getnframes() * 1000 / file.getframerate()))


def _invalid(message: str) -> InvalidInput:
    return InvalidInput(f"The file {message}.", errors=[{"field": "file", "message": message}])
