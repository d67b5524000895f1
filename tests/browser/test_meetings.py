"""The panel's whole task in a real browser: open a meeting, list, attend, decide, correct, and read it again later."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from send_integration.steps.panel_acts import conclude
from send_integration.steps.panel_drafts import Conclusion, DecisionDraft
from send_integration.store.panel import seen_of
from send_integration.store.sessions import Session
from send_integration.when.london import london_midnight
from tests.browser.conftest import TODAY, few_children
from tests.browser.test_identity import tab_to
from tests.browser.test_pages import SignIn, no_violations
from tests.builders import sent
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

NEXT = TODAY + timedelta(28)
WORDS = "I want to be with my friends, and a quiet place when it is loud."


def fits(page: Page) -> None:
    """Nothing is wider than the screen, at this width and at 400 % zoom, and no rule of accessibility is broken."""
    no_violations(page)
    size = page.viewport_size
    assert size is not None
    for width in (size["width"], 320):
        page.set_viewport_size({"width": width, "height": size["height"]})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, width)
    page.set_viewport_size(size)


def type_into(page: Page, label: str, words: str) -> None:
    """Go to a field by Tab alone and type."""
    tab_to(page, page.get_by_label(label, exact=True).first)
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def open_meeting(page: Page, day: str) -> None:
    page.goto("/meetings")
    if page.locator("details#open").get_attribute("open") is None:
        page.locator("summary").filter(has_text="Open a new meeting").press("Enter")
    page.get_by_label("On which day?").fill(day)
    for label, name in (("chair", "Cass Example"), ("education", "Ed Example"), ("health", "Hel Example")):
        page.get_by_label(re.compile(f"(takes the|sits for) {label}")).fill(name)
    page.get_by_label("Who sits for social care?").fill("Car Example")
    page.get_by_role("button", name="Open the meeting").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The meeting is open")


def list_child(page: Page, address: str, reason: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="List for the panel").press("Enter")
    page.get_by_label("Why should the panel talk about this child?").fill(reason)
    page.get_by_role("button", name="List for the panel").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The child is listed")


def attend(page: Page) -> None:
    """Everybody is there, and somebody for the family."""
    for radio in page.get_by_label("Present", exact=True).all():
        radio.check()
    page.get_by_label("Name", exact=True).fill("Fay Example")
    page.get_by_label("For whom?").select_option("family")
    page.get_by_role("button", name="Save who is here").press("Enter")
    expect(page.get_by_text("Quorum: met.")).to_be_visible()
    fits(page)


def fill_wrongly(page: Page) -> None:
    """The form with a mistake in each part, one action more than it had rows for."""
    page.get_by_label("Who else is here?").fill("Mrs Example, mother")
    page.get_by_label("Fund it jointly").check()
    page.get_by_label("Why?", exact=True).fill("Needs meet in all three sectors.")
    page.get_by_label("Education", exact=True).fill("50")
    page.get_by_label("Health", exact=True).fill("30")
    page.get_by_label("Social care", exact=True).fill("10")
    page.get_by_label("What", exact=True).first.fill("Ring the school")
    page.get_by_role("button", name="Add another action").press("Enter")
    expect(page.get_by_role("group", name="Action 3")).to_be_visible()
    expect(page.get_by_label("What", exact=True).last).to_be_focused()
    expect(page.get_by_label("Why?", exact=True)).to_have_value("Needs meet in all three sectors.")
    page.get_by_role("button", name="Record the decision").last.press("Enter")


def mend(page: Page) -> None:
    """Each mistake is told at the top and at its field, what was typed is kept, and is put right."""
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    for words_of_fault in (
        "Say whether the decision follows what the child or family said",
        "The shares must come to 100 per cent; they come to 90",
        "Say who does action 1",
        "Say by when action 1 is done",
        "Choose on what basis this is shared",
    ):
        expect(summary.get_by_role("link", name=words_of_fault)).to_be_visible()
    fits(page)
    summary.get_by_role("link", name=re.compile("The shares must")).press("Enter")
    expect(page.get_by_label("Education", exact=True)).to_be_focused()
    expect(page.get_by_label("Education", exact=True)).to_have_value("50")
    page.get_by_label("Social care", exact=True).fill("20")
    page.get_by_label("In part").check()
    page.get_by_label("Who", exact=True).first.fill("Ed Example")
    page.get_by_label("By when").first.fill("2025-06-20")
    page.get_by_label(re.compile("Our public task")).check()
    page.get_by_role("button", name="Record the decision").last.press("Enter")


def correct(page: Page) -> None:
    """Say the reason anew."""
    page.get_by_role("link", name="Correct a mistake in it").press("Enter")
    expect(page.get_by_label("Fund it jointly")).to_be_checked()
    fits(page)
    page.get_by_label("Why?", exact=True).fill("Needs meet in two sectors.")
    page.get_by_role("button", name="Record it as a correction").last.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The decision is corrected")


def open_later(page: Page, pipe: Pipe) -> None:
    """Something new has come: the decision tells it, and what it replaced."""
    person = {"local_id": "1", "given_name": "Anna", "nhs_number": "9990000018"}
    pipe.send("camhs", sent("camhs.triaged", "2025-06-02", person=person, event_id="c3"))
    pipe.settle()
    page.reload()
    expect(page.get_by_role("heading", name="What it replaced")).to_be_visible()
    expect(page.get_by_text("Needs meet in all three sectors.")).to_be_visible()
    expect(
        page.get_by_role("listitem").filter(has_text="New entry, 2 June 2025: CAMHS: triaged, accepted")
    ).to_be_visible()
    expect(page.locator(".send-since").get_by_text("Panel:")).to_have_count(0)  # what it said itself is no news
    page.get_by_role("button", name="It is done").press("Enter")
    expect(page.get_by_text("Said to be done")).to_be_visible()
    fits(page)


def anna_was_heard(engine: Engine) -> Pipe:
    """Anna has told what she thinks as well, and everything has come to its end."""
    pipe = few_children(engine)
    person = {"local_id": "1", "given_name": "Anna", "nhs_number": "9990000018"}
    pipe.send("panel", sent("panel.voice_recorded", "2025-05-20", person=person, event_id="v1", text=WORDS))
    pipe.settle()
    return pipe


@pytest.fixture
def fill() -> Fill:
    return anna_was_heard


def test_a_chair_opens_lists_attends_decides_corrects_and_sees_later_what_changed(
    page: Page, sign_in: SignIn, pipe: Pipe, address_of: Callable[[str], str]
) -> None:
    anna = address_of("local:1")
    sign_in("chair")
    open_meeting(page, NEXT.isoformat())
    open_meeting(page, TODAY.isoformat())
    expect(page.get_by_text("No quorum: nobody is marked present for the chair, education, health")).to_be_visible()
    fits(page)
    list_child(page, anna, "Crisis while waiting, and no plan")
    for other in ("local:2", "local:3", "local:4"):
        list_child(page, address_of(other), "Three services, no lead")
    expect(page.get_by_text("On its way to the timeline.")).to_have_count(4)
    fits(page)

    attend(page)
    item = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="Anna Example", exact=True))
    item.get_by_role("button", name="Move down").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The order is changed")
    item.get_by_role("link", name="Decide").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anna Example")
    words = page.get_by_role("region", name="What they said", exact=True)
    heading = page.get_by_role("heading", name="What matters now")
    expect(words).to_contain_text(WORDS)
    assert words.bounding_box()["y"] < heading.bounding_box()["y"]  # type: ignore[index]
    expect(page.get_by_role("region", name="What they said, again")).to_contain_text(WORDS)
    fits(page)

    fill_wrongly(page)
    mend(page)
    expect(page.get_by_role("alert")).to_contain_text("The decision is recorded")
    expect(item).to_contain_text("Decided: fund it jointly")
    expect(item).to_contain_text("On its way to the timeline")
    fits(page)

    pipe.settle()
    page.reload()
    expect(item).not_to_contain_text("On its way to the timeline")
    item.get_by_role("link", name="The decision").press("Enter")
    fits(page)
    correct(page)
    open_later(page, pipe)


def test_a_child_is_decided_on_by_keyboard_alone(
    page: Page, sign_in: SignIn, pipe: Pipe, address_of: Callable[[str], str]
) -> None:
    sign_in("chair")
    open_meeting(page, TODAY.isoformat())
    list_child(page, address_of("local:1"), "Crisis while waiting, and no plan")
    tab_to(page, page.get_by_role("link", name="Decide"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/children/*")

    type_into(page, "Who else is here?", "Mrs Example, mother")
    tab_to(page, page.get_by_label("Agree support"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Refer to another service")).to_be_checked()
    type_into(page, "Why?", "Nobody has seen the child since the crisis.")
    tab_to(page, page.get_by_label("Yes", exact=True))
    page.keyboard.press("Space")
    for label, words in (("What", "Ring the clinic"), ("Who", "Hel Example")):
        type_into(page, label, words)
    tab_to(page, page.get_by_label("By when").first)
    page.keyboard.type("06202025")
    tab_to(
        page, page.get_by_label(re.compile("Safeguarding")).or_(page.get_by_label(re.compile("Our public task"))).first
    )
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Record the decision").last)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The decision is recorded")
    expect(page.get_by_role("alert")).to_be_focused()
    assert pipe.ask("SELECT what FROM panel_word ORDER BY said_at, event_id") != []


def test_who_decides_second_has_both_on_the_screen_and_chooses(
    page: Page, sign_in: SignIn, pipe: Pipe, address_of: Callable[[str], str]
) -> None:
    anna = address_of("local:1").rpartition("/")[2]
    sign_in("chair")
    open_meeting(page, TODAY.isoformat())
    list_child(page, f"/children/{anna}", "Crisis while waiting, and no plan")
    pipe.settle()
    page.goto(f"/meetings/{TODAY}/children/{anna}")
    page.get_by_label("Escalate").check()
    page.get_by_label("Why?", exact=True).fill("It is worse than that.")
    page.get_by_label("Who else is here?").fill("Mrs Example, mother")
    page.get_by_label("No", exact=True).check()
    page.get_by_label(re.compile("Our public task")).check()
    draft = DecisionDraft(
        TODAY, "refer", "The clinic can see the child this week.", voice_followed="yes", basis="public-task"
    )
    seen = seen_of(pipe.engine, [anna]).get(anna)
    assert seen is not None
    member = Session("member", "panel-member", "")
    conclude(pipe.engine, anna, member, Conclusion(draft), seen, london_midnight(TODAY))
    pipe.settle()

    page.get_by_role("button", name="Record the decision").last.press("Enter")
    both = page.get_by_role("alert")
    expect(both).to_be_focused()
    expect(both.get_by_role("region", name="What member recorded")).to_contain_text(
        "The clinic can see the child this week."
    )
    expect(both.get_by_role("region", name="What you wrote")).to_contain_text("It is worse than that.")
    fits(page)
    page.get_by_role("button", name="Record it as a correction").last.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The decision is corrected")
    expect(page.get_by_role("heading", level=1)).to_have_text("Escalate, decided on 2 June 2025")
