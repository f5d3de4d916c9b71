"""What is heard of a call, in which order, and what the ledger keeps of it."""

from collections.abc import Callable

import pytest

from dialer.simulator.fates import FATES, Fate, cause_of, dialstatus_of
from tests.integration.simulator.conftest import Pbx

RINGS = ["Dial", "ChannelStateChange Ringing", "Dial RINGING"]
IS_ANSWERED = ["ChannelStateChange Up", "Dial ANSWER", "StasisStart"]
CALLEE_ENDS = ["ChannelHangupRequest 16", "StasisEnd", "ChannelDestroyed 16"]


def test_an_answered_call_tells_its_story_in_asterisks_order(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550100")
    listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel) == RINGS + IS_ANSWERED + CALLEE_ENDS
    assert listener.wait_for("StasisStart", channel)["args"] == ["call", "7"]


def test_every_event_carries_the_whole_channel_as_asterisk_does(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550100")
    destroyed = listener.wait_for("ChannelDestroyed", channel)
    assert destroyed["cause_txt"] == "Normal Clearing"
    for event in listener.of(channel):
        assert event["application"] == "dialer"
        assert event["timestamp"].endswith("+0000")
        body = event.get("channel") or event["peer"]
        assert body.keys() == {
            "id", "name", "state", "protocol_id", "caller", "connected", "accountcode", "dialplan", "creationtime",
            "language",
        }  # fmt: skip
        assert body["caller"] == body["connected"] == {"name": "Acme", "number": "12025550100"}
        assert body["name"] == "PJSIP/trunk-00000000"
    start = listener.wait_for("StasisStart", channel)["channel"]["dialplan"]
    assert (start["app_name"], start["app_data"]) == ("Stasis", "dialer,call,7")


def test_without_a_filter_the_variables_are_told_too(pbx: Pbx) -> None:
    listener = pbx.listen(with_varset=True)
    channel = pbx.originate("+12025550100")
    listener.wait_for("ChannelDestroyed", channel)
    story = listener.story(channel)
    assert len(story) == 16
    assert story[5:7] == ["ChannelVarset STASISSTATUS", "StasisStart"]
    assert story[7:] == [
        "ChannelVarset RTPAUDIOQOS",
        "ChannelVarset RTPAUDIOQOSJITTER",
        "ChannelVarset RTPAUDIOQOSLOSS",
        "ChannelVarset RTPAUDIOQOSRTT",
        "ChannelVarset RTPAUDIOQOSMES",
        "ChannelHangupRequest 16",
        "StasisEnd",
        "ChannelVarset STASISSTATUS",
        "ChannelDestroyed 16",
    ]


@pytest.mark.parametrize("fate", [f for f in FATES if f.sip_status and f.provisional == "none"], ids=lambda f: f.name)
def test_a_refused_call_has_four_events_and_its_sip_status(pbx: Pbx, fate: Fate) -> None:
    assert fate.sip_status is not None
    listener = pbx.listen()
    channel = pbx.originate(f"+120255501{fate.suffix}")
    listener.wait_for("ChannelDestroyed", channel)
    ends_with = f"{cause_of(fate.sip_status)} {fate.sip_status}"
    assert listener.story(channel) == [
        "Dial",
        f"ChannelHangupRequest {ends_with}",
        f"Dial {dialstatus_of(cause_of(fate.sip_status))}",
        f"ChannelDestroyed {ends_with}",
    ]
    end = pbx.ledger.ends[0]
    assert (end.cause, end.tech_cause, end.was_up, end.hung_up_by) == (
        cause_of(fate.sip_status),
        fate.sip_status,
        False,
        "network",
    )


def test_a_ring_timeout_ends_without_a_final_dial(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550120")
    destroyed = listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel) == [*RINGS, "ChannelDestroyed 19 480"]
    assert destroyed["channel"]["state"] == "Ringing"
    assert pbx.ledger.ends[0].hung_up_by == "timeout"


def test_asterisk_16_ends_a_ring_timeout_with_cause_0_and_knows_no_tech_cause(start_pbx: Callable[..., Pbx]) -> None:
    pbx = start_pbx(release=16)
    listener = pbx.listen()
    unanswered, busy = pbx.originate("+12025550120"), pbx.originate("+12025550110")
    listener.wait_for("ChannelDestroyed", unanswered)
    assert listener.story(unanswered)[-1] == "ChannelDestroyed 0"
    assert listener.story(busy) == ["Dial", "ChannelHangupRequest 17", "Dial BUSY", "ChannelDestroyed 17"]


def test_early_media_is_progress_and_no_change_of_state(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550104")
    listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel) == ["Dial", "Dial PROGRESS", *IS_ANSWERED, *CALLEE_ENDS]


def test_an_answer_at_the_last_moment_is_still_an_answer(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550106")
    listener.wait_for("StasisStart", channel)
    listener.wait_for("ChannelDestroyed", channel)
    assert pbx.ledger.ends[0].was_up


def test_a_slow_ring_beyond_the_timeout_is_no_answer(start_pbx: Callable[..., Pbx]) -> None:
    pbx = start_pbx(ring_ms=100, time_scale=10)
    listener = pbx.listen()
    channel = pbx.originate("+12025550105")
    listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel)[-1] == "ChannelDestroyed 19 480"


def test_a_trunk_that_never_replies_leaves_the_channel_down_until_the_timeout(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("", endpoint="PJSIP/+12025550100@dead")
    destroyed = listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel) == ["Dial", "ChannelDestroyed 19 480"]
    assert destroyed["channel"]["state"] == "Down"
    assert pbx.ledger.invites[0].fate == "no_reply"


def test_media_that_stays_away_ends_an_answered_call_with_44(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550108")
    listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel)[-1] == "ChannelDestroyed 44"
    assert pbx.ledger.ends[0].was_up


def test_the_second_attempt_of_a_busy_number_is_answered_also_after_a_restart(start_pbx: Callable[..., Pbx]) -> None:
    first, fates = start_pbx(), []
    listener = first.listen()
    listener.wait_for("ChannelDestroyed", first.originate("+12025550113"))
    second = start_pbx()
    listener = second.listen()
    listener.wait_for("StasisStart", second.originate("+12025550113"))
    fates = [(invite.attempt, invite.fate) for invite in second.ledger.invites]
    assert fates == [(1, "busy"), (2, "answered")]
    assert len(second.ledger.starts) == 2


def test_our_hang_up_while_it_rings_is_normal_clearing_and_ours(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550120", timeout=60)
    listener.wait_for("Dial", channel, count=2)
    assert pbx.call("DELETE", f"/channels/{channel}").status_code == 204
    destroyed = listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel) == [*RINGS, "ChannelHangupRequest 32", "Dial NOANSWER", "ChannelDestroyed 16"]
    assert listener.of(channel)[3]["soft"] is True
    assert "tech_cause" not in destroyed
    assert pbx.ledger.ends[0].hung_up_by == "us"


def test_our_hang_up_may_carry_a_reason(pbx: Pbx) -> None:
    listener = pbx.listen()
    by_code, by_name = (pbx.originate("+12025550120", timeout=60) for _ in range(2))
    assert pbx.call("DELETE", f"/channels/{by_code}?reason_code=17").status_code == 204
    assert pbx.call("DELETE", f"/channels/{by_name}?reason=no_answer").status_code == 204
    listener.wait_for("ChannelDestroyed", by_name)
    assert listener.story(by_code)[-2:] == ["Dial BUSY", "ChannelDestroyed 17 486"]
    assert listener.story(by_name)[-2:] == ["Dial NOANSWER", "ChannelDestroyed 19 480"]


def test_a_bad_reason_is_refused_and_hangs_up_nothing(pbx: Pbx) -> None:
    channel = pbx.originate("+12025550120", timeout=60)
    for query in ("reason=bored", "reason_code=x", "reason_code=128"):
        assert pbx.call("DELETE", f"/channels/{channel}?{query}").status_code == 400
    assert pbx.call("GET", f"/channels/{channel}").status_code == 200


def test_a_sound_is_played_and_the_channel_hung_up_while_the_next_plays(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550103")
    listener.wait_for("StasisStart", channel)
    queued = pbx.call("POST", f"/channels/{channel}/play/p-1?media=sound:hello-world")
    assert (queued.status_code, queued.json()["state"]) == (201, "queued")
    listener.wait_for("PlaybackFinished", channel)
    assert pbx.call("GET", "/playbacks/p-1").status_code == 404
    pbx.call("POST", f"/channels/{channel}/play?media=sound:does-not-exist")
    listener.wait_for("PlaybackFinished", channel, count=2)
    pbx.call("POST", f"/channels/{channel}/play/p-2?media=tone:ring")
    pbx.call("DELETE", f"/channels/{channel}")
    listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel)[6:] == [
        "PlaybackStarted playing",
        "PlaybackFinished done",
        "PlaybackStarted playing",
        "PlaybackFinished failed",
        "PlaybackStarted playing",
        "ChannelHangupRequest 32",
        "PlaybackFinished failed",
        "StasisEnd",
        "ChannelDestroyed 16",
    ]


def test_sounds_wait_for_each_other_and_can_be_stopped(start_pbx: Callable[..., Pbx]) -> None:
    pbx = start_pbx(playback_ms=60_000)
    listener = pbx.listen()
    channel = pbx.originate("+12025550103")
    listener.wait_for("StasisStart", channel)
    for name in ("first", "second"):
        pbx.call("POST", f"/channels/{channel}/play/{name}?media=sound:{name}")
    listener.wait_for("PlaybackStarted", channel)
    assert pbx.call("GET", "/playbacks/second").json()["state"] == "queued"
    assert pbx.call("DELETE", "/playbacks/first").status_code == 204
    assert listener.wait_for("PlaybackStarted", channel, count=2)["playback"]["id"] == "second"
    assert pbx.call("DELETE", "/playbacks/first").status_code == 404


def test_a_channel_sent_into_the_dialplan_leaves_stasis_lives_on_and_ends(start_pbx: Callable[..., Pbx]) -> None:
    pbx = start_pbx(ivr_ms=1000)  # long enough for the second request to find it there
    listener = pbx.listen()
    channel = pbx.originate("+12025550103")
    listener.wait_for("StasisStart", channel)
    target = {"context": "ivr", "extension": "s", "priority": 1}
    assert pbx.call("POST", f"/channels/{channel}/continue", json=target).status_code == 204
    again = pbx.call("POST", f"/channels/{channel}/continue", json=target)
    assert (again.status_code, again.json()) == (409, {"message": "Channel not in Stasis application"})
    destroyed = listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel)[6:] == ["StasisEnd", "ChannelDialplan", "ChannelDialplan", "ChannelDestroyed 16"]
    assert destroyed["channel"]["dialplan"]["context"] == "ivr"


