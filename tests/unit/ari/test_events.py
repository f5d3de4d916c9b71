from typing import Any

import orjson
import pytest

from dialer.ari.events import (
    EVENT_TYPES,
    ApplicationReplaced,
    ChannelDestroyed,
    ChannelSnapshot,
    ChannelStateChange,
    Dial,
    Echo,
    Event,
    MalformedEvent,
    PlaybackFinished,
    StasisStart,
    parse,
)

CALL = "019aa1c2-0000-7000-8000-000000000001"
CHANNEL = {"id": CALL, "name": "PJSIP/carrier-00000001", "state": "Up", "caller": {"name": "", "number": ""}}
SNAPSHOT = ChannelSnapshot(CALL, "PJSIP/carrier-00000001", "Up")
TOMB = {"id": CALL, "name": "Local/tomb@default-00000001;1", "state": "Down"}
COMMON = {"timestamp": "2026-01-31T12:00:00.000+0000", "application": "dialer", "asterisk_id": "02:00:00:00:00:01"}


def message(**body: Any) -> bytes:
    return orjson.dumps({**COMMON, **body})


@pytest.mark.parametrize(
    ("data", "event"),
    [
        (message(type="StasisStart", args=["a"], channel=CHANNEL), StasisStart(SNAPSHOT, ("a",))),
        (message(type="ChannelStateChange", channel=CHANNEL), ChannelStateChange(SNAPSHOT)),
        (message(type="Dial", dialstatus="RINGING", forward="", peer=CHANNEL), Dial(SNAPSHOT, "RINGING")),
        (
            message(type="ChannelDestroyed", cause=17, cause_txt="User busy", tech_cause=486, channel=CHANNEL),
            ChannelDestroyed(SNAPSHOT, 17, 486),
        ),
        (
            message(type="ChannelDestroyed", cause=0, cause_txt="Unknown", channel=CHANNEL),
            ChannelDestroyed(SNAPSHOT, 0, None),
        ),
        (
            message(type="PlaybackFinished", playback={"id": "p", "target_uri": f"channel:{CALL}", "state": "done"}),
            PlaybackFinished("p", CALL, failed=False),
        ),
        (
            message(type="PlaybackFinished", playback={"id": "p", "target_uri": f"channel:{CALL}", "state": "failed"}),
            PlaybackFinished("p", CALL, failed=True),
        ),
        (message(type="ChannelUserevent", eventname="dialer_echo", userevent={"token": "t"}), Echo("t")),
        (message(type="ApplicationReplaced"), ApplicationReplaced()),
    ],
)
def test_each_type_that_is_used_is_read(data: bytes, event: Event) -> None:
    assert parse(data) == event


@pytest.mark.parametrize("type_", ["ChannelVarset", "StasisEnd", "ChannelHangupRequest", "SomethingNew"])
def test_other_types_are_ignored_and_filtered(type_: str) -> None:
    assert parse(message(type=type_)) is None
    assert type_ not in EVENT_TYPES


def test_user_events_of_others_are_ignored() -> None:
    assert parse(message(type="ChannelUserevent", eventname="theirs", userevent={})) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        message(type="Dial", peer=CHANNEL),
        message(type="Dial", dialstatus="", peer=None),
        message(type="ChannelStateChange", channel={"id": CALL}),
        message(type="ChannelDestroyed", cause=None, channel=CHANNEL),
        message(type="ChannelUserevent", eventname="dialer_echo", userevent={}),
    ],
)
def test_what_cannot_be_read_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedEvent):
        parse(data)


def test_a_tomb_is_known_by_its_channel_or_by_its_arguments() -> None:
    by_name, by_args, call = (
        parse(message(type="StasisStart", args=args, channel=channel))
        for args, channel in (([], TOMB), (["tomb"], CHANNEL), ([], CHANNEL))
    )
    assert isinstance(by_name, StasisStart)
    assert isinstance(by_args, StasisStart)
    assert isinstance(call, StasisStart)
    assert (by_name.is_tomb, by_args.is_tomb, call.is_tomb) == (True, True, False)
