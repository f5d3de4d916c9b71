"""A whole dialer, started once for all acceptance tests: they go as a user does, through the API.

With the typed client where the description is what is used, and by paths (`user.api`) where answers are looked into, or
what is sent is wrong on purpose.
"""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from dialer.bootstrap import Dialer
from dialer.clock import SystemClock
from dialer.config import load_settings
from dialer.local.client import ApiClient
from dialer.local.ready import ensure_user, running
from dialer.local.stack import Ports, Stack, free_ports
from dialer.remote.connection import as_user
from dialer.services.users import Role
from dialer.simulator.ledger import Ledger, read_ledger
from dialer_client import AuthenticatedClient
from dialer_client.api.campaigns import campaigns_create
from dialer_client.api.nodes import nodes_create
from dialer_client.api.trunks import trunks_create
from dialer_client.models.campaign_in import CampaignIn
from dialer_client.models.node_in import NodeIn
from dialer_client.models.trunk_in import TrunkIn
from tests.support.browser import Visit, Visitor, browsing

_SIMULATOR = ("--ring-ms", "120", "--talk-ms", "250", "--playback-ms", "150", "--time-scale", "20")


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with the API at hand, a trunk to dial through, and the far end's ledger to look into."""

    api: ApiClient
    client: AuthenticatedClient
    api_url: str
    password: str
    dialer: Dialer
    ledger_path: Path
    node_id: int

    @property
    def ledger(self) -> Ledger:
        return read_ledger(self.ledger_path)

    def trunk(self, *, cps: float = 100, channels: int = 100) -> int:
        """A new trunk; its id."""
        trunk = TrunkIn(
            name=f"trunk-{secrets.token_hex(4)}",
            node_id=self.node_id,
            endpoint="PJSIP/{number}@carrier",
            caller_id="+12025550100",
            cps=cps,
            channels=channels,
        )
        return trunks_create.sync(client=self.client, body=trunk).id

    def campaign(self, trunk_id: int, **values: Any) -> int:
        """A new campaign, open at all hours, that tries again after a second; its id."""
        rule = {"delay_seconds": 1}
        given = {
            "name": f"campaign-{secrets.token_hex(4)}",
            "trunk_id": trunk_id,
            "timeout_seconds": 20,
            "max_attempts": 3,
            "calling_window": {"start": "00:00", "end": "24:00"},
            "retry_policy": dict.fromkeys(("busy", "no_answer", "congestion", "trunk_fault"), rule),
            "answer_action": {"type": "play", "sound": "hello-world"},
            **values,
        }
        return campaigns_create.sync(client=self.client, body=CampaignIn.from_dict(given)).id


@pytest.fixture(scope="session")
def user() -> Iterator[User]:
    folder = Path(tempfile.mkdtemp(prefix="dialer-acceptance-"))
    folder.chmod(0o711)
    settings = load_settings(
        data_dir=folder / "data",
        database_url=None,
        redis_url=None,
        single_call_window="00:00-24:00",
        rate_limit_requests=100_000,
        login_rate_limit="1000 per minute",
        webhooks_to_private_addresses=True,
        traces_dir=folder / "traces",
        log_calls=True,
    )
    stack = Stack(ports=Ports(*free_ports(3)), ledger=folder / "ledger.jsonl", simulator_options=_SIMULATOR)
    with running(settings, stack, SystemClock()) as up:
        password = secrets.token_urlsafe(16)
        ensure_user(up.dialer, "admin", password, Role.ADMIN)
        api = ApiClient(stack.ports.api_url, "admin", password, SystemClock())
        client = as_user(stack.ports.api_url, "admin", password, SystemClock())
        node = NodeIn(name="simulator", ari_url=stack.ports.simulator_url, ari_username="dialer")
        node_id = nodes_create.sync(client=client, body=node).id
        yield User(api, client, stack.ports.api_url, password, up.dialer, stack.ledger, node_id)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, user: User) -> Iterator[Visit]:
    """Somebody comes to the page; afterwards nothing may have gone wrong in their browser, or elsewhere."""
    visitors: list[Visitor] = []

    def come(**kwargs: object) -> Visitor:
        visitors.append(Visitor(browser, user.api_url, **kwargs))  # type: ignore[arg-type]
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()
    assert [visitor.complaints for visitor in visitors if visitor.complaints] == []
    assert [visitor.elsewhere for visitor in visitors if visitor.elsewhere] == []


@pytest.fixture
def admin(visit: Visit, user: User) -> Visitor:
    visitor = visit()
    visitor.log_in("admin", user.password)
    return visitor
