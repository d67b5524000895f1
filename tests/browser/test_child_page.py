"""A child's page in a real browser: by keyboard, on a phone, magnified, in forced colours, and for extreme children."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from send_integration.steps.catalogue import load_rules
from send_integration.store.engine import open_database
from tests.browser.child_stories import NOW, TODAY, WORDS, story
from tests.browser.conftest import running_site
from tests.browser.test_pages import no_violations
from tests.integration.databases import a_database
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

SignIn = Callable[[str], None]
AddressOf = Callable[[str], str]


@pytest.fixture(scope="module")
def engine(server: str) -> Iterator[Engine]:
    """A database with the children of `child_stories`, once for all: no test here changes anything of them."""
    with a_database(server, "ready") as address:
        made = open_database(address)
        pipe = Pipe(made, load_rules(), TODAY, now=NOW)
        for feed, raw in story():
            pipe.send(feed, raw)
        pipe.drain_gate(sorted({feed for feed, _ in story()}))
        pipe.drain_timeline()
        yield made
        made.dispose()


@pytest.fixture(scope="module")
def site(engine: Engine) -> Iterator[str]:
    """The address of a running site with those children."""
    with running_site(engine, TODAY) as address:
        yield address


CHILDREN = ("1", "2", "3", "4")
"""An ordinary hard story, hardly anything with a long name, 300 events with a name from right to left, and a hostile name."""

FITS = "document.documentElement.scrollWidth <= window.innerWidth"


@contextmanager
def opened(chromium: Browser, site: str, width: int, height: int, **options: Any) -> Iterator[Page]:
    """A page of the panel's chair in a window of its own."""
    context = chromium.new_context(viewport={"width": width, "height": height}, base_url=site, **options)
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("#person-chair").press("Enter")
    page.wait_for_url(lambda address: not address.endswith("/sign-in"))
    yield page
    context.close()


