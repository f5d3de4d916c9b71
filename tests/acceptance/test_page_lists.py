"""Lists on the page for people: seen as they would be understood, then stored. In a real Chromium."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import expect

from dialer.services.users import Role
from tests.acceptance.conftest import User
from tests.acceptance.visiting import choose, dialog, somebody
from tests.support.books import book
from tests.support.browser import Visit, Visitor

# Waiting for imports and for a browser, on a machine that may be busy.
pytestmark = pytest.mark.timeout(300)

LIST: Final = """Phone;Name;Time zone;Plan;EXTEN
+49 30 901820;Ada;;gold;1
030 901821;<b>Grace</b>;America/New_York;silver;2
'+4930901822;Edsger;;"gold, and a rather long note of what was agreed in the last conversation";3
4,4E+11;Lost to a spreadsheet;;;4
+4930901820;Ada again;;;5
+4930901823;Barbara;Mars/Base;;6
"""


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 1200), ("light", 390)])
def test_a_file_is_shown_as_it_would_be_understood_and_then_stored(
    visit: Visit, user: User, tmp_path: Path, scheme: str, width: int
) -> None:
    campaign_id = user.campaign(user.trunk())
    lists = f"/v1/campaigns/{campaign_id}/call-lists"
    visitor = visit(scheme=scheme, width=width)
    visitor.log_in(*somebody(user, Role.MANAGER))
    page = visitor.page
    page.goto(f"/#/campaigns/{campaign_id}")
    file = tmp_path / "people.csv"
    file.write_text(LIST)
    page.get_by_label("Country of its national numbers").fill("de")
    shown = choose(page, file)
    expect(shown).to_contain_text("Of the 6 rows of the file, 3 would become contacts and 3 would be refused.")
    expect(shown.get_by_role("list", name="Columns")).to_contain_text("EXTEN → kept as data: v_EXTEN")
    rows = shown.get_by_role("row")
    expect(rows).to_have_count(7)
    for n, texts in enumerate(
        [
            ("contact", "+4930901820", "Ada", "Europe/Berlin", "gold"),
            ("contact", "+4930901821", "<b>Grace</b>", "America/New_York"),
            ("contact", "+4930901822", "was '+4930901822"),
            ("refused", "digits"),
            ("refused", "line 2 already"),
            ("refused", "Mars/Base"),
        ]
    ):
        for text in texts:
            expect(rows.nth(n + 1)).to_contain_text(text)
    visitor.picture(f"dry-run-{scheme}-{width}", whole=False)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    dialog(page, "Go back")
    assert user.api.get(lists)["items"] == []

    choose(page, file)
    dialog(page, "Upload all of it")
    expect(page.locator(".lists")).to_contain_text("3 contacts, 1 duplicate, ")
    assert {(one["name"], one["default_region"]) for one in user.api.get(lists)["items"]} == {("people.csv", "DE")}


def test_a_workbook_is_shown_and_stored_and_what_is_none_is_refused(admin: Visitor, user: User, tmp_path: Path) -> None:
    campaign_id = user.campaign(user.trunk())
    page = admin.page
    page.goto(f"/#/campaigns/{campaign_id}")
    file = tmp_path / "people.xlsx"
    file.write_bytes(book({"Spring": [["Phone", "Name"], ["+4930901820", "Ada"], [4.4e11, "No country"]]}))
    shown = choose(page, file)
    expect(shown).to_contain_text("An Excel workbook, sheet “Spring”")
    expect(shown).to_contain_text("Of the 2 rows of the file, 1 would become contacts and 1 would be refused.")
    admin.picture("dry-run-workbook", whole=False)
    dialog(page, "Upload all of it")
    expect(page.locator(".lists")).to_contain_text("1 contact, ")

    file.write_bytes(b"PK\x03\x04 and nothing more")
    page.get_by_label("A CSV or Excel file").set_input_files(file)
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("alert").filter(has_text="workbook")).to_be_visible()


def test_of_a_long_file_only_the_beginning_is_sent_to_be_shown(admin: Visitor, user: User, tmp_path: Path) -> None:
    campaign_id = user.campaign(user.trunk())
    page = admin.page
    page.goto(f"/#/campaigns/{campaign_id}")
    file = tmp_path / "long.csv"
    file.write_text("phone,note\n" + "".join(f"+4930{1000000 + n},{'ä' * 20}\n" for n in range(60_000)))
    with page.expect_request("**/call-lists/dry-run?*") as asked:
        shown = choose(page, file)
    expect(shown).to_contain_text("Of the first 20 rows, 20 would become contacts and 0 would be refused.")
    assert int(asked.value.all_headers()["content-length"]) == 2 * 1024 * 1024 < file.stat().st_size
    dialog(page, "Upload all of it")
    expect(page.locator(".lists")).to_contain_text("60,000 contacts")
