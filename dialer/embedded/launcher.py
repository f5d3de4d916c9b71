"""Become another program: as another user where asked, and ended by the kernel when the parent dies.

Run as a file with `python -I -S launcher.py SPEC`, SPEC being JSON or the path of a JSON file:

    command       the program (an absolute path) and its arguments
    environment   variables added to those of the parent
    directory     where to run
    uid, gid      the user to become (only root can)
    death_signal  the signal that this program gets when its parent dies (Linux)
    parent        the parent's pid: end at once if it is gone already
    writable      instead of a command: exit 0 if that user can enter and write this folder, 1 if not

Nothing may be imported once the user has changed: the interpreter's own files may be out of that user's reach.
"""

import ctypes
import json
import os
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
CANNOT_CHANGE_USER = 125
CANNOT_RUN = 126


def main(argument: str) -> int:
    """Do as the spec says. Returns only if there is no program to become."""
    spec: dict[str, Any] = json.loads(argument) if argument.startswith("{") else _read(argument)
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    environment = {**os.environ, **spec.get("environment", {})}
    if spec.get("uid") is not None:
        try:
            os.setgroups([])
            os.setgid(spec["gid"])
            os.setuid(spec["uid"])
        except OSError as error:
            return _fail(CANNOT_CHANGE_USER, f"cannot become user {spec['uid']}: {error.strerror}")
    if spec.get("writable"):
        return 0 if os.access(spec["writable"], os.R_OK | os.W_OK | os.X_OK) else 1
    # After the change of user: the kernel clears it with the credentials.
    if libc is not None and spec.get("death_signal"):
        libc.prctl(PR_SET_PDEATHSIG, int(spec["death_signal"]), 0, 0, 0)
        if spec.get("parent") and os.getppid() != spec["parent"]:
            return 0
    command: list[str] = spec["command"]
    try:
        if spec.get("directory"):
            os.chdir(spec["directory"])
        os.execve(command[0], command, environment)
    except OSError as error:
        return _fail(CANNOT_RUN, f"cannot run {command[0]}: {error.strerror}")


def _read(path: str) -> dict[str, Any]:
    with open(path, encoding="utf-8") as file:
        content: dict[str, Any] = json.load(file)
    return content


def _fail(code: int, message: str) -> int:
    os.write(2, f"{message}\n".encode())
    return code


if __name__ == "__main__":
    sys.stdout.flush()
    os._exit(main(sys.argv[1]))
