"""Every role at every page, for a child who is restricted and for one who is not."""

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.steps.alerts import AlertRouter
from send_integration.web.policy import Role
from tests.builders import NOW
from tests.integration.families import TODAY, audited, child_of, pair_of
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn
from tests.record_keys import KEYS
from tests.shape.test_routes import routes_of_the_site

ACTORS = {
    "chair": Role.PANEL_CHAIR, "member": Role.PANEL_MEMBER, "worker": Role.NAMED_WORKER, "manager": Role.MANAGER,
    "steward": Role.DATA_STEWARD, "analyst": Role.ANALYST, "administrator": Role.ADMINISTRATOR,
    "agency": Role.AGENCY_MANAGER,
}  # fmt: skip
"""One of the development directory for each role; 'worker' is a named worker of the restricted child alone."""

NOBODY = {"child_id": "c" + "0" * 15, "pair": "999998-999999", "decision": "00000000-0000-0000-0000-000000000000"}


class Seen(NamedTuple):
    """The status of a page about an ordinary child, and about a restricted one."""

    ordinary: int
    restricted: int


REFUSED = Seen(403, 403)
IDENTITY = {"manager": Seen(200, 200), "steward": Seen(200, 404)}
DECIDING = {"manager": Seen(400, 400), "steward": Seen(400, 404)}
"""400: the form may be sent, and says nothing yet."""

PAGES: dict[tuple[str, str], dict[str, Seen]] = {
    ("GET", "/children/{child_id}"): {
        "chair": Seen(200, 404),
        "member": Seen(200, 404),
        "manager": Seen(200, 200),
        "worker": Seen(403, 200),
    },
    ("GET", "/children/{child_id}/pack"): {
        "chair": Seen(200, 404),
        "member": Seen(200, 404),
        "manager": Seen(200, 200),
        "worker": Seen(403, 200),
    },
    ("GET", "/children/{child_id}/family-copy"): {
        "chair": Seen(200, 404),
        "manager": Seen(200, 200),
        "worker": Seen(403, 200),
    },
    ("POST", "/children/{child_id}/family-copy.pdf"): {
        "chair": Seen(409, 404),
        "manager": Seen(409, 409),
        "worker": Seen(403, 409),
    },
    ("GET", "/children/{child_id}/basis"): {
        "chair": Seen(200, 404),
        "manager": Seen(200, 200),
        "worker": Seen(403, 200),
    },
    ("POST", "/children/{child_id}/basis"): {
        "chair": Seen(400, 404),
        "manager": Seen(400, 400),
        "worker": Seen(403, 400),
    },
    ("GET", "/identity/pairs/{pair}"): IDENTITY,
    ("POST", "/identity/pairs/{pair}"): DECIDING,
    ("GET", "/identity/decisions/{decision}"): IDENTITY,
    ("POST", "/identity/decisions/{decision}"): DECIDING,
    ("GET", "/identity/children/{child_id}"): IDENTITY,
    ("POST", "/identity/children/{child_id}/split"): DECIDING,
    ("POST", "/identity/children/{child_id}/merge"): DECIDING,
}
"""Whom a page about one child lets in; whoever is not listed is refused."""

LISTS: dict[str, frozenset[str]] = {
    "/children": frozenset({"chair", "member", "manager"}),
    "/me": frozenset({"worker", "manager"}),
    "/meetings": frozenset({"chair", "member", "manager"}),
    "/alerts": frozenset({"chair", "member", "manager", "worker", "steward", "administrator"}),
    "/identity": frozenset({"manager", "steward"}),
    "/identity/decisions": frozenset({"manager", "steward"}),
    "/quarantine": frozenset({"manager", "steward"}),
    "/feeds": frozenset({"manager", "steward", "administrator"}),
    "/feeds/scorecard": frozenset({"manager", "steward", "administrator", "agency"}),
    "/measures": frozenset({"chair", "manager", "analyst", "administrator"}),
    "/audit": frozenset({"administrator"}),
}
"""Whom a page about no one child lets in."""

