"""Every route that the app has, as everybody, for every kind of child: nobody sees what the policy does not grant.

Each child has a word of its own in every field that the policy knows. A word on a page that the policy does not grant to
whoever opened it is a leak, wherever it stands; one that is granted must be on the child's page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from send_integration import clock
from send_integration.settings import Settings
from send_integration.steps.catalogue import load_rules
from send_integration.store.children import standings
from send_integration.store.engine import open_database
from send_integration.web.app import build_app
from send_integration.web.people import BY_ACTOR, PEOPLE, DevelopmentPerson
from send_integration.web.policy import FIELDS, Action, Fields, Role, Tie, allowed, may_by_a_tie, seen_fields
from tests.builders import sent
from tests.integration.databases import a_database
from tests.integration.families import TODAY, child_of
from tests.integration.steps.pipe import Pipe
from tests.shape.test_routes import routes_of_the_site

Route = tuple[str, str]

OPEN: frozenset[Route] = frozenset(
    {
        ("GET", "/"),
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("GET", "/sign-in/callback"),
        ("POST", "/sign-out"),
        ("GET", "/health"),
        ("GET", "/metrics"),
    }
)
"""What shows nothing about anybody."""

STREAMS = {("GET", "/changes/children/{child_id}")}
"""What does not end by itself: test_open_pages asks each role for it."""

PAPERS = {("GET", "/children/{child_id}/pack.pdf"), ("GET", "/meetings/{day}/pack.pdf")}
"""What takes seconds to print: test_packs asks each role for them."""

OF_A_CHILD: dict[Route, Action] = {
    ("GET", "/children/{child_id}"): Action.VIEW_CHILD,
    ("GET", "/children/{child_id}/pack"): Action.TAKE_PACK,
    ("GET", "/children/{child_id}/family-copy"): Action.TAKE_FAMILY_COPY,
    ("POST", "/children/{child_id}/family-copy.pdf"): Action.TAKE_FAMILY_COPY,
    ("GET", "/children/{child_id}/basis"): Action.RECORD_BASIS,
    ("POST", "/children/{child_id}/basis"): Action.RECORD_BASIS,
    ("GET", "/children/{child_id}/list"): Action.LIST_FOR_PANEL,
    ("POST", "/children/{child_id}/list"): Action.LIST_FOR_PANEL,
    ("GET", "/children/{child_id}/voice"): Action.RECORD_VOICE,
    ("POST", "/children/{child_id}/voice"): Action.RECORD_VOICE,
    ("POST", "/children/{child_id}/voice/take-back"): Action.RECORD_VOICE,
    ("POST", "/children/{child_id}/actions/complete"): Action.DECIDE,
    ("GET", "/meetings/{day}/children/{child_id}"): Action.DECIDE,
    ("POST", "/meetings/{day}/children/{child_id}"): Action.DECIDE,
    ("GET", "/identity/children/{child_id}"): Action.REVIEW_IDENTITY,
    ("POST", "/identity/children/{child_id}/split"): Action.DECIDE_IDENTITY,
    ("POST", "/identity/children/{child_id}/merge"): Action.DECIDE_IDENTITY,
}
"""What is about one child, and is answered by what the person is to that child."""

OF_NO_CHILD: dict[Route, Action] = {
    ("GET", "/children"): Action.LIST_CHILDREN,
    ("GET", "/me"): Action.VIEW_OWN_CHILDREN,
    ("POST", "/me/actions/{event_id}/done"): Action.VIEW_OWN_CHILDREN,
    ("GET", "/meetings"): Action.VIEW_MEETING,
    ("POST", "/meetings"): Action.RUN_MEETING,
    ("GET", "/meetings/{day}"): Action.VIEW_MEETING,
    ("POST", "/meetings/{day}/attendance"): Action.RUN_MEETING,
    ("POST", "/meetings/{day}/order"): Action.RUN_MEETING,
    ("POST", "/meetings/{day}/carry"): Action.RUN_MEETING,
    ("POST", "/meetings/{day}/take-off"): Action.LIST_FOR_PANEL,
    ("GET", "/decisions/{event_id}"): Action.VIEW_MEETING,
    ("GET", "/decisions/{event_id}/correct"): Action.DECIDE,
    ("POST", "/decisions/{event_id}/correct"): Action.DECIDE,
    ("GET", "/children/{child_id}/break-glass"): Action.BREAK_GLASS,
    ("POST", "/children/{child_id}/break-glass"): Action.BREAK_GLASS,
    ("POST", "/children/{child_id}/end-glass"): Action.BREAK_GLASS,
    ("POST", "/alerts/glass/{glass_id}/read"): Action.READ_NOTICES,
    ("GET", "/alerts"): Action.READ_NOTICES,
    ("POST", "/alerts/notices/{notice_id}/read"): Action.READ_NOTICES,
    ("GET", "/alerts/{alert_id}"): Action.VIEW_INBOX,
    ("POST", "/alerts/{alert_id}/acknowledge"): Action.VIEW_INBOX,
    ("POST", "/alerts/{alert_id}/dismiss"): Action.VIEW_INBOX,
    ("POST", "/alerts/{alert_id}/put-off"): Action.VIEW_INBOX,
    ("POST", "/alerts/{alert_id}/hand-over"): Action.VIEW_INBOX,
    ("POST", "/alerts/away"): Action.VIEW_INBOX,
    ("POST", "/alerts/back"): Action.VIEW_INBOX,
    ("GET", "/identity"): Action.REVIEW_IDENTITY,
    ("GET", "/identity/pairs/{pair}"): Action.REVIEW_IDENTITY,
    ("POST", "/identity/pairs/{pair}"): Action.DECIDE_IDENTITY,
    ("GET", "/identity/decisions"): Action.REVIEW_IDENTITY,
    ("GET", "/identity/decisions/{decision}"): Action.REVIEW_IDENTITY,
    ("POST", "/identity/decisions/{decision}"): Action.DECIDE_IDENTITY,
    ("GET", "/quarantine"): Action.SEE_QUARANTINE,
    ("GET", "/quarantine/groups/{group}"): Action.SEE_QUARANTINE,
    ("GET", "/quarantine/items/{item}"): Action.SEE_QUARANTINE,
    ("POST", "/quarantine/items/{item}/replay"): Action.MEND_QUARANTINE,
    ("POST", "/quarantine/items/{item}/discard"): Action.MEND_QUARANTINE,
    ("POST", "/quarantine/groups/{group}/replay"): Action.MEND_QUARANTINE,
    ("POST", "/quarantine/groups/{group}/discard"): Action.MEND_QUARANTINE,
    ("GET", "/feeds"): Action.SEE_FEEDS,
    ("GET", "/feeds/{feed}"): Action.SEE_FEEDS,
    ("POST", "/feeds/{feed}/pause"): Action.STEER_FEEDS,
    ("POST", "/feeds/{feed}/resume"): Action.STEER_FEEDS,
    ("GET", "/feeds/scorecard"): Action.SEE_SCORES,
    ("GET", "/feeds/scorecard/{agency}"): Action.SEE_SCORES,
    ("GET", "/measures"): Action.SEE_MEASURES,
    ("GET", "/measures/{measure}.csv"): Action.SEE_MEASURES,
    ("GET", "/audit"): Action.READ_AUDIT,
}
"""What is answered by the role alone; what it is about is then found, or not, among what the person may see."""

KINDS = ("Own", "Other", "Listed", "Secret")
"""The named worker's own child, one of nobody's, one who is on an agenda, and one who is restricted."""

NUMBERS = {"Own": "9990000018", "Other": "9990000026", "Listed": "9990000034", "Secret": "9990000042"}
SHARES = {"Own": 0.31, "Other": 0.32, "Listed": 0.33, "Secret": 0.34}


def word(kind: str, field: str) -> str:
    """By what a field of a child is known wherever it stands."""
    if field == "identifiers":
        return NUMBERS[kind]
    if field == "funding":
        return f"{SHARES[kind]:.0%}"
    return f"{field.replace('-', '')}of{kind.lower()}"


@dataclass
class Town:
    """A site on a database with one child of each kind, by child id."""

    engine: Engine
    client: TestClient
    children: dict[str, str]


@pytest.fixture(scope="module")
def town(server: str) -> Iterator[Town]:
    with a_database(server, "ready") as address:
        engine = open_database(address)
        _fill(engine)
        settings = Settings(
            sign_in="development", as_of=TODAY, requests_a_minute=0, address_requests_a_minute=0, sign_ins_a_minute=0
        )
        client = TestClient(build_app(engine, settings), base_url="http://localhost", follow_redirects=False)
        children = {kind: child_of(engine, "Some", f"names of{kind.lower()}") for kind in KINDS}
        yield Town(engine, client, children)
        engine.dispose()


def _fill(engine: Engine) -> None:
    pipe = Pipe(engine, load_rules(), TODAY, now=clock.now())
    for place, kind in enumerate(KINDS, start=1):
        for feed, raw in _story(kind, place):
            pipe.send(feed, raw)
    feeds = ["school", "camhs", "early-help", "panel", "people", "workers"]
    pipe.relay()
    pipe.drain_gate(feeds)
    pipe.drain_timeline()
    broken = sent("school.suspended", "2025-03-01", event_id="broken", person=_person("Other", 2), sessions=-1,
                  note=word("Other", "notes-education"))  # fmt: skip
    pipe.send("school", broken)
    pipe.drain_gate(["school"])


def _person(kind: str, place: int) -> dict[str, object]:
    return {
        "local_id": f"L{place}", "given_name": "Some", "family_name": f"names of{kind.lower()}",
        "date_of_birth": f"201{place}-0{place}-0{place}", "nhs_number": NUMBERS[kind], "postcode": f"LU{place} {place}AA",
        "restricted": "adoption" if kind == "Secret" else None,
    }  # fmt: skip


def _story(kind: str, place: int) -> Iterator[tuple[str, bytes]]:
    """What agencies say of a child, with a word of the child's in each field."""
    who = {"person": _person(kind, place), "source": "urn:send:town"}

    def said(feed: str, what: str, day: str, **fields: object) -> tuple[str, bytes]:
        return feed, sent(f"{feed}.{what}", day, event_id=f"{kind}-{feed}-{what}", **who, **fields)  # type: ignore[arg-type]

    lead = {"id": f"lead-{kind}", "name": "Lea Example", "role": "senco", "team": "north",
            "email": f"{word(kind, 'contacts')}@example.org"}  # fmt: skip
    yield said("school", "sen_support_started", "2025-01-10", note=word(kind, "notes-education"))
    yield said("camhs", "referred", "2025-01-11", note=word(kind, "notes-health"))
    yield said("early-help", "contact", "2025-01-12", note=word(kind, "notes-care"))
    yield said("workers", "assigned", "2025-01-13", role_for_child="senco", worker=lead)
    yield said("people", "related", "2025-01-14", other={"local_id": word(kind, "family")})
    yield said("panel", "voice_recorded", "2025-01-15", text=word(kind, "voice"))
    share = SHARES[kind]
    yield said("panel", "decided", "2025-01-16", meeting_on="2025-01-16", decision="joint-funding",
               rationale=word(kind, "decisions"),
               funding={"education": share, "health": 0.5, "care": round(0.5 - share, 2)})  # fmt: skip
    if kind == "Own":
        worker = {"id": "worker", "name": "Wren Example", "role": "senco", "team": "north"}
        yield "workers", sent("workers.assigned", "2025-01-17", event_id="own", role_for_child="family-worker",
                              worker=worker, **who)  # fmt: skip
    if kind == "Listed":
        yield said("panel", "listed", "2025-05-20", meeting_on="2025-06-10")


