"""What the process that reads recordings makes of them: here without the process, and by its exit code."""

import io
import subprocess
import sys
import wave
from array import array

import pytest

from dialer.audio.decoding import Refusal, Refused, decode
from tests.unit.audio.test_conversion import encoded, tone, video


def _refused(recording: bytes) -> Refusal:
    with pytest.raises(Refused) as refused:
        decode(recording)
    return refused.value.why


def _nothing(seconds: float) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(16000 * seconds)))
    return written.getvalue()


@pytest.mark.parametrize("recording", [tone(1, rate=44100, channels=2), encoded("flac", "flac")])
def test_the_end_of_a_recording_is_not_cut_off(recording: bytes) -> None:
    with wave.open(io.BytesIO(decode(recording))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        samples = array("h", file.readframes(file.getnframes()))
    # The resampler keeps the last few to itself until it is told that nothing more comes.
    assert len(samples) == pytest.approx(8000, abs=4)
    assert max(samples[-100:]) > 0.9 * max(samples)


@pytest.mark.parametrize(
    ("recording", "why"),
    [
        (b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:1/a.ts\n", Refusal.NOT_AUDIO),
        (tone(2)[:30], Refusal.NOT_AUDIO),
        (video(), Refusal.NO_AUDIO_STREAM),
        (_nothing(0), Refusal.EMPTY),
        (tone(0.09), Refusal.EMPTY),
        (tone(1, loudness=32), Refusal.SILENT),
        (_nothing(300.1), Refusal.TOO_LONG),
    ],
    ids=["playlist", "cut off in its head", "video", "empty", "short", "silent", "long"],
)
def test_each_refusal_has_its_reason(recording: bytes, why: Refusal) -> None:
    assert _refused(recording) is why


def test_what_is_as_short_as_may_be_and_as_quiet_is_kept() -> None:
    assert decode(tone(0.1, loudness=34))


def test_what_is_cut_off_in_the_middle_is_kept_as_far_as_it_goes() -> None:
    with wave.open(io.BytesIO(decode(tone(2)[:16044]))) as file:
        assert file.getnframes() == 8000


def test_the_process_says_by_its_exit_code_why_there_is_nothing() -> None:
    command = [sys.executable, "-m", "dialer.audio.decoding"]
    silent = subprocess.run(command, input=tone(1, loudness=0), capture_output=True, check=False)
    assert (silent.returncode, silent.stdout, silent.stderr) == (Refusal.SILENT, b"", b"")
    heard = subprocess.run(command, input=tone(1), capture_output=True, check=True)
    assert heard.stdout == decode(tone(1))
