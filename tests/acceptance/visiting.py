"""What people do on the page."""

import secrets
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from dialer.services.users import Role
from tests.acceptance.conftest import User


def somebody(user: User, role: Role) -> tuple[str, str]:
    """A new user: name and password."""
    name, password = f"{role.value}-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    user.dialer.users.create(name, password, role)
    return name, password


def fill_in(page: Page, name: str, trunk_id: int) -> None:
    """The form of a new campaign that may call at any hour."""
    page.get_by_role("link", name="New campaign").click()
    page.get_by_label("Name").fill(name)
    page.locator("select[name=trunk_id]").select_option(str(trunk_id))
    page.get_by_label("Call from").fill("00:00")
    page.get_by_label("Call until").fill("24:00")
    for day in ("Sat", "Sun"):
        page.get_by_label(day).check()
    for again in ("busy", "no answer"):
        page.get_by_label(f"Again after “{again}” (minutes)").fill("0")


def choose(page: Page, file: Path) -> Locator:
    """Choose a file and look at it; what is shown of it."""
    page.get_by_label("A CSV or Excel file").set_input_files(file)
    page.get_by_role("button", name="Look at it first").click()
    shown = page.get_by_role("dialog")
    expect(shown).to_contain_text("Nothing of it is stored yet.")
    return shown


def dialog(page: Page, button: str) -> None:
    """Answer what the page asks."""
    page.locator("dialog").get_by_role("button", name=button).click()
