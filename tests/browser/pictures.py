"""Takes the pictures of docs/pages.md anew, of a demonstration that runs: `python -m tests.browser.pictures [ADDRESS]`.

It goes through the panel's and the stewards' tasks as their users would, so that each page has something on it; a
demonstration on which it ran before has the traces of that.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from shutil import which
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.test_meetings import attend, fill_wrongly, list_child, open_meeting

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MEETING, NEXT_MEETING = "2025-01-16", "2025-02-13"
"""The demonstration's day, and four weeks later."""


class Size(NamedTuple):
    """A screen: what pictures of it are called, how wide it is, and how much of a page is shown."""

    name: str
    width: int
    height: int


WIDE, PHONE = Size("wide", 1280, 1000), Size("phone", 390, 1200)
COLOURS = 128
"""As many as a page has, its letters' edges too: a third of the bytes."""

OLD_NAMES = {
    f"{one}-wide": one for one in ("panel-list", "identity-queue", "identity-pair", "feeds")
}  # by which docs that are linked from elsewhere know them


class Camera:
    """A browser at a running demonstration."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address

    @contextmanager
    def signed_in(self, actor: str) -> Iterator[Page]:
        """A page of somebody's own, until the block ends."""
        context = self._browser.new_context(base_url=self._address, viewport={"width": WIDE.width, "height": 900})
        page = context.new_page()
        page.goto("/sign-in")
        if actor:
            page.locator(f"#person-{actor}").check()
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda address: not address.endswith("/sign-in"))
        yield page
        context.close()

    def take(self, page: Page, name: str, *, wide: int = WIDE.height, phone: int = PHONE.height) -> None:
        """Pictures of what a page shows now, on both screens; `wide` and `phone` are how much of it, in pixels."""
        for size in (WIDE._replace(height=wide), PHONE._replace(height=phone)):
            page.set_viewport_size({"width": size.width, "height": 900})
            self._keep(page, f"{name}-{size.name}", size)
        page.set_viewport_size({"width": WIDE.width, "height": 900})

    def take_part(self, page: Page, name: str, selector: str, size: Size) -> None:
        """A picture of what stands from some element on."""
        page.set_viewport_size({"width": size.width, "height": 900})
        box = page.locator(selector).first.bounding_box()
        assert box is not None, selector
        self._keep(page, name, size, below=box["y"] - 20)

    def _keep(self, page: Page, name: str, size: Size, below: float = 0) -> None:
        whole = page.evaluate("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": below, "width": size.width, "height": min(size.height, whole - below)}
        to = IMAGES / f"{OLD_NAMES.get(name, name)}.png"
        taken = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
        Image.open(BytesIO(taken)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(to, optimize=True)
        print(to.name)


def main() -> None:
    """Take all of them."""
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=FLAGS)
        camera = Camera(browser, address)
        for scene in SCENES:
            scene(camera)
        browser.close()


def at_the_door(camera: Camera) -> None:
    """Before anybody signed in, and where somebody may not go."""
    with camera.signed_in("") as page:
        camera.take(page, "sign-in")
    with camera.signed_in("analyst") as page:
        page.goto("/children")
        camera.take(page, "refused", wide=900, phone=844)


def children_in_need(page: Page) -> list[str]:
    """The addresses of those in most need."""
    page.goto("/children")
    links = page.locator("main a[href^='/children/']:not([href$='/list'])").all()
    return list(dict.fromkeys(str(link.get_attribute("href")) for link in links))


def the_childs_page(camera: Camera) -> None:
    """What a chair sees of the child in most need, and does there."""
    with camera.signed_in("chair") as page:
        child = children_in_need(page)[0]
        for who, words, where in (
            ("A parent or carer", "We want one person to ring.", "by telephone"),
            ("The child", "I want to stay at my school.", "in school, by drawing"),
        ):
            page.goto(f"{child}/voice")
            page.get_by_label(who, exact=True).check()
            page.get_by_label("What did they say?").fill(words)
            page.get_by_label("How or where did they say it?").fill(where)
            page.get_by_role("button", name="Write it down").click()
            expect(page.get_by_role("alert")).to_contain_text("It is written down")
        until_shown(page, child, "I want to stay at my school.")
        page.goto(f"{child}/voice")
        camera.take(page, "voice")
        for basis, why in (
            ("Consent", "The parents signed on 9 January."),
            ("Public task", "Three agencies plan together."),
        ):
            page.goto(f"{child}/basis")
            page.get_by_label(basis, exact=True).check()
            page.get_by_label("What does it rest on?").fill(why)
            page.get_by_role("button", name="Record it").click()
        page.goto(f"{child}/basis")
        camera.take(page, "sharing-basis", wide=1300, phone=1500)
        page.goto(f"{child}/family-copy")
        camera.take(page, "family-copy", wide=1150, phone=1150)
        page.goto(f"{child}/pack")
        camera.take(page, "pack-page")
    with camera.signed_in("worker") as page:
        page.goto(f"{child}/break-glass")
        camera.take(page, "break-glass", phone=1250)


