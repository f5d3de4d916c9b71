"""Commands that the pages tell somebody to type, held against the code: nothing here runs one."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
import yaml

from dialer.cli import main

ROOT: Final = Path(__file__).parents[3]
_FENCE: Final = re.compile(r"^(?P<indent> *)```(?P<kind>sh|bash)\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE)
_HEREDOC: Final = re.compile(r"<<'?(\w+)'?(?P<rest>[^\n]*)\n.*?^\1$", re.DOTALL | re.MULTILINE)
_ASSIGNMENT: Final = re.compile(r"^[A-Za-z_]\w*=")
_SEPARATORS: Final = {"|", "||", "&&", ";", "&", "(", ")", "{", "}", "do", "done", "then", "fi", "if", "until", "!"}
_REPOSITORY: Final = re.compile(r"^(?:deploy|docs|tests|requirements|scripts|benchmarks|monitoring|dialer)/[\w./*@-]+$")


class Wrong(Exception):
    """What a page says can't be typed."""


@dataclass(frozen=True, slots=True)
class Block:
    """Commands of a page. `bash`: they are run as they stand; `sh`: they are held against the code."""

    page: Path
    kind: str
    text: str


def blocks(page: Path) -> list[Block]:
    """The blocks of commands on a page."""
    return [Block(page, found["kind"], found["text"]) for found in _FENCE.finditer(page.read_text("utf-8"))]


def commands(text: str) -> Iterator[list[str]]:
    """The simple commands of a script: words, without what is piped, redirected or substituted.

    Raises:
        Wrong: it can't be read.
    """
    text = _HEREDOC.sub(r"\g<rest>", text)
    lexer = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars="|&;()<>\n")
    lexer.whitespace, lexer.whitespace_split = " \t\r", True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError as error:
        raise Wrong(f"{error}: {text}") from error
    command: list[str] = []
    skip = False
    for word in [*words, "\n"]:
        if word in _SEPARATORS or set(word) <= set("|&;()\n"):
            if command:
                yield command
            command = []
        elif set(word) <= set("<>&0123456789") and set(word) & set("<>"):
            skip = True  # what follows is a file
        elif skip:
            skip = False
        elif command or not _ASSIGNMENT.match(word):
            command.append(word)


def without_comments(text: str) -> str:
    """A script without what is said about it."""
    return re.sub(r"(?m)(^|\s)#(?=\s).*$", r"\1", text)


def check(command: Sequence[str]) -> None:
    """Hold a command against the code.

    Raises:
        Wrong: it isn't one that can be typed here.
    """
    program, *arguments = command
    for word in arguments:
        if _REPOSITORY.match(word) and not any(ROOT.glob(word.rstrip("/"))) and ".." not in word:
            raise Wrong(f"{word} is not in the repository")
    name = program.removeprefix(".venv/bin/").removeprefix("/opt/dialer/bin/").removeprefix("$BIN/")
    if name in _FOREIGN or re.fullmatch(r"\$?[A-Za-z_]\w*\(\)", name):
        return
    if name not in _CHECKS:
        raise Wrong(f"nobody knows {name!r}: is it right? Then say in {Path(__file__).name} how it is to be checked")
    _CHECKS[name](arguments)


# Ours


def _dialer(arguments: list[str]) -> None:
    command: click.Command = main
    context = click.Context(main, info_name="dialer")
    words = list(arguments)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        if found is None:
            raise Wrong(f"dialer has no command {words[0]!r}")
        command, context = found, click.Context(found, info_name=words.pop(0), parent=context)
    parameters = {option: p for p in command.params for option in p.opts + p.secondary_opts}
    taken = iter(words)
    for word in taken:
        if not word.startswith("-") or word in ("-h", "--help"):
            continue
        option, equals, _ = word.partition("=")
        if option not in parameters:
            raise Wrong(f"dialer {context.info_name} has no option {option}")
        parameter = parameters[option]
        if not equals and isinstance(parameter, click.Option) and not (parameter.is_flag or parameter.count):
            next(taken, None)


