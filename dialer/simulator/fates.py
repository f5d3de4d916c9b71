"""What becomes of a call: decided by the last two digits of the dialled number, or by a seeded mix."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dialer.errors import ConfigurationError

Provisional = Literal["none", "ringing", "progress"]

# The SIP status that ended an outgoing call, and the Q.850 cause that Asterisk's PJSIP driver makes of it.
SIP_TO_CAUSE: Mapping[int, int] = {
    401: 21, 403: 21, 404: 1, 407: 21, 408: 18, 410: 22, 420: 3, 480: 19, 483: 19, 484: 28, 485: 1, 486: 17,
    487: 127, 488: 58, 500: 38, 501: 29, 502: 27, 503: 34, 504: 102, 600: 17, 603: 21, 604: 1, 606: 58,
}  # fmt: skip

# The other way: what tech_cause says when the hang-up was ours and carried a reason. 0 and 16 have none.
CAUSE_TO_SIP: Mapping[int, int] = {
    1: 404, 2: 404, 3: 404, 17: 486, 18: 408, 19: 480, 20: 480, 21: 403, 22: 410, 27: 502, 28: 484, 29: 501,
    31: 480, 34: 503, 38: 500, 42: 503, 58: 488, 66: 503, 127: 500,
}  # fmt: skip

CAUSE_TEXT: Mapping[int, str] = {
    0: "Unknown",
    1: "Unallocated (unassigned) number",
    3: "No route to destination",
    16: "Normal Clearing",
    17: "User busy",
    18: "No user responding",
    19: "User alerting, no answer",
    20: "Subscriber absent",
    21: "Call Rejected",
    22: "Number changed",
    26: "Answered elsewhere",
    27: "Destination out of order",
    28: "Invalid number format",
    29: "Facility rejected",
    31: "Normal, unspecified",
    34: "Circuit/channel congestion",
    38: "Network out of order",
    42: "Switching equipment congestion",
    44: "Requested channel not available",
    58: "Bearer capability not available",
    102: "Recover on timer expiry",
    127: "Interworking, unspecified",
}

DEFAULT_FATE = "answered"


def cause_of(sip_status: int) -> int:
    """The Q.850 cause of a final SIP status of 400 or more."""
    known = SIP_TO_CAUSE.get(sip_status)
    if known is not None:
        return known
    return 34 if 500 <= sip_status < 600 else 127


def dialstatus_of(cause: int) -> str:
    """Asterisk's `dialstatus` for a call refused with that cause."""
    if cause == 17:
        return "BUSY"
    if cause in (34, 42):
        return "CONGESTION"
    return "CHANUNAVAIL" if cause in (3, 20) else "NOANSWER"


@dataclass(frozen=True, slots=True)
class Fate:
    """One row of the table.

    Attributes:
        suffix: The last two digits that bring it about.
        name: How the ledger and a mix call it.
        meaning: For people.
        sip_status: The final refusal; None: answered, or rings until the caller gives up.
        provisional: `ringing` is a 180, `progress` a 183, `none` nothing.
        ring: Time before the final answer, in multiples of the ringing time. None: until the ring timeout.
        at_the_last_moment: Answered when 95 % of the ring timeout have passed.
        talk: Time until the callee hangs up, in multiples of the talking time. None: never.
        end_cause: Cause with which an answered call ends when the far end ends it.
        by_attempt: Names of the fates of the first, second, … INVITE to the number; the last one stays.
        redirect_suffix: A 302 to the same number, with these as its last two digits.
    """

    suffix: str
    name: str
    meaning: str
    sip_status: int | None = None
    provisional: Provisional = "none"
    ring: float | None = 1.0
    at_the_last_moment: bool = False
    talk: float | None = 1.0
    end_cause: int = 16
    by_attempt: tuple[str, ...] = ()
    redirect_suffix: str | None = None

    @property
    def is_answered(self) -> bool:
        """The callee picks up, if the ring timeout lets them."""
        return (
            self.sip_status is None
            and self.redirect_suffix is None
            and (self.ring is not None or self.at_the_last_moment)
        )

    def ring_seconds(self, ring_ms: float) -> float:
        """How long it rings, where the caller has that much patience; 0 for the fates that ring for ever."""
        return (self.ring or 0.0) * ring_ms / 1000


def _refused(suffix: str, name: str, sip_status: int, meaning: str) -> Fate:
    return Fate(suffix, name, f"{sip_status}: {meaning}", sip_status=sip_status, ring=0.25)


