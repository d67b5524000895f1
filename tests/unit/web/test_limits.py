"""How many requests somebody may make, and whose address counts."""

import pytest
from starlette.requests import Request

from send_integration.settings import Settings
from send_integration.web.guards import Guard, guard_of
from send_integration.web.limits import MOST_KEYS, Limiter


def test_a_bucket_gives_what_it_holds_and_fills_again() -> None:
    limiter = Limiter(60)

    assert [limiter.wait("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert limiter.wait("a", 0.0) == pytest.approx(1.0)
    assert limiter.wait("b", 0.0) == 0.0
    assert limiter.wait("a", 1.0) == 0.0
    assert limiter.wait("a", 1.0) > 0
    assert [limiter.wait("a", 1000.0) for _ in range(61)].count(0.0) == 60


def test_no_limit_lets_everything_through() -> None:
    assert all(Limiter(0).wait("a", 0.0) == 0.0 for _ in range(1000))


def test_what_is_remembered_has_an_end() -> None:
    limiter = Limiter(1)

    for number in range(MOST_KEYS + 10):
        limiter.wait(str(number), 0.0)

    assert limiter.wait(str(MOST_KEYS + 9), 0.0) > 0
    assert limiter.wait("0", 0.0) == 0.0, "forgotten"


def guard(**settings: str) -> Guard:
    return guard_of(Settings(**settings))  # type: ignore[arg-type]


def request(address: str, *, path: str = "/", host: str = "send.example", **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in {"host": host, **headers}.items()]
    return Request(
        {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": named,
         "client": (address, 1), "scheme": "https", "server": (host, 443)}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("proxies", "came_from", "said", "counted"),
    [
        ("", "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        ("10.0.0.0/8", "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.0/8", "192.0.2.7", "203.0.113.9", "192.0.2.7"),
        ("10.0.0.0/8", "10.0.0.1", "made-up, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.1", "", "10.0.0.1"),
        ("2001:db8::/32", "2001:db8::1", "203.0.113.9", "203.0.113.9"),
    ],
)
def test_an_address_is_believed_from_our_own_proxies_alone(
    proxies: str, came_from: str, said: str, counted: str
) -> None:
    assert guard(trusted_proxies=proxies).address_of(request(came_from, x_forwarded_for=said)) == counted


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"origin": "https://send.example"}, True),
        ({"origin": "https://SEND.example", "sec_fetch_site": "same-origin"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://send.example.evil.example"}, False),
        ({"origin": "https://send.example:8443"}, False),
        ({"origin": "null"}, False),
        ({"origin": "null", "sec_fetch_site": "same-origin"}, True),
        ({"origin": "null", "sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "same-site"}, False),
        ({"origin": "https://send.example", "sec_fetch_site": "cross-site"}, False),
    ],
)
def test_a_form_is_taken_from_our_own_pages_alone(headers: dict[str, str], *, ours: bool) -> None:
    assert guard().comes_from_here(request("192.0.2.1", **headers)) is ours


@pytest.mark.parametrize(
    ("host", "path", "ours"),
    [
        ("send.example", "/children", True),
        ("evil.example", "/children", False),
        ("localhost:8080", "/children", True),
        ("web:8080", "/children", False),
        ("web:8080", "/health", True),
        ("web:8080", "/metrics", True),
    ],
)
def test_the_page_answers_to_its_own_name(host: str, path: str, *, ours: bool) -> None:
    asked = request("192.0.2.1", host=host, path=path)

    assert guard(web_address="https://send.example").is_ours(asked) is ours
    assert guard().is_ours(asked)


def test_what_is_no_network_is_a_fault_of_the_setting() -> None:
    with pytest.raises(ValueError, match="trusted_proxies"):
        guard(trusted_proxies="10.0.0.0/8, proxy.example")
