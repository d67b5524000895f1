"""A data steward finds the feed that needs them, sees why, pauses and resumes it; by keyboard alone, on a phone, with axe."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from send_integration.alerts.letters import Letter
from send_integration.channels.smtp import Smtp
from send_integration.embedded.ports import free_port
from send_integration.steps.delivering import Deliverer
from send_integration.steps.feeds import pause_feed
from send_integration.store.deliveries import Delivery, add_deliveries
from send_integration.store.sessions import Session
from tests.browser.test_identity import send_form, tab_to
from tests.browser.test_pages import SignIn, no_violations
from tests.builders import sent
from tests.integration.families import ANNA, TODAY, settle, town
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

WRONG = {**ANNA, "nhs_number": "9990000019"}
LONG_NAME = f"urn:send:{'hospital' * 20}"


def troubled_feeds(engine: Engine) -> Pipe:
    """A town; a feed of which many are refused, over some weeks; an agency with a very long name; a feed that is paused; a channel that is dead."""
    made = town(engine)
    now = made.now
    for back in (40, 20, 3, 0):
        made.now = now - timedelta(days=back)
        for number in range(25):
            name = f"{back} {number}"
            person = WRONG if number % 2 else ANNA
            source = LONG_NAME if number % 5 == 0 else "urn:send:luton:camhs"
            made.send("camhs", sent("camhs.referred", "2025-05-01", event_id=name, source=source, person=person))
        settle(made)
    pause_feed(engine, "support", Session("sam", "data-steward", ""), why="w" * 190, now=now)
    deliverer = Deliverer(engine, [Smtp(f"127.0.0.1:{free_port()}", "send@example.org", "")])
    with engine.begin() as connection:
        add_deliveries(connection, [Delivery("n1", "w@example.org", Letter("", "", "/"))], now)
    for minutes in (0, 3):
        deliverer.deliver(TODAY, now + timedelta(minutes=minutes), 50)
    return made


@pytest.fixture
def fill() -> Fill:
    return troubled_feeds


def test_a_steward_finds_the_feed_pauses_and_resumes_it_by_keyboard_alone(page: Page, sign_in: SignIn) -> None:
    sign_in("steward")
    page.goto("/feeds")
    expect(page.get_by_text("2 of 12 feeds need you: Support and CAMHS.")).to_be_visible()
    expect(page.get_by_text("The mail server has taken no message since")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="CAMHS").filter(has_text="much refused")
    expect(row).to_contain_text("Look at the commonest reason, and tell its sender.")
    tab_to(page, row.get_by_role("link"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("CAMHS")

    summary = page.locator("summary").filter(has_text="Pause this feed")
    tab_to(page, summary)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Pause the feed"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Give the reason")
    expect(page.get_by_label("Why must it wait?")).to_be_visible()
    no_violations(page)
    send_form(page, "Why must it wait?", "half came without a number", "Pause the feed")
    expect(page.get_by_role("alert")).to_contain_text("The feed is paused.")
    no_violations(page)

    send_form(page, "Why can it go on?", "they sent it again", "Resume the feed")
    expect(page.get_by_role("alert")).to_contain_text("The feed is resumed.")
    history = page.get_by_role("listitem").filter(has_text="half came without a number")
    expect(history).to_contain_text("Paused by steward")


def test_every_page_on_feeds_passes_axe_and_reflows(page: Page, sign_in: SignIn) -> None:
    sign_in("manager")
    size = page.viewport_size
    assert size is not None
    page.goto("/feeds/scorecard")
    cards = [link.get_attribute("href") or "" for link in page.get_by_role("table").get_by_role("link").all()]
    assert len(cards) >= 3

    for address in ["/feeds", "/feeds/camhs", "/feeds/support", "/feeds/panel", "/feeds/scorecard?months=12", *cards]:
        page.goto(address)
        for summary in page.locator("summary").all():
            summary.click()
        no_violations(page)
        for width in {size["width"], 700, 640, 320}:  # 640 is 1280 at 200 % zoom, 320 at 400 %
            page.set_viewport_size({"width": width, "height": size["height"]})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)
        page.set_viewport_size(size)


def test_the_manager_of_an_agency_is_led_to_its_own_score(page: Page, sign_in: SignIn) -> None:
    sign_in("agency")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your agency's scorecard")
    page.get_by_role("link", name="CAMHS").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CAMHS")
    expect(page.get_by_role("link", name="Quarantine")).to_have_count(0)
    no_violations(page)


def test_the_drawing_says_nothing_that_the_table_does_not(page: Page, sign_in: SignIn) -> None:
    sign_in("steward")
    page.goto("/feeds/camhs")
    page.locator("summary").filter(has_text="The same as a table").click()
    table = page.get_by_role("table", name="What came on each of the last 14 days")
    came = [int(cell.inner_text()) for cell in table.locator('td[data-label="Came"]').all()]
    heights = [
        float(bar.get_attribute("height") or 0) for bar in page.locator(".send-volumes--wide .send-bar__for").all()
    ]

    assert [count for count in reversed(came) if count] == [25, 27]
    assert heights == [round(60 * 25 / 27, 1), 60.0]
