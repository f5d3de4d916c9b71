"""Decode one recording, in a process of its own: `python -m dialer.audio.decoding <recording >wav`.

What somebody uploads is read by C libraries, so it is read where a crash, a bomb or a hole in one of them harms nothing
but this process: it has no settings, little memory and little time. Its exit code is a `Refusal`.
"""

import io
import resource
import sys
import wave
from array import array
from enum import IntEnum
from itertools import chain
from typing import Final

import av
from av.audio.stream import AudioStream

RATE: Final = 8000
MAX_SECONDS: Final = 300
MIN_SECONDS: Final = 0.1
SILENCE: Final = 33
"""The loudest sample of a recording in which nothing is heard: 60 dB below full scale."""

MEMORY_BYTES: Final = 1024**3
CPU_SECONDS: Final = 20

# Formats of one file each: playlists and their like would make the library open other files and addresses.
_FORMATS: Final = "wav,w64,aiff,au,flac,mp3,ogg,mov,matroska,aac,amr"


class Refusal(IntEnum):
    """Why there is no result."""

    NOT_AUDIO = 10
    NO_AUDIO_STREAM = 11
    TOO_LONG = 12
    EMPTY = 13
    SILENT = 14


class Refused(Exception):
    """The recording can't be used."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.name)
        self.why = why


def decode(recording: bytes) -> bytes:
    """A recording as WAV: 8 kHz, one channel, 16 bits, which Asterisk's format_wav reads.

    Raises:
        Refused: it can't be used.
    """
    samples = _samples(recording)
    if len(samples) < RATE * MIN_SECONDS:
        raise Refused(Refusal.EMPTY)
    if max(max(samples), -min(samples)) < SILENCE:
        raise Refused(Refusal.SILENT)
    if sys.byteorder == "big":
        samples.byteswap()
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return written.getvalue()


def _samples(recording: bytes) -> "array[int]":
    samples = array("h")
    try:
        with av.open(io.BytesIO(recording), "r", container_options={"format_whitelist": _FORMATS}) as container:
            stream = next((s for s in container.streams if isinstance(s, AudioStream)), None)
            if stream is None:
                raise Refused(Refusal.NO_AUDIO_STREAM)
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            # The resampler holds some back until it is told that nothing more comes.
            for frame in chain(container.decode(stream), [None]):
                for converted in resampler.resample(frame):
                    samples.frombytes(bytes(converted.planes[0])[: converted.samples * 2])
                if len(samples) > RATE * MAX_SECONDS:
                    raise Refused(Refusal.TOO_LONG)
    except av.FFmpegError as error:
        raise Refused(Refusal.NOT_AUDIO) from error
    return samples


def main() -> int:
    """Standard input to standard output. The exit code: 0, a `Refusal`, or the interpreter's own after a crash."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sys.stdout.buffer.write(decode(sys.stdin.buffer.read()))
    except Refused as refused:
        return refused.why
    return 0


if __name__ == "__main__":
    sys.exit(main())
