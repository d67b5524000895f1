"""The panel's list, ordered by need, and a child on one page."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from send_integration.rules.model import RuleBook
from send_integration.steps.catalogue import load_rules
from send_integration.store.children import (
    Standing,
    StoredChild,
    list_by_need,
    one_child,
    present_standing,
)
from send_integration.store.quarantine import Awaiting, awaiting_checks
from send_integration.store.sessions import Session
from send_integration.web.child_law import law_of
from send_integration.web.child_page import known_then, known_today, page_of, year_name
from send_integration.web.context import Site, asked_of
from send_integration.web.families import ShownFamily, shown_family
from send_integration.web.looking import read_asked
from send_integration.web.policy import Action, links
from send_integration.when.periods import age_on

CHILDREN_ON_A_PAGE = 25


def routes(site: Site) -> APIRouter:
    """GET /, /children and /children/{child_id}."""
    router = APIRouter()
    rules = load_rules(site.settings.rules)

    @router.get("/")
    def home(request: Request) -> Response:
        session = site.signed_in(request)
        for address, _ in links(session.role):
            return RedirectResponse(address, status_code=303)
        return site.page("home.html", session)

    @router.get("/children")
    def show_list(request: Request, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
        session = site.permit(request, Action.LIST_CHILDREN)
        return _list_page(site, session, page)

    @router.get("/children/{child_id}")
    def show_child(request: Request, child_id: str) -> Response:
        standing = present_standing(site.engine, child_id)
        present = standing.child_id if standing else child_id
        session = site.permit_child(request, Action.VIEW_CHILD, present, standing, how=_how_asked(request))
        if present != child_id:
            return RedirectResponse(f"/children/{present}", status_code=303)
        found = one_child(site.engine, child_id)
        if found is None:
            raise HTTPException(404)
        return _page(site, request, (session, standing), found, rules)

    return router


def _page(
    site: Site, request: Request, who: tuple[Session, Standing | None], found: StoredChild, rules: RuleBook
) -> Response:
    """The child's page as the address asks for it, with what of it the person may see."""
    session, standing = who
    asked = read_asked(request.query_params, site.settings.today())
    sees = site.sees(session, standing)
    if asked.past:
        values = page_of(found, known_then(site.engine, found, rules, asked), rules, asked, sees)
    else:
        values = page_of(found, known_today(site.engine, found, rules, asked.as_at), rules, asked, sees)
        values["family"] = _family(site, session, found.child_id)
        values["awaiting"] = _awaiting(site, session, found.child_id)
    values["may_review"] = asked_of(session, Action.REVIEW_IDENTITY, standing).allowed
    values["law"] = law_of(site, session, standing, sees) if standing else None
    values["may_read_decisions"] = site.ask(session, Action.VIEW_MEETING, standing).allowed
    values["may_record_voice"] = site.ask(session, Action.RECORD_VOICE, standing).allowed
    values["papers"] = _papers(site, session, standing)
    return site.page("child.html", session, status=400 if asked.faults else 200, sees=sees, **values)


def _papers(site: Site, session: Session, standing: Standing | None) -> list[Action]:
    """What of the child the person may take on paper."""
    return [kind for kind in (Action.TAKE_PACK, Action.TAKE_FAMILY_COPY) if site.ask(session, kind, standing).allowed]


def _how_asked(request: Request) -> str:
    """How a page came to be asked for, for the audit: by the open page itself, or with a search, whose words are not kept."""
    if request.headers.get("sec-fetch-dest") == "empty":
        return "shown anew by itself"
    return "with a search" if request.query_params.get("q") else ""


def _list_page(site: Site, session: Session, page: int) -> Response:
    """One page of the list; that restricted children were on it, is written down."""
    restricted = site.sees_restricted(session)
    offset = (page - 1) * CHILDREN_ON_A_PAGE
    found, total = list_by_need(site.engine, restricted=restricted, limit=CHILDREN_ON_A_PAGE, offset=offset)
    site.note_shown(session, Action.LIST_CHILDREN, f"page {page} of the list")
    site.note_looks(session, Action.LIST_CHILDREN, [c.child_id for c in found if c.restricted], "restricted, listed")
    today = site.settings.today()
    rows = [
        (child, age_on(child.date_of_birth, today), year_name(child.date_of_birth, child.years_above, today))
        for child in found
    ]
    pages = max(1, -(-total // CHILDREN_ON_A_PAGE))
    sees = site.sees(session, None)
    return site.page("children.html", session, rows=rows, page=page, pages=pages, total=total, offset=offset, sees=sees)


def _family(site: Site, session: Session, child_id: str) -> ShownFamily:
    """Family and home, with a note of the restricted children whom they name."""
    family = shown_family(site.engine, session, child_id)
    site.note_looks(session, Action.LIST_CHILDREN, family.restricted, "restricted, in another child's family")
    return family


def _awaiting(site: Site, session: Session, child_id: str) -> list[Awaiting]:
    return awaiting_checks(site.engine, child_id, restricted=site.sees_restricted(session))
