"""A real Chromium, and what a person does in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

SECONDS: Final = 60
FOLDER: Final = Path("dist/screenshots")
"""What the tests saw; `make clean` removes it."""

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """The browser's path; the test is skipped where there is none, or fails where BROWSER_REQUIRED is set."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is not None:
        return found
    sentence = "Chromium is missing: `sudo scripts/install-browser` installs it (Debian: apt-get install chromium)."
    if os.environ.get("BROWSER_REQUIRED"):
        pytest.fail(sentence)
    pytest.skip(sentence)


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser with a profile of its own."""
    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(_OPTIONS), timeout=SECONDS * 1000)
        yield browser
        browser.close()


class Visitor:
    """A person at the page. Everything that the browser complains of, or fetches elsewhere, is kept.

    Args:
        scheme: `light` or `dark`, as the person's system has it.
        width: of the window, in pixels.
    """

    def __init__(self, browser: Browser, url: str, *, scheme: str = "light", width: int = 1200) -> None:
        self._context = browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": 900},
            base_url=url,
            locale="en-GB",
            timezone_id="Europe/Berlin",
            accept_downloads=True,
        )
        self._context.set_default_timeout(SECONDS * 1000)
        expect.set_options(timeout=SECONDS * 1000)
        self._url = url
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        self.page = self.open()

    def open(self) -> Page:
        """A further tab."""
        page = self._context.new_page()
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        return page

    def _heard(self, kind: str, text: str) -> None:
        # A browser says of each answer of 400 and more that it failed: those are for the page to tell.
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self._url, "blob:", "data:")):
            self.elsewhere.append(url)

    def log_in(self, username: str, password: str) -> None:
        self.page.goto("/")
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("heading", name="Campaigns")).to_be_visible()

    def picture(self, name: str, *, whole: bool = True) -> Path:
        """A screenshot, in dist/screenshots: of the whole page, or of what is in the window."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{name}.png"
        if whole:
            self.page.evaluate("scrollTo(0, 0)")  # or the header is in the middle of it
        self.page.screenshot(path=path, full_page=whole, animations="disabled")
        return path

    def offline(self, is_so: bool) -> None:
        self._context.set_offline(is_so)

    def close(self) -> None:
        self._context.close()


Visit = Callable[..., Visitor]
"""Makes a person at the page: the fixture `visit` of the acceptance tests."""