FATES: tuple[Fate, ...] = (
    Fate("00", "answered", "rings, answers, talks, hangs up", provisional="ringing"),
    Fate("01", "answered_short", "answers and hangs up at once", provisional="ringing", talk=0.1),
    Fate("02", "answered_long", "answers and talks five times as long", provisional="ringing", talk=5.0),
    Fate("03", "answered_stays", "answers and never hangs up", provisional="ringing", talk=None),
    Fate("04", "answered_early_media", "183 with media instead of 180, then answers", provisional="progress"),
    Fate("05", "answered_slowly", "rings four times as long, then answers", provisional="ringing", ring=4.0),
    Fate(
        "06",
        "answered_last_moment",
        "answers when 95 % of the ring timeout have passed",
        provisional="ringing",
        ring=None,
        at_the_last_moment=True,
    ),
    Fate("07", "answered_at_once", "answers without ringing", ring=0.0),
    Fate(
        "08",
        "answered_media_lost",
        "answers, then no more media: ends with cause 44",
        provisional="ringing",
        end_cause=44,
    ),
    _refused("10", "busy", 486, "busy here"),
    _refused("11", "busy_everywhere", 600, "busy everywhere"),
    Fate("12", "busy_after_ringing", "486 after ringing: declined on the telephone", 486, provisional="ringing"),
    Fate("13", "busy_then_answered", "busy on the 1st attempt, then answered", by_attempt=("busy", "answered")),
    Fate("20", "no_answer", "rings until the ring timeout", provisional="ringing", ring=None),
    Fate("21", "no_answer_early_media", "183 with media until the ring timeout", provisional="progress", ring=None),
    _refused("22", "unavailable", 480, "temporarily unavailable"),
    _refused("23", "request_timeout", 408, "request timeout"),
    Fate("24", "no_reply", "no SIP answer at all: Down until the ring timeout", ring=None),
    Fate(
        "25",
        "no_answer_twice_then_answered",
        "no answer on the 1st and 2nd attempt, then answered",
        by_attempt=("no_answer", "no_answer", "answered"),
    ),
    _refused("30", "unallocated", 404, "not found"),
    _refused("31", "moved", 410, "gone: the number has changed"),
    _refused("32", "invalid_number", 484, "address incomplete"),
    _refused("33", "nowhere", 604, "does not exist anywhere"),
    _refused("34", "ambiguous", 485, "ambiguous"),
    _refused("40", "rejected", 603, "decline"),
    _refused("41", "forbidden", 403, "forbidden: the trunk refuses us"),
    _refused("42", "unauthorized", 401, "unauthorized: the trunk's password is wrong"),
    _refused("43", "proxy_auth", 407, "proxy authentication required"),
    _refused("50", "congestion", 503, "service unavailable"),
    _refused("51", "server_error", 500, "server internal error"),
    _refused("52", "not_implemented", 501, "not implemented"),
    _refused("53", "bad_gateway", 502, "bad gateway"),
    _refused("54", "gateway_timeout", 504, "server time-out"),
    Fate(
        "55",
        "congestion_then_answered",
        "503 on the 1st attempt, then answered",
        by_attempt=("congestion", "answered"),
    ),
    _refused("60", "not_acceptable", 488, "not acceptable here"),
    _refused("61", "not_acceptable_anywhere", 606, "not acceptable"),
    _refused("62", "bad_extension", 420, "bad extension"),
    _refused("63", "terminated", 487, "request terminated by the far end"),
    _refused("64", "hops", 483, "too many hops"),
    Fate("70", "redirected", "302: to the same number with 00 at its end", ring=0.25, redirect_suffix="00"),
    Fate("71", "redirected_to_busy", "302: to the same number with 10 at its end", ring=0.25, redirect_suffix="10"),
)

BY_NAME: Mapping[str, Fate] = {fate.name: fate for fate in FATES}
BY_SUFFIX: Mapping[str, Fate] = {fate.suffix: fate for fate in FATES}


def parse_mix(text: str) -> tuple[tuple[Fate, float], ...]:
    """Read `answered=60,busy=15,…`. The weights need not add up to anything.

    Raises:
        ConfigurationError: An unknown fate, a weight that isn't a positive number, or nothing at all.
    """
    rows: list[tuple[Fate, float]] = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, _, weight_text = item.partition("=")
        fate = BY_NAME.get(name.strip())
        if fate is None:
            raise ConfigurationError(f"The mix names a fate that doesn't exist: {name!r}. Known: {', '.join(BY_NAME)}.")
        try:
            weight = float(weight_text)
        except ValueError:
            weight = 0.0
        if not 0 < weight < float("inf"):
            raise ConfigurationError(f"The mix needs a positive number after {name}=, not {weight_text!r}.")
        rows.append((fate, weight))
    if not rows:
        raise ConfigurationError("The mix is empty.")
    return tuple(rows)


class FateBook:
    """Decides each INVITE's fate from the number and how often it has been dialled."""

    def __init__(self, mix: str | None = None, seed: int = 0) -> None:
        """
        Args:
            mix: As `parse_mix` reads it. None: the number's last two digits decide.
            seed: The same seed, number and attempt give the same fate.

        Raises:
            ConfigurationError: The mix can't be read.
        """
        self._mix = parse_mix(mix) if mix else ()
        self._total = sum(weight for _, weight in self._mix)
        self._seed = seed

    def fate(self, number: str, attempt: int) -> Fate:
        """The fate of the attempt-th INVITE (from 1) to this number."""
        if not number:
            return BY_NAME["unallocated"]
        fate = self._drawn(number, attempt) if self._mix else BY_SUFFIX.get(number[-2:], BY_NAME[DEFAULT_FATE])
        if fate.by_attempt:
            return BY_NAME[fate.by_attempt[min(attempt, len(fate.by_attempt)) - 1]]
        return fate

    def _drawn(self, number: str, attempt: int) -> Fate:
        digest = hashlib.blake2b(f"{self._seed}:{number}:{attempt}".encode(), digest_size=8).digest()
        point = int.from_bytes(digest, "big") / 2**64 * self._total
        for fate, weight in self._mix:
            point -= weight
            if point < 0:
                return fate
        return self._mix[-1][0]
