"""The page for people, in a real Chromium, with a real campaign against the simulator."""

import re
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dialer.services.users import Role
from dialer.simulator.fates import FATES
from tests.acceptance.conftest import User
from tests.acceptance.visiting import choose, dialog, fill_in, somebody
from tests.acceptance.waiting import until
from tests.support.browser import Visit, Visitor

# Waiting for a whole campaign, on a machine that may be busy.
pytestmark = pytest.mark.timeout(300)


def test_a_campaign_from_the_log_in_to_its_outcomes(visit: Visit, user: User, tmp_path: Path) -> None:
    trunk_id = user.trunk()
    visitor = visit()
    page = visitor.page
    page.goto("/")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert").filter(has_text="The user name or the password is wrong.")).to_be_visible()
    visitor.picture("login")
    visitor.log_in("admin", user.password)

    # What is wrong is said beside the field.
    name = f"spring <b onclick='x'>& co</b> {secrets.token_hex(4)}"
    fill_in(page, "", trunk_id)
    page.get_by_role("button", name="Create the draft").click()
    expect(page.locator(".field").filter(has=page.get_by_label("Name")).locator(".error")).to_have_text(
        re.compile("fill (in|out) this field", re.IGNORECASE)
    )
    page.get_by_label("Calls per person, at most").fill("1")
    visitor.picture("new-campaign")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create the draft").click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    campaign_id = int(page.url.rpartition("/")[2])

    file = tmp_path / "people.csv"
    numbers = [f"+1617555{100 + int(fate.suffix):04d}" for fate in FATES]
    file.write_text("phone,name\n" + "".join(f"{n},<i>Contact</i> {i}\n" for i, n in enumerate(numbers)) + "12,short\n")
    choose(page, file)
    dialog(page, "Upload all of it")
    expect(page.locator(".lists")).to_contain_text(f"{len(FATES)} contacts")
    with page.expect_download() as download:
        page.get_by_role("button", name="1 refused").click()
    assert "phone_no_region" in download.value.path().read_text()

    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".heading .pill")).to_have_text("completed")
    stats = user.api.get(f"/v1/campaigns/{campaign_id}/stats")
    expect(page.locator(".tile").filter(has_text="Calls ended").locator("b")).to_have_text(str(stats["calls_ended"]))
    plotted = page.get_by_role("img", name="Calls by outcome")
    for outcome in ("answered", "busy", "no answer", "rejected"):
        expect(plotted).to_contain_text(outcome)
    expect(page.locator(".live")).to_have_text("live")
    whole = "table => table.parentElement.scrollWidth <= table.parentElement.clientWidth"
    assert page.locator("table", has_text="Talked").evaluate(whole), "last calls are cut off"
    calls = {call["id"]: call for call in user.api.get(f"/v1/calls?campaign_id={campaign_id}&limit=500")["items"]}
    assert len(calls) == stats["calls_ended"]
    page.get_by_role("button", name="Why are they not called?").click()
    expect(page.locator(".groups")).to_contain_text("Done")
    page.get_by_label("And this number?").fill(numbers[0])
    page.get_by_role("button", name="Why not?").click()
    expect(page.locator(".notice")).to_contain_text("nothing more happens")
    expect(page.get_by_text("<i>Contact</i> 0")).to_be_visible()
    visitor.picture("campaign")

    dark, narrow = visit(scheme="dark"), visit(width=390)
    for other, called in ((dark, "dark"), (narrow, "narrow")):
        other.log_in("admin", user.password)
        other.picture(f"campaigns-{called}")
        other.page.goto(f"/#/campaigns/{campaign_id}")
        expect(other.page.get_by_role("img", name="Calls by outcome")).to_be_visible()
        other.picture(f"campaign-{called}")
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert other.page.evaluate(overflow) <= 0, f"{called}: the page is wider than the window"


