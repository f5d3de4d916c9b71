"""The README's walk through the API, run as it stands."""

import os
import re
import subprocess
from pathlib import Path

from tests.acceptance.conftest import User

_ROOT = Path(__file__).parents[2]
_PASSWORD = "$(cat .dialer/secrets/admin_password)"
_API = "http://127.0.0.1:8000/v1"


def test_the_walk_through_the_api_works(user: User) -> None:
    readme = (_ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```bash\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
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
        timeout=110,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
