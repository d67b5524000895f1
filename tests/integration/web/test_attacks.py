"""OWASP's usual attacks, tried on every route and every parameter that the app itself says it has."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, create_engine, text

from send_integration.settings import Settings
from send_integration.web.app import LARGEST_FORM_BYTES, ROOMS, build_app
from send_integration.web.context import Site, templates
from send_integration.web.guards import HEADERS, guard_of
from tests.builders import sent
from tests.integration.families import FEEDS, TODAY, child_of
from tests.integration.steps.pipe import Pipe

SCRIPT = "<script>alert(1)</script>"
PAYLOADS = (
    "' OR 1=1; DROP TABLE audit;--",
    f'">{SCRIPT}',
    "../../../../etc/passwd",
    "a\x00b",
    "x\r\nX-Evil: 1\r\n\r\n" + SCRIPT,
    "{{1337*1337}}${1337*1337}",
    "9" * 40,
    "-1",
    "\u202egnp.exe\ufeff\U0001f600",
)

Parameter = tuple[str, str, str, str]
"""Method, path, where the parameter stands, and its name."""


def parameters() -> list[Parameter]:
    """Every parameter of every route."""
    site = Site(create_engine("postgresql+psycopg://nowhere/nothing"), Settings(), templates(), guard_of(Settings()))
    routes = [route for room in ROOMS for route in room.routes(site).routes if isinstance(route, APIRoute)]
    return [
        (method, route.path, place, name)
        for route in routes
        for method in sorted(route.methods)
        for place, names in (
            ("path", re.findall(r"\{(\w+)\}", route.path)),
            ("query", [field.alias for field in route.dependant.query_params] or (["q", "as_at", "known_on", "sector", "feed"] if method == "GET" else [])),
            ("form", names_of_form(route)),
        )
        for name in names
    ]  # fmt: skip


def names_of_form(route: APIRoute) -> list[str]:
    found: list[str] = []
    for field in route.dependant.body_params:
        model = getattr(field.field_info, "annotation", None)
        found += list(model.model_fields) if hasattr(model, "model_fields") else [field.alias]
    return [name for name in found if name != "csrf"]


@pytest.fixture
def child(engine: Engine, pipe: Pipe) -> str:
    """A child with a script in every text that anybody can write about it."""
    who = {"person": {"local_id": SCRIPT, "given_name": f"Zed{SCRIPT}", "family_name": f"{SCRIPT}Zed", "postcode": None,
                      "nhs_number": None, "date_of_birth": "2012-12-12"}, "source": "urn:send:evil"}  # fmt: skip
    lead = {"id": SCRIPT, "name": SCRIPT, "role": SCRIPT, "team": SCRIPT, "email": "x@example.org"}
    told: tuple[tuple[str, dict[str, Any]], ...] = (
        ("school.suspended", {"reason": SCRIPT, "note": SCRIPT}),
        ("camhs.referred", {"referral_id": SCRIPT, "note": SCRIPT}),
        ("workers.assigned", {"role_for_child": "senco", "worker": lead}),
        ("people.related", {"kind": "sibling", "other": {"local_id": SCRIPT}}),
        ("people.consent_recorded", {"about": SCRIPT, "given": True}),
        ("panel.listed", {"meeting_on": "2025-06-10", "reason": SCRIPT}),
        ("panel.voice_recorded", {"text": SCRIPT, "how": SCRIPT}),
        ("panel.decided", {"rationale": SCRIPT, "meeting_on": "2025-05-01"}),
        ("panel.action_agreed", {"what": SCRIPT, "owner": SCRIPT}),
    )
    for number, (what, fields) in enumerate(told, start=1):
        pipe.send(
            what.partition(".")[0], sent(what, f"2025-05-0{number}", event_id=f"{number}{SCRIPT}", **who, **fields)
        )
    pipe.relay()
    pipe.drain_gate([*FEEDS, "panel"])
    pipe.drain_timeline()
    return child_of(engine, f"Zed{SCRIPT}", f"{SCRIPT}Zed")


class Attacker:
    """Somebody who is signed in, with a browser that does whatever they like."""

    def __init__(self, engine: Engine, actor: str, **settings: Any) -> None:
        given: dict[str, Any] = {"sign_in": "development", "as_of": TODAY, "requests_a_minute": 0,
                                 "address_requests_a_minute": 0, "sign_ins_a_minute": 0}  # fmt: skip
        app = build_app(engine, Settings(**(given | settings)))
        app.state.changes.end_all()  # what tells an open page of changes would not end
        self.client = TestClient(
            app,
            base_url=f"http{'s' if 'web_address' in settings else ''}://localhost",
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        token = re.search(r'name="form_token" value="([^"]+)"', self.client.get("/sign-in").text)
        assert token is not None
        self.client.post("/sign-in", data={"person": actor, "form_token": token[1]})
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/", follow_redirects=True).text)
        assert found is not None
        self.csrf = found[1]


Attack = Callable[..., Attacker]


@pytest.fixture
def attack(engine: Engine, pipe: Pipe) -> Attack:
    return lambda actor, **settings: Attacker(engine, actor, **settings)


def assert_harmless(answer: Response, what: object) -> None:
    assert answer.status_code < 500, what
    assert SCRIPT not in answer.text, what
    assert "1787569" not in answer.text, what
    assert "x-evil" not in answer.headers, what
    assert "root:" not in answer.text, what
    assert not re.search(r"psycopg|sqlalchemy|Traceback|syntax error", answer.text), what
    assert leads_here(answer), what
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, what
    assert answer.headers["cache-control"] == "no-store", what


def leads_here(answer: Response) -> bool:
    location = answer.headers.get("location", "/")
    return location.startswith("/") and not location.startswith(("//", "/\\")) and "\n" not in location


@pytest.mark.parametrize("actor", ["manager", "chair"])
def test_nothing_that_is_put_into_a_parameter_does_any_harm(attack: Attack, child: str, actor: str) -> None:
    attacker = attack(actor)
    found = parameters()
    assert len(found) > 60

    for method, path, place, name in found:
        for payload in PAYLOADS:
            fill = (lambda other, name=name, payload=payload: quoted(payload) if other[1] == name else "1") if place == "path" else (lambda other: child if other[1] == "child_id" else "1")  # fmt: skip
            address = re.sub(r"\{(\w+)\}", fill, path)
            given: dict[str, Any] = {"params": {name: payload}} if place == "query" else {}
            if method == "POST":
                data = {"csrf": attacker.csrf} if path != "/sign-out" else {}
                given["data"] = data | ({name: payload} if place == "form" else {})
            assert_harmless(attacker.client.request(method, address, **given), (method, path, name, payload))


def quoted(payload: str) -> str:
    return "".join(f"%{byte:02x}" for byte in payload.encode())


@pytest.mark.parametrize("actor", ["manager", "chair", "member", "member-care", "steward", "worker", "administrator"])
def test_a_script_in_any_text_is_shown_as_the_text_that_it_is(
    attack: Attack, engine: Engine, child: str, actor: str
) -> None:
    attacker = attack(actor)
    attacker.client.post(f"/children/{child}/basis", data={"csrf": attacker.csrf, "basis": "consent", "why": SCRIPT})
    attacker.client.post(f"/children/{child}/break-glass", data={"csrf": attacker.csrf, "why": SCRIPT})
    pages = ["/children", "/alerts", "/identity", "/identity/decisions", "/quarantine", "/feeds", "/feeds/scorecard"]

    for page in (*pages, f"/children/{child}", f"/children/{child}/basis", f"/identity/children/{child}"):
        assert_harmless(attacker.client.get(page), page)
    if actor == "chair":
        shown = attacker.client.get(f"/children/{child}").text
        assert shown.count("&lt;script&gt;alert(1)") > 10, "the texts are there"


@pytest.mark.parametrize(
    "path",
    ["%2e%2e/policy.toml", "..%2fpolicy.toml", "%2e%2e%2f%2e%2e%2fsettings.py", "..%5cpolicy.toml", "/etc/passwd",
     "%2fetc%2fpasswd", "page.css/..%2f..%2fpolicy.toml", "....//policy.toml", "%00", "page.css%00.html"],
)  # fmt: skip
def test_nothing_but_the_static_files_is_served(attack: Attack, path: str) -> None:
    answer = attack("chair").client.get(f"/static/{path}")

    assert answer.status_code == 404
    assert "panel-chair" not in answer.text


def test_no_page_leads_elsewhere_whatever_the_address_or_the_host_says(attack: Attack) -> None:
    attacker = attack("chair")

    for address in ("//evil.example", "//evil.example/children/", "/children/", "/sign-in?next=https://evil.example",
                    "/?url=//evil.example", "/%2f%2fevil.example", "/\\evil.example", "/alerts?done=https://evil.example"):  # fmt: skip
        answer = attacker.client.get(address, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert leads_here(answer), address
        assert "evil.example" not in answer.text, address


def test_the_page_answers_by_its_own_name_alone_where_it_has_one(attack: Attack) -> None:
    client = attack("chair", web_address="https://send.example").client

    assert client.get("/children", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/health", headers={"Host": "web:8080"}).status_code == 200
    assert client.get("/children").headers["strict-transport-security"].startswith("max-age=")


def test_a_method_that_is_not_meant_does_nothing(attack: Attack, engine: Engine, child: str) -> None:
    attacker = attack("manager")
    why = {"csrf": attacker.csrf, "why": "a reason", "basis": "consent"}

    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
        assert attacker.client.request(method, f"/children/{child}/basis", data=why).status_code == 405, method
    assert attacker.client.get("/sign-out").status_code == 405
    assert attacker.client.get("/alerts/away", params=why).status_code in (404, 405)
    attacker.client.get(
        f"/children/{child}/basis", params=why | {"_method": "POST"}, headers={"X-HTTP-Method-Override": "POST"}
    )
    attacker.client.post(f"/children/{child}/basis", params=why)
    attacker.client.post(f"/children/{child}/basis", json=why)
    attacker.client.post(
        f"/children/{child}/basis",
        content="csrf=" + attacker.csrf + "&basis=consent",
        headers={"Content-Type": "text/plain"},
    )
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sharing_basis")).scalar_one() == 0


def in_pieces() -> Iterator[bytes]:
    for _ in range(40):
        yield b"why=" + b"x" * (LARGEST_FORM_BYTES // 20)


def test_a_form_that_is_too_long_is_refused_before_it_is_read(attack: Attack, child: str) -> None:
    attacker = attack("manager")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    whole = attacker.client.post(
        f"/children/{child}/basis", data={"csrf": attacker.csrf, "why": "x" * (LARGEST_FORM_BYTES + 1)}
    )
    pieces = attacker.client.post(f"/children/{child}/basis", content=in_pieces(), headers=headers)
    many = attacker.client.post(
        f"/children/{child}/basis", content="&".join(f"f{n}=1" for n in range(50_000)), headers=headers
    )

    assert (whole.status_code, pieces.status_code) == (413, 413)
    assert many.status_code in (400, 403, 413)


def test_a_fault_of_ours_tells_nothing_and_is_kept_nowhere(attack: Attack, engine: Engine) -> None:
    attacker = attack("chair")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE child RENAME TO lost"))

    answer = attacker.client.get("/children")

    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert not re.search(r"relation|SELECT|psycopg", answer.text)
    assert answer.headers["cache-control"] == "no-store"
    for name, value in HEADERS.items():
        assert answer.headers[name] == value


def test_whoever_asks_too_often_waits_and_nobody_else_does(attack: Attack) -> None:
    attacker = attack("chair", requests_a_minute=5)

    answers = [attacker.client.get("/children", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(8)]

    assert [answer.status_code for answer in answers].count(429) >= 3
    refused = answers[-1]
    assert int(refused.headers["retry-after"]) > 0
    assert "Too many requests" in refused.text
    assert refused.headers["cache-control"] == "no-store"
    other = attack("chair", requests_a_minute=5)
    assert other.client.get("/children").status_code == 200


@pytest.mark.parametrize(
    ("settings", "path", "most"),
    [
        ({"searches_a_minute": 3}, "/children?q=x", 3),
        ({"address_requests_a_minute": 10}, "/static/page.css", 10),
    ],
)
def test_searches_and_addresses_have_limits_of_their_own(
    attack: Attack, settings: dict[str, int], path: str, most: int
) -> None:
    client = attack("chair", **settings).client

    found = [client.get(path, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(most + 2)]

    assert found[-1] == 429
    assert found.count(200) <= most


def test_sign_ins_of_one_address_have_a_limit(attack: Attack) -> None:
    client = attack("chair", sign_ins_a_minute=3).client

    found = [client.post("/sign-in", data={"person": "chair", "form_token": "guessed"}).status_code for _ in range(5)]

    assert found[0] == 403
    assert found[-1] == 429
