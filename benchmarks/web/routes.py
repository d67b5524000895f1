"""Holds the readers to every page of the site, so that a page that is added is measured too."""

from collections.abc import Iterable

from benchmarks.web.reading import Page
from tests.shape.test_routes import routes_of_the_site

READ_BY_NOBODY = {
    "/": "leads to another page",
    "/health": "the baseline",
    "/metrics": "read by a monitor",
    "/sign-in": "nobody is signed in yet",
    "/sign-in/callback": "nobody is signed in yet",
    "/changes/children/{child_id}": "a stream that stays open",
    "/meetings/{day}/pack.pdf": "printed, and measured apart",
    "/children/{child_id}/pack.pdf": "printed, and measured apart",
}


def require_every_page(pages: Iterable[Page]) -> None:
    """Raises SystemExit where a page of the site is among none of those that are read."""
    routes = [path for method, path in routes_of_the_site() if method == "GET" and path not in READ_BY_NOBODY]
    read = {_route_of(page.address.partition("?")[0], routes) for page in pages}
    missing = sorted(set(routes) - read)
    if missing:
        raise SystemExit(f"Nobody reads {', '.join(missing)}")


def _route_of(address: str, routes: Iterable[str]) -> str:
    """The route of an address: of those that fit the one with the fewest names left open."""
    parts = address.split("/")
    fitting = [route for route in routes if _fits(route.split("/"), parts)]
    return min(fitting, key=lambda route: route.count("{"), default="")


def _fits(route: list[str], parts: list[str]) -> bool:
    return len(route) == len(parts) and all(
        wanted.startswith("{") or wanted == part for wanted, part in zip(route, parts, strict=True)
    )
