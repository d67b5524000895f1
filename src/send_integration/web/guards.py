"""What every request passes before any route: where it comes from, how many there were; and the headers of every answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from math import ceil
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from send_integration.settings import Settings
from send_integration.web.cookies import is_local
from send_integration.web.limits import Limiter

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # no other site learns an address, and a form of ours says where it comes from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}

ENCRYPTED_FOR = "max-age=31536000"
"""Where the page's address is an encrypted one, browsers use no other for a year."""

OPEN_TO_ANY_HOST = ("/health", "/metrics")
"""What monitors ask by the machine's own name."""

Network = IPv4Network | IPv6Network


class TooMany(Exception):
    """Somebody asks too often; `wait` is for how many seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = ceil(wait)


@dataclass(frozen=True, slots=True)
class Guard:
    """How often each person and each address may ask, and whom to believe about addresses."""

    requests: Limiter
    searches: Limiter
    sign_ins: Limiter
    addresses: Limiter
    proxies: tuple[Network, ...]
    host: str

    def count_person(self, actor: str, *, searches: bool) -> None:
        """Count a request of a signed-in person. Raises TooMany."""
        self._count(self.requests, actor)
        if searches:
            self._count(self.searches, actor)

    def count_address(self, request: Request) -> None:
        """Count a request of an address, and apart what begins or ends a sign-in. Raises TooMany."""
        address = self.address_of(request)
        self._count(self.addresses, address)
        if request.url.path == "/sign-in/callback" or (request.url.path == "/sign-in" and request.method == "POST"):
            self._count(self.sign_ins, address)

    def address_of(self, request: Request) -> str:
        """Whose request it is: the last address on its way that is none of our proxies."""
        found = request.client.host if request.client else ""
        named = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        while self._is_ours(found) and named and named[-1].strip():
            found = named.pop().strip()
        return found

    def comes_from_here(self, request: Request) -> bool:
        """Whether what is sent comes from a page of ours, as far as the browser says where it comes from."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:  # beside it the origin says nothing: without a referrer browsers call it null
            return site in ("same-origin", "none")
        origin = request.headers.get("origin")
        return origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()

    def is_ours(self, request: Request) -> bool:
        """Whether the page is asked for by its own name, where it is known by which."""
        if not self.host or request.url.path in OPEN_TO_ANY_HOST:
            return True
        return request.url.hostname == self.host or is_local(f"//{request.headers.get('host', '')}")

    def _is_ours(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.proxies)

    def _count(self, limiter: Limiter, key: str) -> None:
        wait = limiter.wait(key, time.monotonic())
        if wait:
            raise TooMany(wait)


def guard_of(settings: Settings) -> Guard:
    """The guard that the settings ask for."""
    parts = [part.strip() for part in settings.trusted_proxies.split(",") if part.strip()]
    return Guard(
        Limiter(settings.requests_a_minute),
        Limiter(settings.searches_a_minute),
        Limiter(settings.sign_ins_a_minute),
        Limiter(settings.address_requests_a_minute),
        tuple(ip_network(part) for part in parts),
        urlsplit(settings.web_address).hostname or "",
    )


def headers_of(settings: Settings) -> dict[str, str]:
    """The headers of every answer."""
    encrypted = urlsplit(settings.web_address).scheme == "https"
    return HEADERS | ({"Strict-Transport-Security": ENCRYPTED_FOR} if encrypted else {})


class SafeHeaders:
    """Puts the headers on every answer, and keeps every answer out of caches but the style sheet, the script and the icon."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the site does, with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        kept = scope["path"].startswith("/static/")

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                found.update(self.headers)
                if not kept or message["status"] >= 400:
                    found.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_safely)
