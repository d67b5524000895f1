"""A worker writes down by keyboard alone what a child says, mends a mistake, and takes back what a wrong child is said to have said."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_identity import tab_to
from tests.browser.test_meetings import fits
from tests.browser.test_pages import SignIn
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

WORDS = "أحب الرياضيات. I like maths, and a quiet place when it is loud."


def test_a_worker_writes_down_what_a_child_says_by_keyboard_alone(
    page: Page, sign_in: SignIn, address_of: Callable[[str], str], pipe: Pipe
) -> None:
    sign_in("worker")
    page.goto(address_of("local:1"))
    tab_to(page, page.get_by_role("link", name="Write down what the child or the family says"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/voice")
    fits(page)

    tab_to(page, page.get_by_role("button", name="Write it down"))
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error: "))
    fits(page)
    tab_to(page, page.get_by_label("The child", exact=True))
    page.keyboard.press("Space")
    for label, words in (("What did they say?", WORDS), ("How or where did they say it?", "in school, by drawing")):
        tab_to(page, page.get_by_label(label))
        page.keyboard.type(words)
    tab_to(page, page.get_by_role("button", name="Write it down"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("It is written down")
    pipe.settle()

    tab_to(page, page.get_by_role("link", name="The child's page"))
    page.keyboard.press("Enter")
    expect(page.locator("#voice").get_by_text(WORDS)).to_be_visible()
    fits(page)


def test_what_was_written_down_of_the_wrong_child_is_taken_back(
    page: Page, sign_in: SignIn, address_of: Callable[[str], str], pipe: Pipe
) -> None:
    sign_in("chair")
    page.goto(f"{address_of('local:2')}/voice")
    page.get_by_label("A parent or carer").check()
    page.get_by_label("What did they say?").fill("x" * 3_000)
    page.get_by_label("How or where did they say it?").fill("by telephone")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_role("alert")).to_contain_text("It is written down")
    pipe.settle()
    page.reload()
    fits(page)

    page.get_by_role("button", name="Take it back").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("It is taken back")
    expect(page.get_by_text("x" * 3_000)).to_have_count(0)
    pipe.settle()
    page.goto(address_of("local:2"))
    expect(page.get_by_text("x" * 3_000)).to_have_count(0)
