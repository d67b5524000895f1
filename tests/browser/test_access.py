"""Breaking the glass by keyboard, recording a basis, and signing in at a real provider: in a real Chromium."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, text

from send_integration.settings import Settings
from tests.browser.conftest import TODAY, running_site
from tests.browser.test_pages import no_violations
from tests.integration.web.stand_in_provider import CLIENT, SECRET, StandIn, stand_in

pytestmark = [pytest.mark.browser, pytest.mark.integration]

AddressOf = Callable[[str], str]
SignIn = Callable[[str], None]
WHY = "She is at the front desk, and says that nobody may call home"


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_worker_breaks_the_glass_by_keyboard_alone(page: Page, sign_in: SignIn, address_of: AddressOf) -> None:
    sign_in("member-health")
    page.goto(address_of("local:1"))
    page.get_by_role("link", name="See what the others wrote").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/break-glass")
    no_violations(page)
    fits(page)

    page.get_by_label("Why must you see this child now?").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error: "))
    no_violations(page)
    page.get_by_label("Why must you see this child now?").focus()
    page.keyboard.type(WHY)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_text("You broke the glass.").wait_for()
    no_violations(page)
    fits(page)
    page.get_by_role("button", name="I have seen enough").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(address_of("local:1"))
    assert page.get_by_text("You broke the glass.").count() == 0


def test_a_manager_reads_who_broke_the_glass(page: Page, sign_in: SignIn, address_of: AddressOf) -> None:
    sign_in("member-health")
    page.goto(f"{address_of('local:1')}/break-glass")
    page.get_by_label("Why must you see this child now?").fill(WHY)
    page.get_by_role("button", name="Break the glass").click()
    page.get_by_text("You broke the glass.").wait_for()
    page.get_by_role("button", name="I have seen enough").click()

    sign_in("manager")
    page.goto("/alerts")
    told = page.locator("section", has_text="Mia Example").first
    told.get_by_text(WHY).wait_for()
    no_violations(page)
    fits(page)
    while page.get_by_role("button", name="I have read it").count():
        page.get_by_role("button", name="I have read it").first.click()
    assert page.get_by_text(WHY).count() == 0


def test_the_basis_is_recorded_by_keyboard_alone(page: Page, sign_in: SignIn, address_of: AddressOf) -> None:
    sign_in("chair")
    page.goto(f"{address_of('local:1')}/basis")
    no_violations(page)
    fits(page)

    page.locator("#basis-safeguarding").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("The strategy meeting agreed")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_text("because: ").first.wait_for()
    no_violations(page)


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with stand_in() as found:
        yield found


def test_somebody_signs_in_at_the_provider_and_out_again(engine: Engine, chromium: Browser, provider: StandIn) -> None:
    def set_up(address: str) -> Settings:
        return Settings(
            sign_in="oidc", oidc_issuer=provider.address, oidc_client_id=CLIENT, oidc_client_secret=SECRET,
            oidc_roles="send-health=panel-member:health", web_address=address,
        )  # fmt: skip

    with running_site(engine, TODAY, set_up) as here:
        page = chromium.new_context(base_url=here).new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto("/children")
        no_violations(page)
        page.get_by_role("button", name="Sign in").click()

        page.wait_for_url(f"{here}/children")
        page.get_by_role("button", name="Sign out Nia Example").click()
        page.wait_for_url(f"{provider.address}/end?**")
        assert said == []
        page.goto(f"{here}/children")
        assert page.url == f"{here}/sign-in"
        page.context.close()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM session WHERE actor = 'w-17'")).scalar_one() == 0
