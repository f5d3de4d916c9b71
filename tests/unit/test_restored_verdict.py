"""What a restore must not do is seen."""

from dialer.domain.retry import RetryPolicy
from dialer.simulator.ledger import End, Invite, Ledger
from tests.restoring.verdict import Known, Spans, Verdict, compare

SPANS = Spans(backup_at=100, backed_up_at=101, ended_at=200, restored_at=210, recovered_at=220)
POLICY = RetryPolicy.model_validate({"busy": {"delay_seconds": 5}})
HOLD = 30.0


def invite(at: float, channel: str, number: str = "+12025550100") -> Invite:
    return Invite(at, channel, number, "", "busy", 1)


def end(at: float, channel: str) -> End:
    return End(at, channel, 17, None, False, "callee")


def judged(ledger: Ledger, **calls: Known) -> Verdict:
    numbers = {sent.number for sent in ledger.invites}
    return compare(calls, numbers, len(numbers), POLICY, ledger, SPANS, HOLD)


def known(disposition: str = "busy") -> Known:
    return Known(disposition, 1, ended=True)


def test_a_call_that_is_lost_and_another_after_the_hold_is_right() -> None:
    ledger = Ledger(invites=(invite(150, "lost"), invite(260, "again")), ends=(end(151, "lost"), end(261, "again")))
    verdict = judged(ledger, again=known())
    assert verdict.holds
    assert (verdict.calls, verdict.lost_calls) == (2, 1)


def test_who_was_called_in_the_lost_span_and_before_the_hold_is_over_is_seen() -> None:
    ledger = Ledger(invites=(invite(150, "lost"), invite(249, "again")), ends=(end(151, "lost"), end(250, "again")))
    assert judged(ledger, again=known()).early_redials == 1


def test_a_retry_that_is_lost_too_was_right_by_what_was_known_then() -> None:
    first, retry, again = invite(150, "first"), invite(156, "retry"), invite(260, "again")
    ends = (end(151, "first"), end(157, "retry"), end(261, "again"))
    ledger = Ledger(invites=(first, retry, again), ends=ends)
    assert judged(ledger, again=known()).holds
    # The first one was not over at the backup: the database has found out its end, another one than was known then.
    assert judged(ledger, first=known("rejected"), again=known()).holds


def test_a_tomb_s_end_is_not_the_call_s() -> None:
    ledger = Ledger(
        invites=(invite(95, "open"), invite(227, "again")), ends=(end(96, "open"), end(225, "open"), end(228, "again"))
    )
    assert judged(ledger, open=known(), again=known()).holds


def test_a_retry_sooner_than_its_rule_is_seen() -> None:
    ledger = Ledger(invites=(invite(50, "first"), invite(55, "again")), ends=(end(51, "first"), end(56, "again")))
    assert judged(ledger, first=known(), again=known()).early_redials == 1


def test_two_invites_of_one_call_are_seen() -> None:
    ledger = Ledger(invites=(invite(90, "a"), invite(190, "a")), ends=(end(91, "a"),))
    verdict = judged(ledger, a=known())
    assert verdict.max_invites_per_call == 2
    assert not verdict.holds


def test_a_call_before_the_recovery_is_seen() -> None:
    ledger = Ledger(invites=(invite(205, "a"),), ends=(end(206, "a"),))
    assert judged(ledger, a=known()).dialed_before_recovery == 1


def test_a_call_that_the_database_should_know_is_seen() -> None:
    ledger = Ledger(invites=(invite(50, "a"),), ends=(end(51, "a"),))
    assert judged(ledger).lost_at_other_times == 1


def test_a_contact_that_is_not_done_is_seen() -> None:
    verdict = compare({}, set(), 1, POLICY, Ledger(), SPANS, HOLD)
    assert verdict.contacts_not_done == 1
    assert not verdict.holds