def test_the_dialplan_without_such_a_context_ends_the_call_with_cause_0(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550103")
    listener.wait_for("StasisStart", channel)
    pbx.call("POST", f"/channels/{channel}/continue?context=nowhere&extension=s&priority=1")
    listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel)[6:] == ["StasisEnd", "ChannelDialplan", "ChannelDestroyed 0"]


def test_the_ledger_has_post_and_answer_and_invite_and_end_of_each_call(pbx: Pbx) -> None:
    listener = pbx.listen()
    channel = pbx.originate("+12025550110")
    listener.wait_for("ChannelDestroyed", channel)
    pbx.eventually(lambda: not pbx.ledger.unanswered_posts())
    ledger = pbx.ledger
    assert [(p.channel, p.number, p.status) for p in ledger.posts] == [(channel, "+12025550110", 200)]
    assert [(i.channel, i.number, i.caller_id, i.fate, i.attempt) for i in ledger.invites] == [
        (channel, "+12025550110", "12025550100", "busy", 1)
    ]
    assert [e.channel for e in ledger.ends] == [channel]
    assert ledger.posts[0].at <= ledger.invites[0].at <= ledger.ends[0].at


def test_a_seeded_mix_decides_instead_of_the_digits(start_pbx: Callable[..., Pbx]) -> None:
    pbx = start_pbx(mix="unallocated=1")
    listener = pbx.listen()
    channel = pbx.originate("+12025550110")
    listener.wait_for("ChannelDestroyed", channel)
    assert listener.story(channel)[-1] == "ChannelDestroyed 1 404"
