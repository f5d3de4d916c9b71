"""How a call ended, in our terms, from what the PBX says in ChannelDestroyed.

`dialstatus` is not used: for a rejected or an unallocated number Asterisk reports NOANSWER. The mapping of SIP
statuses to causes is Asterisk's own (`hangup_sip2cause` in `channels/chan_pjsip.c`).
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Disposition(StrEnum):
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    """Answered by a person who was to speak to one of ours, and nobody came in time (dialer.domain.people)."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    """The callee, or their phone, declined."""
    UNALLOCATED = "unallocated"
    """No such number, or not any more."""
    CONGESTION = "congestion"
    """The network had no room for the call."""
    TRUNK_FAULT = "trunk_fault"
    """The carrier refused us, or broke: not the number's fault."""
    FAILED = "failed"
    """The PBX or the far end could not make the call for another reason."""
    CANCELLED = "cancelled"
    """We hung up before it was answered."""
    WITHDRAWN = "withdrawn"
    """Never dialed: taken back out of the queue, for the reason in `failure_reason`."""
    NOT_DIALED = "not_dialed"
    """Claimed, but proven not to have been dialed."""
    INDETERMINATE = "indeterminate"
    """The truth could not be found out."""


NOT_COUNTED: Final = frozenset({Disposition.WITHDRAWN, Disposition.NOT_DIALED})
"""Dispositions that do not use up an attempt."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """The end of a channel as the PBX reports it.

    Attributes:
        cause: Q.850 cause, 0 where Asterisk names none.
        tech_cause: the last SIP status; None before Asterisk 20.17, 22.7 and 23.1.
        was_up: whether the channel was ever answered.
        by_us: whether we asked for the hang-up.
    """

    cause: int
    tech_cause: int | None
    was_up: bool
    by_us: bool = False


BY_SIP_STATUS: Final = MappingProxyType(
    {
        486: Disposition.BUSY,
        600: Disposition.BUSY,
        603: Disposition.REJECTED,
        607: Disposition.REJECTED,
        608: Disposition.REJECTED,
        404: Disposition.UNALLOCATED,
        410: Disposition.UNALLOCATED,
        484: Disposition.UNALLOCATED,
        485: Disposition.UNALLOCATED,
        604: Disposition.UNALLOCATED,
        408: Disposition.NO_ANSWER,
        480: Disposition.NO_ANSWER,
        487: Disposition.NO_ANSWER,
        401: Disposition.TRUNK_FAULT,
        402: Disposition.TRUNK_FAULT,
        403: Disposition.TRUNK_FAULT,
        407: Disposition.TRUNK_FAULT,
        500: Disposition.TRUNK_FAULT,
        502: Disposition.TRUNK_FAULT,
        504: Disposition.TRUNK_FAULT,
        503: Disposition.CONGESTION,
    }
)

BY_CAUSE: Final = MappingProxyType(
    {
        0: Disposition.NO_ANSWER,  # a ring timeout before 20.18, 22.8 and 23.2
        1: Disposition.UNALLOCATED,
        3: Disposition.FAILED,
        16: Disposition.NO_ANSWER,
        17: Disposition.BUSY,
        18: Disposition.NO_ANSWER,
        19: Disposition.NO_ANSWER,
        20: Disposition.NO_ANSWER,
        21: Disposition.REJECTED,
        22: Disposition.UNALLOCATED,
        27: Disposition.TRUNK_FAULT,
        28: Disposition.UNALLOCATED,
        34: Disposition.CONGESTION,
        38: Disposition.TRUNK_FAULT,
        41: Disposition.CONGESTION,
        42: Disposition.CONGESTION,
        102: Disposition.TRUNK_FAULT,
    }
)


def classify(hangup: Hangup) -> Disposition:
    """The disposition of a call whose channel was destroyed.

    The SIP status, where Asterisk gives it, is more exact than the cause: 603 by the callee and 403 by the carrier
    share cause 21.
    """
    if hangup.was_up:
        return Disposition.ANSWERED
    disposition = _unanswered(hangup)
    # Our own hang-up surfaces as any of a few harmless causes, with no SIP status or that of a CANCEL; what came first,
    # a busy or the ring timeout (480), stays what it was.
    is_ours = hangup.by_us and hangup.tech_cause in (None, 487)
    if is_ours and disposition in (Disposition.NO_ANSWER, Disposition.FAILED):
        return Disposition.CANCELLED
    return disposition


def _unanswered(hangup: Hangup) -> Disposition:
    if hangup.tech_cause is not None and hangup.tech_cause in BY_SIP_STATUS:
        return BY_SIP_STATUS[hangup.tech_cause]
    return BY_CAUSE.get(hangup.cause, Disposition.FAILED)
