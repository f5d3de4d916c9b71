"""The command line on the API, as a person at a terminal and as a script."""

import json
import os
import pty
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import User
from tests.acceptance.waiting import until
from tests.support.books import book

_ROOT = Path(__file__).parents[2]
_PAGE = _ROOT / "docs" / "command-line.md"
_URL = "http://127.0.0.1:8000"
_DIALER = [sys.executable, "-m", "dialer.cli"]
_SECONDS = 110


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Of somebody on another machine: no settings, and nobody is logged in."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
    path = f"{Path(sys.executable).parent}:{clean['PATH']}"
    return clean | {"XDG_CONFIG_HOME": str(tmp_path / "config"), "NO_PROXY": "127.0.0.1", "PATH": path}


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(user: User, environ: dict[str, str], tmp_path: Path) -> Run:
    """Runs a command, logged in."""

    def command(*arguments: str, stdin: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*_DIALER, *arguments],
            cwd=tmp_path,
            env=environ | more,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    done = command("login", user.api_url, "--username", "admin", "--password-stdin", stdin=user.password)
    assert done.returncode == 0, done.stderr
    return command


def test_every_command_of_the_page_works(user: User, environ: dict[str, str], tmp_path: Path) -> None:
    page = _PAGE.read_text("utf-8").partition("## Completion")[0]  # which is tried below
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE))
    assert _URL in script
    assert "trunk_id = 1\n" in script
    script = script.replace(_URL, user.api_url).replace("trunk_id = 1\n", f"trunk_id = {user.trunk()}\n")
    (tmp_path / "password").write_text(user.password)
    command = ["bash", "-eu", "-o", "pipefail", "-c", script]
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "3 rows, 2 imported, 0 duplicates, 1 refused" in done.stdout
    assert "Of the 1 rows of the file, 1 would become contacts and 0 would be refused." in done.stdout
    assert "completed: contacts done 2" in done.stdout
    assert done.stdout.rstrip().endswith(f"You are logged out of {user.api_url}.")
    assert "emergency_number" in (tmp_path / "refused.csv").read_text()


def test_the_python_of_the_page_works(user: User, environ: dict[str, str]) -> None:
    user.campaign(user.trunk())
    [script] = re.findall(r"^```python\n(.*?)^```", _PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    key = user.api.post("/v1/api-keys", {"name": "page", "scopes": ["campaigns:read"]})["key"]
    script = script.replace(_URL, user.api_url).replace("dlr_…", key)
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "permission_denied" in done.stdout


def test_the_completion_of_the_page_completes(environ: dict[str, str]) -> None:
    asked = {"_DIALER_COMPLETE": "bash_complete", "COMP_WORDS": "dialer campaigns st", "COMP_CWORD": "2"}
    done = subprocess.run(["dialer"], env=environ | asked, capture_output=True, text=True, timeout=_SECONDS, check=True)
    assert done.stdout.split() == ["plain,start", "plain,stats"]


def test_the_log_in_is_kept_where_nobody_else_can_read_it(run: Run, environ: dict[str, str]) -> None:
    file = Path(environ["XDG_CONFIG_HOME"]) / "dialer" / "logins.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.chmod(0o640)
    done = run("whoami")
    assert done.returncode == 1
    assert f"chmod 600 {file}" in done.stderr


def test_several_commands_at_once_renew_the_log_in_and_do_not_end_it(run: Run, environ: dict[str, str]) -> None:
    file = Path(environ["XDG_CONFIG_HOME"]) / "dialer" / "logins.json"
    kept = json.loads(file.read_text())
    [login] = kept["logins"].values()
    before = login["refresh_token"]
    login["expires_at"] = 0
    file.write_text(json.dumps(kept))
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: run("whoami").returncode, range(6)))
    assert done == [0] * 6
    [login] = json.loads(file.read_text())["logins"].values()
    assert login["refresh_token"] != before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_password_does_not_go_to_another_machine_in_the_clear(run: Run) -> None:
    done = run("login", "http://dialer.example", "--username", "admin", "--password-stdin", stdin="secret")
    assert done.returncode == 2
    assert "unencrypted" in done.stderr


