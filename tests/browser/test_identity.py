"""A steward's whole task on identity in a real browser: by keyboard alone, on a phone, at 400 % zoom, with axe."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, text

from tests.browser.conftest import LONG, RIGHT_TO_LEFT, SCRIPT
from tests.browser.test_pages import SignIn, no_violations
from tests.builders import days_after, sent
from tests.integration.families import child_of, pair_of, settle, town_with_a_held_record
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

MANY = 40
"""Records of one child, as a source that changes an address every week would leave them."""

CROWDED = {"local_id": "90", "given_name": LONG.strip()[:150], "family_name": RIGHT_TO_LEFT, "nhs_number": "9990000042",
           "date_of_birth": "2011-07-07", "postcode": "LU1 1AB"}  # fmt: skip


def crowded_town(engine: Engine) -> Pipe:
    """Twins, a restricted child, a held record, a child of forty records, and names that try to break the page."""
    made = town_with_a_held_record(engine)
    for number in range(MANY):
        person = {**CROWDED, "address": f"{number} {'Saint ' * 25}Street"}
        day = days_after("2023-01-02", number * 7)
        made.send(
            "school",
            sent("school.suspended", day, event_id=f"z{number}", source="urn:send:luton:schools", person=person),
        )
    twin = {**CROWDED, "local_id": "L" * 150, "given_name": SCRIPT, "nhs_number": None}
    made.send("camhs", sent("camhs.referred", "2025-02-02", event_id="y", source=f"urn:send:{'x' * 100}", person=twin))
    settle(made)
    return made


@pytest.fixture
def fill() -> Fill:
    return crowded_town


FOCUS = """wanted => {
  const found = document.activeElement, {top, bottom, left} = found.getBoundingClientRect();
  const inView = bottom > 0 && top < innerHeight && left < innerWidth;
  return [inView ? "" : found.outerHTML.slice(0, 200), found === wanted];
}"""
"""Of what has the focus, what it is where it is out of view, and whether it is what is wanted."""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the wanted element has the focus; whatever has it on the way must be in view."""
    element = wanted.element_handle()  # found once: to look for it by its role at each step takes longer than the step
    for _ in range(200):
        page.keyboard.press("Tab")
        out_of_view, is_wanted = page.evaluate(FOCUS, element)
        assert out_of_view == ""
        if is_wanted:
            return
    pytest.fail("Tab never reaches it")


def send_form(page: Page, asked: str, words: str, button: str) -> None:
    """Write into the field that asks so, and press a button, by the keyboard alone."""
    tab_to(page, page.get_by_label(asked))
    page.keyboard.type(words)
    tab_to(page, page.get_by_role("button", name=button))
    page.keyboard.press("Enter")


