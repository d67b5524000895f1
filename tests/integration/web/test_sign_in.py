"""Signing in at a provider that signs real tokens; and every way in which it, or somebody between, could lie."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from send_integration import clock
from send_integration.settings import Settings
from send_integration.store.sessions import Session, end_sessions, open_sessions
from send_integration.web.app import build_app
from tests.integration.families import TODAY
from tests.integration.web.stand_in_provider import CLIENT, SECRET, StandIn, new_key, stand_in

HERE = "https://send.example"
ROLES = "send-health=panel-member:health, send-chair=panel-chair, camhs=agency-manager:urn:send:luton:camhs, sen=named-worker"


@pytest.fixture
def fill() -> None:
    """No child is needed."""


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with stand_in() as provider:
        yield provider


@pytest.fixture
def provider(running: StandIn) -> StandIn:
    running.claims = {"sub": "w-17", "name": "Nia Example", "roles": ["other", "send-health"]}
    running.lies = {}
    running.refusals.clear()
    return running


Browser = Callable[[], TestClient]


@pytest.fixture
def browser(engine: Engine, provider: StandIn) -> Browser:
    """A browser at a page of a real name, with the provider set up."""
    app = build_app(engine, settings_for(provider))
    return lambda: TestClient(app, base_url=HERE, follow_redirects=False)


def settings_for(provider: StandIn, **changed: Any) -> Settings:
    given: dict[str, Any] = {
        "sign_in": "oidc", "oidc_issuer": provider.address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET,
        "oidc_roles": ROLES, "web_address": HERE, "as_of": TODAY,
    }  # fmt: skip
    return Settings(**(given | changed))


def depart(client: TestClient) -> str:
    """Begin to sign in; gives the provider's address to which the browser is sent."""
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    page = client.post("/sign-in", data={"form_token": token[1]})
    assert page.status_code == 200
    found = re.search(r'content="0; url=([^"]+)"', page.text)
    assert found is not None
    return html.unescape(found[1])


def at_the_provider(address: str) -> str:
    """Sign in there; gives the path at our page to which the browser is sent back."""
    back = httpx2.get(address, follow_redirects=False).headers["location"]
    assert back.startswith(f"{HERE}/sign-in/callback?")
    return back.removeprefix(HERE)


def sign_in(client: TestClient) -> httpx2.Response:
    return client.get(at_the_provider(depart(client)))


def sessions(engine: Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT actor, name, role, sector, inboxes, agencies FROM session"))
        return [tuple(row) for row in rows]


def test_somebody_signs_in_and_is_what_the_mapping_makes_of_them(
    engine: Engine, browser: Browser, provider: StandIn
) -> None:
    client = browser()

    answer = sign_in(client)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert sessions(engine) == [("w-17", "Nia Example", "panel-member", "health", [], [])]
    page = client.get("/children")
    assert page.status_code == 200
    assert "Sign out Nia Example" in page.text
    assert provider.refusals == []


def test_what_is_sent_to_the_provider_is_new_each_time_and_holds_no_secret(browser: Browser) -> None:
    asked = [parse_qs(urlsplit(depart(browser())).query) for _ in range(2)]

    for one in asked:
        assert one["code_challenge_method"] == ["S256"]
        assert one["redirect_uri"] == [f"{HERE}/sign-in/callback"]
        assert SECRET.split()[0] not in str(one)
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]


@pytest.mark.parametrize(
    "claims", [{"roles": ["other"]}, {"roles": []}, {"roles": None}, {"roles": {"send-health": 1}}]
)
def test_whoever_has_no_role_here_is_refused_and_the_attempt_is_written_down(
    engine: Engine, browser: Browser, provider: StandIn, claims: dict[str, Any]
) -> None:
    provider.claims |= claims

    answer = sign_in(browser())

    assert answer.status_code == 403
    assert "no role here" in answer.text
    assert sessions(engine) == []
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT actor, role, action, allowed FROM audit")).all()
    assert [tuple(row) for row in rows] == [("w-17", "none", "sign-in", False)]


def test_the_first_group_of_the_setting_counts_and_an_agency_comes_with_its_manager(
    engine: Engine, browser: Browser, provider: StandIn
) -> None:
    provider.claims["roles"] = ["camhs", "send-chair"]
    sign_in(browser())
    provider.claims["roles"] = "camhs"
    sign_in(browser())

    assert [row[2:] for row in sessions(engine)] == [
        ("panel-chair", None, [], []),
        ("agency-manager", None, [], ["urn:send:luton:camhs"]),
    ]