def test_a_running_campaign_is_followed_paused_and_cancelled(admin: Visitor, user: User) -> None:
    page = admin.page
    campaign_id = user.campaign(user.trunk(cps=5))
    contacts = [{"phone_number": f"+1718555{n:04d}"} for n in range(100, 199)]
    user.api.post(f"/v1/campaigns/{campaign_id}/contacts", {"contacts": contacts})
    page.goto(f"/#/campaigns/{campaign_id}")
    page.get_by_role("button", name="Start", exact=True).click()
    ended = page.locator(".tile").filter(has_text="Calls ended").locator("b")
    until(lambda: int(ended.inner_text()), is_so=lambda count: count >= 10)  # without a reload
    assert page.locator("tbody tr").count() >= 10
    admin.picture("campaign-running")

    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".heading .pill")).to_have_text("paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".heading .pill")).to_have_text("running")
    page.get_by_role("button", name="Cancel for good").click()
    dialog(page, "Go back")
    assert user.api.get(f"/v1/campaigns/{campaign_id}")["state"] == "running"
    page.get_by_role("button", name="Cancel for good").click()
    dialog(page, "Cancel for good")
    expect(page.locator(".heading .pill")).to_have_text("cancelled")
    assert user.api.get(f"/v1/campaigns/{campaign_id}")["state"] == "cancelled"


def test_a_change_by_somebody_else_is_seen_without_a_reload(admin: Visitor, user: User) -> None:
    campaign_id = user.campaign(user.trunk())
    admin.page.goto(f"/#/campaigns/{campaign_id}")
    expect(admin.page.locator(".live")).to_have_text("live")
    user.api.post(f"/v1/campaigns/{campaign_id}/contacts", {"contacts": [{"phone_number": "+17185550100"}]})
    expect(admin.page.locator(".tile").filter(has_text="Contacts").locator("b")).to_have_text("1")
    user.api.post(f"/v1/campaigns/{campaign_id}/start")
    expect(admin.page.locator(".heading .pill")).to_have_text("completed")


def test_a_campaign_goes_over_a_group_of_trunks(admin: Visitor, user: User) -> None:
    trunks = [user.trunk(), user.trunk()]
    group = {"name": f"both-{secrets.token_hex(4)}", "trunks": [{"trunk_id": trunk} for trunk in trunks]}
    group_id = user.api.post("/v1/trunk-groups", group)["id"]
    page = admin.page
    fill_in(page, "over a group", trunks[0])
    page.get_by_label("Name").fill(f"over {group['name']}")
    page.get_by_label("Trunk, or group of trunks").select_option(f"group-{group_id}")
    admin.picture("new-campaign-group")
    page.get_by_role("button", name="Create the draft").click()
    expect(page.get_by_role("heading", name=f"over {group['name']}")).to_be_visible()
    expect(page.locator("dl")).to_contain_text(f"Trunk group{group['name']}")
    campaign = user.api.get(f"/v1/campaigns/{page.url.rpartition('/')[2]}")
    assert (campaign["trunk_id"], campaign["trunk_group_id"]) == (None, group_id)


def test_everything_can_be_stopped_and_everybody_sees_it(admin: Visitor, visit: Visit, user: User) -> None:
    manager = visit()
    manager.log_in(*somebody(user, Role.MANAGER))
    manager.page.get_by_role("button", name="Stop all calls").click()
    dialog(manager.page, "Go back")
    assert user.api.get("/v1/emergency-stop")["stopped"] is False
    manager.page.get_by_role("button", name="Stop all calls").click()
    manager.page.get_by_label("Reason").fill("wrong <list>")
    manager.picture("emergency-stop-asked")
    dialog(manager.page, "Stop all calls")

    for visitor in (manager, admin):
        expect(visitor.page.locator("#banner")).to_contain_text("All dialing is stopped.")
        expect(visitor.page.locator("#banner")).to_contain_text("wrong <list>")
    assert user.api.get("/v1/emergency-stop")["stopped"] is True
    expect(manager.page.get_by_role("button", name="Let dialing go on")).to_have_count(0)
    admin.picture("emergency-stop")
    admin.page.get_by_role("button", name="Let dialing go on").click()
    dialog(admin.page, "Let dialing go on")
    for visitor in (manager, admin):
        expect(visitor.page.locator("#banner")).to_be_empty()
    assert user.api.get("/v1/emergency-stop")["stopped"] is False


def test_a_number_is_forbidden_and_explained(admin: Visitor, user: User) -> None:
    page = admin.page
    page.get_by_role("link", name="Numbers").click()
    forbidding = page.locator("section").filter(has=page.get_by_role("heading", name="Do not call"))
    forbidding.get_by_label("Number").fill("(718) 555-0177")
    forbidding.get_by_role("button", name="Add to do-not-call").click()
    dialog(page, "Add to do-not-call")
    expect(forbidding.get_by_role("alert")).to_be_visible()  # which country?
    forbidding.get_by_label("Country").fill("us")
    forbidding.get_by_label("Reason").fill("asked <not> to be called")
    forbidding.get_by_role("button", name="Add to do-not-call").click()
    dialog(page, "Add to do-not-call")
    expect(page.get_by_text("Not to be called by anybody")).to_be_visible()
    expect(page.get_by_text("asked <not> to be called")).to_be_visible()
    assert [e["reason"] for e in user.api.get("/v1/dnc?phone_number=%2B17185550177")["items"]] == [
        "asked <not> to be called"
    ]
    admin.picture("numbers")


def test_a_viewer_sees_everything_and_can_do_nothing(visit: Visit, user: User) -> None:
    campaign_id = user.campaign(user.trunk())
    viewer = visit()
    viewer.log_in(*somebody(user, Role.VIEWER))
    page = viewer.page
    expect(page.get_by_role("link", name="New campaign")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop all calls")).to_have_count(0)
    page.goto(f"/#/campaigns/{campaign_id}")
    expect(page.get_by_role("heading", name="Outcomes")).to_be_visible()
    for name in ("Start", "Cancel for good", "Upload"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.goto("/#/campaigns/new")
    expect(page.get_by_text("Your role may only read.")).to_be_visible()
    page.goto("/#/numbers")
    expect(page.get_by_role("button", name="Look up")).to_be_visible()
    expect(page.get_by_role("button", name="Add to do-not-call")).to_have_count(0)


def test_a_log_in_lasts_over_reloads_and_tokens_that_run_out_and_ends_when_it_is_ended(
    visit: Visit, user: User
) -> None:
    name, password = somebody(user, Role.VIEWER)
    visitor = visit()
    page = visitor.page
    page.clock.install()
    visitor.log_in(name, password)
    for _ in range(3):
        page.reload()
        expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    with page.expect_response("**/v1/auth/refresh") as answer:
        page.clock.fast_forward("20:00")  # the access token is good for 15 minutes
    assert answer.value.status == 200
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    kept = page.evaluate("[Object.keys(sessionStorage), Object.keys(localStorage), document.cookie]")
    assert kept == [["dialer.refresh_token"], [], ""]

    # A copy of the tab must not use the token a second time: that would end the log-in for both.
    copy = visitor.open()
    copy.add_init_script(f"sessionStorage.setItem('dialer.refresh_token', {_token(page)!r})")
    copy.goto("/")
    expect(copy.get_by_role("button", name="Log in")).to_be_visible()
    copy.close()
    page.reload()
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()

    (who,) = user.api.get(f"/v1/users?username={name}")["items"]
    user.dialer.auth.log_out_everywhere(who["id"])
    page.clock.fast_forward("00:10")
    expect(page.get_by_text("Your log-in is over")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_a_network_that_is_away_is_told(admin: Visitor, user: User) -> None:
    campaign_id = user.campaign(user.trunk())
    admin.page.goto(f"/#/campaigns/{campaign_id}")
    expect(admin.page.locator(".live")).to_have_text("live")
    admin.offline(True)
    admin.page.get_by_role("button", name="Start", exact=True).click()
    expect(admin.page.get_by_role("alert").filter(has_text="No connection")).to_be_visible()
    admin.picture("no-connection")
    admin.offline(False)
    expect(admin.page.locator(".live")).to_have_text("live")
    admin.page.get_by_role("button", name="Start", exact=True).click()
    expect(admin.page.locator(".heading .pill")).not_to_have_text("draft")


def test_nothing_but_the_page_s_own_files_can_run(visit: Visit) -> None:
    visitor = visit()
    visitor.page.goto("/")
    blocked = visitor.page.evaluate("""() => {
        try { document.body.innerHTML = "<img src=x onerror='window.ran = 1'>"; return "not blocked"; }
        catch (error) { return error.name; }
    }""")
    assert blocked == "TypeError"
    visitor.page.evaluate("""() => {
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = "https://cdn.example/x.css";
        document.head.append(link);
    }""")
    until(lambda: len(visitor.complaints), is_so=lambda count: count >= 2)
    assert all("Content Security Policy" in text or "TrustedHTML" in text for text in visitor.complaints)
    visitor.complaints.clear()
    visitor.elsewhere.clear()  # it was asked for, and blocked before it was sent


def test_it_can_be_used_without_a_mouse(visit: Visit, user: User) -> None:
    visitor = visit()
    page = visitor.page
    page.goto("/")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(user.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    page.get_by_role("button", name="Stop all calls").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    unnamed = page.evaluate("""() => [...document.querySelectorAll("input, select, button, a")]
        .filter((one) => !(one.labels?.length || one.ariaLabel || one.textContent.trim())).length""")
    assert unnamed == 0


def _token(page: Page) -> str:
    return str(page.evaluate("sessionStorage.getItem('dialer.refresh_token')"))
