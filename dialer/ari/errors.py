"""What can become of a request to a PBX, above all of an originate.

    NeverSent   nothing was written to the PBX: nobody was dialed, and the request may be made again
    Refused     Asterisk answered no, in its own JSON: this request dialed nobody
    Unknown     somebody may have been dialed, or may yet be: the same originate must never be sent again

The INVITE is sent by a thread that Asterisk starts last of all, just before it answers 200. So its own refusal proves
that nobody was dialed, and no answer, or an answer that is not Asterisk's, proves nothing.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import orjson

from dialer.errors import AriConnectionError, AriError


class Fault(StrEnum):
    """Whose fault a refusal is."""

    NODE = "node"
    """The PBX's: any other call would have been refused too."""
    TRUNK = "trunk"
    """The trunk's: any other call through it would have been refused too."""
    CALL = "call"
    """This call's: it would be refused again."""


class NeverSent(AriConnectionError):
    """Nothing was written to the PBX: no connection, no room in the pool, or too late."""


class TooLate(NeverSent):
    """The moment after which the request must not be written had passed: our own doing, not the PBX's."""


class Refused(AriError):
    """Asterisk's own error answer. Nobody was dialed by this request."""

    code = "ari_refused"

    def __init__(self, status: int, message: str, fault: Fault) -> None:
        super().__init__(f"{status} {message}")
        self.http_status = status
        self.message = message
        self.fault = fault


class Unknown(AriError):
    """No answer, or one that proves nothing. `http_status` is None where there was no answer."""

    code = "ari_unknown"

    def __init__(self, detail: str, http_status: int | None = None) -> None:
        super().__init__(detail)
        self.http_status = http_status


class Body(StrEnum):
    """What an answer's body is."""

    ARI = "ari"
    """A JSON object with a `message` or an `error`, as every refusal by ARI has."""
    HTML = "html"
    """A page of Asterisk's HTTP server, which has not passed the request on to ARI."""
    OTHER = "other"
    """Anything else, or nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of error answer to an originate. `fault` None: its fate is unknown."""

    status: int | None
    body: Body
    fault: Fault | None


ORIGINATE_ANSWERS: Final = (
    Row(400, Body.ARI, Fault.CALL),  # malformed endpoint, or a parameter it can't read
    Row(401, Body.ARI, Fault.NODE),  # wrong user or password
    Row(403, Body.ARI, Fault.NODE),  # the user may only read
    Row(404, Body.ARI, Fault.CALL),  # no such label in the dialplan
    Row(404, Body.HTML, Fault.NODE),  # ARI is not loaded, or not enabled
    Row(409, Body.ARI, None),  # the id is in use: by this very call, perhaps
    Row(500, Body.ARI, Fault.TRUNK),  # "Allocation failed": unknown technology, no reachable contact, shutting down
    Row(503, Body.ARI, Fault.NODE),  # not booted
    Row(502, Body.ARI, None),  # a proxy that speaks JSON; Asterisk has no such answer
    Row(504, Body.ARI, None),
    Row(None, Body.ARI, Fault.CALL),  # whatever else it does not like about the request
    Row(None, Body.HTML, None),
    Row(None, Body.OTHER, None),  # an empty 500 may follow a dial that has started; a proxy knows nothing
)
"""Read from the top; a status of None stands for every other one."""


def error_of(status: int, content: bytes, server: str = "") -> Refused | Unknown:
    """What an answer other than the hoped-for one says of an originate.

    Args:
        server: the Server header, by which a page of Asterisk's own is told from a proxy's.
    """
    message = ari_message(content)
    body = Body.ARI if message is not None else Body.HTML if server.startswith("Asterisk") and content else Body.OTHER
    row = next(row for row in ORIGINATE_ANSWERS if row.status in (status, None) and row.body is body)
    # Below 400 nothing is a refusal, whatever it says.
    if row.fault is None or status < 400:
        return Unknown(f"{status} {message or '(not an answer of ARI)'}", status)
    return Refused(status, message or "ARI is not available", row.fault)


def ari_message(content: bytes) -> str | None:
    """What ARI says in an error answer; None if this is not an answer of ARI's."""
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(answer, dict):
        return None
    text = answer.get("message", answer.get("error"))
    return text if isinstance(text, str) else None
