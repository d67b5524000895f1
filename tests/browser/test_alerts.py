"""The inbox and an alert's page in a real browser: by keyboard, without script, on a wide screen and on a phone."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import TODAY
from tests.browser.test_pages import no_violations
from tests.integration.alerts.desk import Desk
from tests.integration.alerts.test_turns import with_an_event

pytestmark = [pytest.mark.browser, pytest.mark.integration]

SignIn = Callable[[str], None]
CHILD = "c00000000000000a"


@pytest.fixture
def desk(engine: Engine, site: str) -> Desk:
    """'worker' has an alert of every kind: to act on, passed on, put off, acted on, and one that is closed."""
    assert site
    made = Desk(engine)
    made.today = TODAY
    made.child(CHILD, "worker")
    made.worker("worker", name="Wren Example", manager_id="manager")
    made.worker("manager", name="Max Example", team="managers")
    with_an_event(made)
    made.do("UPDATE event SET child_id = :child WHERE event_id = 'e1'", child=CHILD)
    for number in range(1, 6):
        made.flag(f"f{number}", CHILD, due_on=None, stands_since=TODAY, subject=f"R{number}")
    made.sent()
    made.do("UPDATE alert SET snoozed_until = :day WHERE flag_id = 'f2'", day=TODAY + timedelta(3))
    answer = '{"what": "acknowledged", "by": "worker", "on": "2025-06-02", "why": "", "pending": true}'
    made.do("UPDATE alert SET handled = cast(:answer AS jsonb) WHERE flag_id = 'f3'", answer=answer)
    made.do("UPDATE alert SET waits_since = :day WHERE flag_id = 'f4'", day=TODAY - timedelta(30))
    made.clear(made.flag("f5", CHILD, due_on=None, stands_since=TODAY))
    made.turn(hour=11)
    return made


def fits(page: Page) -> None:
    """Nothing is wider than the screen, and no rule of accessibility is broken."""
    no_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_inbox_says_of_each_alert_how_it_stands(page: Page, sign_in: SignIn, desk: Desk) -> None:
    sign_in("worker")
    page.goto("/alerts")

    for title in ("What asks you to act", "Put off", "Acted on", "Closed: nothing need be done", "When you are away"):
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(page.get_by_text("It was passed on to Max Example")).to_be_visible()
    expect(page.get_by_text("Put off until 5 June 2025.")).to_be_visible()
    expect(page.get_by_text("Acted on by Wren Example since 2 June 2025.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text=desk.alert_id("f5", "worker"))).to_contain_text("cause is gone")
    fits(page)


def test_an_alert_is_acknowledged_in_the_inbox_by_keyboard(page: Page, sign_in: SignIn, desk: Desk) -> None:
    sign_in("worker")
    page.goto("/alerts")

    task = page.locator(f"article[aria-labelledby='{desk.alert_id('f1', 'worker')}-title']")
    task.get_by_role("button", name=re.compile("I will act on it")).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("done=acknowledged"))

    expect(page.get_by_role("alert")).to_contain_text("You act on it.")
    expect(page.get_by_role("alert")).to_be_focused()
    fits(page)


def test_every_other_answer_is_given_on_the_alerts_own_page_by_keyboard(
    page: Page, sign_in: SignIn, desk: Desk
) -> None:
    sign_in("worker")
    page.goto(f"/alerts/{desk.alert_id('f1', 'worker')}")
    fits(page)

    page.get_by_role("button", name="Put it off").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_text("Error: Give the day until which it is put off")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Give the day until which it is put off").press("Enter")
    expect(page.get_by_label("Until which day?")).to_be_focused()
    page.get_by_label("Until which day?").fill("2025-06-06")
    page.get_by_role("button", name="Put it off").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("It is put off")

    page.goto(f"/alerts/{desk.alert_id('f4', 'worker')}#hand-over")
    page.get_by_label("To whom?").select_option("manager")
    page.get_by_role("button", name="Hand it over").press("Enter")
    expect(page.get_by_text("Given to Max Example.")).to_be_visible()

    page.goto(f"/alerts/{desk.alert_id('f1', 'worker')}")
    page.get_by_label("Why does it need no action?").fill("The school knows and acts.")
    page.get_by_role("button", name="Dismiss it").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("It is dismissed")
    expect(page.locator(f"a[href='/alerts/{desk.alert_id('f1', 'worker')}']")).to_have_count(0)


def test_a_manager_sees_what_was_passed_on_and_from_whom(page: Page, sign_in: SignIn, desk: Desk) -> None:
    sign_in("manager")
    page.goto(f"/alerts/{desk.alert_id('f4', 'manager')}")

    expect(page.get_by_text("Passed on to you: Wren Example did not answer it in time.")).to_be_visible()
    fits(page)


def test_a_closed_alerts_link_says_so(page: Page, sign_in: SignIn, desk: Desk) -> None:
    sign_in("worker")
    page.goto(f"/alerts/{desk.alert_id('f5', 'worker')}")

    expect(page.get_by_text("its cause is gone")).to_be_visible()
    expect(page.get_by_role("button", name="I will act on it")).to_have_count(0)
    fits(page)


def test_a_worker_says_on_the_inbox_page_that_they_are_away(page: Page, sign_in: SignIn, desk: Desk) -> None:
    sign_in("worker")
    page.goto("/alerts")
    page.get_by_role("button", name="Say that I am away").press("Enter")
    expect(page.get_by_role("link", name="Give the first day")).to_be_visible()
    fits(page)

    page.get_by_label("I am away from").fill("2025-06-09")
    page.get_by_label("to", exact=True).fill("2025-06-13")
    page.get_by_label("Who covers for you?").select_option("manager")
    page.get_by_role("button", name="Say that I am away").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("It is noted")
    assert desk.ask("SELECT count(*) FROM outbox WHERE topic = 'send.raw.workers'") == [(1,)]
