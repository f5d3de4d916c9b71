"""The judge must see what it says it sees none of, and must not blame the dialer for what the far end did."""

from collections.abc import Sequence

import pytest

from dialer.simulator.ledger import End, Invite, Ledger, Post
from tests.chaos.record import Record
from tests.chaos.verdict import Verdict, _after_stop, _double_dials, _too_fast, _too_many, with_ends_of_the_lost


def an_invite(channel: str, at: float, fate: str = "answered") -> Invite:
    return Invite(at, channel, "+12025550100", "", fate, 1)


def an_end(channel: str, at: float) -> End:
    return End(at, channel, 16, None, was_up=True, hung_up_by="callee")


def test_calls_that_went_down_with_the_pbx_are_over_when_it_starts_again() -> None:
    ledger = Ledger(
        starts=(0.0, 10.0),
        invites=(an_invite("lost", 5), an_invite("rang", 6, "no_answer"), an_invite("over", 7), an_invite("new", 11)),
        ends=(an_end("over", 8),),
    )
    ends = {end.channel: end for end in with_ends_of_the_lost(ledger).ends}
    assert sorted(ends) == ["lost", "over", "rang"]
    assert (ends["lost"].at, ends["lost"].was_up, ends["rang"].was_up) == (10.0, True, False)


def test_whoever_was_redirected_and_answered_was_up_when_the_pbx_went_down() -> None:
    ledger = Ledger(
        starts=(0.0, 10.0),
        invites=(
            an_invite("led", 5, "redirected"),
            an_invite("led;redirected", 5),
            an_invite("busy", 6, "redirected_to_busy"),
            an_invite("busy;redirected", 6, "busy"),
        ),
    )
    ups = {end.channel: end.was_up for end in with_ends_of_the_lost(ledger).ends}
    assert ups == {"led": True, "busy": False}


def test_second_invite_of_a_call_is_seen() -> None:
    assert _double_dials(Ledger(invites=(an_invite("a", 1), an_invite("b", 1)))) == 0
    assert _double_dials(Ledger(invites=(an_invite("a", 1), an_invite("a", 2)))) == 1


@pytest.mark.parametrize(("spacing", "violations"), [(0.0101, 0), (0.0096, 2)])
def test_window_of_a_second_with_too_many_originates_is_seen(spacing: float, violations: int) -> None:
    assert _too_fast([n * spacing for n in range(300)]) == violations


@pytest.mark.parametrize(("ends", "violations"), [([2.0, 2.0, 2.0], 1), ([1.5, 2.0, 2.0], 0), ([2.0, 2.0], 1)])
def test_channels_beyond_the_trunk_s_are_seen_also_those_that_never_end(ends: Sequence[float], violations: int) -> None:
    invites = (an_invite("0", 1.0), an_invite("1", 1.2), an_invite("2", 1.7))
    ledger = Ledger(invites=invites, ends=tuple(an_end(str(n), at) for n, at in enumerate(ends)))
    assert _too_many(ledger, 2) == violations


def test_posts_in_a_silence_and_to_forbidden_numbers_are_seen() -> None:
    record = Record(campaign_id=1, started_at=0.0, silences=[(10.0, 12.0)], forbidden_at={"+1": 5.0})
    posts = (Post(9.0, "a", "+2"), Post(11.0, "b", "+2"), Post(13.0, "c", "+1"), Post(4.0, "d", "+1"))
    assert _after_stop(posts, record) == 2


def test_verdict_allows_the_unknown_only_as_far_as_it_may_be_unknown() -> None:
    assert Verdict(calls=9, indeterminate=3, indeterminate_allowed=3).holds
    assert not Verdict(indeterminate=4, indeterminate_allowed=3).holds
    assert not Verdict(slots_leaked=1).holds
