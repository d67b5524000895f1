"""A worker reads and takes the family's copy, and a chair takes packs: by keyboard, at both widths, without a violation."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import few_children
from tests.browser.test_identity import tab_to
from tests.browser.test_pages import SignIn, no_violations
from tests.builders import sent
from tests.integration.filled import Fill
from tests.integration.paper import pages_of, require_press
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

ANNA = {"local_id": "1", "given_name": "Anna", "nhs_number": "9990000018"}


def heard_and_listed(engine: Engine) -> Pipe:
    """Anna has told what she thinks as well, and is on an agenda."""
    pipe = few_children(engine)
    pipe.send("panel", sent("panel.voice_recorded", "2025-05-02", event_id="v1", person=ANNA, text="I like maths."))
    pipe.send("panel", sent("panel.listed", "2025-05-02", event_id="v2", person=ANNA, meeting_on="2025-06-12"))
    pipe.drain_gate(["panel"])
    pipe.drain_timeline()
    return pipe


@pytest.fixture
def fill() -> Fill:
    return heard_and_listed


def test_a_chair_reads_the_familys_copy_puts_a_quote_in_and_takes_it(
    page: Page, sign_in: SignIn, address_of: Callable[[str], str]
) -> None:
    require_press()
    sign_in("chair")
    page.goto(address_of("nhs:9990000018"))
    tab_to(page, page.get_by_role("link", name="A copy for the family"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("A copy for Anna")
    no_violations(page)

    tab_to(page, page.get_by_role("button", name="Take the copy"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say that you have read all of it")
    no_violations(page)

    tab_to(page, page.get_by_label("Put it in"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("I have read all of it"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Take the copy"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")

    printed = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == "your-story.pdf"
    assert "I like maths." in " ".join(pages_of(printed))


def test_a_chair_takes_a_childs_pack_for_a_purpose(
    page: Page, sign_in: SignIn, address_of: Callable[[str], str]
) -> None:
    require_press()
    sign_in("chair")
    page.goto(address_of("nhs:9990000018"))
    tab_to(page, page.get_by_role("link", name="The child's pack"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Take this child's pack")
    no_violations(page)

    tab_to(page, page.get_by_label("The panel"))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("button", name="Take the pack"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")

    assert "a review of the child's plan" in " ".join(pages_of(Path(download.value.path()).read_bytes()))


def test_a_chair_takes_the_pack_from_the_meetings_page(page: Page, sign_in: SignIn) -> None:
    require_press()
    sign_in("chair")
    page.goto("/meetings/2025-06-12")
    no_violations(page)

    tab_to(page, page.get_by_role("link", name="The pack of this meeting"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")

    assert download.value.suggested_filename == "panel-pack-2025-06-12.pdf"
