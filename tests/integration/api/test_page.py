"""The pages that the API serves: of its description, and for people."""

import re
from pathlib import Path

import pytest

import api
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


FILES = sorted(path.name for path in (Path(api.__file__).parent / "web").iterdir())


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_the_page_for_people_are_served_as_what_they_are(client: Api, name: str) -> None:
    answer = client.get(f"/app/{name}")
    assert answer.status_code == 200
    kinds = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    assert answer.mimetype == kinds[Path(name).suffix]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get(f"/app/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_page_for_people_is_made_of_our_own_files(client: Api) -> None:
    page = client.get("/")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    sources = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    imported = {name for file in FILES for name in re.findall(r'from "\./([^"]+)"', client.get(f"/app/{file}").text)}
    assert {source.removeprefix("/app/") for source in sources} | imported | {"index.html"} == set(FILES)
    assert not re.search(r"<script>|<style|\son\w+=|style=", page.text)
    policy = page.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'"):
        assert rule in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["nothing.js", "../app.py", "..%2fapp.py", "%2e%2e/app.py", ".", "web"])
def test_nothing_but_the_files_of_the_page_is_served(client: Api, name: str) -> None:
    answer = client.get(f"/app/{name}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
