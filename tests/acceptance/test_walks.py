"""The pages' walks through the API, run as they stand."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from dialer.services.webhook_sending import signature
from tests.acceptance.conftest import User

_ROOT = Path(__file__).parents[2]
_PASSWORD = "$(cat .dialer/secrets/admin_password)"
_API = "http://127.0.0.1:8000/v1"
WALKS = ("README.md", "docs/guide-managers.md", "docs/guide-integrators.md")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", WALKS)
def test_a_walk_through_the_api_works(user: User, page: str) -> None:
    user.trunk()
    blocks = re.findall(r"^```bash\n(.*?)^```", (_ROOT / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    script = "\n".join(blocks)
    assert _API in script
    assert _PASSWORD in script
    script = script.replace(_API, f"{user.api_url}/v1").replace(_PASSWORD, user.password)

    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=_ROOT,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_integrators_check_of_a_signature_is_right() -> None:
    page = (_ROOT / "docs/guide-integrators.md").read_text("utf-8")
    (source,) = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    found: dict[str, object] = {}
    exec(compile(source, "guide-integrators.md", "exec"), found)
    assert callable(is_genuine := found["is_genuine"])
    now = int(time.time())
    header = signature(["new", "old"], now, b"{}")
    assert is_genuine(header, b"{}", "new")
    assert is_genuine(header, b"{}", "old")
    assert not is_genuine(header, b"{ }", "new")
    assert not is_genuine(header, b"{}", "another")
    assert not is_genuine(signature(["new"], now - 600, b"{}"), b"{}", "new")