QUARANTINE = {
    ("GET", "/quarantine/items/{item}"),
    ("GET", "/quarantine/groups/{group}"),
    ("POST", "/quarantine/items/{item}/replay"),
    ("POST", "/quarantine/items/{item}/discard"),
    ("POST", "/quarantine/groups/{group}/replay"),
    ("POST", "/quarantine/groups/{group}/discard"),
}
"""Pages about bytes that are nobody's yet: test_quarantine_pages asks each role for them."""

PAPERS = {("GET", "/children/{child_id}/pack.pdf"), ("GET", "/meetings/{day}/pack.pdf")}
"""What takes seconds to print: test_packs asks each role for them."""

OF_FEEDS = {
    ("GET", "/feeds/{feed}"),
    ("POST", "/feeds/{feed}/pause"),
    ("POST", "/feeds/{feed}/resume"),
    ("GET", "/feeds/scorecard/{agency}"),
}
"""Pages about feeds and agencies: test_feed_pages asks each role for them."""

OF_MEASURES = {("GET", "/measures/{measure}.csv")}
"""Files in which no child is: test_measures asks each role for them."""

STREAMS = {("GET", "/changes/children/{child_id}")}
"""What does not end by itself: test_open_pages asks each role for it."""

OPEN = {
    ("GET", "/"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/callback"),
    ("POST", "/sign-out"),
    ("GET", "/health"),
    ("GET", "/metrics"),
}
"""Pages that show nothing about anybody."""

BY_GLASS = {
    ("GET", "/children/{child_id}/break-glass"),
    ("POST", "/children/{child_id}/break-glass"),
    ("POST", "/children/{child_id}/end-glass"),
    ("POST", "/alerts/glass/{glass_id}/read"),
}
"""Breaking the glass: test_glass asks for them."""

OF_MEETINGS = {
    ("POST", "/meetings"),
    ("GET", "/meetings/{day}"),
    ("POST", "/meetings/{day}/attendance"),
    ("POST", "/meetings/{day}/order"),
    ("POST", "/meetings/{day}/carry"),
    ("POST", "/meetings/{day}/take-off"),
    ("GET", "/meetings/{day}/children/{child_id}"),
    ("POST", "/meetings/{day}/children/{child_id}"),
    ("GET", "/children/{child_id}/list"),
    ("POST", "/children/{child_id}/list"),
    ("GET", "/children/{child_id}/voice"),
    ("POST", "/children/{child_id}/voice"),
    ("POST", "/children/{child_id}/voice/take-back"),
    ("POST", "/children/{child_id}/actions/complete"),
    ("GET", "/decisions/{event_id}"),
    ("GET", "/decisions/{event_id}/correct"),
    ("POST", "/decisions/{event_id}/correct"),
}
"""Pages about meetings and what they decided: test_meeting_pages and test_role_matrix ask each role for them."""

OWN = {
    ("POST", "/alerts/notices/{notice_id}/read"),
    ("GET", "/alerts/{alert_id}"),
    ("POST", "/alerts/{alert_id}/acknowledge"),
    ("POST", "/alerts/{alert_id}/dismiss"),
    ("POST", "/alerts/{alert_id}/put-off"),
    ("POST", "/alerts/{alert_id}/hand-over"),
    ("POST", "/alerts/away"),
    ("POST", "/me/actions/{event_id}/done"),
    ("POST", "/alerts/back"),
}
"""Pages and forms about what one recipient alone was told, or says of themselves; tests below and test_alert_pages ask for
them."""


@pytest.fixture
def names(engine: Engine, sign_in: SignIn, pipe: Pipe) -> dict[str, dict[str, str]]:
    """What to put into addresses for an ordinary child and for the restricted one: child, pair, and a decision on it."""
    manager = sign_in("manager")
    found = {
        "ordinary": {"child_id": child_of(engine, "Anna", "Kowalska"), "pair": pair_of(engine, "Anna")},
        "restricted": {"child_id": child_of(engine, "Mira", "Hidden"), "pair": pair_of(engine, "Mira")},
    }
    for kind, given in found.items():
        address = f"/identity/pairs/{given['pair']}"
        known = manager.get(address).text.partition('name="knows" value="')[2].partition('"')[0]
        answer = manager.post(address, choice="two", why=f"{kind} letter", knows=known)
        given["decision"] = answer.headers["location"].partition("done=")[2]
    return found


def ask(person: Person, page: tuple[str, str], given: dict[str, str]) -> object:
    method, address = page
    ask_for: Callable[[str], object] = person.get if method == "GET" else person.post
    return ask_for(address.format(**given))


def same(answer: object, child_id: str = "") -> tuple[object, ...]:
    """All of an answer that another could tell it by, but the child's id, which was asked for."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}  # type: ignore[attr-defined]
    words = answer.text.replace(child_id, "the child") if child_id else answer.text  # type: ignore[attr-defined]
    return answer.status_code, words, {**headers, "content-length": ""}  # type: ignore[attr-defined]


def test_the_matrix_names_every_page_and_role_that_there_is() -> None:
    assert set(
        routes_of_the_site()
    ) == OPEN | OWN | BY_GLASS | OF_MEETINGS | QUARANTINE | OF_FEEDS | OF_MEASURES | STREAMS | PAPERS | set(PAGES) | {
        ("GET", page) for page in LISTS
    }
    assert set(ACTORS.values()) == set(Role)


@pytest.mark.parametrize("actor", ACTORS)
def test_each_role_sees_of_each_child_what_the_policy_grants_and_no_more(
    sign_in: SignIn, names: dict[str, dict[str, str]], actor: str
) -> None:
    person = sign_in(actor)

    for page, granted in PAGES.items():
        expected = granted.get(actor, REFUSED)
        for kind, status in expected._asdict().items():
            answer = ask(person, page, names[kind])
            assert answer.status_code == status, (page, kind)  # type: ignore[attr-defined]


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor != "manager"])
def test_a_restricted_child_is_answered_as_one_that_is_not_there_and_the_attempt_is_written_down(
    sign_in: SignIn, engine: Engine, names: dict[str, dict[str, str]], actor: str
) -> None:
    person = sign_in(actor)
    secret = names["restricted"]["child_id"]

    for page, granted in PAGES.items():
        if granted.get(actor, REFUSED).restricted not in (403, 404):
            continue
        before = len(audited(engine))
        hidden = same(ask(person, page, names["restricted"]), secret)
        assert hidden == same(ask(person, page, NOBODY), NOBODY["child_id"]), page
        attempts = [row for row in audited(engine)[before:] if not row[3]]
        assert attempts, page
        if "{decision}" not in page[1] and actor in granted:
            assert secret in {row[2] for row in attempts}, page


@pytest.mark.parametrize("actor", ACTORS)
def test_each_role_opens_the_lists_that_the_policy_grants(sign_in: SignIn, names: object, actor: str) -> None:
    person = sign_in(actor)

    for page, granted in LISTS.items():
        assert person.get(page).status_code == (200 if actor in granted else 403), page


@pytest.mark.parametrize(("actor", "sees"), [("chair", False), ("member", False), ("manager", True)])
def test_the_list_and_its_count_leave_a_restricted_child_out(
    sign_in: SignIn, engine: Engine, actor: str, sees: bool
) -> None:
    page = sign_in(actor).get("/children").text

    assert ("Mira Hidden" in page) is sees
    assert f"of {6 if sees else 5}." in page
    looks = {(actor, "list-children", child_of(engine, "Mira", "Hidden"), True)} if sees else set()
    assert set(audited(engine)) == looks


@pytest.mark.parametrize(("actor", "total", "sees"), [("steward", 3, False), ("manager", 4, True)])
def test_the_queue_its_count_and_what_was_decided_leave_a_restricted_pair_out(
    sign_in: SignIn, engine: Engine, actor: str, total: int, sees: bool
) -> None:
    assert f"{total} pairs wait" in sign_in(actor).get("/identity").text

    manager, pair = sign_in("manager"), pair_of(engine, "Mira")
    manager.post(f"/identity/pairs/{pair}", choice="two", why="the court's letter")
    person = sign_in(actor)

    assert (f"Pair {pair}" in person.get("/identity").text) is sees, "among what is being carried out"
    assert ("the court&#39;s letter" in person.get("/identity/decisions").text) is sees


def test_a_pair_that_touches_a_restricted_child_is_hidden_though_neither_record_is(
    sign_in: SignIn, engine: Engine
) -> None:
    steward, pair = sign_in("steward"), pair_of(engine, "Olena")
    assert steward.get(f"/identity/pairs/{pair}").status_code == 200

    one_of_two = child_of(engine, "Anna", "Kowalska")
    with engine.begin() as connection:
        connection.execute(text("UPDATE child SET restricted = true WHERE family_name = 'Shevchenko'"))
        connection.execute(text("UPDATE child SET restricted = true WHERE child_id = :child"), {"child": one_of_two})

    assert steward.get(f"/identity/pairs/{pair}").status_code == 404
    assert steward.get(f"/identity/pairs/{pair_of(engine, 'Zofia')}").status_code == 404
    assert "Nothing waits." in steward.get("/identity").text


def test_a_steward_cannot_join_a_child_with_a_restricted_one(sign_in: SignIn, engine: Engine) -> None:
    anna, secret = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Mira", "Hidden")
    page = f"/identity/children/{anna}/merge"
    steward = sign_in("steward")

    hidden = steward.post(page, other=secret, why="a letter").text
    nobody = steward.post(page, other=NOBODY["child_id"], why="a letter").text

    assert hidden.replace(secret, NOBODY["child_id"]) == nobody
    assert ("steward", "decide-identity", secret, False) in audited(engine)
    look = sign_in("manager").post(page, other=secret, why="a letter")
    assert look.status_code == 200
    assert "The child will be restricted" in look.text


def test_an_alert_on_a_restricted_child_is_there_for_those_alone_who_may_see_the_child_and_is_written_down(
    sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    router = AlertRouter(engine, by_channel=False, mailboxes={"ehc-team": "ehc@example.org"}, fallback="", keys=KEYS)
    pipe.relay()
    flags = [m for place, held in sorted(pipe.topics.items()) if place[0] == topics.FLAGS.name for m in held]
    router.notify(flags, TODAY, NOW)
    secret = child_of(engine, "Mira", "Hidden")
    recipients = pipe.ask("SELECT DISTINCT recipient FROM alert WHERE child_id = :child", child=secret)
    assert ("team:ehc-team",) in recipients

    for actor, sees in (("chair", False), ("manager", True), ("worker", True)):
        person = sign_in(actor)
        before = len(audited(engine))
        page = person.get("/alerts").text
        assert (f'href="/children/{secret}"' in page) is sees, actor
        assert (", restricted" in page) is sees, actor
        assert ("estricted" in page) is sees, actor
        assert audited(engine)[before:] == ([(actor, "list-children", secret, True)] if sees else []), actor


def test_a_decision_that_touches_a_restricted_child_stands_in_no_others_way_and_tells_them_nothing(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    anna, mira = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Mira", "Hidden")
    manager, steward, pair = sign_in("manager"), sign_in("steward"), pair_of(engine, "Anna")
    page = f"/identity/pairs/{pair}"
    before = re.search(r'name="knows" value="([^"]*)"', steward.get(page).text)
    merged = manager.post(
        f"/identity/children/{anna}/merge", other=mira, why="the court asked", checked="yes", knows=""
    )

    of_child = steward.get(f"/identity/children/{anna}").text
    answer = steward.post(page, choice="two", why="two certificates", knows=before[1] if before else "")

    assert merged.status_code == 303
    assert "the court asked" in manager.get(f"/identity/children/{anna}").text
    assert "the court asked" not in of_child
    assert "manager" not in of_child
    assert answer.status_code == 303
