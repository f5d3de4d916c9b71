"""The check of libraries for known vulnerabilities, against a service that knows what a test has told it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dialer.local.stack import free_ports

ROOT = Path(__file__).parents[3]


@dataclass
class Service:
    """OSV, with one vulnerability for each package of `vulnerable`."""

    url: str = ""
    vulnerable: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        name = question["package"]["name"]
        self.asked.add(name)
        if name not in self.vulnerable:
            return {}
        package = {"name": name, "ecosystem": "PyPI"}
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "999.1"}]}]
        affected = {"package": package, "versions": [question["version"]], "ranges": ranges}
        return {"vulns": [{"id": "PYSEC-0", "summary": "made up", "affected": [affected]}]}


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps(made.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def check(url: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    service = {"PIP_AUDIT_VULNERABILITY_SERVICE": "osv", "PIP_AUDIT_OSV_URL": url, "NO_PROXY": "127.0.0.1"}
    clean = {name: value for name, value in os.environ.items() if name != "AUDIT_REQUIRED"}
    command = [sys.executable, "scripts/check_vulnerabilities.py"]
    return subprocess.run(
        command, cwd=ROOT, env=clean | service | environ, capture_output=True, text=True, timeout=110, check=False
    )


def test_libraries_without_a_known_vulnerability_pass(service: Service) -> None:
    done = check(service.url, AUDIT_REQUIRED="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert {"flask", "celery", "psycopg2-binary"} <= service.asked


def test_a_known_vulnerability_fails_and_is_named_with_the_version_that_mends_it(service: Service) -> None:
    service.vulnerable.add("werkzeug")
    done = check(service.url)
    assert done.returncode == 1
    assert "werkzeug" in done.stderr
    assert "PYSEC-0, mended in 999.1" in done.stderr


def test_where_nobody_answers_it_says_that_nothing_was_checked() -> None:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}/v1/query"
    done, required = check(url), check(url, AUDIT_REQUIRED="1")
    assert (done.returncode, required.returncode) == (0, 1)
    assert done.stderr.startswith("not checked: known vulnerabilities of requirements/runtime.txt")
