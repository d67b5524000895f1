"""Each user's way through the pages, in a real browser, with axe."""

import json
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import Page, expect

from send_integration.steps.catalogue import load_rules
from send_integration.steps.handling import handle
from send_integration.store.flags import open_flags_of
from send_integration.store.sessions import Session
from send_integration.when.london import london_midnight
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

SignIn = Callable[[str], None]


RUN_AXE = f"{Axe().axe_script};axe.run({json.dumps(DEFAULT_OPTIONS)}).then(found => found.violations)"
"""All its rules; what they found to be right is left in the page: to fetch it takes as long as to find it."""


def no_violations(page: Page) -> None:
    found = page.evaluate(RUN_AXE)
    assert [(item["id"], [node["html"][:120] for node in item["nodes"]]) for item in found] == []


def test_nobody_sees_anything_before_signing_in(page: Page) -> None:
    for address in ("/", "/children", "/children/c0", "/alerts"):
        page.goto(address)
        assert page.url.endswith("/sign-in")
    no_violations(page)


def test_a_chair_goes_from_the_list_to_a_child_to_the_evidence(page: Page, sign_in: SignIn) -> None:
    sign_in("chair")
    expect(page.get_by_role("heading", level=1)).to_have_text("Children, those in most need first")
    no_violations(page)

    page.get_by_role("link", name="Anna Example", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna Example")
    expect(page.get_by_text("SEND Regulations 2014, regulation 5(1)").first).to_be_visible()
    no_violations(page)

    page.get_by_role("link", name="EHC plan: requested, 4 November 2024", exact=True).first.press("Enter")
    assert page.url.endswith("#e1")


def test_a_flag_says_since_when_it_stands_what_has_not_come_and_what_was_said_of_it(
    page: Page, sign_in: SignIn, pipe: Pipe, address_of: Callable[[str], str]
) -> None:
    address, worker = address_of("local:1"), Session("worker", "named-worker", "")
    flags = {flag["rule"]: flag["flag_id"] for flag in open_flags_of(pipe.engine, address.rpartition("/")[2])}
    today = london_midnight(pipe.today)
    handle(pipe.engine, flags["ehc-decide-to-assess"], worker, "acknowledged", "", today)
    handle(pipe.engine, flags["crisis-while-waiting"], worker, "dismissed", "seen by <b>the ward</b>", today)
    pipe.settle()

    sign_in("chair")
    page.goto(address)

    decide = page.get_by_role("article").filter(has_text="Ehc decide to assess")
    expect(decide.get_by_text("worker acts on it since 2 June 2025.")).to_be_visible()
    expect(decide.get_by_text("Not yet heard of: EHC plan: decided to assess")).to_be_visible()
    expect(decide.get_by_text("It has stood so since 17 December 2024.")).to_be_visible()
    expect(decide.get_by_text(f"Rule version {load_rules()['ehc-decide-to-assess'].version}.")).to_be_visible()
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings.index("Dismissed") == headings.index("What matters now") + 1
    crisis = page.locator("#dismissed ~ div article").first
    expect(crisis.get_by_role("heading")).to_contain_text("Crisis while waiting")
    expect(crisis.get_by_text("Dismissed by worker on 2 June 2025, because: seen by <b>the ward</b>")).to_be_visible()
    no_violations(page)


def test_family_is_shown_at_both_ends_with_who_says_so(page: Page, sign_in: SignIn) -> None:
    sign_in("chair")
    page.get_by_role("link", name="Anna Example", exact=True).press("Enter")
    family = page.get_by_role("region", name="Family and home")
    row = family.get_by_role("row").nth(1)
    expect(row.get_by_role("rowheader")).to_have_text("Half-brother or half-sister")
    assert row.get_by_role("cell").all_inner_texts() == [
        "مريم الأحمد Example",
        "4 March 2019",
        "no end is known",
        "people",
    ]

    row.get_by_role("link").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("مريم الأحمد Example")
    rows = page.get_by_role("region", name="Family and home").get_by_role("row")
    expect(rows.nth(1).get_by_role("link")).to_have_text("Anna Example")
    assert rows.nth(2).get_by_role("cell").all_inner_texts() == [
        "known to people as A7",
        "not known",
        "24 December 2024",
        "people",
    ]
    no_violations(page)


def test_a_worker_of_one_child_does_not_learn_the_names_of_the_others(
    page: Page, sign_in: SignIn, address_of: Callable[[str], str]
) -> None:
    sign_in("worker")
    page.goto(address_of("local:1"))

    row = page.get_by_role("region", name="Family and home").get_by_role("row").nth(1)
    expect(row.get_by_role("cell").first).to_have_text("a child whose page you may not see")
    assert row.get_by_role("link").count() == 0
    assert "مريم" not in page.content()
    no_violations(page)


def test_extreme_children_are_shown_whole_and_run_nothing(page: Page, sign_in: SignIn) -> None:
    sign_in("chair")
    for number in range(page.locator("tbody a").count()):
        page.goto("/children")
        page.locator("tbody a").nth(number).click()
        page.wait_for_load_state()
        assert page.title() != "broken"
        fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert fits, page.title()
        no_violations(page)


def test_the_keyboard_reaches_the_content_first_and_is_never_hidden(page: Page, sign_in: SignIn) -> None:
    sign_in("chair")
    page.goto("/children")
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()


@pytest.mark.parametrize("actor", ["steward", "analyst", "administrator", "worker"])
def test_whom_the_policy_does_not_grant_children_sees_none(page: Page, sign_in: SignIn, actor: str) -> None:
    sign_in(actor)
    response = page.request.get("/children")

    assert response.status == 403
    assert "Anna" not in response.text()


def test_a_forged_form_signs_nobody_in_or_out(page: Page, sign_in: SignIn) -> None:
    assert page.request.post("/sign-in", form={"person": "chair", "form_token": "x"}).status == 403
    sign_in("chair")
    assert page.request.post("/sign-out", form={"csrf": "x"}).status == 403
    assert page.request.get("/children").status == 200


def test_pages_forbid_scripts_frames_and_caches(page: Page, sign_in: SignIn) -> None:
    sign_in("chair")
    headers = page.request.get("/children").headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"


def test_the_inbox_has_its_empty_state(page: Page, sign_in: SignIn) -> None:
    sign_in("worker")
    page.goto("/alerts")

    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    no_violations(page)
