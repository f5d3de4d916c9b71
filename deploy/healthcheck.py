"""Whether a URL answers 200, as an exit code: `python healthcheck.py http://127.0.0.1:8000/readyz`.

A script of its own and not a command of the dialer: it runs every few seconds in every container.
"""

import sys
from http import HTTPStatus
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

TIMEOUT_SECONDS = 4


def is_healthy(url: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=TIMEOUT_SECONDS) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, TimeoutError, ConnectionError) as error:
        sys.stderr.write(f"{url}: {error}\n")
        return False


if __name__ == "__main__":
    sys.exit(0 if is_healthy(sys.argv[1]) else 1)
