"""deploy/systemd against the code. `make check` has systemd's own word on the units."""

import re
from pathlib import Path

import pytest

from dialer.config import PREFIX, SECRETS_DIR, Settings
from dialer.queues import Queue
from tests.unit.deploy.deployment import ROOT, parse_command, read_yaml, variables

FOLDER = ROOT / "deploy/systemd"
UNITS = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.service")}
SECRETS = {"dialer_database_url", "dialer_redis_url", "dialer_jwt_secret", "dialer_ari_password"}


def command(text: str, instance: str = "1") -> list[str]:
    line = re.search(r"^ExecStart=/opt/dialer/bin/dialer (.+)$", text, re.MULTILINE)
    assert line is not None
    return line[1].replace("%i", instance).split()


def metrics_port(text: str, instance: str = "1") -> int | None:
    found = re.search(rf"^Environment={PREFIX}METRICS_PORT=(\S+)$", text, re.MULTILINE)
    return int(found[1].replace("%i", instance)) if found else None


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_runs_a_command_that_the_dialer_has(name: str) -> None:
    parse_command(command(UNITS[name]))


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_sets_only_what_is_a_setting_and_gets_all_secrets(name: str) -> None:
    settings = {PREFIX + field.upper() for field in Settings.model_fields}
    assert variables(UNITS[name]) <= settings | {SECRETS_DIR}
    given = set(re.findall(r"^LoadCredential=(\w+):/etc/dialer/secrets/\1$", UNITS[name], re.MULTILINE))
    assert given >= SECRETS
    assert {f"{PREFIX}{secret.removeprefix('dialer_').upper()}" for secret in given} <= settings
    assert f"{SECRETS_DIR}=%d" in UNITS[name]


def test_the_environment_file_sets_only_what_is_a_setting() -> None:
    text = (FOLDER / "dialer.env").read_text(encoding="utf-8")
    assert variables(text) <= {PREFIX + field.upper() for field in Settings.model_fields}


def test_every_queue_has_a_worker() -> None:
    parsed = [parse_command(command(text)) for text in UNITS.values()]
    served = [options["queues"] for name, options in parsed if name == "worker"]
    assert sorted(",".join(served).split(",")) == sorted(Queue)


def test_the_target_starts_every_part_but_flower() -> None:
    text = (FOLDER / "dialer.target").read_text(encoding="utf-8")
    wanted = {re.sub(r"@\d+", "@", unit) for unit in re.findall(r"dialer-\S+\.service", text)}
    assert wanted == set(UNITS) - {"dialer-migrate.service", "dialer-flower.service"}


def test_prometheus_looks_where_the_units_listen() -> None:
    asked = {
        job["job_name"]: [int(t.rpartition(":")[2]) for s in job["static_configs"] for t in s["targets"]]
        for job in read_yaml("monitoring/prometheus-servers.yml")["scrape_configs"]
    }
    for part in ("control", "import", "beat", "listener", "exporter"):
        assert asked[part] == [metrics_port(UNITS[f"dialer-{part}.service"])]
    started = re.findall(r"dialer-worker@(\d+)\.service", (FOLDER / "dialer.target").read_text(encoding="utf-8"))
    assert asked["worker"] == [metrics_port(UNITS["dialer-worker@.service"], n) for n in started]
    assert parse_command(command(UNITS["dialer-api.service"]))[1]["bind"] == f"127.0.0.1:{asked['api'][0]}"


def test_no_two_units_share_a_port() -> None:
    ports = [metrics_port(text) for text in UNITS.values()]
    used = [port for port in ports if port]
    assert len(used) == len(set(used))


@pytest.mark.parametrize("name", sorted(set(UNITS) - {"dialer-migrate.service"}))
def test_a_part_is_started_again_and_ends_in_time(name: str) -> None:
    assert "\nRestart=always\n" in UNITS[name]
    assert "\nKillMode=mixed\n" in UNITS[name]
    assert re.search(r"^TimeoutStopSec=\d+$", UNITS[name], re.MULTILINE)
    assert re.search(r"^MemoryMax=\d+M$", UNITS[name], re.MULTILINE)
    assert "\nUser=dialer\n" in UNITS[name]


def test_the_units_have_no_secrets() -> None:
    for path in Path(FOLDER).iterdir():
        assert not re.search(r"(PASSWORD|SECRET|_URL)=\S*[^%\w/\s]", path.read_text(encoding="utf-8")), path.name
