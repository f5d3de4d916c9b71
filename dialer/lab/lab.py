"""A telephone network of two real Asterisks: the PBX that the dialer is tried on, and a carrier as its far end."""

import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from dialer.clock import Clock, SystemClock
from dialer.lab.carrier import AGENT, SLOW_AGENT, Pace, dialplan, pjsip
from dialer.lab.configuration import INSIDE, SOCKETS_INSIDE, Setting, append, copy, directories
from dialer.lab.install import install, installed, require_root
from dialer.lab.ledger import read_ledger
from dialer.lab.process import START_SECONDS, Asterisk
from dialer.lab.releases import LabFailed, checkout, release_of
from dialer.simulator.ledger import Ledger

USERNAME: Final = "dialer"
TRUNK: Final = "carrier"
HOST: Final = "127.0.0.1"
# The carrier has to make every SIP answer there is; before 22 Asterisk can't.
CARRIER_VERSION: Final = "22"
_PORT_ATTEMPTS: Final = 3
_DATABASE_FILES: Final = frozenset({"cdr_pgsql.conf", "cel_pgsql.conf"})


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL with the tables of records.sql, for the PBX's own records. `host` may be its socket's folder."""

    host: str
    port: int
    name: str
    user: str
    password: str = ""

    @property
    def sockets(self) -> str | None:
        """The folder of its socket, if that is how it is reached."""
        return self.host if self.host.startswith("/") else None


@dataclass(frozen=True, slots=True)
class Options:
    """How a lab differs from the files in deploy/asterisk, ports, paths and passwords aside.

    Attributes:
        pace: how long things take at the far end.
        rtp_timeout_seconds: after so much silence of the media the PBX ends a call.
        database: where the PBX writes CDR and CEL; without one it writes none.
        outbound_websocket: a listener's `ws://…`, to which the PBX connects. Not on Asterisk 16.
        manager_port: where the PBX offers AMI to `bench` (its secret: the lab's password), for originates alone.
        certificate: a file with a certificate and its key, for TLS on `Lab.tls_url`.
    """

    pace: Pace = field(default_factory=Pace)
    rtp_timeout_seconds: int = 3
    database: Database | None = None
    outbound_websocket: str | None = None
    manager_port: int | None = None
    certificate: Path | None = None


class Lab:
    """A PBX and a carrier on the loopback interface, in one folder. A context manager; start it from the main thread.

    Args:
        folder: for configurations, logs and the ledger; what an earlier lab left there is removed.
        version: the PBX's, `22` or `16`. The carrier is always the same.
    """

    def __init__(
        self, folder: Path, version: str = "22", *, options: Options | None = None, clock: Clock | None = None
    ) -> None:
        self.folder = folder.absolute()
        self.options = options or Options()
        self.release = release_of(version)
        self.ledger_path = self.folder / "ledger"
        self.password = secrets.token_urlsafe(18)
        self._clock = clock or SystemClock()
        self._hole: socket.socket | None = None
        self._pbx: Asterisk | None = None
        self._carrier: Asterisk | None = None
        self.tls_url: str | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pbx(self) -> Asterisk:
        """The one the dialer is tried on. Trunks: `carrier`; `dead`, which never replies; `noreach`, which has no
        contact; `down`, of which the PBX knows that it doesn't reply."""
        return _running(self._pbx)

    @property
    def carrier(self) -> Asterisk:
        """The far end."""
        return _running(self._carrier)

    @property
    def ari_url(self) -> str:
        """Where the PBX's ARI is; the user is `dialer`."""
        return self.pbx.ari_url

    @property
    def version(self) -> str:
        """The PBX's full version."""
        return installed(self.release) or ""

    def ledger(self) -> Ledger:
        """What the carrier has recorded so far."""
        return read_ledger(self.ledger_path) if self.ledger_path.exists() else Ledger()

    def start(self) -> None:
        """Install what is missing, start both, and return when calls can be made.

        Raises:
            LabFailed: we aren't root on Linux, Asterisk can't be installed, or it doesn't come up.
        """
        require_root()
        root, carrier_root = install(self.release), install(release_of(CARRIER_VERSION))
        self.folder.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            try:
                self._start(root, carrier_root)
            except LabFailed:
                self.stop()
                # A port that was free when we looked may have been taken since.
                if attempt == _PORT_ATTEMPTS:
                    raise
            except BaseException:
                self.stop()
                raise
            else:
                return

    def stop(self) -> None:
        """End both. Configurations, logs and the ledger stay in the folder. May be called twice."""
        for asterisk in (self._pbx, self._carrier):
            if asterisk is not None:
                asterisk.stop()
        if self._hole is not None:
            self._hole.close()
            self._hole = None

    def _start(self, root: Path, carrier_root: Path) -> None:
        for name in ("pbx", "carrier"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.ledger_path.unlink(missing_ok=True)
        # Bound and never read: whoever sends something here gets no answer, not even a refusal by the kernel.
        self._hole = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._hole.bind((HOST, 0))
        with _free_ports() as (http, tls, carrier_http, sip, carrier_sip):
            self._carrier = self._configure_carrier(carrier_root, carrier_http, carrier_sip, sip)
            self._pbx = self._configure_pbx(root, http, tls, sip, carrier_sip, self._hole.getsockname()[1])
        self.carrier.start()
        self.pbx.start()
        self.carrier.wait_until_ready("pbx")
        self.pbx.wait_until_ready(TRUNK)
        self._wait_until_known_to_be_down()

    def _wait_until_known_to_be_down(self) -> None:
        deadline = self._clock.monotonic() + START_SECONDS
        while "Unavail" not in self.pbx.command("pjsip show contacts"):
            if self._clock.monotonic() > deadline:
                raise LabFailed("The PBX did not notice that one of its trunks is down.")
            self._clock.sleep(0.1)

    def _configure_pbx(self, root: Path, http: int, tls: int, sip: int, carrier_sip: int, hole: int) -> Asterisk:
        settings = [
            *self._common(http, first_rtp=20000),
            Setting("pjsip.conf", "udp", "bind", f"{HOST}:{sip}"),
            Setting("pjsip.conf", TRUNK, "contact", f"sip:{HOST}:{carrier_sip}"),
            Setting("pjsip.conf", TRUNK, "match", HOST),
            # The first look at the trunk comes within this time of the start.
            Setting("pjsip.conf", TRUNK, "qualify_frequency", "1"),
            Setting("pjsip.conf", TRUNK, "rtp_timeout", str(self.options.rtp_timeout_seconds)),
        ]
        additions = {"pjsip.conf": f"{_more_trunks(hole)}\n{_agents(carrier_sip)}", "queues.conf": _QUEUES}
        if (database := self.options.database) is not None:
            for file in sorted(_DATABASE_FILES):
                settings += [
                    Setting(file, "global", "hostname", SOCKETS_INSIDE if database.sockets else database.host),
                    Setting(file, "global", "port", str(database.port)),
                    Setting(file, "global", "dbname", database.name),
                    Setting(file, "global", "user", database.user),
                    Setting(file, "global", "password", database.password),
                ]
        if self.options.outbound_websocket is not None:
            settings += [
                Setting("websocket_client.conf", "dialer_listener", "uri", self.options.outbound_websocket),
                Setting("websocket_client.conf", "dialer_listener", "password", self.password),
            ]
            additions["ari.conf"] = "#include ari_outbound_websocket.conf\n"
        if self.options.manager_port is not None:
            additions["manager.conf"] = _manager(self.options.manager_port, self.password)
        folder = self._prepare("pbx", tuple(settings), additions)
        if self.options.certificate is not None:
            shutil.copy(self.options.certificate, folder / "etc" / "pbx.pem")
            tls_lines = f"tlsenable = yes\ntlsbindaddr = {HOST}:{tls}\ntlscertfile = {INSIDE}/pbx/etc/pbx.pem\n"
            append(folder / "etc", {"http.conf": tls_lines})
            self.tls_url = f"https://{HOST}:{tls}"
        sockets = database.sockets if database is not None else None
        if sockets is not None:
            (self.folder / Path(SOCKETS_INSIDE).name).mkdir(exist_ok=True)
        url = f"http://{HOST}:{http}"
        return Asterisk(root, self.folder, "pbx", url, self.password, self._clock, sockets=sockets)

    def _configure_carrier(self, root: Path, http: int, sip: int, pbx_sip: int) -> Asterisk:
        folder = self._prepare("carrier", self._common(http, first_rtp=25000), {})
        ledger = f"{INSIDE}/{self.ledger_path.name}"
        texts = {"pjsip.conf": pjsip(sip, pbx_sip), "extensions.conf": dialplan(ledger, self.options.pace, sip)}
        for name, text in texts.items():
            (folder / "etc" / name).write_text(text, encoding="utf-8")
        return Asterisk(root, self.folder, "carrier", f"http://{HOST}:{http}", self.password, self._clock)

    def _common(self, http: int, *, first_rtp: int) -> tuple[Setting, ...]:
        return (
            Setting("http.conf", "general", "bindport", str(http)),
            Setting("ari.conf", USERNAME, "password", self.password),
            Setting("rtp.conf", "general", "rtpstart", str(first_rtp)),
            Setting("rtp.conf", "general", "rtpend", str(first_rtp + 4999)),
        )

    def _prepare(self, name: str, settings: tuple[Setting, ...], additions: dict[str, str]) -> Path:
        folder = self.folder / name
        without = frozenset() if name == "pbx" and self.options.database else _DATABASE_FILES
        copy(checkout() / "deploy" / "asterisk", folder / "etc", settings, without)
        release = self.release if name == "pbx" else release_of(CARRIER_VERSION)
        append(folder / "etc", {**additions, "asterisk.conf": directories(folder, release)})
        return folder


def _running(asterisk: Asterisk | None) -> Asterisk:
    if asterisk is None:
        raise LabFailed("The lab has not been started.")
    return asterisk


@contextmanager
def _free_ports() -> Iterator[tuple[int, int, int, int, int]]:
    """Three TCP and two UDP ports, kept from others until the block ends."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(3)]
    probes += [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        http, tls, carrier_http, sip, carrier_sip = (int(probe.getsockname()[1]) for probe in probes)
        yield http, tls, carrier_http, sip, carrier_sip
    finally:
        for probe in probes:
            probe.close()


def _endpoint(name: str, aor: str) -> str:
    endpoint = f"[{name}]\ntype = endpoint\ntransport = udp\ncontext = from-carrier\ndisallow = all\nallow = alaw\n"
    return f"{endpoint}aors = {name}\n\n[{name}]\ntype = aor\n{aor}\n"


def _manager(port: int, secret: str) -> str:
    general = f"[general]\nenabled = yes\nbindaddr = {HOST}\nport = {port}\n"
    heard = "read = call\neventfilter = Event: OriginateResponse"
    return f"{general}\n[bench]\nsecret = {secret}\n{heard}\nwrite = originate\n"


def _more_trunks(hole: int) -> str:
    """Trunks that go wrong: `dead` never replies, `noreach` has no contact, `down` is known not to reply."""
    contact = f"contact = sip:{HOST}:{hole}\n"
    asked = f"{contact}qualify_frequency = 1\nqualify_timeout = 0.5\n"
    return "\n".join((_endpoint("dead", contact), _endpoint("noreach", ""), _endpoint("down", asked)))


def _agents(carrier_sip: int) -> str:
    """Telephones of people who speak to callees: the carrier plays them."""
    numbers = {"agent1": AGENT, "slow1": SLOW_AGENT}
    return "\n".join(
        _endpoint(name, f"contact = sip:{number}@{HOST}:{carrier_sip}\n") for name, number in numbers.items()
    )


_QUEUES: Final = "[staffed]\nstrategy = ringall\nmember => PJSIP/agent1\n"
"""A queue in which somebody is; that of deploy/asterisk has no member."""
