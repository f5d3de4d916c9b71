"""`make rolling`: the next version takes the place of this one, part by part, while a campaign runs.

In the order of docs/upgrading.md: the schema, by the next version's own migration, with the parts of this version going
on over it for a while; then every part, one after the other, each restarted as the next version. The last line on
stdout is a JSON object, unless a step fails; the exit code is 0 only if the campaign went on all the while, and the far
end's ledger and the database agree.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import requests
from alembic.script import ScriptDirectory
from rich.console import Console
from sqlalchemy import text

from dialer.clock import SystemClock
from dialer.config import load_settings
from dialer.db.migrate import alembic_config
from dialer.errors import DialerError
from dialer.local.audit import Audit, audit
from dialer.local.client import NO_SUCCESS
from dialer.local.demo import Demo, Started, report, started
from dialer.local.parts import State
from dialer.local.stack import free_ports
from tests.support import next_version

ORDER: Final = (
    "worker-control",
    "worker-import",
    "worker-webhooks",
    "worker-originate-1",
    "worker-originate-2",
    "beat",
    "api",
    "exporter",
    "flower",
    "listener-1",
    "listener-2",
)
"""As docs/upgrading.md has it. All but the PBX, which is not ours."""

_STEPS: Final = len(ORDER) + 2
_CALLS_BETWEEN_STEPS: Final = 0.25
"""A part of the list: so many calls are claimed between two steps, all together, with whatever runs by then."""
_PATIENCE_SECONDS: Final = 300.0
"""How long a step may take, or nothing may move: on a busy machine a part takes its time to start."""
_AFTER_CPS: Final = 50.0
"""The trunk's pace once all is replaced."""
_LOOK_SECONDS: Final = 0.1


class RollingFailed(Exception):
    """What went otherwise than it must."""