def tie(person: DevelopmentPerson, kind: str) -> Tie:
    return Tie(own=person.actor == "worker" and kind == "Own", on_agenda=kind == "Listed")


def sees(person: DevelopmentPerson, kind: str) -> Fields:
    """What the policy grants a person of a child, if the child is one of whom they may know."""
    known = kind != "Secret" or allowed(Action.SEE_RESTRICTED, person.role, tie=tie(person, kind)).allowed
    return seen_fields(person.role, person.sector, tie(person, kind)) if known else Fields()


def sign_in(town: Town, actor: str) -> str:
    """Sign in anew; gives the token of the person's forms, where a page of theirs has one."""
    token = re.search(r'name="form_token" value="([^"]+)"', town.client.get("/sign-in").text)
    assert token is not None
    assert town.client.post("/sign-in", data={"person": actor, "form_token": token[1]}).status_code == 303
    home = town.client.get("/", follow_redirects=True)
    found = re.search(r'name="csrf" value="([^"]+)"', home.text)
    assert found is not None
    return found[1]


def leaks(person: DevelopmentPerson, page: str) -> list[tuple[str, str]]:
    """The words on a page that the policy does not grant to whoever opened it."""
    return [
        (kind, field)
        for kind in KINDS
        for field in FIELDS
        if field not in sees(person, kind) and shows(page, kind, field)
    ]


