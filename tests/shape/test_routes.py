"""Every route asks the policy who may, and every form is one of ours; the few that need not are named with why."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

from fastapi.routing import APIRoute
from sqlalchemy import create_engine

from send_integration.settings import Settings
from send_integration.web.app import ROOMS
from send_integration.web.context import Site, templates
from send_integration.web.guards import guard_of

Route = tuple[str, str]
DOCS = Path(__file__).parents[2] / "docs"

NEED_NO_POLICY = {
    ("GET", "/"): "leads to the first page that the policy grants",
    ("GET", "/health"): "says only whether the page answers",
    ("GET", "/metrics"): "a monitor has no session; it brings a token, without which the page is closed",
    ("GET", "/sign-in"): "nobody is signed in yet",
    ("POST", "/sign-in"): "nobody is signed in yet",
    ("GET", "/sign-in/callback"): "nobody is signed in yet",
    ("POST", "/sign-out"): "whoever is signed in may leave",
}
NEED_NO_TOKEN = {("POST", "/sign-in"): "has a token of its own, for there is no session yet"}

NO_PAGE = {
    "/": "leads to the first page that the policy grants",
    "/health": "a line for a monitor",
    "/metrics": "lines for a monitor",
    "/sign-in/callback": "leads to the first page",
    "/changes/children/{child_id}": "a stream of changes",
    "/children/{child_id}/pack.pdf": "on paper",
    "/meetings/{day}/pack.pdf": "on paper",
    "/measures/{measure}.csv": "a file",
}


def routes_of_the_site() -> dict[Route, Callable[..., object]]:
    """Every route with the function that answers it; no database is asked."""
    site = Site(create_engine("postgresql+psycopg://nowhere/nothing"), Settings(), templates(), guard_of(Settings()))
    return {
        (method, route.path): route.endpoint
        for room in ROOMS
        for route in room.routes(site).routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    }


def calls_of_site(endpoint: Callable[..., object]) -> list[str]:
    """The methods of the site that a function calls, in order."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(endpoint)))
    found = [
        (node.lineno, node.func.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "site"
    ]
    return [name for _, name in sorted(found)]


def test_every_route_asks_the_policy_before_it_does_anything_else_for_anybody() -> None:
    first = {route: (calls_of_site(endpoint) or ["nothing"])[0] for route, endpoint in routes_of_the_site().items()}

    permits = ("permit", "permit_child", "permit_form")
    assert {route for route, name in first.items() if name not in permits} == set(NEED_NO_POLICY)


def test_every_form_is_refused_unless_it_is_one_of_ours() -> None:
    calls = {route: calls_of_site(endpoint) for route, endpoint in routes_of_the_site().items() if route[0] == "POST"}

    checked = {route for route, names in calls.items() if {"permit_form", "require_form"} & set(names[:2])}
    assert set(calls) - checked == set(NEED_NO_TOKEN)


def test_a_form_that_is_permitted_is_asked_for_its_token_too() -> None:
    assert "self.require_form(" in inspect.getsource(Site.permit_form)
    assert "self.permit(" in inspect.getsource(Site.permit_form)


def test_every_page_is_shown_in_the_docs_on_a_wide_screen_and_on_a_phone() -> None:
    shown = (DOCS / "pages.md").read_text()
    pages = {path for method, path in routes_of_the_site() if method == "GET"} - set(NO_PAGE)

    assert {path for path in pages if f"`{path}`" not in shown} == set()
    pictures = re.findall(r"\((images/[^)]+)\)", shown)
    assert len(pictures) >= 2 * (len(pages) - 1), "the form that corrects a decision is the form that takes one"
    assert [name for name in pictures if not (DOCS / name).exists()] == []
