"""The measures over time, read by keyboard, on a phone, with axe: of an authority with many children and of one with few."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import running_site
from tests.browser.test_identity import tab_to
from tests.browser.test_pages import SignIn, no_violations
from tests.integration.web.measured import AS_AT, measured

pytestmark = [pytest.mark.browser, pytest.mark.integration]


@pytest.fixture
def fill() -> None:
    """Nothing is told yet."""


@pytest.fixture
def site(engine: Engine) -> Iterator[str]:
    """A site on a database in which nothing was told yet."""
    with running_site(engine, AS_AT) as address:
        yield address


def test_the_measures_are_read_by_keyboard_and_are_the_same_as_a_table(
    page: Page, sign_in: SignIn, engine: Engine
) -> None:
    reflows = _reflows(page)
    sign_in("analyst")
    page.goto("/measures")
    expect(page.get_by_text("There are no figures yet.")).to_be_visible()
    no_violations(page)

    measured(engine, 8)
    page.goto("/measures")
    expect(page.get_by_text("Too few to show in any period").first).to_be_visible()
    expect(page.locator(".send-chart")).to_have_count(0)
    no_violations(page)

    measured(engine, 300)
    page.goto("/measures")
    for summary in page.locator("summary").all():
        tab_to(page, summary)
        page.keyboard.press("Enter")
    section = page.locator("section").filter(has=page.locator("#decisions-in-6-weeks"))
    cells = section.get_by_role("table").locator("td").all_inner_texts()
    drawn = section.locator(".send-chart__value").all_text_contents()
    assert len(drawn) == 8
    assert [_drawn(cell) for cell in cells] == drawn
    assert section.locator("rect").count() == len([words for words in drawn if words != "c"]) > 4
    no_violations(page)
    assert reflows()

    with page.expect_download() as download:
        section.get_by_role("link", name="Download it").click()
    assert download.value.suggested_filename == "decisions-in-6-weeks.csv"


def _drawn(cell: str) -> str:
    """What a chart has for a cell of the table: the percentage without its decimal."""
    value = cell.split(maxsplit=1)[0]
    return value if value == "c" else f"{float(value.rstrip('%')):.0f}"


def _reflows(page: Page) -> Callable[[], bool]:
    size = page.viewport_size
    assert size is not None

    def check() -> bool:
        fits = []
        for width in {size["width"], 640, 320}:
            page.set_viewport_size({"width": width, "height": size["height"]})
            fits.append(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
        page.set_viewport_size(size)
        return all(fits)

    return check