def test_sector_and_team_are_the_directorys_where_the_provider_does_not_say(
    engine: Engine, browser: Browser, provider: StandIn
) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO worker (worker_id, name, role, team, sector, as_recorded_at)"
                " VALUES ('w-17', 'Nia E.', 'senco', 'north', 'education', now())"
            )
        )
    provider.claims |= {"roles": ["sen"], "name": None}

    sign_in(browser())

    assert sessions(engine) == [("w-17", "Nia E.", "named-worker", "education", ["team:north"], [])]


def test_a_persons_groups_may_lie_in_another_claim(engine: Engine, provider: StandIn) -> None:
    app = build_app(engine, settings_for(provider, oidc_roles_claim="realm_access.roles"))
    provider.claims |= {"roles": None, "realm_access": {"roles": ["send-chair"]}}

    assert sign_in(TestClient(app, base_url=HERE, follow_redirects=False)).status_code == 303


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "another audience": {"claims": {"aud": "another-app"}},
    "another audience, said to be for us": {"claims": {"aud": ["another-app"], "azp": CLIENT}},
    "another authorised party": {"claims": {"aud": [CLIENT, "another-app"], "azp": "another-app"}},
    "an old token": {"claims": {"exp": 1_700_000_000}},
    "a token without end": {"claims": {"exp": None}},
    "a token of tomorrow": {"claims": {"iat": 4_000_000_000, "nbf": 4_000_000_000}},
    "another's key": {"key": new_key()},
    "an unknown key": {"kid": "another", "key": new_key()},
    "signed with the client's secret": {"algorithm": "HS256", "key": SECRET + " " * 32},
    "not signed": {"algorithm": "none", "key": None},
    "nobody": {"claims": {"sub": None}},
    "a team's inbox": {"claims": {"sub": "team:duty-manager"}},
    "nobody's name": {"claims": {"sub": "w-17\r\nSet-Cookie: x=1"}},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_token_that_is_not_the_providers_for_us_and_this_sign_in_opens_nothing(
    engine: Engine, browser: Browser, provider: StandIn, lie: dict[str, Any]
) -> None:
    provider.lies = lie

    answer = sign_in(browser())

    assert answer.status_code == 403
    assert "did not confirm it" in answer.text
    assert sessions(engine) == []


def test_a_provider_that_signs_by_a_new_key_is_believed(engine: Engine, browser: Browser, provider: StandIn) -> None:
    client = browser()
    sign_in(client)
    provider.key, provider.kid = new_key(), "second"

    assert sign_in(client).status_code == 303


def test_a_sign_in_can_be_finished_once_and_by_the_browser_alone_that_began_it(
    engine: Engine, browser: Browser, provider: StandIn
) -> None:
    client, other = browser(), browser()
    depart(other)
    back = at_the_provider(depart(client))

    assert other.get(back).status_code == 400, "another browser, which began one too"
    assert browser().get(back).status_code == 400, "a browser that began none"
    assert sessions(engine) == []
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 400, "once more"
    assert client.get("/sign-in/callback?code=x&state=guessed").status_code == 400
    assert client.get("/sign-in/callback?error=access_denied&state=x").status_code == 400


def test_a_sign_in_that_took_too_long_is_begun_anew(engine: Engine, browser: Browser) -> None:
    client = browser()
    back = at_the_provider(depart(client))
    with engine.begin() as connection:
        connection.execute(text("UPDATE sign_in_attempt SET expires_at = now() - interval '1 second'"))

    assert client.get(back).status_code == 400


def test_the_providers_answer_is_refused_where_it_says_that_another_gave_it(
    browser: Browser, provider: StandIn
) -> None:
    client = browser()

    answer = client.get(at_the_provider(depart(client)) + "&iss=https%3A%2F%2Fevil.example")

    assert answer.status_code == 403


def test_a_code_taken_from_another_sign_in_is_refused_by_its_verifier(browser: Browser, provider: StandIn) -> None:
    victim, thief = browser(), browser()
    stolen = parse_qs(urlsplit(at_the_provider(depart(victim))).query)["code"][0]
    own = parse_qs(urlsplit(depart(thief)).query)["state"][0]

    assert thief.get(f"/sign-in/callback?code={stolen}&state={own}").status_code == 403
    assert provider.refusals == ["verifier"]


