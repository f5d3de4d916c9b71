"""Paths, users and variables that the files of the deployment name, against each other and the code."""

import re
from pathlib import Path

import pytest

from dialer.config import PREFIX, SECRETS_DIR, Settings
from tests.unit.deploy.deployment import ROOT, read_yaml, variables
from tests.unit.deploy.test_compose import COMPOSE_VARIABLES, DOCKERFILE, SERVICES

STAGES: dict[str, str] = dict(
    re.findall(r"^FROM \S+ AS (\w+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.DOTALL | re.MULTILINE)
)
OWN = {name: service for name, service in SERVICES.items() if service["image"].startswith("campaign-dialer")}
FILES = sorted(
    path for folder in ("deploy", "monitoring") for path in (ROOT / folder).rglob("*") if path.suffix != ".json"
)
TEXTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in FILES
    if path.is_file() and "secrets" not in path.parts and "__pycache__" not in path.parts
}


def stage(name: str) -> str:
    """What the Dockerfile says of the image that a service runs."""
    return STAGES["asterisk" if "asterisk" in OWN[name]["image"] else "runtime"]


@pytest.mark.parametrize("name", OWN)
def test_a_service_runs_as_the_user_of_its_image(name: str) -> None:
    (user,) = re.findall(r"^USER (\S+)$", stage(name), re.MULTILINE)
    assert OWN[name]["user"] == user
    assert f"--uid {user.partition(':')[0]} " in stage(name)


@pytest.mark.parametrize("name", OWN)
def test_a_program_that_a_service_starts_is_put_into_its_image(name: str) -> None:
    service = OWN[name]
    words = [*service.get("entrypoint", ()), *service["healthcheck"].get("test", ())]
    for word in words:
        if word.startswith("/opt/dialer/bin/"):
            program = word.removeprefix("/opt/dialer/bin/")
            assert re.search(rf"^COPY .*\bdeploy/{re.escape(program)}\b.* /opt/dialer/bin/$", stage(name), re.MULTILINE)
            assert (ROOT / "deploy" / program).is_file()


def test_what_makes_the_asterisks_configurations_finds_them_and_may_write_where_they_are_looked_for() -> None:
    options = SERVICES["asterisk-config"]["command"]
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert f"COPY deploy/asterisk {given['--source']}\n" in STAGES["runtime"]
    (made,) = re.findall(r"install --directory --owner dialer --group dialer (.+)$", STAGES["runtime"], re.MULTILINE)
    assert made.split() == [given["--pbx"], given["--carrier"]]
    volumes = dict(reversed(volume.split(":")[:2]) for volume in SERVICES["asterisk-config"]["volumes"])
    for option, name in (("--pbx", "asterisk"), ("--carrier", "carrier")):
        assert SERVICES[name]["volumes"] == [f"{volumes[given[option]]}:/etc/asterisk:ro"]


@pytest.mark.parametrize("name", TEXTS)
def test_every_variable_that_is_named_is_a_setting(name: str) -> None:
    settings = {PREFIX + field.upper() for field in Settings.model_fields}
    assert variables(TEXTS[name]) <= settings | {SECRETS_DIR} | COMPOSE_VARIABLES


def test_prometheus_finds_its_rules_where_they_are_mounted() -> None:
    volumes = dict(volume.split(":")[:2] for volume in SERVICES["prometheus"]["volumes"])
    configuration = read_yaml("monitoring/prometheus.yml")
    rules = Path(volumes["./monitoring/prometheus.yml"]).parent / configuration["rule_files"][0]
    assert str(rules.parent) == volumes["./monitoring/rules"]
    assert f"--config.file={volumes['./monitoring/prometheus.yml']}" in SERVICES["prometheus"]["command"]
    (alerting,) = configuration["alerting"]["alertmanagers"]
    for config in alerting["static_configs"]:
        for target in config["targets"]:
            host, _, port = target.partition(":")
            assert f"127.0.0.1:{port}:{port}" in SERVICES[host]["ports"]
