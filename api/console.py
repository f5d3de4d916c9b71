"""`/`: the page for people, from files of our own; nothing of it comes from elsewhere, and nothing else runs on it."""

from importlib.resources import files
from typing import Final

from flask import Flask, Response, send_from_directory

_FOLDER: Final = str(files("api") / "web")
_TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "html": "text/html"}

# No script or style within the page, none of others, and no text that is taken for markup.
_HEADERS: Final = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def install(app: Flask) -> None:
    """Serve the page at `/` and its files below `/app`."""
    app.add_url_rule("/", "console_page", lambda: console_file("index.html"))
    app.add_url_rule("/app/<string:name>", "console_file", console_file)


def console_file(name: str) -> Response:
    """A file of the page. It is asked for each time and sent only if it has changed: an upgrade holds at once.

    Raises:
        NotFound: there is none of that name.
    """
    kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    response = send_from_directory(_FOLDER, name, mimetype=kind, conditional=True)
    response.headers["Cache-Control"] = "no-cache"
    response.headers.update(_HEADERS)
    return response
