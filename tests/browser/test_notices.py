"""Whoever saw what has left a timeline reads it in the inbox, and nobody else does."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from send_integration.steps import deciding
from send_integration.steps.deciding import Reviewer
from send_integration.store.sessions import Session, record
from tests.browser.test_pages import no_violations
from tests.builders import NOW, sent
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

SignIn = Callable[[str], None]
ANNA = {"local_id": "1", "given_name": "Anna", "nhs_number": "9990000018"}
TITLE = "CAMHS: crisis presentation"
REVIEWER = Reviewer(Session("steward", "data-steward", ""), NOW - timedelta(hours=1), "one birth certificate")


def child_of(pipe: Pipe, event_id: str) -> str:
    return str(pipe.ask("SELECT child_id FROM event WHERE event_id = :id", id=event_id)[0][0])


def take_back(pipe: Pipe) -> None:
    """The source takes back that Anna was in crisis."""
    pipe.send("camhs", sent("camhs.crisis_presentation", "2025-04-02", person=ANNA, event_id="x", retracts="c2"))
    pipe.settle()


def test_who_read_the_page_is_told_what_left_it_until_they_mark_it_as_read(
    page: Page, sign_in: SignIn, pipe: Pipe
) -> None:
    child = child_of(pipe, "c2")
    sign_in("chair")
    page.goto(f"/children/{child}")
    expect(page.get_by_text(TITLE).first).to_be_visible()

    take_back(pipe)
    page.goto("/alerts")
    expect(page.get_by_role("listitem").filter(has_text=TITLE)).to_contain_text("The source took it back.")
    expect(page.get_by_role("listitem").filter(has_text=TITLE)).to_contain_text("1 April 2025")
    no_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.get_by_role("button", name=f"Mark as read what changed with child {child}").press("Enter")
    page.wait_for_load_state()
    expect(page.get_by_text(TITLE)).to_have_count(0)
    looks = pipe.ask("SELECT action, child_id FROM audit WHERE actor = 'chair' AND why NOT LIKE 'shown: %' ORDER BY id")
    assert [*dict.fromkeys(looks)] == [("view-child", child), ("view-notice", child), ("read-notice", child)]


def test_what_was_added_since_the_page_was_shown_is_not_marked_as_read(page: Page, sign_in: SignIn, pipe: Pipe) -> None:
    sign_in("chair")
    page.goto(f"/children/{child_of(pipe, 'c2')}")
    take_back(pipe)
    page.goto("/alerts")

    pipe.send("camhs", sent("camhs.referred", "2025-02-04", person=ANNA, event_id="y", retracts="c1"))
    pipe.settle()
    page.get_by_role("button", name=re.compile("Mark as read")).click()
    page.wait_for_load_state()

    expect(page.get_by_role("listitem").filter(has_text="CAMHS: ")).to_have_count(2)


def test_a_notice_is_for_its_recipient_alone_and_needs_the_pages_own_form(
    page: Page, sign_in: SignIn, pipe: Pipe
) -> None:
    record(pipe.engine, REVIEWER.session, "review-identity", child_of(pipe, "c2"), allowed=True, why="test")
    take_back(pipe)
    ((notice_id,),) = pipe.ask("SELECT notice_id FROM notice WHERE recipient = 'steward'")
    address = f"/alerts/notices/{notice_id}/read"

    sign_in("member")
    assert notice_id not in page.request.get("/alerts").text()
    assert page.request.post(address, form={"csrf": "x", "entries": "1"}).status == 403
    page.goto("/alerts")
    csrf = page.locator("input[name=csrf]").first.get_attribute("value") or ""
    assert page.request.post(address, form={"csrf": csrf, "entries": "1"}).status == 404
    assert pipe.ask("SELECT read_at FROM notice WHERE notice_id = :id", id=notice_id) == [(None,)]


def test_whoever_is_told_may_read_it_whatever_their_role_and_only_that(page: Page, sign_in: SignIn, pipe: Pipe) -> None:
    sign_in("analyst")
    assert page.request.get("/alerts").status == 403

    analyst = Session("analyst", "analyst", "")
    record(pipe.engine, analyst, "review-identity", child_of(pipe, "c2"), allowed=True, why="test")
    take_back(pipe)
    page.goto("/alerts")

    expect(page.get_by_text("You reviewed the child's records.")).to_be_visible()
    expect(page.get_by_text("An entry of the timeline.")).to_be_visible()
    expect(page.get_by_text(TITLE)).to_have_count(0)
    no_violations(page)


def test_a_flag_says_on_the_page_what_a_decision_did(page: Page, sign_in: SignIn, pipe: Pipe) -> None:
    anna, other = child_of(pipe, "r1"), child_of(pipe, "n1")
    deciding.merge_children(pipe.engine, anna, other, REVIEWER)
    pipe.settle()

    sign_in("chair")
    page.goto(f"/children/{anna}")

    expect(page.get_by_text(f"Records of child {other} were joined with this child's.").first).to_be_visible()
    no_violations(page)