def address_of(path: str, child_id: str) -> str:
    """An address of a page on a child, and on the meeting for which one of them is listed."""
    known = path.replace("{day}", "2025-06-10")
    if "{event_id}" in known:
        known = f"{known.replace('{event_id}', 'Own-panel-decided')}?child={child_id}"
    return re.sub(r"\{(?!child_id)\w+\}", "1", known).format(child_id=child_id)


def shows(page: str, kind: str, field: str) -> bool:
    if field == "names":
        return f"names of{kind.lower()}" in page
    return word(kind, field) in page


def test_every_route_of_the_app_is_in_the_matrix() -> None:
    assert set(routes_of_the_site()) == OPEN | STREAMS | PAPERS | set(OF_A_CHILD) | set(OF_NO_CHILD)


def test_the_town_has_a_child_of_each_kind(town: Town) -> None:
    found = standings(town.engine, town.children.values())
    assert len(set(town.children.values())) == len(KINDS)
    assert {kind: found[child].restricted for kind, child in town.children.items()} == {
        kind: kind == "Secret" for kind in KINDS
    }


@pytest.mark.parametrize("actor", BY_ACTOR)
def test_nobody_sees_on_any_page_what_the_policy_does_not_grant(town: Town, actor: str) -> None:
    person = BY_ACTOR[actor]
    csrf = sign_in(town, actor)

    for (method, path), action in (OF_A_CHILD | OF_NO_CHILD).items():
        for kind, child_id in town.children.items():
            address = address_of(path, child_id)
            answer = town.client.request(method, address, data={"csrf": csrf} if method == "POST" else None)

            assert leaks(person, answer.text) == [], (method, address, kind)
            assert answer.status_code < 500, (method, address)
            if (method, path) in OF_A_CHILD:
                granted = allowed(
                    action, person.role, sector=person.sector, tie=tie(person, kind), restricted=kind == "Secret"
                )
                assert (answer.status_code in (403, 404)) is not granted.allowed, (method, address, kind)
            elif not allowed(action, person.role, sector=person.sector).allowed:
                refused = (403, 404) if may_by_a_tie(action, person.role) else (403,)
                assert answer.status_code in refused, (method, address)
            if "{" not in path:
                break


