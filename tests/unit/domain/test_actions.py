"""Answer actions: what follows from what."""

from typing import Any

import pytest
from pydantic import ValidationError

from dialer.domain.actions import (
    ANSWER_ACTION,
    HangUp,
    LeaveMessage,
    Menu,
    OptOut,
    Play,
    after_amd,
    after_menu,
    callback_minutes,
    place_of,
    sounds_of,
    upload_id,
    variables_of,
)

MENU = {"type": "menu", "prompt": "offer", "digits": {"9": {"type": "opt_out"}}}


def _read(stored: Any) -> Any:
    return ANSWER_ACTION.validate_python(stored)


def test_an_action_is_read_as_it_was_written() -> None:
    action = _read({"type": "amd", "human": MENU, "machine": {"type": "leave_message", "sound": "m"}})
    assert _read(action.model_dump(mode="json")) == action


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "transfer"},
        {"type": "transfer", "extension": "a", "queue": "b"},
        {"type": "transfer", "extension": "queue-sales"},
        {"type": "transfer", "extension": "a&PJSIP/b"},
        {"type": "transfer", "queue": "a,b"},
        {"type": "menu", "prompt": "offer", "digits": {}},
        {"type": "menu", "prompt": "offer", "digits": {"10": {"type": "hangup"}}},
        {"type": "menu", "prompt": "a&b", "digits": {"1": {"type": "hangup"}}},
        {"type": "menu", "prompt": "offer", "digits": {"1": MENU}},
        {"type": "amd", "human": {"type": "amd", "human": {"type": "hangup"}}},
        {"type": "leave_message", "sound": "${SHELL(id)}"},
        {"type": "call_back", "after_minutes": 0},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        _read(wrong)


def test_in_doubt_it_is_a_person() -> None:
    action = _read({"type": "amd", "human": {"type": "play", "sound": "hello"}})
    assert after_amd(action, "HUMAN") == after_amd(action, "NOTSURE") == after_amd(action, "") == Play(sound="hello")
    assert after_amd(action, "MACHINE") == HangUp()
    doubtful = _read({"type": "amd", "human": {"type": "hangup"}, "not_sure": {"type": "play", "sound": "who"}})
    assert after_amd(doubtful, "NOTSURE") == Play(sound="who")


def test_a_digit_belongs_to_the_menu_that_asked_for_it() -> None:
    machine = {"type": "leave_message", "sound": "m"}
    amd = _read({"type": "amd", "human": MENU, "machine": machine})
    assert after_menu(_read(MENU), None, "9") == after_menu(amd, "HUMAN", "9") == OptOut()
    assert after_menu(_read(MENU), None, "5") == after_menu(_read(MENU), None, "none") == HangUp()
    # The campaign was edited meanwhile.
    assert after_menu(amd, "MACHINE", "9") == after_menu(Play(sound="x"), None, "9") == HangUp()


def test_the_dialplan_is_told_what_it_needs() -> None:
    menu = _read(MENU)
    assert isinstance(menu, Menu)
    assert variables_of(menu) == {"PROMPT": "offer", "MENU_TRIES": "2", "MENU_TIMEOUT": "5"}
    assert variables_of(LeaveMessage(sound="m")) == {"MESSAGE": "m"}
    assert variables_of(HangUp()) == {}
    queue = place_of(_read({"type": "transfer", "queue": "sales"}))
    assert queue is not None
    assert (queue.context, queue.extension) == ("dialer-transfer", "queue-sales")
    assert place_of(OptOut()) is None


def test_every_sound_on_every_way_through_an_action_is_known() -> None:
    menu = {
        "type": "menu",
        "prompt": "upload:7",
        "digits": {"1": {"type": "opt_out", "sound": "sorry"}, "2": {"type": "opt_out"}},
        "otherwise": {"type": "call_back", "sound": "later"},
    }
    action = _read(
        {
            "type": "amd",
            "human": menu,
            "machine": {"type": "leave_message", "sound": "upload:8"},
            "not_sure": {"type": "play", "sound": "who"},
        }
    )
    assert sounds_of(action) == {"upload:7", "sorry", "later", "upload:8", "who"}
    assert sounds_of(HangUp()) == sounds_of(_read({"type": "transfer", "queue": "sales"})) == frozenset()
    assert [upload_id(sound) for sound in ("upload:7", "upload", "custom/7")] == [7, None, None]


def test_the_dialplan_is_told_where_an_uploaded_sound_is() -> None:
    media = {"upload:7": "https://dialer.example/7.wav"}
    assert variables_of(LeaveMessage(sound="upload:7"), media) == {"MESSAGE": media["upload:7"]}
    assert variables_of(LeaveMessage(sound="m"), media) == {"MESSAGE": "m"}
    assert variables_of(_read(MENU | {"prompt": "upload:7"}), media)["PROMPT"] == media["upload:7"]


@pytest.mark.parametrize(
    ("result", "minutes"),
    [
        ("callback_90", 90),
        ("callback_1", 1),
        ("callback_43200", 43200),
        ("callback_43201", None),
        ("callback_0", None),
        ("callback_", None),
        ("callback_٣", None),
        ("hangup", None),
        ("", None),
        (None, None),
    ],
)
def test_dialplan_may_report_in_how_many_minutes_to_call_back(result: str | None, minutes: int | None) -> None:
    assert callback_minutes(result) == minutes


@pytest.mark.parametrize(
    ("action", "context", "extension"),
    [
        ({"type": "continue", "context": "ivr", "extension": "7"}, "ivr", "7"),
        (MENU, "dialer-menu", "s"),
        ({"type": "amd", "human": MENU}, "dialer-amd", "s"),
        ({"type": "leave_message", "sound": "m"}, "dialer-message", "s"),
        ({"type": "transfer", "extension": "200"}, "dialer-transfer", "200"),
        ({"type": "transfer", "queue": "sales"}, "dialer-transfer", "queue-sales"),
    ],
)
def test_what_needs_the_dialplan_has_its_place_there(action: Any, context: str, extension: str) -> None:
    place = place_of(_read(action))
    assert place is not None
    assert (place.context, place.extension) == (context, extension)


@pytest.mark.parametrize(
    "action", [{"type": "hangup"}, {"type": "play", "sound": "m"}, {"type": "opt_out"}, {"type": "call_back"}]
)
def test_what_needs_none_has_none(action: Any) -> None:
    assert place_of(_read(action)) is None


def test_who_answers_decides_only_what_is_said_of_them() -> None:
    action = _read({"type": "amd", "human": MENU, "not_sure": {"type": "play", "sound": "who"}})
    assert after_amd(action, "HUMAN") == action.human
    assert after_amd(action, "NOTSURE") == action.not_sure
    assert after_amd(action, "UNKNOWN") == action.human
    assert after_menu(_read(MENU), "HUMAN", "9") == OptOut()
    assert after_menu(_read({"type": "hangup"}), "HUMAN", "9") == HangUp()
