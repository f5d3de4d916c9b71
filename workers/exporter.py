"""The exporter's process: serves the figures until SIGTERM or SIGINT."""

import signal
import sys
import threading
from types import FrameType

from dialer.bootstrap import Dialer
from dialer.config import load_settings
from dialer.embedded.servers import resolve
from dialer.logs import configure
from dialer.metrics import serve

PORT = 9108
"""Unless DIALER_METRICS_PORT names another."""


def main() -> int:
    """Returns the exit code.

    Raises:
        ConfigurationError: the port is taken, or a setting is wrong.
    """
    settings = resolve(load_settings())
    configure(settings)
    settings = settings.model_copy(update={"metrics_port": settings.metrics_port or PORT})
    dialer = Dialer(settings, name="dialer-exporter")
    ended = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    serve(settings, "exporter", dialer.figures.registry)
    ended.wait()
    dialer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