def _make(arguments: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for word in arguments:
        variable, equals, _ = word.partition("=")
        if equals and f"$({variable})" not in makefile and f"$(if $({variable})" not in makefile:
            raise Wrong(f"the Makefile knows no {variable}")
        if not equals and not re.search(rf"^{re.escape(word)}:", makefile, re.MULTILINE):
            raise Wrong(f"the Makefile has no target {word}")


def _python(arguments: list[str]) -> None:
    if arguments[:1] == ["-m"] and arguments[1] not in ("venv", "json.tool", "timeit"):
        path = ROOT / arguments[1].replace(".", "/")
        if not (path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()):
            raise Wrong(f"there is no module {arguments[1]}")
        source = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__main__.py"
        _options(source, arguments[2:])
    elif arguments and arguments[0].endswith(".py"):
        _options(ROOT / arguments[0], arguments[1:])


def _options(source: Path, arguments: list[str]) -> None:
    text = source.read_text("utf-8")
    for word in arguments:
        if word.startswith("--") and f'"{word.partition("=")[0]}"' not in text:
            raise Wrong(f"{source.relative_to(ROOT)} has no option {word}")


def _pytest(arguments: list[str]) -> None:
    for word in arguments:
        path = word.partition("::")[0]
        if path.startswith("tests") and not (ROOT / path).exists():
            raise Wrong(f"there is no {path}")


def _curl(arguments: list[str]) -> None:
    """A route of the API, by its method; a body that is JSON."""
    methods = {"-X", "--request"}
    with_body = {"-d", "--data", "--data-binary", "-F", "--form", "-T", "--upload-file"}
    with_value = {*methods, *with_body, "-H", "--header", "-o", "--output", "-w", "--write-out", "--cacert", "-u"}
    method, address = None, None
    words = iter(arguments)
    for word in words:
        value = next(words) if word in with_value else None
        if word in methods:
            method = value
        elif word in with_body:
            method = method or "POST"
            _body(value or "")
        elif value is None and not word.startswith("-") and word != "$@":
            address = word
    if address is not None:
        _route(method or "GET", address)


def _body(text: str) -> None:
    """JSON, where it is that; what a shell puts into it may be anything."""
    if text.startswith(("{", "[")):
        try:
            json.loads(re.sub(r"\$\w+|\$\(.*?\)", "0", text))
        except ValueError as error:
            raise Wrong(f"not JSON: {text}") from error


def _route(method: str, address: str) -> None:
    path = urlsplit(re.sub(r"^\"?\$\{?\w+\}?", "", address)).path or "/"
    if not path.startswith("/"):
        return  # another host's
    path = (
        path if path.startswith(("/v1/", "/openapi.json", "/healthz", "/readyz", "/metrics", "/docs")) else f"/v1{path}"
    )
    for route, operations in _ROUTES.items():
        pattern = re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(route))
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return
    raise Wrong(f"the API has no {method} {path}")


def _compose(arguments: list[str]) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    services: Mapping[str, Any] = compose["services"]
    profiles = {profile for service in services.values() for profile in service.get("profiles", ())}
    if arguments[:1] != ["compose"]:
        raise Wrong(f"docker {' '.join(arguments[:1])}: only docker compose is used here")
    words = iter(arguments[1:])
    action = None
    for word in words:
        if word in ("--profile",):
            if (profile := next(words)) not in profiles:
                raise Wrong(f"compose has no profile {profile}")
        elif word == "--scale":
            if (service := next(words).partition("=")[0]) not in services:
                raise Wrong(f"compose has no service {service}")
        elif word in ("--env-file", "-f", "--file", "--project-name", "--tail", "--since", "--user"):
            next(words)
        elif word.startswith("-"):
            continue
        elif action is None:
            action = word
        else:
            if action in _OF_SERVICES and word not in services:
                raise Wrong(f"compose has no service {word}")
            if action in ("exec", "run"):
                rest = list(words)
                if rest[:1] == ["dialer"]:
                    _dialer(rest[1:])
                return


def _systemctl(arguments: list[str]) -> None:
    units = {path.name for path in (ROOT / "deploy/systemd").iterdir()}
    for word in arguments[1:]:
        unit = re.sub(r"@[\w{}.,]+", "@", word)
        if word.startswith(("dialer", "'dialer")) and "*" not in word and not {unit, f"{unit}.service"} & units:
            raise Wrong(f"there is no unit {word}")


def _sudo(arguments: list[str]) -> None:
    words = list(arguments)
    while words and (words[0].startswith("-") or _ASSIGNMENT.match(words[0])):
        if words.pop(0) in ("-u", "--user"):
            words.pop(0)
    check(words)


def _shell(arguments: list[str]) -> None:
    if arguments and not (ROOT / arguments[0]).is_file():
        raise Wrong(f"there is no {arguments[0]}")


_ROUTES: Final[Mapping[str, Any]] = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))["paths"] | {
    path: {"get": {}} for path in ("/openapi.json", "/metrics", "/docs")
}
_OF_SERVICES: Final = {"up", "exec", "run", "logs", "stop", "restart", "ps", "build", "start"}
_CHECKS: Final[Mapping[str, Callable[[list[str]], None]]] = {
    "dialer": _dialer,
    "make": _make,
    "python": _python,
    "python3": _python,
    "pytest": _pytest,
    "curl": _curl,
    "api": _curl,
    "send": _curl,
    "docker": _compose,
    "systemctl": _systemctl,
    "sudo": _sudo,
    "sh": _shell,
}
_FOREIGN: Final = frozenset(
    re.findall(
        r"\S+",
        """
        apt-get cat cd chmod createdb createuser echo eval export field first grep install journalctl jq openssl pg_dump
        pg_restore pip psql redis-cli ruff source tee umask useradd
        """,
    )
)
"""Programs of others: that they are there, and what they take, is not ours to know."""