def test_a_log_in_that_is_over_says_what_to_do(user: User, run: Run) -> None:
    name, password = "short-lived", "correct horse battery"
    made = user.api.post("/v1/users", {"username": name, "password": password, "role": "viewer"})
    assert run("login", user.api_url, "--username", name, "--password-stdin", stdin=password).returncode == 0
    user.api.patch(f"/v1/users/{made['id']}", {"enabled": False})
    done = run("campaigns", "list")
    assert done.returncode == 3
    assert f"`dialer login {user.api_url}` logs in again" in done.stderr


def refused(done: "subprocess.CompletedProcess[str]") -> tuple[int, dict[str, Any]]:
    assert done.stdout == ""
    problem: dict[str, Any] = json.loads(done.stderr)
    return done.returncode, problem


def test_scripts_go_by_exit_codes_and_problem_documents(user: User, run: Run, tmp_path: Path) -> None:
    code, problem = refused(run("campaigns", "show", "999999", "--json"))
    assert (code, problem["code"]) == (4, "not_found")
    code, problem = refused(run("campaigns", "show", "nobody's", "--json"))
    assert (code, problem["code"]) == (4, "not_found")
    draft = str(user.campaign(user.trunk()))
    code, problem = refused(run("campaigns", "pause", draft, "--json"))
    assert (code, problem["status"]) == (5, 409)
    (tmp_path / "bad.toml").write_text('name = "x"\ntrunk_id = 1\ntimeout = 3\nanswer_action = {type = "hangup"}\n')
    code, problem = refused(run("campaigns", "create", "bad.toml", "--json"))
    assert (code, [error["field"] for error in problem["errors"]]) == (5, ["timeout"])
    code, problem = refused(run("whoami", "--json", DIALER_API_URL="http://127.0.0.1:1", DIALER_API_KEY="dlr_x"))
    assert (code, problem["code"]) == (6, "later")
    code, problem = refused(run("whoami", "--json", DIALER_API_URL=user.api_url, DIALER_API_KEY="dlr_x"))
    assert (code, problem["code"]) == (3, "token_invalid")


def test_a_program_may_log_in_and_out(user: User, run: Run) -> None:
    arguments = ("login", user.api_url, "--username", "admin", "--password-stdin", "--json")
    code, problem = refused(run(*arguments, stdin="wrong"))
    assert (code, problem["code"]) == (3, "authentication_failed")
    done = run(*arguments, stdin=user.password)
    assert (done.returncode, json.loads(done.stdout)) == (0, json.loads(run("whoami", "--json").stdout))
    assert json.loads(run("logout", "--json").stdout) == {"url": user.api_url}
    code, problem = refused(run("logout", "--json"))
    assert (code, problem["code"]) == (3, "not_allowed")


