"""A real server on a real database with a few children, and a real Chromium that must stay silent."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine

from send_integration.embedded.ports import free_port, wait_for_port
from send_integration.settings import Settings
from send_integration.steps.catalogue import load_rules
from send_integration.store.children import find_child
from send_integration.web.app import build_app
from tests.builders import WORKER, days_after, sent
from tests.integration.brokers import NOTHING_SKIPPED
from tests.integration.conftest import database, engine, filled_once, fills, pipe, server
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe
from tests.integration.web.site_server import SiteServer

__all__ = ["database", "engine", "filled_once", "fills", "pipe", "server"]

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TODAY = date(2025, 6, 2)
REFUSED_FORMS = ("status of 400 (Bad Request)", "status of 409 (Conflict)")
"""What the browser says of a form that is shown again; no missing file and no breach of the policy ends so."""
SCRIPT = "<script>document.title='broken'</script>"
LONG = "Maximiliana-Theodosia Featherstonehaugh-Cholmondeley " * 3
RIGHT_TO_LEFT = "مريم الأحمد"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium; skips, saying why, where there is none.

    It ends with its module: while it runs, no other test of this process can start an event loop of its own.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if NOTHING_SKIPPED:
            pytest.fail("this machine has no chromium")
        pytest.skip("this machine has no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def history() -> list[tuple[str, bytes]]:
    """An ordinary child, one of 300 events, one with hardly any, and names that try to break the page."""
    people = {
        "ordinary": {"local_id": "1", "given_name": "Anna", "nhs_number": "9990000018"},
        "busy": {"local_id": "2", "given_name": LONG.strip()[:190], "nhs_number": "9990000026"},
        "script": {"local_id": "3", "given_name": SCRIPT, "family_name": "O'Neill & Sons", "nhs_number": None},
        "quiet": {"local_id": "4", "given_name": RIGHT_TO_LEFT, "nhs_number": None},
    }
    lines = [
        ("ehcp", sent("ehcp.requested", "2024-11-04", person=people["ordinary"], event_id="r1")),
        ("camhs", sent("camhs.referred", "2025-02-03", person=people["ordinary"], event_id="c1")),
        ("camhs", sent("camhs.crisis_presentation", "2025-04-01", person=people["ordinary"], event_id="c2")),
        ("ndd-triage", sent("ndd.referred", "2025-01-06", person=people["script"], event_id="n1", note=SCRIPT)),
        ("people", sent("people.registered", "2025-01-06", person=people["quiet"], event_id="p1")),
        (
            "people",
            sent(
                "people.related",
                "2025-01-07",
                person=people["ordinary"],
                event_id="p2",
                kind="half-sibling",
                other={"local_id": "4"},
                since_on="2019-03-04",
            ),
        ),
        (
            "people",
            sent(
                "people.related",
                "2025-01-08",
                person=people["quiet"],
                event_id="p3",
                kind="carer",
                other={"local_id": "A7"},
                until_on="2024-12-24",
            ),
        ),
        (
            "workers",
            sent(
                "workers.assigned",
                "2025-01-09",
                person=people["ordinary"],
                event_id="w1",
                role_for_child="senco",
                worker={**WORKER, "id": "worker"},
            ),
        ),
    ]
    for number in range(300):
        day = days_after("2023-01-02", number * 2)
        lines.append(("school", sent("school.suspended", day, person=people["busy"], event_id=f"s{number}")))
    return lines


def few_children(engine: Engine) -> Pipe:
    """Bring the children."""
    made = Pipe(engine, load_rules(), TODAY)
    for feed, raw in history():
        made.send(feed, raw)
    made.drain_gate(sorted({feed for feed, _ in history()}))
    made.drain_timeline()
    return made


@pytest.fixture
def fill() -> Fill | None:
    """Those children; a module can say others."""
    return few_children


@pytest.fixture
def site(engine: Engine, pipe: Pipe) -> Iterator[str]:
    """The address of a running site on what the module's `fill` brought."""
    with running_site(engine, pipe.today) as address:
        yield address


@contextmanager
def running_site(
    engine: Engine,
    today: date,
    set_up: Callable[[str], Settings] = lambda _address: Settings(sign_in="development"),
    port: int = 0,
) -> Iterator[str]:
    """A site on a database, at the address that is given, with the settings that `set_up` gives for it."""
    port = port or free_port()
    settings = set_up(f"http://127.0.0.1:{port}").model_copy(update={"as_of": today})
    app = build_app(engine, settings)
    server = SiteServer(app, host="127.0.0.1", port=port, log_level="error")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for_port(f"127.0.0.1:{port}", thread.is_alive)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def address_of(engine: Engine) -> Callable[[str], str]:
    """The path of a child's page, by one of the child's identifiers."""
    return lambda reference: f"/children/{find_child(engine, reference, restricted=True)}"


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["wide", "phone"])
def page(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Page]:
    """A page whose console must stay silent: a breach of the policy or a missing file would speak there."""
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height}, base_url=site)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda fault: said.append(str(fault)))
    yield opened
    context.close()
    assert [words for words in said if not words.endswith(REFUSED_FORMS)] == []


@pytest.fixture
def sign_in(page: Page) -> Callable[[str], None]:
    """Sign in as somebody of the development directory, by keyboard."""

    def go(actor: str) -> None:
        page.goto("/sign-in")
        page.locator(f"#person-{actor}").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: not address.endswith("/sign-in"))

    return go