@pytest.mark.parametrize("actor", BY_ACTOR)
def test_what_the_policy_grants_is_on_the_childs_page(town: Town, actor: str) -> None:
    person = BY_ACTOR[actor]
    sign_in(town, actor)

    for kind, child_id in town.children.items():
        secret = kind == "Secret"
        if not allowed(
            Action.VIEW_CHILD, person.role, sector=person.sector, tie=tie(person, kind), restricted=secret
        ).allowed:
            continue
        page = town.client.get(f"/children/{child_id}").text
        missing = [field for field in sees(person, kind) if not shows(page, kind, field)]
        assert missing == [], kind


@pytest.mark.parametrize("actor", BY_ACTOR)
def test_a_form_that_is_not_ours_is_refused_whoever_sends_it(town: Town, actor: str) -> None:
    csrf = sign_in(town, actor)
    forms = [path for method, path in (*OF_A_CHILD, *OF_NO_CHILD) if method == "POST"]

    for path in forms:
        address = address_of(path, town.children["Other"])
        for data, headers in (
            ({}, {}),
            ({"csrf": "x" * len(csrf)}, {}),
            ({"csrf": csrf}, {"Origin": "https://evil.example"}),
            ({"csrf": csrf}, {"Sec-Fetch-Site": "cross-site"}),
            ({"csrf": csrf}, {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"}),
        ):
            answer = town.client.post(address, data=data, headers=headers)
            assert answer.status_code in (403, 404), (address, data, headers)
            assert answer.status_code == 403 or not headers, address


def test_the_matrix_asks_as_everybody_of_the_directory() -> None:
    assert {person.role for person in PEOPLE} == set(Role)
