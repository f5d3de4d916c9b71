"""supervisord that ends, with all that it started, when the process that started it is gone.

    python -m dialer.local.supervisord DESCRIPTOR CONFIGURATION

DESCRIPTOR is the reading end of a pipe whose writing end only the starter has: the kernel closes that one however the
starter dies.
"""

import os
import signal
import sys
import threading

from supervisor import supervisord  # type: ignore[import-untyped]


def main(descriptor: int, configuration: str) -> None:
    """Run until told to stop, or until the starter is gone."""
    threading.Thread(target=_watch, args=(descriptor,), daemon=True).start()
    supervisord.main(["--nodaemon", "--configuration", configuration])


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