def test_an_error_is_one_sentence_with_the_field(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(
        '{"name": "x", "trunk_id": 1, "timeout": 3, "answer_action": {"type": "hangup"}}'
    )
    done = run("campaigns", "create", "bad.json")
    assert done.stderr == "Error: timeout: there is no such field: is it misspelt?\n"
    (tmp_path / "bad.json").write_text("{")
    assert (
        "bad.json is not JSON (the name of a TOML file ends in .toml)" in run("campaigns", "create", "bad.json").stderr
    )


def test_a_contact_is_named_by_its_number_and_campaign(user: User, run: Run) -> None:
    campaign = user.campaign(user.trunk())
    user.api.post(f"/v1/campaigns/{campaign}/contacts", {"contacts": [{"phone_number": "+12125550100"}]})
    explained = run("contacts", "explain", "+12125550100", "--campaign", str(campaign))
    assert explained.stdout == "campaign_not_running: the campaign is draft (by the campaign).\n"
    assert run("contacts", "explain", "+12125550199", "--campaign", str(campaign)).returncode == 4
    assert "say in which with --campaign" in run("contacts", "explain", "+12125550100").stderr
    assert "must be an id, or a number like +12125550100" in run("contacts", "explain", "Ada").stderr
    cancelled = run("contacts", "cancel", "+12125550100", "--campaign", str(campaign))
    assert "is not called any more" in cancelled.stdout


def test_a_row_of_a_table_is_a_line_where_no_terminal_folds_it(user: User, run: Run) -> None:
    name = ("a name of many words " * 5).strip()
    made = user.campaign(user.trunk(), name=name)
    assert any(name in line for line in run("campaigns", "list").stdout.splitlines())
    shown = run("campaigns", "show", str(made)).stdout.splitlines()
    assert [line for line in shown if line.startswith("retry_policy.busy ")]


def test_the_same_idempotency_key_makes_one_campaign_and_one_list(user: User, run: Run, tmp_path: Path) -> None:
    body = {"name": "once", "trunk_id": user.trunk(), "answer_action": {"type": "hangup"}}
    (tmp_path / "once.json").write_text(json.dumps(body))
    (tmp_path / "list.csv").write_text("phone\n+12125550100\n")
    made = [
        json.loads(run("campaigns", "create", "once.json", "--idempotency-key", "cli-once", "--json").stdout)["id"]
        for _ in range(2)
    ]
    assert made[0] == made[1]
    upload = ("upload", "list.csv", "--campaign", "once", "--idempotency-key", "cli-list", "--json")
    lists = [json.loads(run(*upload).stdout)["id"] for _ in range(2)]
    assert lists[0] == lists[1]


def test_an_upload_with_refused_rows_is_a_failure_only_where_that_is_asked_for(
    user: User, run: Run, tmp_path: Path
) -> None:
    campaign = str(user.campaign(user.trunk()))
    (tmp_path / "list.csv").write_text("phone\n+12125550100\n911\n")
    done = run("upload", "list.csv", "--campaign", campaign)
    assert (done.returncode, "911 is an emergency number" in done.stdout) == (0, True)
    strict = run("upload", "list.csv", "--campaign", campaign, "--strict")
    assert (strict.returncode, strict.stderr) == (5, "Error: 1 of 2 rows were refused.\n")
    (tmp_path / "list.csv").write_text("city\nParis\n")
    assert run("upload", "list.csv", "--campaign", campaign).returncode == 5


def test_a_dry_run_shows_what_the_rows_would_become_and_stores_nothing(user: User, run: Run, tmp_path: Path) -> None:
    campaign = str(user.campaign(user.trunk()))
    content = "Telefon;Kunde;Notiz\n+12125550100;Иванов;a\n911;Ben;b\n"
    (tmp_path / "list.csv").write_bytes(content.encode("cp1251"))
    upload = ("upload", "list.csv", "--campaign", campaign, "--encoding", "windows-1251", "--map", "phone:Telefon")
    dry = (*upload, "--map", "name:Kunde", "--dry-run")
    done = run(*dry)
    assert done.returncode == 0, done.stderr
    for text in (
        "windows-1251, divided by semicolons",
        "+12125550100",
        "Иванов",
        "Notiz=a",
        "line 3: refused: 911 is an emergency number",
    ):
        assert text in done.stdout, text
    assert "Of the 2 rows of the file, 1 would become contacts and 1 would be refused." in done.stdout
    shown = json.loads(run(*dry, "--json").stdout)
    assert [(row["would_be"], row["name"]) for row in shown["rows"]] == [("contact", "Иванов"), ("refused", None)]
    strict = run(*dry, "--strict")
    assert (strict.returncode, strict.stderr) == (5, "Error: 1 of 2 rows would be refused.\n")
    assert "--refusals" in run(*dry, "--refusals", "x.csv").stderr
    assert user.api.get(f"/v1/campaigns/{campaign}/call-lists")["items"] == []

    assert "2 rows, 1 imported, 0 duplicates, 1 refused" in run(*upload).stdout
    code, problem = refused(run("upload", "list.csv", "--campaign", campaign, "--encoding", "windows-1251", "--json"))
    assert (code, [column["column"] for column in problem["columns"]]) == (5, ["Telefon", "Kunde", "Notiz"])


def test_a_dry_run_of_a_long_file_and_of_a_workbooks_sheet(user: User, run: Run, tmp_path: Path) -> None:
    campaign = str(user.campaign(user.trunk()))
    (tmp_path / "long.csv").write_text(
        "phone,note\n" + "".join(f"+1415{n},{'x' * 60}\n" for n in range(5550100, 5590100))
    )
    done = run("upload", "long.csv", "--campaign", campaign, "--dry-run")
    assert "Of the first 20 rows," in done.stdout, done.stderr
    (tmp_path / "people.xlsx").write_bytes(book({"About": [["x"]], "Leads": [["phone"], ["+12125550100"]]}))
    done = run("upload", "people.xlsx", "--campaign", campaign, "--sheet", "Leads", "--dry-run")
    assert "The sheet 'Leads' of a workbook" in done.stdout, done.stderr


@pytest.fixture
def terminal(environ: dict[str, str], tmp_path: Path) -> Callable[..., str]:
    """Runs a command on a terminal; what it showed there."""

    def command(*arguments: str) -> str:
        ours, theirs = pty.openpty()
        size = {"COLUMNS": "100", "LINES": "40", "TERM": "xterm"}
        process = subprocess.Popen(
            [*_DIALER, *arguments], cwd=tmp_path, env=environ | size, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        shown = b"".join(_read(ours))
        os.close(ours)
        assert process.wait(_SECONDS) == 0, shown.decode()
        return shown.decode()

    return command


def _read(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # the other end is closed
            return
        if not part:
            return
        yield part


def test_a_campaign_is_watched_live_on_a_terminal(user: User, run: Run, terminal: Callable[..., str]) -> None:
    campaign = user.campaign(user.trunk(), name="watched")
    numbers = [{"phone_number": f"+121255501{n}"} for n in ("00", "10", "13", "30")]
    user.api.post(f"/v1/campaigns/{campaign}/contacts", {"contacts": numbers})
    user.api.post(f"/v1/campaigns/{campaign}/start")
    shown = terminal("watch", "watched", "--every", "0.2")
    assert "4 of 4 contacts done" in shown
    for word in ("completed", "answered", "busy", "unallocated", "calls ended per second", "why not now"):
        assert word in shown, word


def test_an_upload_shows_its_progress_on_a_terminal(
    user: User, run: Run, terminal: Callable[..., str], tmp_path: Path
) -> None:
    campaign = str(user.campaign(user.trunk()))
    lines = [f"+1415555{n:04d}\n" for n in range(100, 3100)]
    (tmp_path / "long.csv").write_text("phone\n" + "".join(lines))
    shown = terminal("upload", "long.csv", "--campaign", campaign)
    assert "uploading" in shown
    assert "importing" in shown
    assert "3000 rows, 3000 imported" in shown


def test_an_emergency_stop_goes_where_somebody_is_logged_in_and_says_so(user: User, run: Run) -> None:
    done = run("stop", "--reason", "a test")
    stopped = user.api.get("/v1/emergency-stop")
    lifted = run("lift", "--yes", "--json")
    assert f"All dialing on {user.api_url} is stopped." in done.stdout
    assert (stopped["stopped"], stopped["by"], stopped["reason"]) == (True, "admin", "a test")
    assert json.loads(lifted.stdout)["stopped"] is False


def test_on_a_server_an_emergency_stop_goes_through_the_database(user: User, run: Run) -> None:
    settings = user.dialer.settings
    servers = {"DIALER_DATABASE_URL": settings.database_url or "", "DIALER_REDIS_URL": settings.redis_url or ""}
    done = run("stop", "--reason", "on the server", **servers)
    stopped = user.api.get("/v1/emergency-stop")
    lifted = run("lift", "--yes", **servers)
    assert (done.returncode, lifted.returncode) == (0, 0), done.stderr + lifted.stderr
    assert "All dialing by the database postgresql" in done.stdout
    assert stopped["reason"] == "on the server"
    assert until(lambda: user.api.get("/v1/emergency-stop"), is_so=lambda stop: not stop["stopped"])
