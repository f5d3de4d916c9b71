"""The far end's dialplan: what becomes of a call, decided by the number's last two digits as in the simulator."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dialer.simulator.fates import FATES, Fate
from dialer.simulator.ledger import REDIRECTED

CONTEXT: Final = "from-pbx"
CALL_HEADER: Final = "X-Dialer-Call"
_STAYS_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take at the far end, in seconds. Other fates use multiples of them.

    Attributes:
        ring: ringing before an answer.
        talk: talking before the callee hangs up.
        last_moment: ringing before an answer at the last moment: set it to 95 % of the ring timeout you dial with.
        longest: after this the network ends a call, ringing or up. None: it doesn't.
    """

    ring: float = 0.3
    talk: float = 0.5
    last_moment: float = 0.95
    longest: float | None = None


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody who answers and does more than the simulator's: `steps` are dialplan, after the answer."""

    suffix: str
    name: str
    meaning: str
    steps: tuple[str, ...]
    ring: float | None = None


AGENT: Final = "+442079460007"
SLOW_AGENT: Final = "+442079460085"
"""Numbers at which the PBX's agents are: the one answers at once, the other after three seconds."""

CALLEES: Final = (
    Callee(
        "80",
        "machine",
        "a machine: a long greeting, a beep, silence",
        ("Playback(vm-intro)", "Playback(beep)", "Wait(20)"),
    ),
    Callee("81", "human", "a person: a short hello, then silence", ("Wait(0.3)", "Playback(beep)", "Wait(10)")),
    Callee("82", "silent", "nothing is heard at all", ("Wait(15)",)),
    Callee("83", "presses_1", "presses 1 after a second", ("Wait(1)", "SendDTMF(1,200,200)", "Wait(5)")),
    Callee("84", "presses_9", "presses 9 after a second", ("Wait(1)", "SendDTMF(9,200,200)", "Wait(5)")),
    Callee("85", "slow_agent", "rings three seconds, answers, talks", ("Wait(1)",), ring=3.0),
    Callee("86", "impatient", "hangs up after a second and a half", ("Wait(1.5)",)),
)
"""Answered calls whose callee can be heard."""

LAB_FATES: Final[Mapping[str, str]] = {callee.suffix: callee.name for callee in CALLEES}


def dialplan(ledger: str, pace: Pace, sip_port: int) -> str:
    """extensions.conf of the carrier.

    Args:
        ledger: the file that gets a line for each INVITE and each end; see `dialer.lab.ledger`.
        sip_port: where the carrier listens, for redirects to itself.
    """
    lines = [f"[{CONTEXT}]", *_arrival(ledger, pace), "", "[fates]"]
    for fate in FATES:
        lines += _extension(fate.suffix, _steps(fate, pace, sip_port))
    for callee in CALLEES:
        ringing = _ringing(callee.ring or pace.ring)
        lines += _extension(callee.suffix, (*ringing, *_up(), *callee.steps, *_hung_up("callee", 16)))
    lines += _extension("_X", ("Goto(fates,00,1)",))
    lines += _extension("_XX", ("Goto(fates,00,1)",))
    lines += _extension("h", (f"Set(FILE({ledger},,,al,u)={_END})",))
    return "\n".join(lines) + "\n"


_NOW: Final = "${STRFTIME(,UTC,%s.%6q)}"
_INVITE: Final = (
    f"invite|{_NOW}|${{URIENCODE(${{CALL}})}}|${{URIENCODE(${{NUMBER}})}}|${{FATE}}|${{ATTEMPT}}"
    "|${URIENCODE(${CALLERID(num)})}"
)
_END: Final = f"end|{_NOW}|${{URIENCODE(${{CALL}})}}|${{UP}}|${{BY}}|${{HANGUPCAUSE}}"