def test_a_wrong_secret_is_refused_by_the_provider(engine: Engine, provider: StandIn) -> None:
    app = build_app(engine, settings_for(provider, oidc_client_secret="guessed"))

    assert sign_in(TestClient(app, base_url=HERE, follow_redirects=False)).status_code == 403
    assert provider.refusals == ["secret"]


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"token_endpoint": None},
        {"jwks_uri": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_is_another_or_not_safe_is_not_gone_to(
    engine: Engine, provider: StandIn, said: dict[str, Any]
) -> None:
    provider.lies = {"metadata": said}
    client = TestClient(build_app(engine, settings_for(provider)), base_url=HERE, follow_redirects=False)
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None

    answer = client.post("/sign-in", data={"form_token": token[1]})

    assert answer.status_code == 503
    assert "evil" not in answer.text


def test_a_session_is_new_at_each_sign_in_and_one_that_was_set_before_is_worth_nothing(
    engine: Engine, browser: Browser
) -> None:
    client = browser()
    client.cookies.set("__Host-send_session", "chosen-by-somebody-else", domain="send.example")
    sign_in(client)
    first = client.cookies["__Host-send_session"]
    sign_in(client)
    second = client.cookies["__Host-send_session"]

    assert len({"chosen-by-somebody-else", first, second}) == 3
    assert len(sessions(engine)) == 1, "the former one has ended"
    thief = browser()
    for token in ("chosen-by-somebody-else", first):
        thief.cookies.set("__Host-send_session", token, domain="send.example")
        assert thief.get("/children").headers["location"] == "/sign-in"


def test_the_cookies_are_the_hosts_own_encrypted_and_no_scripts(browser: Browser) -> None:
    client = browser()
    shown = client.get("/sign-in").headers["set-cookie"]
    opened = sign_in(client).headers.get_list("set-cookie")

    session = next(one for one in opened if one.startswith("__Host-send_session="))
    for cookie, same_site in ((shown, "strict"), (session, "lax")):
        assert cookie.startswith("__Host-")
        assert {"HttpOnly", "Secure", "Path=/", f"SameSite={same_site}"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()
    other = browser()
    other.cookies.set("send_session", session.partition("=")[2].partition(";")[0], domain="send.example")
    assert other.get("/children").headers["location"] == "/sign-in", (
        "a neighbour's cookie without the prefix is not read"
    )


def test_signing_out_ends_the_session_here_and_leads_to_the_providers_end(
    engine: Engine, browser: Browser, provider: StandIn
) -> None:
    client = browser()
    sign_in(client)
    token = client.cookies["__Host-send_session"]
    csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/children").text)
    assert csrf is not None

    page = client.post("/sign-out", data={"csrf": csrf[1]})

    address = html.unescape(re.search(r'url=([^"]+)"', page.text)[1])  # type: ignore[index]
    assert address.startswith(f"{provider.address}/end?")
    asked = parse_qs(urlsplit(address).query)
    assert asked == {"client_id": [CLIENT], "post_logout_redirect_uri": [f"{HERE}/sign-in"]}
    assert sessions(engine) == []
    client.cookies.set("__Host-send_session", token, domain="send.example")
    assert client.get("/children").headers["location"] == "/sign-in"


def test_a_session_ends_when_it_is_left_alone_or_old_or_ended_by_somebody(engine: Engine, browser: Browser) -> None:
    ends = {
        "left alone": "UPDATE session SET seen_at = seen_at - interval '61 minutes'",
        "old": "UPDATE session SET expires_at = now() - interval '1 second'",
    }
    for why, change in ends.items():
        client = browser()
        sign_in(client)
        assert client.get("/children").status_code == 200
        with engine.begin() as connection:
            connection.execute(text(change))
        assert client.get("/children").headers["location"] == "/sign-in", why

    client = browser()
    sign_in(client)
    found = open_sessions(engine, clock.now(), timedelta(hours=1))
    assert [one.actor for one in found] == ["w-17"]
    assert end_sessions(engine, Session("root", "command-line", ""), session_id=found[0].session_id) == 1
    assert client.get("/children").headers["location"] == "/sign-in"


def test_nobody_signs_in_as_a_made_up_person_where_the_provider_is_asked(engine: Engine, browser: Browser) -> None:
    client = browser()
    page = client.get("/sign-in").text
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token is not None

    answer = client.post("/sign-in", data={"form_token": token[1], "person": "manager"})

    assert "Max Example" not in page
    assert answer.status_code == 200
    assert sessions(engine) == []
