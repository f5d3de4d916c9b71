"""An example of what Alertmanager delivers to: writes each alert as one line of JSON to standard output.

`python alert_receiver.py [ADDRESS] [PORT]`. Replace it by what wakes people at your
place: see monitoring/alertmanager.yml.
"""

import json
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MAX_BODY_BYTES = 1024 * 1024


class Receiver(BaseHTTPRequestHandler):
    """POST takes Alertmanager's webhook; GET says that this process is alive."""

    def do_GET(self) -> None:
        self._answer(HTTPStatus.OK)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if length > MAX_BODY_BYTES:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        try:
            alerts = json.loads(self.rfile.read(length))["alerts"]
            lines = [json.dumps({key: alert[key] for key in ("status", "labels", "annotations")}) for alert in alerts]
        except (ValueError, KeyError, TypeError):
            self._answer(HTTPStatus.BAD_REQUEST)
            return
        for line in lines:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        self._answer(HTTPStatus.OK)

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Only alerts are written down."""


if __name__ == "__main__":
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 9095
    ThreadingHTTPServer((address, port), Receiver).serve_forever()
