"""The carrier's own record: a line for each INVITE and for each end, written by its dialplan.

    invite|<seconds since 1970>|<call>|<number>|<fate>|<attempt>|<caller id>
    end|<seconds since 1970>|<call>|<1 if it was up>|<who hung up>|<cause>

Call, number and caller id are percent-encoded, so nothing that is dialed can write a line of its own.
"""

from pathlib import Path
from typing import Final
from urllib.parse import unquote

from dialer.simulator.ledger import End, Invite, Ledger

_NORMAL: Final = 16


def read_ledger(path: Path) -> Ledger:
    """Read a carrier's ledger, also while it is being written. There are no posts in it: the carrier sees none.

    `Invite.channel` is the dialer's call id where the INVITE carried one (in the header X-Dialer-Call, or in the
    address as `number;call=id`), and else SIP's Call-ID.

    Raises:
        FileNotFoundError: There is none.
        ValueError: A complete line is not of the form above.
    """
    invites: list[Invite] = []
    ends: list[End] = []
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        kind, at, call, *fields = line.split("|")
        if kind == "invite":
            number, fate, attempt, caller_id = fields
            invites.append(Invite(float(at), unquote(call), unquote(number), unquote(caller_id), fate, int(attempt)))
        elif kind == "end":
            up, by, cause = fields
            ends.append(_end(float(at), unquote(call), up == "1", by, int(cause or 0)))
        else:
            raise ValueError(f"Not a line of a ledger: {line!r}")
    return Ledger(invites=tuple(invites), ends=tuple(ends))


def _end(at: float, call: str, was_up: bool, by: str, cause: int) -> End:
    if by == "caller":
        # A CANCEL says why it was sent: 16 where the dialer asked for it, else the ring timeout.
        by = "us" if was_up or cause == _NORMAL else "timeout"
    return End(at, call, cause, None, was_up, by)
