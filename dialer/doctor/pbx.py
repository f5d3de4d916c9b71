"""A PBX, asked over ARI as the dialer would ask it. Nobody is called."""

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from dialer.ari.client import AriClient, NodeInfo
from dialer.ari.errors import NeverSent, Refused
from dialer.clock import Clock
from dialer.config import Settings
from dialer.doctor import versions
from dialer.doctor.findings import Finding, ok, problem, unknown, warning
from dialer.errors import AriError
from dialer.services.claiming import Node

_MAX_SKEW_SECONDS: Final = 3.0
"""One second of it is the Date header's own coarseness."""
_PROCESSES: Final = 4
_SPARE: Final = 10
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_CERTIFICATE_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class TrunkToCheck:
    """A trunk, by its name and its endpoint with its placeholders."""

    name: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Patient:
    """A node to look at.

    Attributes:
        new_client: makes a client with so many connections.
        listens: whether a listener is said to follow it; None: not known.
    """

    node: Node
    new_client: Callable[[int], AriClient]
    trunks: Sequence[TrunkToCheck]
    listens: bool | None = None


def examine(patient: Patient, settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Every check of a node. If it can't be asked, nothing else can be said of it."""
    name = patient.node.name
    yield from _transport(patient.node, clock)
    with patient.new_client(2) as client:
        try:
            info = client.info()
        except AriError as error:
            yield _unreachable(patient.node, error)
            return
        yield ok("pbx_reachable", name, "answers.")
        yield ok("pbx_credentials", name, "knows the user and the password.")
        try:
            yield from _version(name, info, settings, clock)
            yield _skew(name, client.clock_of_pbx(), clock)
            yield from _application(patient, client, settings)
            for trunk in patient.trunks:
                yield _trunk(trunk, client)
            yield _sessions(patient, client, settings)
        except AriError as error:
            message = f"stopped answering in the middle of the examination: {error}"
            yield problem("pbx_reachable", name, message, "See Asterisk's log; `core show locks` if it hangs.")


def _unreachable(node: Node, error: AriError) -> Finding:
    name, text = node.name, str(error)
    if isinstance(error, Refused):
        if error.http_status == 401:
            remedy = "Compare ari_username and DIALER_ARI_PASSWORD with ari.conf, then `module reload res_ari`."
            return problem("pbx_credentials", name, "knows no such user, or the password is another one.", remedy)
        if error.http_status == 503:
            return problem("pbx_reachable", name, "has not finished starting.", "Wait a moment, and ask again.")
        message = f"its HTTP server answers, but there is no ARI: {error}"
        return problem("pbx_reachable", name, message, "Set enabled = yes in ari.conf, and load the res_ari modules.")
    if "certificate" in text.lower():
        return problem(
            "pbx_tls",
            name,
            f"its certificate is not trusted: {text}",
            "Use a certificate for the very name in the node's URL, and tell the dialer the CA that signed it.",
        )
    if isinstance(error, NeverSent):
        remedy = f"Start Asterisk; set enabled = yes and bindaddr in http.conf; let the firewall pass {node.ari_url}."
        return problem("pbx_reachable", name, f"can't be connected to: {text}", remedy)
    return problem(
        "pbx_reachable",
        name,
        f"takes connections and does not answer: {text}",
        "Either it hangs (`core show locks`), or its sessionlimit in http.conf is used up.",
    )


def _transport(node: Node, clock: Clock) -> Iterator[Finding]:
    parts = urlsplit(node.ari_url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        yield from _certificate(node.name, host, parts.port or 443, clock)
    elif host not in _LOOPBACK:
        yield warning(
            "pbx_tls",
            node.name,
            "is on another machine and is asked over plain HTTP: its password goes along with every request.",
            "Set tlsenable, tlsbindaddr and tlscertfile in http.conf, and https:// in the node's URL.",
        )


def _certificate(name: str, host: str, port: int, clock: Clock) -> Iterator[Finding]:
    """How long it is good. Whether it is trusted shows when the node is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), timeout=3) as raw, context.wrap_socket(raw) as tls:
            certificate = tls.getpeercert(binary_form=True)
    except OSError as error:
        remedy = "Set tlsenable = yes and tlscertfile in http.conf, or http:// in the node's URL."
        yield problem("pbx_tls", name, f"does not speak TLS there: {error}", remedy)
        return
    until = _good_until(certificate or b"")
    if until is None:
        return
    left = (until - clock.now()).total_seconds() / 86400
    remedy = "Renew it, and reload Asterisk's HTTP server (`module reload http`)."
    if left < 0:
        yield problem("pbx_tls", name, f"its certificate has been invalid since {until:%Y-%m-%d}.", remedy)
    elif left < _CERTIFICATE_DAYS:
        yield warning("pbx_tls", name, f"its certificate is good until {until:%Y-%m-%d} only.", remedy)
    else:
        yield ok("pbx_tls", name, f"its certificate is good until {until:%Y-%m-%d}.")


def _good_until(der: bytes) -> datetime | None:
    """The second of the two times in a certificate, which follow each other: its notAfter."""
    position = 0
    times: list[datetime] = []
    while len(times) < 2 and position + 2 <= len(der):
        kind, length = der[position], der[position + 1]
        text = der[position + 2 : position + 2 + length]
        form = {(0x17, 13): "%y%m%d%H%M%SZ", (0x18, 15): "%Y%m%d%H%M%SZ"}.get((kind, length))
        if form is None:
            position += 1
            continue
        try:
            times.append(datetime.strptime(text.decode("ascii"), form).replace(tzinfo=UTC))
            position += 2 + length
        except (UnicodeDecodeError, ValueError):
            position += 1
    return times[1] if len(times) == 2 else None


def _version(name: str, info: NodeInfo, settings: Settings, clock: Clock) -> Iterator[Finding]:
    if info.is_simulator:
        yield ok("pbx_version", name, "is the simulator: nobody is really called.")
        return
    if not settings.real_calls_allowed:
        message = "is a real Asterisk, and real calls are not allowed: nothing is dialed through it."
        yield problem("real_calls", name, message, "Set DIALER_REAL_CALLS_ALLOWED=true when you mean it.")
    version = versions.parse(info.version)
    if version is None:
        yield unknown("pbx_version", name, f"calls itself {info.version!r}, which says nothing about its faults.")
        return
    if versions.is_too_old(version):
        message = f"is {info.version}; the dialer is tested with 16 and 22."
        yield problem("pbx_version", name, message, "Upgrade to Asterisk 22.")
        return
    found = list(versions.faults(version))
    end = versions.ended(version, clock.now().date())
    if end is not None:
        found.append(f"has had no security fixes since {end:%B %Y}")
    if found:
        yield warning("pbx_version", name, f"is {info.version}: {'; '.join(found)}.", "Upgrade to the newest 22.")
    else:
        yield ok("pbx_version", name, f"is {info.version}, without faults known to stall a dialer.")


def _skew(name: str, theirs: datetime | None, clock: Clock) -> Finding:
    if theirs is None:
        return unknown("clock_skew", name, "does not tell its time.")
    skew = (theirs - clock.now()).total_seconds()
    if abs(skew) > _MAX_SKEW_SECONDS:
        way = "ahead of" if skew > 0 else "behind"
        message = f"its clock is {abs(skew):.0f} s {way} ours: its call records and logs don't fit the dialer's."
        return warning("clock_skew", name, message, "Let both machines keep time with NTP.")
    return ok("clock_skew", name, "its clock agrees with this machine's.")


def _application(patient: Patient, client: AriClient, settings: Settings) -> Iterator[Finding]:
    """A user event to ourselves: it needs the right to write, and somebody who listens."""
    name = patient.node.name
    try:
        is_registered = client.send_echo("doctor")
    except Refused as error:
        if error.http_status != 403:
            raise
        message = "its ARI user may only read: it can neither dial nor hang up."
        yield problem("pbx_read_only", name, message, "Set read_only = no in ari.conf, then `module reload res_ari`.")
        return
    yield ok("pbx_read_only", name, "lets its user dial and hang up.")
    if not is_registered and patient.node.events_port is not None:
        yield problem(
            "pbx_application",
            name,
            f"the application {settings.ari_app} is not registered, although the PBX is to connect to port "
            f"{patient.node.events_port} of the listener by itself: nobody hears of the calls, so none is made.",
            "Include ari_outbound_websocket.conf in ari.conf (Asterisk 20.15, 21.10, 22.5 and later). If it is there, "
            "another socket has had the application: `core restart when convenient` gives it back.",
        )
    elif not is_registered:
        yield problem(
            "pbx_application",
            name,
            f"the application {settings.ari_app} is not registered: nobody hears of the calls, so none is made.",
            "Start `dialer listener`. If it runs, its log says why it isn't connected.",
        )
    elif patient.listens is False and patient.node.events_port is not None:
        yield problem(
            "pbx_application",
            name,
            f"keeps the events of {settings.ari_app}, and no listener is there to hear them.",
            "Start `dialer listener`.",
        )
    elif patient.listens is False:
        yield problem(
            "pbx_application",
            name,
            f"somebody has registered the application {settings.ari_app}, but no listener of this installation "
            "follows the node.",
            "Another installation may use the same PBX: give each a DIALER_ARI_APP of its own.",
        )
    else:
        yield ok("pbx_application", name, f"has the application {settings.ari_app} registered.")


def _trunk(trunk: TrunkToCheck, client: AriClient) -> Finding:
    technology, _, rest = trunk.endpoint.partition("/")
    resource = rest.rpartition("@")[2].partition("/")[0]
    if technology != "PJSIP" or not resource or "{" in resource:
        return unknown("trunk_online", trunk.name, f"{trunk.endpoint}: only endpoints like PJSIP/… are looked at.")
    found = client.read(f"/endpoints/{technology}/{resource}")
    if found is None:
        return problem(
            "trunk_online",
            trunk.name,
            f"there is no endpoint {resource} on the PBX.",
            f"Add it to pjsip.conf, or correct the trunk's endpoint ({trunk.endpoint}).",
        )
    state = found.get("state") if isinstance(found, dict) else None
    if state == "offline":
        return problem(
            "trunk_online",
            trunk.name,
            f"the endpoint {resource} is offline: the carrier does not answer, or the registration is refused.",
            f"See `pjsip show endpoint {resource}` and `pjsip show registrations`.",
        )
    if state != "online":
        message = f"the PBX doesn't know whether {resource} can be reached."
        return warning("trunk_online", trunk.name, message, "Set qualify_frequency = 30 in the trunk's aor.")
    return ok("trunk_online", trunk.name, f"{resource} is online.")


def _sessions(patient: Patient, client: AriClient, settings: Settings) -> Finding:
    """Whether the PBX takes as many connections as several processes may need, tried while nobody is on the line."""
    name = patient.node.name
    if client.channels():
        message = "its sessionlimit was not tried, because calls are going on."
        return unknown("pbx_sessionlimit", name, message, "Run the doctor again when there are none.")
    wanted = _PROCESSES * settings.ari_pool_size + _SPARE
    clients: list[AriClient] = []
    try:
        for _ in range(wanted):
            clients.append(patient.new_client(1))
            clients[-1].info()
    except AriError:
        taken = len(clients) - 1
        return problem(
            "pbx_sessionlimit",
            name,
            f"takes {taken} connections more and no other one; {_PROCESSES} processes with DIALER_ARI_POOL_SIZE="
            f"{settings.ari_pool_size} may need {wanted}. Beyond its limit a call's fate is unknown.",
            f"Set sessionlimit = {max(300, 2 * wanted)} in http.conf (Asterisk's default is 100), and restart it.",
        )
    finally:
        for opened in clients:
            opened.close()
    return ok("pbx_sessionlimit", name, f"takes {wanted} connections at once.")