def the_panel(camera: Camera) -> None:
    """A meeting from its opening to a decision that was corrected, and one that two people take at once."""
    with camera.signed_in("chair") as page:
        first, second, *others = children_in_need(page)[:5]
        for day in (NEXT_MEETING, MEETING):
            open_meeting(page, day)
        page.goto(f"{first}/list")
        camera.take(page, "listing")
        for child in (first, second, *others):
            list_child(page, child, "Three services, and no plan that joins them")
        page.goto(f"/meetings/{MEETING}")
        attend(page)
        page.goto(f"/meetings/{MEETING}{first}")
        fill_wrongly(page)
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        camera.take(page, "decide", wide=3400, phone=2600)
        mend_and_record(page)
        two_at_once(camera, page, f"/meetings/{MEETING}{second}")
        until_shown(page, f"/meetings/{MEETING}", "Decided: fund it jointly")
        camera.take(page, "meeting")
        page.goto("/meetings")
        camera.take(page, "meetings")
        page.goto(f"/meetings/{MEETING}")
        page.get_by_role("link", name="The decision").first.click()
        page.get_by_role("link", name="Correct a mistake in it").click()
        page.get_by_label("Why?", exact=True).fill("Needs are met in two sectors; health comes in from April.")
        page.get_by_role("button", name="Record it as a correction").last.click()
        until_shown(page, page.url, "What it replaced")
        camera.take(page, "decision", wide=2200, phone=2600)
        page.goto(first)
        camera.take(page, "child")
        camera.take_part(page, "child-phone", "#years", PHONE._replace(height=1250))
        page.goto("/children")
        camera.take(page, "panel-list")


def mend_and_record(page: Page) -> None:
    """Put the mistakes right."""
    page.get_by_label("Social care", exact=True).fill("20")
    page.get_by_label("In part").check()
    page.get_by_label("Who", exact=True).first.fill("Ed Example")
    page.get_by_label("By when").first.fill("2025-02-06")
    page.get_by_label(re.compile("Our public task")).check()
    page.get_by_role("button", name="Record the decision").last.click()
    expect(page.get_by_role("alert")).to_contain_text("The decision is recorded")


def two_at_once(camera: Camera, chair: Page, address: str) -> None:
    """A chair and a member decide on one child; who is second has both on the screen."""
    with camera.signed_in("member") as member:
        for page, what, why in (
            (chair, "Escalate", "It is worse than that."),
            (member, "Refer to another service", "The clinic can see the child this week."),
        ):
            page.goto(address)
            page.get_by_label(what).check()
            page.get_by_label("Why?", exact=True).fill(why)
            page.get_by_label("Yes", exact=True).check()
            page.get_by_label(re.compile("Our public task")).check()
        for page in (member, chair):
            page.get_by_role("button", name="Record the decision").last.click()
    expect(chair.get_by_role("alert")).to_contain_text("The clinic can see the child this week.")
    camera.take_part(chair, "decide-both-wide", "body", WIDE._replace(height=1300))


def alerts(camera: Camera) -> None:
    """What asks somebody to act."""
    with camera.signed_in("chair") as page:
        page.goto("/alerts")
        page.locator("a[href^='/alerts/']").first.click()
        camera.take(page, "alert")
    with camera.signed_in("early-help-w2") as page:
        page.goto("/alerts")
        while page.get_by_role("button", name="Mark as read").count() > 1:
            page.get_by_role("button", name="Mark as read").first.click()
        page.goto("/alerts")
        camera.take(page, "alerts")
        page.goto("/me")
        camera.take(page, "me", phone=1300)
        camera.take_part(page, "me-children", "#children", WIDE._replace(height=700))


def stewards(camera: Camera) -> None:
    """Identity, quarantine, feeds, marks."""
    with camera.signed_in("manager") as page:
        page.goto("/identity")
        camera.take(page, "identity-queue")
        pair = page.locator("a[href^='/identity/pairs/']").first
        pair.click()
        camera.take(page, "identity-pair")
        page.locator("a[href^='/identity/children/']").first.click()
        camera.take(page, "identity-child")
        decide_on_a_pair(page)
        page.goto("/identity/decisions")
        camera.take(page, "identity-decisions", wide=900, phone=844)
        page.locator("a[href^='/identity/decisions/']").first.click()
        camera.take(page, "identity-decision")
        pause(page, "camhs")
        for name, address, next_page in (
            ("quarantine", "/quarantine", "a[href^='/quarantine/groups/']"),
            ("quarantine-group", "", "a[href^='/quarantine/items/']"),
            ("quarantine-item", "", ""),
            ("feeds", "/feeds", ""),
            ("feed", "/feeds/camhs", ""),
            ("scorecards", "/feeds/scorecard", "table a[href^='/feeds/scorecard/']"),
            ("scorecard", "", ""),
            ("measures", "/measures", ""),
        ):
            if address:
                page.goto(address)
            long = {"wide": 1700, "phone": 1700} if name == "measures" else {}
            camera.take(page, name, **long)
            if next_page:
                page.locator(next_page).first.click()
    with camera.signed_in("administrator") as page:
        page.goto("/audit")
        camera.take(page, "audit")


def pause(page: Page, feed: str) -> None:
    """Pause a feed; what its source sends waits at the broker."""
    page.goto(f"/feeds/{feed}")
    page.get_by_text("Pause this feed").click()
    page.get_by_label("Why must it wait?").fill("The source moves house until Monday.")
    page.get_by_role("button", name="Pause the feed").click()
    expect(page.get_by_role("alert")).to_be_visible()


def decide_on_a_pair(page: Page) -> None:
    """Say of the likeliest pair that it is one child."""
    page.goto("/identity")
    page.locator("a[href^='/identity/pairs/']").first.click()
    page.get_by_label("They are one child", exact=True).check()
    page.get_by_label(re.compile("^Why")).fill("The school confirmed that it is one child.")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("alert")).to_be_visible()


def until_shown(page: Page, address: str, words: str) -> None:
    """Open a page anew until what was said has come there, for half a minute."""
    for _ in range(60):
        page.goto(address)
        if words in page.inner_text("main"):
            return
        page.wait_for_timeout(500)  # between two looks at the condition
    raise SystemExit(f"{page.url} never came to show what it should")


SCENES = (at_the_door, the_childs_page, the_panel, alerts, stewards)

if __name__ == "__main__":
    main()
