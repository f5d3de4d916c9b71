"""docker-compose.yml, the Dockerfile and the files they name, against the code: no engine runs here to say so."""

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from dialer.config import PREFIX, SECRETS_DIR, Settings, load_settings
from dialer.embedded.servers import resolve
from dialer.queues import Queue
from tests.unit.deploy.deployment import ROOT, parse_command, read_yaml, variables

COMPOSE = read_yaml("docker-compose.yml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PARTS = {name: s for name, s in SERVICES.items() if s["image"].startswith("campaign-dialer:")}
COMMANDS = {name: s["command"] for name, s in PARTS.items() if "entrypoint" not in s or name == "simulator"}
ONE_SHOTS = {"migrate", "asterisk-config"}
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
# Of the file itself, not of the dialer.
COMPOSE_VARIABLES = {"DIALER_VERSION", "DIALER_HTTP_PORT", "DIALER_HTTPS_PORT"}


def environment(service: dict[str, Any]) -> dict[str, str]:
    return service.get("environment") or {}


def port(service: dict[str, Any]) -> int:
    return int(environment(service)[f"{PREFIX}METRICS_PORT"])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_service_runs_a_command_that_the_dialer_has(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DIALER_ARI_PASSWORD", "given")
    parse_command(COMMANDS[name])


def test_the_test_of_commands_can_fail() -> None:
    with pytest.raises(Exception, match="no-such"):
        parse_command(["worker", "--no-such", "1"])


def test_every_queue_has_a_worker() -> None:
    served = [parse_command(command)[1]["queues"] for command in COMMANDS.values() if command[0] == "worker"]
    assert sorted(",".join(served).split(",")) == sorted(Queue)


def test_every_variable_is_a_setting() -> None:
    settings = {PREFIX + name.upper() for name in Settings.model_fields} | {SECRETS_DIR}
    given = {variable for s in SERVICES.values() for variable in environment(s) if variable.startswith(PREFIX)}
    assert given <= settings
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert variables(text) - settings <= COMPOSE_VARIABLES


def test_the_settings_of_a_part_are_complete_for_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_secrets(tmp_path / "secrets")
    monkeypatch.chdir(tmp_path)
    for name, value in environment(SERVICES["worker"]).items():
        plain = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
        monkeypatch.setenv(name, plain)
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    for name in SERVICES["worker"]["secrets"]:
        (mounted / name).write_bytes((tmp_path / "secrets" / name).read_bytes())
    monkeypatch.setenv(SECRETS_DIR, str(mounted))
    settings = resolve(load_settings())
    assert settings.environment == "production"
    assert not settings.real_calls_allowed
    assert make_url(settings.database_url or "").host in SERVICES
    assert {make_url(url or "").host for url in (settings.redis_url, settings.cache_redis_url)} == {"redis", "cache"}


def make_secrets(folder: Path) -> None:
    subprocess.run(["sh", str(ROOT / "deploy/make-secrets"), str(folder)], check=True, capture_output=True)


def test_every_secret_is_made_and_known(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    known = COMPOSE["secrets"]
    used = {secret for s in SERVICES.values() for secret in s.get("secrets") or []}
    assert used == set(known)
    for name, secret in known.items():
        assert secret["file"] == f"deploy/secrets/{name}"
        assert (tmp_path / name).read_text(encoding="utf-8").strip()


def test_secrets_that_are_there_are_kept(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    make_secrets(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined(name: str) -> None:
    service = SERVICES[name]
    user, _, _group = service["user"].partition(":")
    assert user.isdigit()
    assert int(user) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory"} <= set(service["deploy"]["resources"]["limits"])
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_says_whether_it_is_well_and_is_started_again(name: str) -> None:
    service = SERVICES[name]
    if name in ONE_SHOTS:
        assert service["healthcheck"] == {"disable": True}
        return
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_asked_at_the_port_that_it_listens_on(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_ARI_PASSWORD", "given")
    service = PARTS[name]
    if name in ONE_SHOTS:
        return
    asked = re.search(r":(\d+)/|', (\d+)\)", service["healthcheck"]["test"][-1])
    assert asked is not None
    assert int(asked[1] or asked[2]) == listening_port(name, service)


def listening_port(name: str, service: dict[str, Any]) -> int:
    if name == "alert-receiver":
        return int(service["entrypoint"][-1])
    if name in {"flower", "simulator"}:
        return int(parse_command(service["command"])[1]["port"])
    if name == "api":
        return int(parse_command(service["command"])[1]["bind"].rpartition(":")[2])
    return port(service)


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_of_one_version(name: str) -> None:
    image = SERVICES[name]["image"]
    assert re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$|^campaign-dialer(-asterisk)?:", image), image


def test_only_the_proxy_is_open_to_others() -> None:
    for name, service in SERVICES.items():
        for published in service.get("ports", []):
            assert name == "proxy" or published.startswith("127.0.0.1:"), (name, published)


def test_flower_asks_for_a_log_in() -> None:
    assert "dialer_flower_basic_auth" in SERVICES["flower"]["secrets"]


def test_every_file_that_a_service_mounts_is_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or source == "/" or (ROOT / source).exists(), source


def test_workers_can_be_scaled() -> None:
    worker = SERVICES["worker"]
    assert "container_name" not in worker
    assert "ports" not in worker
    assert worker["command"][-1] == "originate"


def test_queues_are_kept_and_never_evicted_and_caches_are_apart() -> None:
    broker = (ROOT / "deploy/redis/broker.conf").read_text(encoding="utf-8")
    assert "maxmemory-policy noeviction" in broker
    assert "appendonly yes" in broker
    assert "maxmemory-policy allkeys-lru" in (ROOT / "deploy/redis/cache.conf").read_text(encoding="utf-8")


def test_the_schema_is_brought_up_before_any_part_starts() -> None:
    for name in COMMANDS:
        if name not in {"migrate", "simulator"}:
            assert PARTS[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_proxy_leads_to_the_api() -> None:
    conf = (ROOT / "deploy/nginx/dialer.conf").read_text(encoding="utf-8")
    api_port = parse_command(SERVICES["api"]["command"])[1]["bind"].rpartition(":")[2]
    assert f"server api:{api_port};" in conf
    assert {published.rpartition(":")[2] for published in SERVICES["proxy"]["ports"]} == set(
        re.findall(r"listen (\d+)", conf)
    )
    assert set(re.findall(r"/run/secrets/(\w+)", conf)) == set(SERVICES["proxy"]["secrets"])


def test_what_prometheus_looks_for_are_services_and_their_ports() -> None:
    scraped = {}
    for job in read_yaml("monitoring/prometheus.yml")["scrape_configs"]:
        for lookup in job.get("dns_sd_configs", []):
            scraped.update(dict.fromkeys(lookup["names"], lookup["port"]))
        for targets in job.get("static_configs", []):
            for target in targets["targets"]:
                host, _, number = target.rpartition(":")
                scraped[host] = int(number)
    parts = {name for name in COMMANDS if name not in {"migrate", "simulator", "flower"}}
    assert parts <= set(scraped)
    assert set(scraped) - {"localhost"} <= set(SERVICES)
    for name in parts - {"api"}:
        assert scraped[name] == port(SERVICES[name])
    assert SERVICES["api"]["command"][2].endswith(f":{scraped['api']}")


def test_alerts_go_to_the_example_receiver() -> None:
    for receiver in read_yaml("monitoring/alertmanager.yml")["receivers"]:
        for webhook in receiver["webhook_configs"]:
            assert webhook["url"].startswith(f"http://alert-receiver:{SERVICES['alert-receiver']['entrypoint'][-1]}/")


def test_what_the_image_copies_is_there_and_reaches_the_build() -> None:
    allowed = [
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")
    ]
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert any(fnmatch(source.rstrip("/"), pattern) for pattern in allowed), source


def test_the_image_has_every_package_of_the_wheel() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    packages = re.search(r"packages = \[(\"dialer\".*)\]", text)
    assert packages is not None
    assert copied == set(re.findall(r'"(\w+)"', packages[1]))
