"""Strings that try to reach the dialplan or the SIP headers. docs/injection.md has the list, and what each gets."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from api.schemas.calls import CallIn
from dialer.domain.phone import PhoneNumber, parse
from dialer.services.importing.mapping import valid_variable
from tests.contract.conftest import Pbx
from tests.contract.wire import Listener, eventually

SHELL = "${SHELL(touch /mnt/smuggled)}"
FILE = "${FILE(/mnt/smuggled,,,l,u)}"
LINES = "x\r\nX-Smuggled: 1"
PLAY = {"type": "play", "sound": "beep"}

NUMBERS = [
    SHELL,
    "+442079460000@evil.example",
    "+442079460000&PJSIP/+442079460010@carrier",
    "+442079460000,10,G(evil)",
    "+442079460000;transport=tcp",
    "+442079460000\r\nX-Smuggled: 1",
    "sip:+442079460000@evil.example",
    "+44207946000?X-Smuggled=1",
]
NAMES = [
    "PJSIP_HEADER(add,X-Smuggled)",
    "SHELL(touch /mnt/smuggled)",
    "CHANNEL(hangup_handler_push)",
    "__INHERITED(x)",
    "A B",
    "A=B",
    "A,B",
    "${A}",
    "A\r\nB",
    "",
]
PLACES = [SHELL, "a,b", "a b", "a&b", "a/../b", "a|b", "a\r\nb", "", "x" * 81]
SOUNDS = [SHELL, "../../etc/passwd", "/etc/passwd", "a&b", "a,skip", "http://evil.example/a.wav", "a\nb", "", "a.b"]
VALUES = [
    SHELL,
    FILE,
    "$[1 + 1]",
    "a,b,Dial(PJSIP/+442079460010@carrier)",
    'a" = "" | "1',
    "a&b|c?d:e)",
    "%0d%0aX-Smuggled: 1",
    "`id`; $(id)",
    "é — 电话 — 😀",
    "x" * 1000,
]
CALLER_IDS = [
    SHELL,
    '"Ada" <+442079460999>',
    "Ada <sip:+442079460999@evil.example;tag=1>",
    "+442079460999>;tag=1",
    "+442079460999@evil.example",
    '"" <>',
    "Ada\\r\\nX-Smuggled: 1",
    "x" * 80,
]


def _call(**change: Any) -> dict[str, Any]:
    return {"phone_number": "+442079460000", "answer_action": PLAY} | change


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_digits_or_refused(number: str) -> None:
    found = parse(number, "GB")
    if isinstance(found, PhoneNumber):
        assert re.fullmatch(r"\+[0-9]{7,15}", found.e164), found


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_s_name_is_a_plain_one(name: str) -> None:
    assert not valid_variable(name)
    with pytest.raises(ValidationError):
        CallIn.model_validate(_call(variables={name: "x"}))


@pytest.mark.parametrize("field", ["context", "extension"])
@pytest.mark.parametrize("place", PLACES)
def test_a_place_in_the_dialplan_is_a_plain_name(field: str, place: str) -> None:
    action = {"type": "continue", "context": "ivr"} | {field: place}
    with pytest.raises(ValidationError):
        CallIn.model_validate(_call(answer_action=action))


@pytest.mark.parametrize("kind", ["extension", "queue"])
@pytest.mark.parametrize("place", PLACES)
def test_a_destination_of_a_transfer_is_a_plain_name(kind: str, place: str) -> None:
    with pytest.raises(ValidationError):
        CallIn.model_validate(_call(answer_action={"type": "transfer", kind: place}))


@pytest.mark.parametrize("sound", SOUNDS)
def test_a_sound_is_a_path_below_the_sounds(sound: str) -> None:
    with pytest.raises(ValidationError):
        CallIn.model_validate(_call(answer_action={"type": "play", "sound": sound}))


@pytest.mark.parametrize("change", [{"caller_id": LINES}, {"variables": {"A": LINES}}, {"variables": {"A": "\0"}}])
def test_control_characters_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CallIn.model_validate(_call(**change))


@pytest.mark.parametrize("caller_id", ["Ada <sip:+442079460999@evil.example;tag=1>", "+442079460999>;tag=1", '"" <>'])
def test_a_caller_id_in_brackets_is_a_number(caller_id: str) -> None:
    with pytest.raises(ValidationError):
        CallIn.model_validate(_call(caller_id=caller_id))
    for good in ("+442079460999", '"Ada Lovelace" <+442079460999>', "Ada <1000>"):
        assert CallIn.model_validate(_call(caller_id=good)).caller_id == good


def _nothing_was_smuggled(pbx: Pbx, call: UUID) -> None:
    assert pbx.invites(call) == 1
    assert not (pbx.lab.folder / "smuggled").exists()


@pytest.mark.usefixtures("only_real")
def test_a_value_is_text_whatever_it_looks_like(pbx: Pbx, listener: Listener) -> None:
    for value in VALUES:
        call = pbx.dial("03", variables={"CONTACT_NAME": value, "CONTACT_EXTERNAL_ID": value})
        listener.wait_for("StasisStart", call)
        kept = pbx.raw("GET", f"/channels/{call}/variable", params={"variable": "CONTACT_NAME"}).json()["value"]
        assert kept == value
        # Into a dialplan that uses it.
        pbx.client.continue_(call, context="dialer-ivr", extension="s", priority=1)
        eventually(lambda call=call: _application(pbx, call) not in ("Stasis", ""))  # type: ignore[misc]
        pbx.client.hang_up(call)
        listener.wait_for("ChannelDestroyed", call)
        _nothing_was_smuggled(pbx, call)


@pytest.mark.usefixtures("only_real")
def test_a_value_that_the_dialplan_plays_is_no_more_than_a_name(pbx: Pbx, listener: Listener) -> None:
    for value in (SHELL, FILE, 'a" = "" | "1', "a&b|c?d:e)"):
        call = pbx.dial("03", variables={"PROMPT": value})
        listener.wait_for("StasisStart", call)
        pbx.client.continue_(call, context="dialer-ivr", extension="s", priority=1)
        listener.wait_for("ChannelUserevent", call)
        _nothing_was_smuggled(pbx, call)
        pbx.client.hang_up(call)


@pytest.mark.usefixtures("only_real")
def test_a_caller_id_stays_one(pbx: Pbx, listener: Listener, record_property: Callable[[str, object], None]) -> None:
    for given in CALLER_IDS:
        call = pbx.dial("10", caller_id=given)
        listener.wait_for("ChannelDestroyed", call)
        eventually(lambda call=call: pbx.invites(call) == 1)  # type: ignore[misc]
        _nothing_was_smuggled(pbx, call)
        got = str(pbx.target.ledger().invites_by_channel()[str(call)][0].caller_id)
        record_property(given[:40], got)
        print(f"{given[:60]!r} -> {got[:60]!r}")
        assert "\r" not in got
        assert "\n" not in got


def _application(pbx: Pbx, call: UUID) -> str:
    found = pbx.raw("GET", f"/channels/{call}")
    return str(found.json().get("dialplan", {}).get("app_name", "")) if found.status_code == 200 else "gone"
