"""`unshare` and `nsenter` of a machine where an Asterisk is what this makes of one: it reads its configuration, serves
the little of ARI by which the lab knows that it is ready, and answers at its console.

Copied under those two names, for what takes root and an installed Asterisk. A file in its root makes it fail:

    dies      it ends at once, and the file is gone; `dies-always`: each time
    offline   its endpoints are never online
    mute      its console does not answer
    no-down   it never notices that a trunk is down
"""

import configparser
import sys
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


def unshare(arguments: list[str]) -> None:
    """Become the Asterisk. The last four arguments: root, the lab's folder, configuration file, folder of sockets."""
    root, lab, configuration, sockets = arguments[-4:]
    etc = Path(lab) / configuration.removeprefix("/mnt/").removesuffix("/asterisk.conf")
    (etc.parent / "sockets").write_text(sockets)
    print(f"{etc.parent.name} starts", flush=True)
    if _is_wanted(root, "dies-always"):
        sys.exit("no such module")
    if _is_wanted(root, "dies"):
        (Path(root) / "dies").unlink()
        sys.exit("address in use")
    (etc.parent / "log" / "messages.log").write_text("logged\n")
    password = _read(etc / "ari.conf")["dialer"]["password"]
    endpoints = set(_read(etc / "pjsip.conf").sections())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            state = "offline" if _is_wanted(root, "offline") else "online"
            if self.headers["Authorization"] != f"Basic {b64encode(f'dialer:{password}'.encode()).decode()}":
                self._answer(401, "{}")
            elif self.path == "/ari/asterisk/info":
                self._answer(200, "{}")
            elif self.path.startswith("/ari/endpoints/PJSIP/") and name in endpoints:
                self._answer(200, f'{{"state": "{state}"}}')
            else:
                self._answer(404, "{}")

        def _answer(self, status: int, text: str) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

    HTTPServer(("127.0.0.1", int(_read(etc / "http.conf")["general"]["bindport"])), Handler).serve_forever()


def nsenter(arguments: list[str]) -> None:
    """Type the last argument at the console."""
    root = arguments[arguments.index("chroot") + 1]
    pid = next(argument for argument in arguments if argument.startswith("--target=")).partition("=")[2]
    lab = Path(f"/proc/{pid}/cmdline").read_text().split("\0")[-4]
    (Path(lab) / "pbx" / "asked").touch()
    if _is_wanted(root, "mute"):
        sys.exit("Unable to connect to remote asterisk")
    state = "NonQual" if _is_wanted(root, "no-down") else "Unavail"
    print(f"Contact: down {state}" if arguments[-1] == "pjsip show contacts" else f"said: {arguments[-1]}")


def _is_wanted(root: str, name: str) -> bool:
    return (Path(root) / name).exists()


def _read(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(
        comment_prefixes=(";", "#"),
        inline_comment_prefixes=(" ;",),
        strict=False,
        interpolation=None,
        allow_no_value=True,
    )
    parser.read(path, encoding="utf-8")
    return parser


if __name__ == "__main__":
    {"unshare": unshare, "nsenter": nsenter}[Path(sys.argv[0]).name](sys.argv[1:])