def test_a_steward_finds_reads_decides_and_takes_back_by_keyboard_alone(
    page: Page, sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    pair = pair_of(engine, "Anna")
    sign_in("steward")
    expect(page.get_by_role("heading", level=1)).to_have_text("Records that wait for a person")
    expect(page.get_by_text("4 pairs wait")).to_be_visible()

    tab_to(page, page.get_by_role("link", name=f"Pair {pair}"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Are these two records one child?")
    names = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Given name")).first
    for words in ("Anna", "Zofia", "different"):
        expect(names).to_contain_text(words)

    tab_to(page, page.get_by_label("They are one child"))
    page.keyboard.press("Space")
    send_form(page, "Why?", "one birth certificate", "Decide")

    expect(page.get_by_text("Your decision is taken: they are one child.")).to_be_visible()
    expect(page.get_by_text("3 pairs wait")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("link", name=f"Pair {pair}")).to_have_count(0)
    settle(pipe)
    page.reload()
    expect(page.get_by_text("It has been carried out.")).to_be_visible()

    tab_to(page, page.get_by_role("link", name="take it back"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("They are one child")
    send_form(page, "Why?", "it was the other twin's", "Take the decision back")
    expect(page.get_by_text("The decision is taken back.")).to_be_visible()
    settle(pipe)

    page.goto("/identity")
    expect(page.get_by_text("4 pairs wait")).to_be_visible()


def test_a_wrong_form_puts_the_focus_on_what_is_wrong_and_leads_to_each_field(
    page: Page, sign_in: SignIn, engine: Engine
) -> None:
    sign_in("steward")
    page.goto(f"/identity/pairs/{pair_of(engine, 'Anna')}")
    page.get_by_label("Why?").fill("x" * 300)
    page.get_by_role("button", name="Decide").press("Enter")

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    no_violations(page)
    expect(page.get_by_label("Why?")).to_have_value("x" * 300)
    summary.get_by_role("link", name="Say whether they are one child or two").press("Enter")
    expect(page.get_by_label("They are one child")).to_be_focused()
    page.get_by_role("link", name="The reason must be").press("Enter")
    expect(page.get_by_label("Why?")).to_be_focused()


def every_page(page: Page, engine: Engine) -> Iterator[str]:
    """Open every page on identity, with ordinary and with extreme people; gives the name of each once it is open."""
    anna, zofia = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Zofia", "Kowalska")
    crowded = child_of(engine, CROWDED["given_name"] or "", RIGHT_TO_LEFT)
    pairs = {name: pair_of(engine, name) for name in ("Anna", "Olena", "Mira", SCRIPT)}
    for address in ("/identity", "/identity/decisions", f"/identity/children/{anna}", f"/identity/children/{crowded}"):
        page.goto(address)
        yield address
    for name, pair in pairs.items():
        page.goto(f"/identity/pairs/{pair}")
        yield f"the pair of {name}"
    page.goto(f"/identity/children/{anna}")
    page.get_by_label("The other child's id").fill(zofia)
    page.get_by_label("Why are they one child?").fill("one birth certificate")
    click(page, "See what joining changes")
    yield "the look at a merge"
    click(page, "Join the children")
    yield "the queue with a notice"
    page.get_by_role("link", name="take it back").click()
    page.wait_for_load_state()
    yield "a decision"
    page.goto("/identity/decisions")
    yield "decisions"
    page.goto(f"/identity/children/{anna}")
    yield "records on which somebody decided"
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE identity_review"))
    page.goto("/identity")
    yield "the empty queue"
    page.goto(f"/identity/pairs/{pairs['Olena']}")
    yield "a pair that waits no more"


def click(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


def test_every_page_is_whole_at_every_width_and_axe_finds_nothing(page: Page, sign_in: SignIn, engine: Engine) -> None:
    sign_in("manager")
    size = page.viewport_size
    assert size is not None

    for name in every_page(page, engine):
        assert "broken" not in page.title(), "a name ran as a script"
        no_violations(page)
        for width in {size["width"], 700, 320}:  # 320 is 1280 at 400 % zoom
            page.set_viewport_size({"width": width, "height": size["height"]})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        page.set_viewport_size(size)


def test_forty_records_are_split_after_a_look_at_what_changes(
    page: Page, sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    zofia = child_of(engine, "Zofia", "Kowalska")
    crowded = child_of(engine, CROWDED["given_name"] or "", RIGHT_TO_LEFT)
    sign_in("steward")
    page.goto(f"/identity/children/{crowded}")
    expect(page.get_by_role("checkbox")).to_have_count(MANY)
    page.get_by_label("The other child's id").fill(zofia)
    page.get_by_label("Why are they one child?").fill("a made-up certificate")
    click(page, "See what joining changes")
    click(page, "Join the children")
    settle(pipe)
    joined = child_of(engine, "Zofia", "Kowalska")
    page.goto(f"/identity/children/{joined}")
    expect(page.get_by_role("checkbox")).to_have_count(MANY + 1)

    with engine.connect() as connection:
        number = connection.execute(text("SELECT id FROM person_record WHERE given_name = 'Zofia'")).scalar_one()
    page.get_by_label(f"Record {number} is another child").check()
    page.get_by_label("Why are they another child?").fill("it was made up")
    click(page, "See what splitting changes")
    expect(page.get_by_text("Leaving, to be another child: 1 record with 1 event")).to_be_visible()
    expect(page.get_by_text(f"Staying: {MANY} records with {MANY} events")).to_be_visible()
    no_violations(page)
    click(page, "Split the child")
    settle(pipe)
    assert child_of(engine, "Zofia", "Kowalska") == zofia


def test_of_two_people_at_two_browsers_the_second_is_told_and_the_first_sees_it(
    page: Page, sign_in: SignIn, engine: Engine, site: str
) -> None:
    pair = pair_of(engine, "Anna")
    sign_in("steward")
    page.goto(f"/identity/pairs/{pair}")
    page.get_by_label("They are one child").check()
    page.get_by_label("Why?").fill("one birth certificate")
    other = page.context.browser.new_page(base_url=site)  # type: ignore[union-attr]
    other.goto("/sign-in")
    other.locator("#person-manager").check()
    click(other, "Sign in")
    other.goto(f"/identity/pairs/{pair}")
    other.get_by_label("They are two children").check()
    other.get_by_label("Why?").fill("the registrar rang")
    click(other, "Decide")

    click(page, "Decide")
    expect(page.get_by_role("alert")).to_contain_text("manager decided that they are two children")
    expect(page.get_by_label("Why?")).to_have_value("one birth certificate")
    no_violations(page)
    click(page, "Decide")
    expect(page.get_by_text("Your decision is taken: they are one child.")).to_be_visible()

    other.goto("/identity")
    expect(other.get_by_role("region", name="About a decision of yours")).to_contain_text("steward decided")
    no_violations(other)
    other.close()


def test_a_manager_reaches_the_records_from_the_childs_page(page: Page, sign_in: SignIn, engine: Engine) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    sign_in("manager")
    page.goto(f"/children/{anna}")
    page.get_by_role("link", name="These records").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Records of Anna Kowalska")
    page.get_by_role("link", name="The child's page").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna Kowalska")


def test_who_may_not_review_finds_no_way_to_the_records(page: Page, sign_in: SignIn, engine: Engine) -> None:
    sign_in("chair")
    page.goto(f"/children/{child_of(engine, 'Anna', 'Kowalska')}")

    expect(page.get_by_role("link", name="These records")).to_have_count(0)
    expect(page.get_by_role("link", name="Identity")).to_have_count(0)
