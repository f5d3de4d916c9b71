"""Requests made up from the API's description, sent as each role: `python -m tests.fuzz`.

The API runs as in production, on servers of its own that are thrown away. schemathesis makes the requests: from the
examples, at the bounds of every parameter, at random, and along the links from one operation to the next.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import click
import requests

from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.db.migrate import upgrade
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.redis import EmbeddedRedis, free_port
from dialer.services.users import Role

PASSWORD: Final = "correct horse battery"
SECONDS: Final = 30

# Those that end the very log-in with which the requests are sent.
EXCLUDED: Final = (
    "auth_log_out",
    "auth_log_out_everywhere",
    "auth_change_password",
    "users_edit",
    "users_set_password",
    # Its answer doesn't end.
    "events_stream",
)

CHECKS: Final = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method,ignored_auth"
)


def run(examples: int, seed: int, roles: tuple[Role, ...]) -> int:
    """Start everything, send the requests; the number of roles for which something was wrong."""
    folder = Path(tempfile.mkdtemp(prefix="dialer-fuzz-"))
    folder.chmod(0o711)
    postgres, redis = EmbeddedPostgres(folder / "postgres", durable=False), EmbeddedRedis(folder / "redis")
    try:
        environ = _environment(postgres.start(), redis.start(), folder)
        server, url = _serve(environ)
        try:
            tokens = _users(environ, url)
            return sum(_fuzz(url, role, tokens[role], examples, seed) for role in roles)
        finally:
            server.terminate()
            server.wait(SECONDS)
    finally:
        postgres.destroy()
        redis.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _environment(database_url: str, redis_url: str, folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DIALER_", "PROMETHEUS_"))}
    return clean | {
        "DIALER_DATABASE_URL": database_url,
        "DIALER_REDIS_URL": redis_url,
        "DIALER_JWT_SECRET": "x" * 40,
        "DIALER_DATA_DIR": str(folder),
        "DIALER_RATE_LIMIT_REQUESTS": "1000000",
        "DIALER_LOGIN_RATE_LIMIT": "1000000 per minute",
        "DIALER_ACCESS_TOKEN_MINUTES": "1440",
    }


def _serve(environ: dict[str, str]) -> tuple[subprocess.Popen[bytes], str]:
    upgrade(environ["DIALER_DATABASE_URL"])
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:api.gunicorn", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "--workers", "1", "api.wsgi:create()"], env=environ)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(f"{url}/readyz", timeout=5).ok:
                return server, url
        except requests.RequestException:
            time.sleep(0.1)
    server.kill()
    raise click.ClickException("the API is not ready")


def _users(environ: dict[str, str], url: str) -> dict[Role, str]:
    """A user of each role, logged in, and a second administrator, so that none is the last."""
    dialer = Dialer(
        Settings(_env_file=None, database_url=environ["DIALER_DATABASE_URL"], redis_url=environ["DIALER_REDIS_URL"])
    )
    dialer.users.create("root", PASSWORD, Role.ADMIN)
    tokens = {}
    for role in Role:
        dialer.users.create(role.value, PASSWORD, role)
        body = {"username": role.value, "password": PASSWORD}
        tokens[role] = requests.post(f"{url}/v1/auth/login", json=body, timeout=SECONDS).json()["access_token"]
    dialer.close()
    _prepare(url, tokens[Role.ADMIN])
    return tokens


def _prepare(url: str, token: str) -> None:
    """A node and a trunk with id 1, which the examples name."""
    headers = {"Authorization": f"Bearer {token}"}
    node = {"name": "pbx1", "ari_url": "http://127.0.0.1:1/ari", "ari_username": "dialer"}
    trunk = {"name": "t1", "node_id": 1, "endpoint": "PJSIP/{number}@carrier", "cps": 1, "channels": 1}
    for path, body in (("nodes", node), ("trunks", trunk)):
        requests.post(f"{url}/v1/{path}", json=body, headers=headers, timeout=SECONDS).raise_for_status()


def _fuzz(url: str, role: Role, token: str, examples: int, seed: int) -> bool:
    """Whether something was wrong."""
    click.echo(f"--- as {role}")
    excluded = [option for name in EXCLUDED for option in ("--exclude-operation-id", name)]
    # ignored_auth sends no token too; it is a finding where that is answered.
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run", f"{url}/openapi.json"),
        *("--header", f"Authorization: Bearer {token}"),
        *("--phases", "examples,coverage,fuzzing,stateful", "--checks", CHECKS),
        *("--max-examples", str(examples), "--seed", str(seed), "--generation-database", "none", "--workers", "1"),
        *("--continue-on-failure", "--warnings", "off", "--no-color", *excluded),
    ]
    return subprocess.run(command, check=False).returncode != 0


@click.command()
@click.option("--examples", default=10, show_default=True, help="Random requests for each operation and phase.")
@click.option("--seed", default=1, show_default=True, help="The same seed sends the same requests.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Only as this role.")
def main(examples: int, seed: int, role: str | None) -> None:
    """Send requests made from the description; fail where an answer is not one that it has."""
    roles = tuple(Role) if role is None else (Role(role),)
    if run(examples, seed, roles):
        raise click.ClickException("some answers are not as the description says; see above")


if __name__ == "__main__":
    main()
