"""A named worker's whole task by keyboard alone, on a wide screen and on a phone: see, take on, put off, hand over, dismiss."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from send_integration.contracts.event import EventKey
from tests.browser.conftest import LONG, RIGHT_TO_LEFT, TODAY
from tests.browser.test_alerts import fits
from tests.browser.test_identity import tab_to
from tests.integration.alerts.desk import Desk
from tests.integration.alerts.test_turns import with_an_event

pytestmark = [pytest.mark.browser, pytest.mark.integration]

SignIn = Callable[[str], None]
ANNA, NOOR, MAX = "c00000000000000a", "c00000000000000b", "c00000000000000d"


@pytest.fixture
def desk(engine: Engine, site: str) -> Desk:
    """'worker' has a child with four alerts, one with a name from right to left and nothing to do, and one with a very long
    name; a colleague is there to take something over."""
    assert site
    made = Desk(engine)
    made.today = TODAY
    made.worker("worker", name="Wren Example")
    made.worker("colleague", name="Coe Example")
    for child, given_name in ((ANNA, "Wilhelmina"), (NOOR, RIGHT_TO_LEFT), (MAX, LONG.strip()[:190])):
        made.child(child, "worker")
        made.do("UPDATE child SET given_name = :name WHERE child_id = :child", name=given_name, child=child)
    with_an_event(made)
    made.do("UPDATE event SET child_id = :child WHERE event_id = 'e1'", child=ANNA)
    made.do(
        "INSERT INTO event (source, event_id, child_id, decision, recorded_at, body, shown_since) SELECT source || '-2',"
        " event_id, :child, decision, recorded_at, body, shown_since FROM event WHERE event_id = 'e1'",
        child=MAX,
    )
    made.flag("late", ANNA, due_on=TODAY - timedelta(12), stands_since=TODAY, rule="ehc-final-plan")
    made.flag("soon", ANNA, due_on=TODAY + timedelta(3), stands_since=TODAY, level="watch", rule="ehc-draft-plan")
    made.flag("risk", ANNA, due_on=None, stands_since=TODAY, level="raise", rule="hidden-wait")
    of_max = (EventKey("urn:send:a-2", "e1"),)
    made.flag("watch", MAX, due_on=None, stands_since=TODAY, level="watch", rule="early-annual-review", evidence=of_max)
    return made


def act(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^I will act on it\W+{name}", re.IGNORECASE))


def test_a_worker_goes_through_their_day_by_keyboard_alone(page: Page, sign_in: SignIn, desk: Desk) -> None:
    sign_in("worker")
    expect(page).to_have_url(re.compile("/me$"))
    expect(page.get_by_text("4 alerts ask you to act")).to_be_visible()
    fits(page)

    tab_to(page, act(page, "ehc final plan"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("You act on it.")
    expect(page.get_by_text("3 alerts ask you to act")).to_be_visible()
    fits(page)

    tab_to(page, page.get_by_role("link", name=re.compile(r"^Put off\W+ehc draft plan", re.IGNORECASE)))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Until which day?"))
    page.keyboard.type("06042025")  # month, day and year, as this browser's language has it
    tab_to(page, page.get_by_role("button", name="Put it off"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("It is put off")
    expect(page).to_have_url(re.compile("/me"))

    tab_to(page, page.get_by_role("link", name=re.compile(r"^Hand over\W+hidden wait", re.IGNORECASE)))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("To whom?"))
    page.keyboard.type("Coe")
    tab_to(page, page.get_by_role("button", name="Hand it over"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("It is your colleague's")

    tab_to(page, page.get_by_role("link", name=re.compile(r"^Dismiss\W+early annual review", re.IGNORECASE)))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Why does it need no action?"))
    page.keyboard.type("The school called the review already")
    tab_to(page, page.get_by_role("button", name="Dismiss it"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("It is dismissed")
    fits(page)

    tab_to(page, page.get_by_role("link", name=re.compile("team's inbox, what you put off")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Acted on", exact=True)).to_be_visible()
    expect(page.get_by_text("Acted on by Wren Example since 2 June 2025.")).to_be_visible()
    expect(page.get_by_text("Put off until 4 June 2025.")).to_be_visible()
    expect(page.get_by_text("Given to Coe Example.")).to_be_visible()
    fits(page)
    assert desk.ask("SELECT count(*) FROM alert WHERE handled ->> 'what' = 'dismissed'") == [(1,)]


def test_children_of_every_kind_stand_whole_on_the_page(page: Page, sign_in: SignIn, desk: Desk) -> None:
    sign_in("worker")

    own = page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=3))
    expect(own.filter(has_text="Wilhelmina Example").first).to_contain_text("EHC final plan, 12 days late")
    expect(own.filter(has_text=RIGHT_TO_LEFT)).to_contain_text("Nothing is missed, due soon or at risk.")
    expect(own.filter(has_text="Maximiliana")).to_contain_text("Early annual review")
    fits(page)


def test_whoever_has_no_child_and_no_alert_reads_why(page: Page, sign_in: SignIn) -> None:
    sign_in("camhs-w0")

    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    expect(page.get_by_text("You hold no role for a child.")).to_be_visible()
    fits(page)


def test_at_four_hundred_percent_nothing_is_cut_off(page: Page, sign_in: SignIn, desk: Desk) -> None:
    """A screen of 1280 pixels at 400% is one of 320."""
    page.set_viewport_size({"width": 320, "height": 256})
    sign_in("worker")

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tab_to(page, act(page, "ehc final plan"))