def test_the_page_says_first_who_it_is_and_what_the_child_says(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in("chair")
    page.goto(address_of("local:1"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Ellis Marlowe")
    facts = page.locator(".send-who")
    for words in ("Likes to be called", "Elli", "13", "Year 9", "URN 109456"):
        expect(facts).to_contain_text(words)
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings[:4] == ["What Elli says", "What matters now", "Who works with Elli", "The years at a glance"]
    voice = page.get_by_role("region", name="What Elli says")
    expect(voice.locator("blockquote").first).to_have_text(WORDS)
    expect(voice).to_contain_text("30 September 2026, 7 weeks ago")
    expect(voice).to_contain_text("Nobody has written down what the parents and carers want in 3 years and 2 months")
    no_violations(page)


def test_a_flag_and_its_evidence_lead_to_each_other_and_its_number_is_in_the_picture(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in("chair")
    page.goto(address_of("local:1"))
    flag = page.get_by_role("article").filter(has_text="Exclusion risk")
    number = (flag.get_attribute("id") or "").removeprefix("flag-")
    flag.get_by_role("link", name="School: suspended, 12 October 2026").press("Enter")

    entry = page.locator("li:target")
    expect(entry).to_contain_text("12 October 2026")
    entry.get_by_role("link", name=f"Flag {number}", exact=True).press("Enter")
    expect(page.locator("article:target")).to_contain_text("Exclusion risk")
    drawing = page.locator("svg.send-lanes:visible")
    assert any(number in words.split(",") for words in drawing.locator(".send-lanes__text--number").all_text_contents())


def test_the_picture_is_hidden_from_a_screen_reader_and_the_table_says_the_same(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in("chair")
    page.goto(address_of("local:1"))

    expect(page.locator("svg.send-lanes:visible")).to_have_count(1)
    expect(page.locator("svg.send-lanes:visible")).to_have_attribute("aria-hidden", "true")
    expect(page.locator("figcaption")).to_contain_text("The table below tells the same")
    page.locator("summary", has_text="See the picture as a table").press("Enter")
    table = page.get_by_role("table", name="The picture of the years as a table")
    expect(table).to_be_visible()
    for label in page.locator("svg.send-lanes:visible .send-lanes__text--late").all_text_contents():
        name, late = label.split(", ")
        row = table.get_by_role("row").filter(has=page.get_by_text(name, exact=True)).filter(has_text=late)
        assert row.count() >= 1, label
    no_violations(page)


def test_the_filter_is_used_by_keyboard_and_says_how_much_it_leaves(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in("chair")
    page.goto(address_of("local:1"))
    page.locator("summary", has_text="Search, filter, or look at another day").press("Enter")
    page.get_by_label("Words").fill("sleep")
    page.get_by_label("Words").press("Enter")

    page.wait_for_url(lambda address: "q=sleep" in address)
    expect(page.get_by_text("Showing 1 of")).to_be_visible()
    expect(page.locator(".send-timeline__entry")).to_have_count(1)
    expect(page.locator(".send-timeline__note")).to_contain_text("Mother reports broken sleep.")
    flag = page.get_by_role("article").filter(has_text="Exclusion risk")
    flag.get_by_role("link", name="School: suspended, 12 October 2026").press("Enter")
    page.wait_for_url(lambda address: "q=" not in address)
    expect(page.locator("li:target")).to_contain_text("12 October 2026")
    no_violations(page)


def test_another_day_says_loudly_that_it_is_not_today_and_leads_back(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in("chair")
    page.goto(f"{address_of('local:1')}?known_on=2025-07-01")

    loud = page.get_by_role("region", name="Not today: 1 July 2025, as it was known on 1 July 2025")
    expect(loud).to_be_visible()
    assert page.locator("main > *").first.get_attribute("class") == "send-past"
    expect(page.locator(".send-who")).to_contain_text("Year 7")
    expect(page.locator("main")).not_to_contain_text(WORDS)
    no_violations(page)
    loud.get_by_role("link", name="Back to today").press("Enter")
    expect(page.get_by_role("region", name="Not today")).to_have_count(0)


def test_a_day_that_is_none_is_said_first_and_at_its_field(page: Page, sign_in: SignIn, address_of: AddressOf) -> None:
    sign_in("chair")
    page.goto(f"{address_of('local:1')}?as_at=27/03/2025&q={'x' * 101}")

    expect(page.get_by_role("alert")).to_be_focused()
    assert page.title().startswith("Error: ")
    page.get_by_role("link", name="As at: write the day").press("Enter")
    expect(page.get_by_label("As at", exact=True)).to_be_focused()
    expect(page.get_by_label("Words")).to_have_value("x" * 101)
    no_violations(page)


@pytest.mark.parametrize("child", CHILDREN)
def test_extreme_children_fit_and_break_no_rule(page: Page, sign_in: SignIn, address_of: AddressOf, child: str) -> None:
    sign_in("chair")
    for asked in ("", "?as_at=2026-02-02") if child == "1" else ("",):
        page.goto(address_of(f"local:{child}") + asked)
        for details in page.locator("details").all():
            details.evaluate("one => one.open = true")
        assert page.evaluate(FITS)
        assert page.title() != "broken"
        no_violations(page)


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256)], ids=["narrow", "magnified four times"])
def test_it_fits_the_narrowest_page_and_a_page_magnified_four_times(
    chromium: Browser, site: str, address_of: AddressOf, width: int, height: int
) -> None:
    with opened(chromium, site, width, height) as page:
        for child in CHILDREN:
            page.goto(address_of(f"local:{child}"))
            for details in page.locator("details").all():
                details.evaluate("one => one.open = true")
            assert page.evaluate(FITS), child
            drawing = page.locator("svg.send-lanes:visible").bounding_box()
            assert drawing is not None
            assert drawing["x"] >= 0
            assert drawing["x"] + drawing["width"] <= width


HIDDEN = """() => {
  const found = document.activeElement, box = found.getClientRects()[0];
  if (found === document.body) return null;
  if (!box || box.bottom <= 0 || box.top >= innerHeight) return found.outerHTML.slice(0, 80) + " is off the screen";
  const x = Math.min(Math.max(box.x + Math.min(box.width, 12) / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max(box.y + box.height / 2, 1), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  return top && (found.contains(top) || top.contains(found)) ? "" : found.outerHTML.slice(0, 80) + " is covered";
}"""


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (320, 256)], ids=["wide", "magnified four times"])
def test_the_keyboard_reaches_everything_and_what_has_the_focus_is_never_hidden(
    chromium: Browser, site: str, address_of: AddressOf, width: int, height: int
) -> None:
    with opened(chromium, site, width, height) as page:
        page.goto(address_of("local:1"))
        reachable = page.evaluate(
            "[...document.querySelectorAll('a[href], button, summary, input, select')]"
            ".filter(one => one.checkVisibility() && one.type !== 'hidden').length"
        )
        seen = 0
        for _ in range(reachable + 5):
            page.keyboard.press("Tab")
            hidden = page.evaluate(HIDDEN)
            if hidden is None:
                break
            assert hidden == ""
            seen += 1
        assert seen == reachable


def test_forced_colours_leave_the_words_and_marks_of_the_picture_to_be_seen(
    chromium: Browser, site: str, address_of: AddressOf
) -> None:
    with opened(chromium, site, 1280, 900, forced_colors="active", color_scheme="dark") as page:
        page.goto(address_of("local:1"))
        told = page.evaluate(
            """() => {
              const drawing = document.querySelector("svg.send-lanes--wide"), look = one => getComputedStyle(one);
              const all = what => [...new Set([...drawing.querySelectorAll(what)].map(one => look(one).fill))];
              return {ground: look(drawing).backgroundColor, words: all(".send-lanes__text:not(.send-lanes__text--number)"),
                      numbers: all(".send-lanes__text--number"), numbered: all(".send-lanes__numbered"),
                      bars: all(".send-lanes__bar:not([fill])")};
            }"""
        )
        assert told["ground"] not in told["words"]
        assert len(told["words"]) == 1
        assert told["numbers"] == [told["ground"]]
        assert told["numbered"] == told["words"]


SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"


@pytest.mark.parametrize("width", [1280, 320])
def test_text_may_be_spaced_out_and_nothing_is_cut_off(
    chromium: Browser, site: str, address_of: AddressOf, width: int
) -> None:
    with opened(chromium, site, width, 900, bypass_csp=True) as page:
        for child in CHILDREN:
            page.goto(address_of(f"local:{child}"))
            page.add_style_tag(content=SPACED)
            assert page.evaluate(FITS), child
            cut = page.evaluate(
                "[...document.querySelectorAll('main p, main dd, main td, main th, main li, main a, main h1, main h2')]"
                ".filter(one => getComputedStyle(one).overflow === 'hidden' && one.scrollHeight > one.clientHeight)"
                ".filter(one => !one.closest('.govuk-visually-hidden')).length"
            )
            assert cut == 0, child


@pytest.mark.parametrize("width", [1280, 390])
def test_no_words_of_the_picture_run_out_of_it(chromium: Browser, site: str, address_of: AddressOf, width: int) -> None:
    with opened(chromium, site, width, 900) as page:
        for child in CHILDREN:
            page.goto(address_of(f"local:{child}"))
            out = page.locator("svg.send-lanes:visible").evaluate(
                """drawing => [...drawing.querySelectorAll("text")].filter(one => {
                  const box = one.getBBox(), frame = drawing.viewBox.baseVal;
                  return box.x < -1 || box.x + box.width > frame.width + 1 || box.y + box.height > frame.height + 1;
                }).map(one => one.textContent)"""
            )
            assert out == [], child
