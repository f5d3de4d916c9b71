"""`--target` chooses what the suite runs against; `--record` keeps what a real Asterisk said."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import requests

from dialer.ari.client import AriClient
from dialer.lab.lab import Lab
from tests.contract.targets import NAMES, USERNAME, LabTarget, Target, started
from tests.contract.traces import keep, load
from tests.contract.wire import Listener

_DEFAULT = "simulator,simulator16"
_numbers = count(1)
_versions: dict[str, str] = {}
_results: dict[str, int] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--target", default=_DEFAULT, help=f"What the contract suite runs against: {', '.join(NAMES)}.")
    parser.addoption("--record", action="store_true", help="Write what came over the wire into tests/contract/traces.")
    parser.addoption("--counts", type=Path, help="Write versions and numbers of cases into this file, as JSON.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "target" in metafunc.fixturenames:
        names = str(metafunc.config.getoption("--target", _DEFAULT)).split(",")
        unknown = set(names) - set(NAMES)
        if unknown:
            raise pytest.UsageError(f"--target knows {', '.join(NAMES)}, not {', '.join(sorted(unknown))}")
        metafunc.parametrize("target", names, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What only a real Asterisk can be asked isn't asked of the simulator."""
    unfit = [item for item in items if "only_real" in getattr(item, "fixturenames", ()) and not _is_real(item)]
    config.hook.pytest_deselected(items=unfit)
    items[:] = [item for item in items if item not in unfit]


def _is_real(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and str(callspec.params["target"]).startswith("asterisk")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if "tests/contract/" in report.nodeid and (report.when == "call" or report.outcome != "passed"):
        _results[report.outcome] = _results.get(report.outcome, 0) + 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    path: Path | None = session.config.getoption("--counts", None)
    if path is not None:
        path.write_bytes(orjson.dumps({"versions": _versions, **_results}))


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The PBX, running."""
    name: str = request.param
    with started(name, tmp_path_factory.mktemp(name)) as running:
        _versions[name] = running.version
        yield running


class Pbx:
    """The PBX as one test sees it: an application of its own, and numbers that nobody else dials."""

    def __init__(self, target: Target, stack: ExitStack) -> None:
        self.target = target
        self.app = f"contract-{uuid4().hex[:12]}"
        self._stack = stack
        self.client = stack.enter_context(self.new_client())
        self.http = stack.enter_context(requests.Session())
        self.http.auth = (USERNAME, target.password)
        self.calls: list[UUID] = []
        stack.callback(self._hang_up_all)

    @property
    def lab(self) -> Lab:
        """The lab, where the target is a real Asterisk."""
        assert isinstance(self.target, LabTarget)
        return self.target.lab

    def new_client(self, app: str | None = None, read_timeout: float = 5.0) -> AriClient:
        """A client of the product's own."""
        return AriClient(
            self.target.url, USERNAME, self.target.password, app or self.app, read_timeout=read_timeout, pool_size=8
        )

    def raw(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request over the test's own keep-alive connection, `path` below /ari."""
        return self.http.request(method, f"{self.target.url}/ari{path}", timeout=10, **options)

    def listen(self, app: str | None = None, *, with_varset: bool = False) -> Listener:
        """Register the application; from now on its events arrive."""
        listener = Listener(self.target.url, app or self.app, USERNAME, self.target.password, with_varset=with_varset)
        self._stack.callback(listener.close)
        return listener

    def number(self, suffix: str) -> str:
        """A number whose last digits are these."""
        return f"+4420{next(_numbers):06d}{suffix}"

    def endpoint(self, number: str, call: UUID, trunk: str = "carrier") -> str:
        """The address with the call's id in it, which the far end notes down."""
        return f"PJSIP/{number};call={call}@{trunk}"

    def dial(self, suffix: str, *, timeout: int = 2, trunk: str = "carrier", **options: Any) -> UUID:
        """Originate with the product's client; the call's id."""
        call = options.pop("call", None) or uuid4()
        self.calls.append(call)
        endpoint = self.endpoint(options.pop("number", None) or self.number(suffix), call, trunk)
        wanted = {"caller_id": "+442079460999", "variables": {"CONTACT_NAME": "Ada"}, "app_args": "call,7"} | options
        self.client.originate(call, endpoint=endpoint, timeout_seconds=timeout, **wanted)
        return call

    def invites(self, call: UUID) -> int:
        """How many INVITEs of this call the far end has seen."""
        return len(self.target.ledger().invites_by_channel().get(str(call), []))

    def _hang_up_all(self) -> None:
        for call in self.calls:
            self.client.hang_up(call)


@pytest.fixture
def pbx(target: Target) -> Iterator[Pbx]:
    with ExitStack() as stack:
        yield Pbx(target, stack)


@pytest.fixture
def only_real() -> None:
    """Marks a test that is asked of real Asterisks only."""


@pytest.fixture
def listener(pbx: Pbx) -> Listener:
    """The test's own application, registered."""
    return pbx.listen()


@pytest.fixture
def recorded(request: pytest.FixtureRequest, target: Target) -> Callable[[str, list[dict[str, Any]]], list[Any] | None]:
    """Compare with, or with --record write, the trace of that name: `recorded(name, events)` returns the one kept."""

    def trace(name: str, events: list[dict[str, Any]]) -> list[Any] | None:
        if request.config.getoption("--record", False) and target.is_real:
            keep(target.release, name, events)
        return load(target.release, name)

    return trace
