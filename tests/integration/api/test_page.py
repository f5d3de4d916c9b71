"""The page of the description."""

import re

from tests.integration.api.conftest import Api


def test_the_page_and_its_scripts_come_from_here_alone(client: Api) -> None:
    page = client.get("/docs")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    sources = re.findall(r'(?:src|href|spec-url)="([^"]+)"', page.text)
    assert "/openapi.json" in sources
    for source in sources:
        assert source.startswith("/"), source
        assert client.get(source).status_code == 200, source
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
