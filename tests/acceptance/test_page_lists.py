"""Lists on the page for people: seen as they would be understood, then stored. In a real Chromium."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import expect

from dialer.services.importing.encodings import Encoding
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
    expect(shown.get_by_label("EXTEN")).to_have_value("data")
    expect(shown.get_by_role("list", name="Columns")).to_contain_text("v_EXTEN")
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


STRANGE: Final = """Telefon;mobile no;Kunde;Kd-Nr.;Notiz
030 901820;;Zoë;7;x
;0151 23456789;Борис;8;y
"""


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_columns_with_names_of_their_own_are_chosen_until_the_rows_are_right(
    visit: Visit, user: User, tmp_path: Path, scheme: str, width: int
) -> None:
    campaign_id = user.campaign(user.trunk(), default_region="DE")
    visitor = visit(scheme=scheme, width=width)
    visitor.log_in(*somebody(user, Role.MANAGER))
    page = visitor.page
    page.goto(f"/#/campaigns/{campaign_id}")
    file = tmp_path / "kunden.csv"
    file.write_text(STRANGE)
    shown = choose(page, file)
    upload = shown.get_by_role("button", name="Upload all of it")
    expect(shown).to_contain_text("No column’s name says that it is the phone number.")
    expect(upload).to_be_disabled()
    visitor.picture(f"mapping-asked-{scheme}-{width}", whole=False)
    shown.get_by_label("Telefon").select_option("number")
    expect(shown).to_contain_text("1 would become contacts and 1 would be refused.")
    shown.get_by_label("mobile no").select_option("number")
    expect(shown).to_contain_text("2 would become contacts and 0 would be refused.")
    shown.get_by_label("Kunde").select_option("name")
    shown.get_by_label("Notiz").select_option("name")
    expect(shown.get_by_role("alert")).to_contain_text("name is named twice")
    expect(upload).to_be_disabled()
    shown.get_by_label("Notiz").select_option("ignored")
    shown.get_by_label("Kd-Nr.").select_option("your id")
    rows = shown.get_by_role("row")
    for n, texts in ((1, ("+4930901820", "Zoë", "your id 7")), (2, ("+4915123456789", "Борис", "your id 8"))):
        for text in texts:
            expect(rows.nth(n)).to_contain_text(text)
    expect(upload).to_be_enabled()
    visitor.picture(f"mapping-{scheme}-{width}", whole=False)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    dialog(page, "Upload all of it")
    expect(page.locator(".lists")).to_contain_text("2 contacts, none refused")
    made = user.api.get(f"/v1/campaigns/{campaign_id}/contacts")["items"]
    assert {(one["name"], one["external_id"]) for one in made} == {("Zoë", "7"), ("Борис", "8")}
    [stored] = user.api.get(f"/v1/campaigns/{campaign_id}/call-lists")["items"]
    assert stored["columns"]["variables"] == {}


def test_letters_that_can_not_be_told_are_chosen(admin: Visitor, user: User, tmp_path: Path) -> None:
    campaign_id = user.campaign(user.trunk())
    page = admin.page
    page.goto(f"/#/campaigns/{campaign_id}")
    file = tmp_path / "people.csv"
    file.write_bytes("phone,Имя\n+4930901820,Иванов\n".encode("cp1251"))
    shown = choose(page, file)
    expect(shown.get_by_role("alert")).to_contain_text("is not UTF-8")
    encoding = shown.get_by_label("Encoding")
    offered = {one.get_attribute("value") for one in encoding.locator("option").all()}
    assert offered - {""} <= set(Encoding)
    encoding.select_option("windows-1251")
    expect(shown).to_contain_text("Of the 1 rows of the file, 1 would become contacts")
    shown.get_by_label("Имя").select_option("name")
    expect(shown.get_by_role("row").nth(1)).to_contain_text("Иванов")
    dialog(page, "Upload all of it")
    expect(page.locator(".lists")).to_contain_text("1 contact, ")
    [made] = user.api.get(f"/v1/campaigns/{campaign_id}/contacts")["items"]
    assert made["name"] == "Иванов"


def test_the_sheet_of_a_workbook_is_chosen(admin: Visitor, user: User, tmp_path: Path) -> None:
    campaign_id = user.campaign(user.trunk())
    page = admin.page
    page.goto(f"/#/campaigns/{campaign_id}")
    file = tmp_path / "people.xlsx"
    leads = [["mobile no", "Name"], ["+4930901820", "Ada"], ["+4930901821", "Grace"]]
    file.write_bytes(book({"About": [["Of spring"]], "Leads": leads}))
    shown = choose(page, file)
    expect(shown.get_by_label("Of spring")).to_be_visible()
    shown.get_by_label("Sheet").select_option("Leads")
    shown.get_by_label("mobile no").select_option("number")
    expect(shown).to_contain_text("An Excel workbook, sheet “Leads”")
    expect(shown).to_contain_text("Of the 2 rows of the file, 2 would become contacts")
    admin.picture("mapping-workbook", whole=False)
    dialog(page, "Upload all of it")
    expect(page.locator(".lists")).to_contain_text("2 contacts, ")


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