@dataclass(slots=True)
class Roll:
    """What happened, step by step.

    Attributes:
        between: so many calls are claimed between two steps.
        on_new_schema: calls claimed by parts of this version after the migration.
        seconds: how long each part was away, from its stop until it was up again.
        claimed: calls claimed while it was away and until the next step.
        migration_seconds: how long the migration took, beside the campaign.
    """

    demo: Started
    between: int
    clock: SystemClock = field(default_factory=SystemClock)
    on_new_schema: int = 0
    migration_seconds: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    claimed: dict[str, int] = field(default_factory=dict)

    def run(self, folder: Path) -> None:
        """Wait for the campaign to be under way, then replace everything.

        Raises:
            RollingFailed: a step does not come to its end, or the campaign is over before the last one.
        """
        parts = set(self.demo.up.supervisor.states()) - {"simulator"}
        if parts != set(ORDER):
            raise RollingFailed(f"not the parts of a dialer: {sorted(parts ^ set(ORDER))}")
        self._wait_for_calls(self.between)
        version = self._migrate(folder)
        self.on_new_schema = self._wait_for_calls(self.between)
        if not self._is_ready():
            raise RollingFailed("The API of this version is not ready any more, on the schema of the next.")
        for name in ORDER:
            self._replace(name, version)
        self._wait(self._hurry, "the API to take a faster pace")

    def _migrate(self, folder: Path) -> Mapping[str, str]:
        newest = ScriptDirectory.from_config(alembic_config("")).get_current_head()
        version = next_version.make(folder, newest or "")
        begun = self.clock.monotonic()
        done = next_version.upgrade(version, self.demo.up.dialer.settings.database_url or "")
        self.migration_seconds = round(self.clock.monotonic() - begun, 2)
        if done.returncode != 0:
            raise RollingFailed(f"The migration failed: {done.stderr}")
        with self.demo.up.dialer.engine.connect() as connection:
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        if found != next_version.REVISION:
            raise RollingFailed(f"The schema is at {found}.")
        return version

    def _replace(self, name: str, version: Mapping[str, str]) -> None:
        supervisor = self.demo.up.supervisor
        before, claimed = supervisor.pid(name), self._claimed()
        begun = self.clock.monotonic()
        supervisor.restart(name, version)
        self._wait(lambda: supervisor.states()[name].state is State.RUNNING, f"{name} to run")
        if name == "api":
            self._wait(self._is_ready, "the API to be ready")
        self.seconds[name] = round(self.clock.monotonic() - begun, 2)
        if supervisor.pid(name) == before:
            raise RollingFailed(f"{name} is the process it was.")
        self._wait_for_calls(self.between, since=claimed)
        self.claimed[name] = self._claimed() - claimed
        print(
            f"{name}: away for {self.seconds[name]} s, {self.claimed[name]} calls claimed", file=sys.stderr, flush=True
        )

    def _wait_for_calls(self, more: int, *, since: int | None = None) -> int:
        """How many were claimed since, once that is `more`."""
        before = self._claimed() if since is None else since
        self._wait(lambda: self._claimed() - before >= more, f"{more} more calls: is the list too short?")
        return self._claimed() - before

    def _hurry(self) -> bool:
        """Whether the trunk has its pace for the rest of the campaign."""
        try:
            trunk_id = self.demo.client.get(f"/v1/campaigns/{self.demo.campaign_id}")["trunk_id"]
            self.demo.client.patch(f"/v1/trunks/{trunk_id}", {"cps": _AFTER_CPS})
        except NO_SUCCESS:
            return False
        return True

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        until = self.clock.monotonic() + _PATIENCE_SECONDS
        while not condition():
            if self.clock.monotonic() > until:
                raise RollingFailed(f"waited in vain for {what}")
            self.clock.sleep(_LOOK_SECONDS)

    def _claimed(self) -> int:
        query = text("SELECT count(*) FROM calls WHERE campaign_id = :id AND claimed_at IS NOT NULL")
        with self.demo.up.dialer.engine.connect() as connection:
            return int(connection.scalar(query, {"id": self.demo.campaign_id}) or 0)

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.demo.stack.ports.api_url}/readyz", timeout=5).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def wait_until_completed(self) -> None:
        """Wait for the campaign's end, as long as calls end.

        Raises:
            RollingFailed: nothing moves any more.
        """
        done, moved_at = -1, self.clock.monotonic()
        while True:
            try:
                stats = self.demo.client.get(f"/v1/campaigns/{self.demo.campaign_id}/stats")
            except NO_SUCCESS:
                stats = None
            if stats is not None and stats["state"] == "completed":
                return
            if stats is not None and stats["contacts"]["done"] != done:
                done, moved_at = stats["contacts"]["done"], self.clock.monotonic()
            if self.clock.monotonic() - moved_at > _PATIENCE_SECONDS:
                raise RollingFailed(f"Nothing has moved for {_PATIENCE_SECONDS:.0f} s: {stats}")
            self.clock.sleep(1.0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make rolling", description=__doc__)
    parser.add_argument("--contacts", type=int, default=2000)
    parser.add_argument("--cps", type=float, default=8.0, help="until all is replaced: the campaign must outlast that")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dialer-rolling-"))
    folder.chmod(0o711)
    clock = SystemClock()
    demo = Demo(options.contacts, cps=options.cps, listeners=2, metrics_ports={"exporter": free_ports(1)[0]})
    try:
        with started(load_settings(data_dir=folder / "data"), demo, clock) as running:
            begun = clock.monotonic()
            roll = Roll(running, max(int(options.contacts * _CALLS_BETWEEN_STEPS / _STEPS), 1))
            roll.run(folder / "next")
            roll.wait_until_completed()
            elapsed = clock.monotonic() - begun
            found = audit(running.up.dialer.engine, running.campaign_id, running.ledger())
    except (RollingFailed, DialerError) as error:
        print(f"{error}\nlogs and ledger are in {folder}", file=sys.stderr)
        return 1
    code = say(found, elapsed, roll)
    if code == 0:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"logs and ledger are in {folder}", file=sys.stderr)
    return code


def say(found: Audit, elapsed: float, roll: Roll) -> int:
    """Print the outcome; the exit code."""
    more = {
        "parts_replaced": len(roll.seconds),
        "migration_seconds": roll.migration_seconds,
        "claimed_by_this_version_on_the_next_schema": roll.on_new_schema,
        "seconds_away": roll.seconds,
        "claimed_meanwhile": roll.claimed,
    }
    return report(found, elapsed, Console(), more)


if __name__ == "__main__":
    sys.exit(main())
