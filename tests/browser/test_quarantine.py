"""A data steward's task on quarantine in a real browser: by keyboard alone, on a phone, at 400 % zoom, with axe."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import LONG, RIGHT_TO_LEFT, SCRIPT
from tests.browser.test_identity import click, send_form, tab_to
from tests.browser.test_pages import SignIn, no_violations
from tests.builders import sent
from tests.integration.families import ANNA, child_of, settle, town_with_a_held_record
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

WRONG = {**ANNA, "nhs_number": "9990000019"}
MANY = 30


def town_with_much_refused(engine: Engine) -> Pipe:
    """A town, many items with a wrong number, and bytes that try to break the page."""
    made = town_with_a_held_record(engine)
    origin = (("origin", b'{"file": "march.csv", "line": 7}'),)
    for number in range(MANY):
        raw = sent("school.suspended", "2025-05-01", event_id=f"x{number}", source="urn:send:schools", person=WRONG)
        made.send("school", raw, headers=origin)
    made.send("school", f'{{"source": "{SCRIPT}", "id": "{LONG}{RIGHT_TO_LEFT}"}}'.encode() + b"\xff" * 300)
    made.send("camhs", sent("camhs.referred", "2025-05-01", event_id="z", source=f"urn:send:{'x' * 150}", person=WRONG))
    settle(made)
    return made


@pytest.fixture
def fill() -> Fill:
    return town_with_much_refused


def open_group(page: Page) -> None:
    page.goto("/quarantine")
    page.get_by_role("row").filter(has_text="schools").get_by_role(
        "link", name="The NHS number is not ten digits"
    ).click()


def test_a_steward_finds_reads_replays_and_discards_by_keyboard_alone(page: Page, sign_in: SignIn, pipe: Pipe) -> None:
    sign_in("steward")
    page.goto("/quarantine")
    expect(page.get_by_role("heading", level=1)).to_have_text("What was not let in")
    row = page.get_by_role("row").filter(has_text="schools").filter(has_text="The NHS number is not ten digits")
    expect(row).to_contain_text("Correct the NHS number, or leave it out until it is known")
    tab_to(page, row.get_by_role("link"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "The NHS number is not ten digits with a right check digit."
    )
    tab_to(page, page.get_by_role("link", name="Item").first)
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text('"9990000019"')

    send_form(page, "What was mended?", "the check of numbers", "Replay the item")
    expect(page.get_by_role("alert")).to_contain_text("The item is replayed.")
    settle(pipe)
    page.reload()
    expect(page.get_by_role("listitem").filter(has_text="Refused again")).to_be_visible()

    send_form(page, "Why should it never come in?", "a test file", "Discard the item")
    expect(page.get_by_role("alert")).to_contain_text("The item is discarded.")
    expect(page.get_by_role("button", name="Replay the item")).to_be_visible()


def test_a_whole_group_is_discarded_after_a_look_at_how_many(page: Page, sign_in: SignIn) -> None:
    sign_in("manager")
    open_group(page)
    click(page, f"Discard all {MANY}")
    expect(page.get_by_role("alert")).to_contain_text("Give the reason")
    no_violations(page)
    page.get_by_label("Why should it never come in?").fill("a test file")
    click(page, f"Discard all {MANY}")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Discard {MANY} items?")
    no_violations(page)
    click(page, f"Discard {MANY} items")
    expect(page.get_by_role("alert")).to_contain_text(f"{MANY} items were discarded.")
    expect(page.get_by_role("row").filter(has_text="march.csv")).to_have_count(0)


def test_every_page_passes_axe_and_reflows_whatever_was_sent(page: Page, sign_in: SignIn, engine: Engine) -> None:
    sign_in("manager")
    size = page.viewport_size
    assert size is not None
    page.goto("/quarantine")
    groups = [link.get_attribute("href") or "" for link in page.get_by_role("table").get_by_role("link").all()]
    assert len(groups) >= 4
    addresses = ["/quarantine", *groups, f"{groups[0]}?page=2"]
    for group in groups:
        page.goto(group)
        addresses.append(page.get_by_role("link", name="Item").first.get_attribute("href") or "")
    addresses.append(f"/children/{child_of(engine, 'Anna', 'Kowalska')}")

    for address in addresses:
        page.goto(address)
        assert "broken" not in page.title(), "what was sent ran as a script"
        no_violations(page)
        for width in {size["width"], 700, 320}:  # 320 is 1280 at 400 % zoom
            page.set_viewport_size({"width": width, "height": size["height"]})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)
        page.set_viewport_size(size)


def test_a_childs_page_says_what_awaits_checks(page: Page, sign_in: SignIn, engine: Engine) -> None:
    sign_in("chair")
    page.goto(f"/children/{child_of(engine, 'Anna', 'Kowalska')}")

    expect(page.get_by_text(f"Awaiting checks: {MANY} items from schools, since")).to_be_visible()
    expect(page.get_by_role("link", name="Quarantine")).to_have_count(0)
