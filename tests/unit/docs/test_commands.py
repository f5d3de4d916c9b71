"""Every command of the pages is run (`bash`: tests/acceptance/test_walks.py) or held against the code (`sh`)."""

import re
from pathlib import Path

import pytest

from tests.unit.docs.commands import ROOT, Block, Wrong, blocks, check, commands, without_comments

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
WALKS = {"README.md", "docs/guide-integrators.md", "docs/guide-managers.md"}
"""Whose `bash` blocks an acceptance test runs, one after another."""

BLOCKS = [block for page in PAGES for block in blocks(page)]
CHECKED = [block for block in BLOCKS if block.kind == "sh"]
_INLINE = re.compile(r"(?<!`)`((?:\.venv/bin/|/opt/dialer/bin/)?(?:dialer|make|docker compose|systemctl) [^`]+)`(?!`)")


def check_all(script: str) -> None:
    found = list(commands(script))
    assert found
    for command in found:
        check(command)


def name_of(block: Block) -> str:
    return f"{block.page.relative_to(ROOT)}:{block.text.strip().splitlines()[0][:40]}"


@pytest.mark.parametrize("block", CHECKED, ids=name_of)
def test_what_a_block_says_can_be_typed(block: Block) -> None:
    check_all(without_comments(block.text))


def test_what_is_to_be_run_is_on_a_page_that_is_run() -> None:
    pages = {str(block.page.relative_to(ROOT)) for block in BLOCKS if block.kind == "bash"}
    assert pages == WALKS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_the_text_can_be_typed(page: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    for line in _INLINE.findall(text):
        if re.search(r"[…\[]|…|N=|\bX\b", line):
            continue  # how it is written, not something to type
        check_all(line)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("dialer opps status", "dialer has no command 'opps'"),
        ("dialer ops drain --raeson x", "dialer drain has no option --raeson"),
        ("DIALER_X=1 .venv/bin/dialer stop --why x", "dialer stop has no option --why"),
        ("make tset", "the Makefile has no target tset"),
        ("make demo CONTACT=5", "the Makefile knows no CONTACT"),
        ("docker compose up --scale wroker=4", "compose has no service wroker"),
        ("docker compose exec api dialer users make", "dialer has no command 'make'"),
        ("docker compose --profile simulater up", "compose has no profile simulater"),
        ("sudo systemctl enable --now dialer-wroker@3.service", "there is no unit dialer-wroker@3.service"),
        ("curl -X PUT $API/v1/campaigns/7/start", "the API has no PUT /v1/campaigns/7/start"),
        ("send $API/calls -d '{\"phone_number\": }'", "not JSON"),
        ("api http://127.0.0.1:8000/v1/cals", "the API has no GET /v1/cals"),
        (".venv/bin/pytest -q tests/unit/nowhere", "tests/unit/nowhere is not in the repository"),
        (".venv/bin/python -m benchmarks.paces", "there is no module benchmarks.paces"),
        ("python benchmarks/listener_gap.py --asterix", "has no option --asterix"),
        ("sh deploy/make-secret", "deploy/make-secret is not in the repository"),
        ("frobnicate", "nobody knows 'frobnicate'"),
        ("echo 'open", "No closing quotation"),
    ],
)
def test_what_is_wrong_is_found(script: str, message: str) -> None:
    with pytest.raises(Wrong, match=re.escape(message)):
        check_all(script)


@pytest.mark.parametrize(
    "script",
    [
        "dialer ops drain --reason 'a drill' | tee log.txt",
        "NAME=$(api $API/nodes | field id)\nsend $API/trunks -d '{\"name\": \"a-'$NAME'\"}' && make demo CONTACTS=5",
        "if dialer ops status; then echo well; fi",
        "dialer db check > /dev/null 2>&1",
        'curl -sS -X DELETE "$API/v1/dnc/17?x=1"',
        "cat <<'END' | grep x\n frobnicate\nEND\nmake test",
    ],
)
def test_what_is_right_is_let_through(script: str) -> None:
    check_all(script)
