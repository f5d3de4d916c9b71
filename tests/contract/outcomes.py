"""Every outcome: what the far end does, what Asterisk says about it, and what the dialer makes of it."""

from dataclasses import dataclass

from dialer.domain.dispositions import Disposition

RINGING = ("Dial", "ChannelStateChange Ringing", "Dial RINGING")
PROGRESS = ("Dial", "Dial PROGRESS")
UP = ("ChannelStateChange Up", "Dial ANSWER", "StasisStart")
CALLEE_HUNG_UP = ("ChannelHangupRequest 16", "StasisEnd", "ChannelDestroyed 16")
TIMED_OUT = ("ChannelDestroyed 19 480",)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row. `story` is Asterisk 22's; see `on` for 16's.

    Attributes:
        suffix: the number's last digits.
        fate: what the far end's ledger calls it.
        story: the events in short.
        disposition: how the dialer should class it.
        disposition_16: the same on 16, where no SIP status tells more than the cause.
        timeout: the ring timeout to dial with, in seconds.
        legs: INVITEs that the far end sees under the call's id.
    """

    suffix: str
    fate: str
    story: tuple[str, ...]
    disposition: Disposition
    disposition_16: Disposition | None = None
    timeout: int = 3
    trunk: str = "carrier"
    legs: int = 1

    def on(self, release: int) -> tuple[str, ...]:
        """The story as that release tells it."""
        if release >= 22:
            return self.story
        # A 480 from the far end is announced by a hang-up request, a ring timeout by nothing: on 16 that has no cause.
        rang_too_long = "ChannelHangupRequest 19 480" not in self.story
        return tuple(
            "ChannelDestroyed 0" if rang_too_long and step == "ChannelDestroyed 19 480" else _on_16(step)
            for step in self.story
        )

    def disposition_on(self, release: int) -> Disposition:
        """The disposition that is right there."""
        return self.disposition if release >= 22 or self.disposition_16 is None else self.disposition_16


def _on_16(step: str) -> str:
    """16 tells no tech_cause, and no cause when the callee hangs up."""
    if step == "ChannelHangupRequest 16":
        return "ChannelHangupRequest"
    kind, _, rest = step.partition(" ")
    if kind in ("ChannelHangupRequest", "ChannelDestroyed") and rest.count(" ") == 1 and not rest.endswith("soft"):
        return f"{kind} {rest.split()[0]}"
    return step


def _refused(
    suffix: str,
    fate: str,
    sip: int,
    cause: int,
    dialstatus: str,
    disposition: Disposition,
    disposition_16: Disposition | None = None,
    before: tuple[str, ...] = ("Dial",),
) -> Outcome:
    story = (
        *before,
        f"ChannelHangupRequest {cause} {sip}",
        f"Dial {dialstatus}",
        f"ChannelDestroyed {cause} {sip}",
    )
    return Outcome(suffix, fate, story, disposition, disposition_16)


OUTCOMES = (
    Outcome("00", "answered", (*RINGING, *UP, *CALLEE_HUNG_UP), Disposition.ANSWERED),
    Outcome("01", "answered_short", (*RINGING, *UP, *CALLEE_HUNG_UP), Disposition.ANSWERED),
    Outcome("02", "answered_long", (*RINGING, *UP, *CALLEE_HUNG_UP), Disposition.ANSWERED),
    Outcome("04", "answered_early_media", (*PROGRESS, *UP, *CALLEE_HUNG_UP), Disposition.ANSWERED),
    Outcome("05", "answered_slowly", (*RINGING, *UP, *CALLEE_HUNG_UP), Disposition.ANSWERED),
    Outcome("05", "answered_slowly", (*RINGING, *TIMED_OUT), Disposition.NO_ANSWER, timeout=1),
    Outcome("06", "answered_last_moment", (*RINGING, *UP, *CALLEE_HUNG_UP), Disposition.ANSWERED, timeout=1),
    Outcome("07", "answered_at_once", ("Dial", *UP, *CALLEE_HUNG_UP), Disposition.ANSWERED),
    Outcome(
        "08",
        "answered_media_lost",
        (*RINGING, *UP, "ChannelHangupRequest 1 soft", "StasisEnd", "ChannelDestroyed 44"),
        Disposition.ANSWERED,
    ),
    _refused("10", "busy", 486, 17, "BUSY", Disposition.BUSY),
    _refused("11", "busy_everywhere", 600, 17, "BUSY", Disposition.BUSY),
    _refused("12", "busy_after_ringing", 486, 17, "BUSY", Disposition.BUSY, before=RINGING),
    Outcome("20", "no_answer", (*RINGING, *TIMED_OUT), Disposition.NO_ANSWER, timeout=1),
    Outcome("21", "no_answer_early_media", (*PROGRESS, *TIMED_OUT), Disposition.NO_ANSWER, timeout=1),
    _refused("22", "unavailable", 480, 19, "NOANSWER", Disposition.NO_ANSWER),
    _refused("23", "request_timeout", 408, 18, "NOANSWER", Disposition.NO_ANSWER),
    Outcome("24", "no_reply", ("Dial", *TIMED_OUT), Disposition.NO_ANSWER, timeout=1),
    Outcome("00", "", ("Dial", *TIMED_OUT), Disposition.NO_ANSWER, timeout=1, trunk="dead", legs=0),
    _refused("30", "unallocated", 404, 1, "NOANSWER", Disposition.UNALLOCATED),
    _refused("31", "moved", 410, 22, "NOANSWER", Disposition.UNALLOCATED),
    _refused("32", "invalid_number", 484, 28, "NOANSWER", Disposition.UNALLOCATED),
    _refused("33", "nowhere", 604, 1, "NOANSWER", Disposition.UNALLOCATED),
    _refused("34", "ambiguous", 485, 1, "NOANSWER", Disposition.UNALLOCATED),
    _refused("40", "rejected", 603, 21, "NOANSWER", Disposition.REJECTED),
    # The carrier's refusal and the callee's share cause 21: only the SIP status tells whose it was.
    _refused("41", "forbidden", 403, 21, "NOANSWER", Disposition.TRUNK_FAULT, Disposition.REJECTED),
    _refused("42", "unauthorized", 401, 21, "NOANSWER", Disposition.TRUNK_FAULT, Disposition.REJECTED),
    _refused("43", "proxy_auth", 407, 21, "NOANSWER", Disposition.TRUNK_FAULT, Disposition.REJECTED),
    _refused("50", "congestion", 503, 34, "CONGESTION", Disposition.CONGESTION),
    _refused("51", "server_error", 500, 38, "NOANSWER", Disposition.TRUNK_FAULT),
    _refused("52", "not_implemented", 501, 29, "NOANSWER", Disposition.FAILED),
    _refused("53", "bad_gateway", 502, 27, "NOANSWER", Disposition.TRUNK_FAULT),
    _refused("54", "gateway_timeout", 504, 102, "NOANSWER", Disposition.TRUNK_FAULT),
    _refused("60", "not_acceptable", 488, 58, "NOANSWER", Disposition.FAILED),
    _refused("61", "not_acceptable_anywhere", 606, 58, "NOANSWER", Disposition.FAILED),
    _refused("62", "bad_extension", 420, 3, "CHANUNAVAIL", Disposition.FAILED),
    _refused("63", "terminated", 487, 127, "NOANSWER", Disposition.NO_ANSWER, Disposition.FAILED),
    _refused("64", "hops", 483, 19, "NOANSWER", Disposition.NO_ANSWER),
    Outcome("70", "redirected", (*RINGING, *UP, *CALLEE_HUNG_UP), Disposition.ANSWERED),
    Outcome(
        "71",
        "redirected_to_busy",
        ("Dial", "ChannelHangupRequest 17 486", "Dial BUSY", "ChannelDestroyed 17 486"),
        Disposition.BUSY,
    ),
)


def label(outcome: Outcome) -> str:
    """A name for the row, also of its trace."""
    if outcome.trunk != "carrier":
        return f"{outcome.trunk}_trunk"
    timed_out = outcome.suffix == "05" and outcome.timeout == 1
    return f"{outcome.fate}_too_slowly" if timed_out else outcome.fate
