"""A whole API as in production, on servers of its own that are thrown away, with something of everything in it."""

import io
import json
import math
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import click
import requests

from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.db import sounds
from dialer.db.migrate import upgrade
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.redis import EmbeddedRedis, free_port
from dialer.services.users import Role

PASSWORD: Final = "correct horse battery"
SECONDS: Final = 60
_CSV: Final = {"Content-Type": "text/csv"}


@dataclass(frozen=True, slots=True)
class World:
    """The API.

    Attributes:
        tokens: an access token of each role, good for a day.
        root: a token of an administrator who does nothing but prepare.
        users: ids of those users: they are to stay as they are.
        kept: path parameters of what is not to be deleted.
        values: path parameters that lead somewhere, where that can't be guessed.
        node_id: a node for new trunks.
    """

    url: str
    tokens: dict[Role, str]
    root: str
    users: list[int]
    kept: dict[str, int]
    values: dict[str, Any]
    node_id: int


@contextmanager
def world() -> Iterator[World]:
    """Everything is started, and ended with the block."""
    folder = Path(tempfile.mkdtemp(prefix="dialer-fuzz-"))
    folder.chmod(0o711)
    postgres, redis = EmbeddedPostgres(folder / "postgres", durable=False), EmbeddedRedis(folder / "redis")
    try:
        environ = _environment(postgres.start(), redis.start(), folder)
        with _dialer(environ) as dialer, _serving(environ) as url:
            made = _peopled(dialer, url)
            with _exporting(dialer):
                yield made
    finally:
        postgres.destroy()
        redis.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wav() -> bytes:
    """A tenth of a second of a tone."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        samples = (round(8000 * math.sin(i / 3)) for i in range(800))
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


def _environment(database_url: str, redis_url: str, folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DIALER_", "PROMETHEUS_"))}
    return clean | {
        "DIALER_DATABASE_URL": database_url,
        "DIALER_REDIS_URL": redis_url,
        "DIALER_JWT_SECRET": "x" * 40,
        "DIALER_DATA_DIR": str(folder),
        "DIALER_RATE_LIMIT_REQUESTS": "1000000",
        "DIALER_LOGIN_RATE_LIMIT": "1000000 per minute",
        "DIALER_LOGIN_MAX_FAILURES": "100",
        "DIALER_ACCESS_TOKEN_MINUTES": "1440",
        "DIALER_SINGLE_CALL_WINDOW": "00:00-24:00",
        "DIALER_SOUNDS_URL": "http://127.0.0.1:1",
        "DIALER_WEBHOOKS_TO_PRIVATE_ADDRESSES": "true",
    }


@contextmanager
def _dialer(environ: dict[str, str]) -> Iterator[Dialer]:
    upgrade(environ["DIALER_DATABASE_URL"])
    dialer = Dialer(
        Settings(
            _env_file=None,
            database_url=environ["DIALER_DATABASE_URL"],
            redis_url=environ["DIALER_REDIS_URL"],
            sounds_url=environ["DIALER_SOUNDS_URL"],
        )
    )
    try:
        yield dialer
    finally:
        dialer.close()


@contextmanager
def _exporting(dialer: Dialer) -> Iterator[None]:
    """Exports are made soon after they were asked for, which is a worker's work: there is a link to their files."""
    over = Event()

    def work() -> None:
        while not over.wait(0.5):
            dialer.exports.work(SECONDS)

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _serving(environ: dict[str, str]) -> Iterator[str]:
    server, url = _serve(environ)
    try:
        yield url
    finally:
        server.terminate()
        server.wait(SECONDS)


def _serve(environ: dict[str, str]) -> tuple["subprocess.Popen[bytes]", str]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:api.gunicorn", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "--workers", "1", "--log-level", "error", "api.wsgi:create()"], env=environ)
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


def _peopled(dialer: Dialer, url: str) -> World:
    """A user of each role, logged in, and one of everything, with the id that the examples name."""
    users = [dialer.users.create("root", PASSWORD, Role.ADMIN).id]
    users += [dialer.users.create(role.value, PASSWORD, role).id for role in Role]
    root, *others = (log_in(url, name)["access_token"] for name in ("root", *(role.value for role in Role)))
    values, node_id = _prepare(url, root)
    kept = {"sound_id": dialer.sounds.upload("kept", wav(), "root").id, "export_id": 1}
    with dialer.engine.begin() as tx:
        values["token"] = sounds.tokens(tx, [kept["sound_id"]])[kept["sound_id"]]
    dialer.exports.work(SECONDS)
    return World(url, dict(zip(Role, others, strict=True)), root, users, kept, values | kept, node_id)


def log_in(url: str, username: str) -> dict[str, Any]:
    """New tokens of a user."""
    body = {"username": username, "password": PASSWORD}
    answer = requests.post(f"{url}/v1/auth/login", json=body, timeout=SECONDS)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _prepare(url: str, token: str) -> tuple[dict[str, Any], int]:
    """One of everything; what its path parameters are that can't be guessed, and a node that nobody else uses."""

    def post(path: str, body: Any = None, **arguments: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}", **arguments.pop("headers", {})}
        data = {"data": body} if isinstance(body, bytes) else {"json": body}
        answer = requests.post(f"{url}/v1/{path}", headers=headers, timeout=SECONDS, **data, **arguments)
        if not answer.ok:
            raise click.ClickException(f"{path}: {answer.text}")
        return answer.json()

    action = {"type": "hangup"}
    post("nodes", {"name": "pbx1", "ari_url": "http://127.0.0.1:1/ari", "ari_username": "dialer"})
    post("trunks", {"name": "t1", "node_id": 1, "endpoint": "PJSIP/{number}@carrier", "cps": 1, "channels": 1})
    post("trunks/1/caller-ids", {"phone_number": "+4930901820"})
    post("campaigns", {"name": "first", "trunk_id": 1, "answer_action": action})
    post("campaigns/1/contacts", {"contacts": [{"phone_number": "+4930901820", "external_id": "crm-4711"}]})
    post("campaigns/1/call-lists", b"phone\n+4930901821\n911\n", headers=_CSV)
    post("dnc", {"phone_number": "+4930901829"})
    post("dnc/uploads", b"phone\n+4930901828\n", headers=_CSV)
    post("campaigns/1/requeues", {"dispositions": ["busy"]})
    post("webhooks", {"url": "http://127.0.0.1:1/hook", "events": ["call.ended"]})
    post("webhooks/1/test")
    post("api-keys", {"name": "first", "scopes": ["calls:read"]})
    post("sounds?name=first", wav(), headers={"Content-Type": "audio/wav"})
    call = post("calls", {"phone_number": "+4930901820", "trunk_id": 1, "answer_action": action})
    post("exports/contacts", {"campaign_id": 1})
    spare = post("nodes", {"name": "pbx2", "ari_url": "http://127.0.0.1:1/ari", "ari_username": "dialer"})
    return {"call_id": call["id"]}, spare["id"]


def as_json(made: World, role: Role, record: Path) -> str:
    """What the hooks need of it."""
    return json.dumps(
        {
            "url": made.url,
            "token": made.tokens[role],
            "record": str(record),
            "root": made.root,
            "users": [str(user) for user in made.users],
            "kept": made.kept,
            "values": made.values,
            "node_id": made.node_id,
        }
    )
