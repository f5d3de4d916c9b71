"""What becomes of an uploaded recording."""

import io
import math
import struct
import wave
from array import array
from itertools import pairwise
from typing import Any

import av
import pytest

from dialer.audio import conversion
from dialer.audio.conversion import convert
from dialer.errors import InvalidInput


def tone(seconds: float, *, rate: int = 8000, channels: int = 1, loudness: int = 8000) -> bytes:
    """A WAV file with 440 Hz."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = (int(loudness * math.sin(2 * math.pi * 440 * n / rate)) for n in range(int(seconds * rate)))
        file.writeframes(b"".join(struct.pack("<h", sample) * channels for sample in samples))
    return written.getvalue()


def encoded(container_format: str, codec: Any, *, rate: int = 48000) -> bytes:
    """A second of 440 Hz in another format."""
    written = io.BytesIO()
    with av.open(written, "w", format=container_format) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        with av.open(io.BytesIO(tone(1, rate=rate)), "r") as source:
            for frame in source.decode(audio=0):
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return written.getvalue()


def video() -> bytes:
    """A picture, and no sound."""
    written = io.BytesIO()
    with av.open(written, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 16
        container.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        container.mux(stream.encode(None))
    return written.getvalue()


def refusal(recording: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        convert(recording)
    assert refused.value.extra["errors"][0]["field"] == "file"
    return refused.value.detail


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (96000, 1)])
def test_the_result_is_what_every_asterisk_plays_and_as_long_and_as_high(rate: int, channels: int) -> None:
    converted = convert(tone(2, rate=rate, channels=channels))
    with wave.open(io.BytesIO(converted.wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        samples = array("h", file.readframes(file.getnframes()))
    assert converted.milliseconds == pytest.approx(2000, abs=30)
    assert max(samples) == pytest.approx(8000, rel=0.1)
    crossings = sum(a < 0 <= b for a, b in pairwise(samples))
    assert crossings == pytest.approx(880, abs=10)


@pytest.mark.parametrize(
    ("container_format", "codec"), [("flac", "flac"), ("mp3", "libmp3lame"), ("ipod", "aac"), ("ogg", "libopus")]
)
def test_usual_formats_are_read(container_format: str, codec: str) -> None:
    assert convert(encoded(container_format, codec)).milliseconds == pytest.approx(1000, abs=100)


@pytest.mark.parametrize(
    "recording",
    [
        b"",
        b"hello",
        bytes(100_000),
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:1/a.ts\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
    ],
)
def test_what_is_no_recording_is_refused(recording: bytes) -> None:
    assert "not a recording that can be read" in refusal(recording)


def test_silence_and_nothing_are_refused() -> None:
    assert "silent" in refusal(tone(1, loudness=20))
    assert "empty" in refusal(tone(0))
    assert "empty" in refusal(tone(0.05))


def test_a_small_file_that_is_hours_long_is_refused_after_five_minutes_of_it() -> None:
    assert "longer than 5 minutes" in refusal(tone(301))
    written = io.BytesIO()
    with av.open(written, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=8000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=8000 * 10)
        frame.sample_rate = 8000
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        for _ in range(360):
            frame.pts = None
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert len(written.getvalue()) < 1_000_000
    assert "longer than 5 minutes" in refusal(written.getvalue())


def test_a_video_without_sound_has_no_sound_in_it() -> None:
    assert "no sound in it" in refusal(video())


def test_a_decoder_that_does_not_come_back_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "_SECONDS", 0.001)
    assert "too much time" in refusal(tone(1))