def _arrival(ledger: str, pace: Pace) -> Iterator[str]:
    names = {fate.suffix: fate.name for fate in FATES} | dict(LAB_FATES)
    yield from _extension(
        "_[+0-9a-zA-Z].",
        (
            "Set(NUMBER=${CUT(EXTEN,\\;,1)})",
            # The call's id: from a header, from the address (`number;call=id`), or else SIP's own.
            f"Set(CALL=${{PJSIP_HEADER(read,{CALL_HEADER})}})",
            'ExecIf($["${CALL}" = ""]?Set(CALL=${CUT(EXTEN,=,2)}))',
            'ExecIf($["${CALL}" = ""]?Set(CALL=${CHANNEL(pjsip,call-id)}))',
            "Set(UP=0)",
            "Set(BY=caller)",
            *(() if pace.longest is None else (f"Set(TIMEOUT(absolute)={pace.longest:.2f})",)),
            "Set(SUFFIX=${NUMBER:-2})",
            "Set(COUNTED=INVITES${FILTER(0-9,${NUMBER})})",
            "Set(ATTEMPT=$[0${GLOBAL(${COUNTED})} + 1])",
            "Set(GLOBAL(${COUNTED})=${ATTEMPT})",
            'GotoIf($["${FILTER(0-9,${SUFFIX})}" != "${SUFFIX}"]?other)',
            "GotoIf($[${DIALPLAN_EXISTS(names,${SUFFIX},1)}]?names,${SUFFIX},1)",
            ("other", "Set(SUFFIX=00)"),
            "Goto(names,00,1)",
        ),
    )
    yield ""
    yield "[names]"
    by_attempt = {fate.suffix: fate.by_attempt for fate in FATES if fate.by_attempt}
    suffixes = {fate.name: fate.suffix for fate in FATES}
    for suffix, name in names.items():
        if suffix in by_attempt:
            chain = by_attempt[suffix]
            steps = [
                f"GotoIf($[${{ATTEMPT}} = {number}]?{suffixes[step]},1)" for number, step in enumerate(chain[:-1], 1)
            ]
            yield from _extension(suffix, (*steps, f"Goto({suffixes[chain[-1]]},1)"))
        else:
            write = f"Set(FILE({ledger},,,al,u)={_INVITE})"
            yield from _extension(suffix, (f"Set(FATE={name})", write, f"Goto(fates,{suffix},1)"))


def _extension(name: str, steps: tuple[str | tuple[str, str], ...]) -> Iterator[str]:
    for number, step in enumerate(steps):
        label, application = ("", step) if isinstance(step, str) else (f"({step[0]})", step[1])
        yield f"exten => {name},1{label},{application}" if number == 0 else f" same => n{label},{application}"


def _steps(fate: Fate, pace: Pace, sip_port: int) -> tuple[str, ...]:
    ring = pace.last_moment if fate.at_the_last_moment else None if fate.ring is None else fate.ring * pace.ring
    before = _provisional(fate, ring)
    if fate.redirect_suffix is not None:
        # The id goes along, so that the INVITE that follows is known to be of the same call.
        user = f"${{NUMBER:0:-2}}{fate.redirect_suffix};call=${{CALL}}{REDIRECTED}".replace(";", "\\;")
        contact = f"sip:{user}@127.0.0.1:{sip_port}"
        return (*before, "Set(BY=network)", f"Transfer(PJSIP/{contact})", "Hangup(16)")
    if fate.sip_status is not None:
        return (*before, "Set(BY=network)", f"PJSIPHangup({fate.sip_status})")
    if not fate.is_answered:
        return (*before, f"Wait({_STAYS_SECONDS})")
    if fate.end_cause == 44:
        # Sends back what it hears, and the PBX says nothing: no media.
        return (*before, *_up(), "Set(BY=network)", "Echo()")
    if fate.talk is None:
        return (*before, *_up(), f"Wait({_STAYS_SECONDS})")
    return (*before, *_up(), f"Wait({fate.talk * pace.talk:.2f})", *_hung_up("callee", 16))


def _provisional(fate: Fate, ring: float | None) -> tuple[str, ...]:
    wait = () if not ring else (f"Wait({ring:.2f})",)
    if fate.provisional == "ringing":
        return ("Ringing()", *wait)
    return ("Progress()", *wait) if fate.provisional == "progress" else wait


def _ringing(seconds: float) -> tuple[str, ...]:
    return ("Ringing()", f"Wait({seconds:.2f})")


def _up() -> tuple[str, ...]:
    # Answer() waits for media to arrive: a caller who hangs up in that moment has been answered all the same.
    return ("Set(UP=1)", "Answer()")


def _hung_up(by: str, cause: int) -> tuple[str, ...]:
    return (f"Set(BY={by})", f"Hangup({cause})")


def pjsip(sip_port: int, pbx_sip_port: int) -> str:
    """pjsip.conf of the carrier: whoever speaks from the loopback is the PBX."""
    return f"""[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{sip_port}

[pbx]
type = endpoint
transport = udp
context = {CONTEXT}
disallow = all
allow = alaw
allow = ulaw
aors = pbx
direct_media = no

[pbx]
type = aor
contact = sip:127.0.0.1:{pbx_sip_port}

[pbx]
type = identify
endpoint = pbx
match = 127.0.0.1
"""
