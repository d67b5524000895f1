"""An open page of a child stays up to date by itself, keeps what somebody is at, and needs no script for anything else."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, text

from send_integration.embedded.ports import free_port
from tests.browser.conftest import TODAY, running_site
from tests.browser.test_pages import no_violations
from tests.builders import sent
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

SignIn = Callable[[str], None]
AddressOf = Callable[[str], str]
ANNA = {"local_id": "1", "given_name": "Anna", "nhs_number": "9990000018"}
TOLD = re.compile("This page was brought up to date at [0-9:]+")


def told(page: Page) -> Any:
    return page.locator("#changed")


@contextmanager
def opened(page: Page, address: str) -> Iterator[None]:
    """The page of an address, once it is told of changes."""
    with page.expect_response(re.compile("/changes/children/")):
        page.goto(address)
    yield


def excluded(pipe: Pipe, event_id: str = "x1") -> None:
    pipe.send("school", sent("school.excluded", "2025-05-20", person=ANNA, event_id=event_id))
    pipe.drain_gate(["school"])
    pipe.drain_timeline()


def test_a_committed_change_is_on_the_page_within_two_seconds_and_all_else_stays(
    page: Page, sign_in: SignIn, pipe: Pipe, address_of: AddressOf
) -> None:
    sign_in("chair")
    with opened(page, address_of("local:1")):
        pass
    page.evaluate("window.here = true")
    link = page.locator("main a[href^='/children/']").first
    link.focus()
    link.evaluate("element => element.dataset.mine = 'yes'")
    before = link.bounding_box()
    for details in page.locator("main details").all():
        details.evaluate("element => { element.open = true }")
    folds = page.locator("main details[open]").count()

    excluded(pipe)
    committed = time.monotonic()
    expect(told(page)).to_have_text(TOLD, timeout=2000)
    assert time.monotonic() - committed < 2

    assert "xcluded" in page.locator("main").inner_text()
    assert page.evaluate("window.here"), "the page was not loaded anew"
    expect(link).to_be_focused()
    assert page.locator("main details[open]").count() >= folds
    after = link.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 3, "what was in sight is where it was"
    page.evaluate("document.activeElement.blur()")  # of a link in focus axe does not see by what it stands out
    no_violations(page)


def test_what_somebody_types_is_kept_and_they_are_told(
    page: Page, sign_in: SignIn, pipe: Pipe, address_of: AddressOf
) -> None:
    sign_in("chair")
    with opened(page, address_of("local:1")):
        page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('afterbegin',"
            " '<form><label for=words>Words</label><textarea id=words></textarea></form>')"
        )
    page.locator("#words").fill("She said that")
    page.locator("body").click(position={"x": 2, "y": 2})

    excluded(pipe)

    expect(told(page)).to_contain_text("This page has changed", timeout=2000)
    assert page.locator("#words").input_value() == "She said that"
    assert page.locator("#changed").get_attribute("aria-live") == "polite"
    no_violations(page)
    page.get_by_role("link", name="Show it anew").click()
    expect(told(page)).to_be_empty()
    assert "xcluded" in page.locator("main").inner_text()


def test_a_child_who_is_no_longer_to_be_seen_is_shown_no_more_news(
    page: Page, sign_in: SignIn, engine: Engine, address_of: AddressOf
) -> None:
    sign_in("chair")
    with opened(page, address_of("local:1")):
        pass

    with engine.begin() as connection:
        connection.execute(text("UPDATE child SET restricted = true, updated_at = clock_timestamp()"))

    expect(told(page)).to_contain_text("no longer kept up to date", timeout=2000)


@pytest.fixture
def browser_page(chromium: Browser) -> Iterator[Page]:
    """A page whose console may speak: a server that is away makes it."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def enter(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in")
    page.locator("#person-chair").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: not address.endswith("/sign-in"))


def test_after_a_server_was_away_the_page_catches_up(
    browser_page: Page, engine: Engine, pipe: Pipe, address_of: AddressOf
) -> None:
    port = free_port()
    with running_site(engine, TODAY, port=port) as site:
        enter(browser_page, site)
        with opened(browser_page, site + address_of("local:1")):
            browser_page.evaluate("window.here = true")
    excluded(pipe)

    with running_site(engine, TODAY, port=port):
        expect(told(browser_page)).to_have_text(TOLD, timeout=20_000)
        assert "xcluded" in browser_page.locator("main").inner_text()
        assert browser_page.evaluate("window.here")
        excluded(pipe, "x2")
        expect(browser_page.locator("main")).to_contain_text(re.compile("xcluded.*xcluded", re.DOTALL), timeout=5000)


def test_a_page_that_nobody_looks_at_is_told_nothing_and_catches_up(
    browser_page: Page, engine: Engine, pipe: Pipe, address_of: AddressOf
) -> None:
    hide = (
        "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')) }"
    )
    with running_site(engine, TODAY) as site:
        enter(browser_page, site)
        with opened(browser_page, site + address_of("local:1")):
            pass
        browser_page.evaluate(hide, True)
        excluded(pipe)
        browser_page.wait_for_timeout(1500)  # nothing is to come: there is no condition to wait for
        expect(told(browser_page)).to_be_empty()

        browser_page.evaluate(hide, False)

        expect(told(browser_page)).to_have_text(TOLD, timeout=5000)


def test_without_a_script_the_page_is_whole(
    chromium: Browser, engine: Engine, pipe: Pipe, address_of: AddressOf
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    with running_site(engine, TODAY) as site:
        enter(page, site)
        page.goto(site + address_of("local:1"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("Anna")
        expect(told(page)).to_be_empty()
        excluded(pipe)
        page.reload()
        assert "xcluded" in page.locator("main").inner_text()
    context.close()
