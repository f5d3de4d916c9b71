"""A call to try everything with: through the gate, the queue, a worker, the PBX and the carrier."""

from collections.abc import Iterator
from typing import Final

from dialer.bootstrap import Dialer
from dialer.db.call_records import CallRecord
from dialer.doctor.findings import Finding, ok, problem
from dialer.domain.actions import Play
from dialer.domain.calls import CallState
from dialer.domain.dispositions import Disposition
from dialer.errors import DialerError
from dialer.services.single_calls import NewCall

_CHECK: Final = "test_call"
_TIMEOUT_SECONDS: Final = 30
_QUEUED_SECONDS: Final = 15.0
_TALK_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.2
_SOUND: Final = "hello-world"
_REACHED: Final = (Disposition.ANSWERED, Disposition.BUSY, Disposition.NO_ANSWER)


def examine(dialer: Dialer, number: str, trunk_id: int | None) -> Iterator[Finding]:
    """Call `number`, say hello, and tell what became of it."""
    new = NewCall(number, Play(sound=_SOUND), trunk_id=trunk_id, timeout_seconds=_TIMEOUT_SECONDS)
    try:
        created = dialer.single_calls.create(new).call
    except DialerError as error:
        message = f"was not made: {error.detail}"
        yield problem(_CHECK, number, message, "The gate's rules are in docs/compliance.md; they hold for tests, too.")
        return
    yield _outcome(_followed(dialer, created))


def _followed(dialer: Dialer, call: CallRecord) -> CallRecord:
    """The call once it is over, or when it should have been."""
    started = dialer.clock.monotonic()
    while call.state != CallState.ENDED:
        waited = dialer.clock.monotonic() - started
        patience = _QUEUED_SECONDS if call.state == CallState.QUEUED else _TIMEOUT_SECONDS + _TALK_SECONDS
        if waited > patience:
            dialer.calls.hang_up(call.id)
            break
        dialer.clock.sleep(_POLL_SECONDS)
        call = dialer.calls.get(call.id).call
    return call


def _outcome(call: CallRecord) -> Finding:
    subject = call.phone_number
    if call.state == CallState.QUEUED:
        message = "was queued and nobody took it."
        remedy = "Start `dialer worker --queues originate`; the other findings may say why none goes out."
        return problem(_CHECK, subject, message, remedy)
    if call.state != CallState.ENDED:
        message = f"is still {call.state}, and was hung up."
        return problem(_CHECK, subject, message, "See the listener's log: it should have heard of the call's end.")
    said = f"{call.disposition} (cause {call.cause}, SIP {call.tech_cause})"
    if call.disposition not in _REACHED:
        why = f": {call.failure_reason}" if call.failure_reason else ""
        message = f"ended as {said}{why}."
        return problem(_CHECK, subject, message, "docs/dispositions.md says what brings this about.")
    if call.answered_at is None:
        return ok(_CHECK, subject, f"reached the carrier: {said}.")
    if call.action_started_at is None:
        message = "was answered, and its answer action did not begin."
        return problem(_CHECK, subject, message, "See the listener's log.")
    seconds = (call.action_started_at - call.answered_at).total_seconds()
    return ok(_CHECK, subject, f"was answered, and greeted after {seconds:.1f} s.")
