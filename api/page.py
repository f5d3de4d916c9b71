"""`/docs`: the description as a page, from scripts of our own."""

from importlib.resources import files
from typing import Final

from flask import Flask, Response, send_file

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dialer API</title>
<script type="module" src="/docs/rapidoc.js"></script>
</head>
<body>
<rapi-doc spec-url="/openapi.json" load-fonts="false" render-style="read" show-header="false" schema-style="table"
 theme="light" sort-endpoints-by="none" allow-server-selection="false"></rapi-doc>
</body>
</html>
"""
_POLICY: Final = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


def install(app: Flask) -> None:
    """Serve the page and its script."""
    app.add_url_rule("/docs", "docs_page", _page)
    app.add_url_rule("/docs/rapidoc.js", "docs_script", _script)


def _page() -> Response:
    return Response(_PAGE, mimetype="text/html", headers={"Content-Security-Policy": _POLICY})


def _script() -> Response:
    script = files("flask_openapi3_rapidoc") / "templates" / "rapidoc" / "js" / "rapidoc-min.js"
    return send_file(str(script), mimetype="text/javascript", max_age=86400, conditional=True)
