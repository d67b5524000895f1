"""The panel's list, ordered by need, and a child on one page."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from send_integration.rules.model import RuleBook
from send_integration.rules.silence import silence_of
from send_integration.steps.catalogue import load_rules
from send_integration.steps.feed_standing import unheard_feeds
from send_integration.store.children import (
    Standing,
    StoredChild,
    find_child,
    is_child_id,
    list_by_need,
    one_child,
    standings,
)
from send_integration.store.flags import is_dismissed, open_flags_of
from send_integration.store.quarantine import awaiting_checks
from send_integration.store.sessions import Session
from send_integration.web.context import Site, asked_of, written_day
from send_integration.web.families import shown_family
from send_integration.web.lanes import lanes_of
from send_integration.web.policy import Action, links
from send_integration.when.periods import age_on
from send_integration.when.school_years import school_year_start, year_group

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
        restricted = site.sees_restricted(session)
        offset = (page - 1) * CHILDREN_ON_A_PAGE
        found, total = list_by_need(site.engine, restricted=restricted, limit=CHILDREN_ON_A_PAGE, offset=offset)
        site.note_looks(
            session, Action.LIST_CHILDREN, [c.child_id for c in found if c.restricted], "restricted, listed"
        )
        today = site.settings.today()
        rows = [(child, age_on(child.date_of_birth, today), year_name(child.date_of_birth, today)) for child in found]
        pages = max(1, -(-total // CHILDREN_ON_A_PAGE))
        sees = site.sees(session, None)
        return site.page(
            "children.html", session, rows=rows, page=page, pages=pages, total=total, offset=offset, sees=sees
        )

    @router.get("/children/{child_id}")
    def show_child(request: Request, child_id: str) -> Response:
        present = (find_child(site.engine, child_id, restricted=True) if is_child_id(child_id) else None) or child_id
        standing = standings(site.engine, [present]).get(present)
        session = site.permit_child(request, Action.VIEW_CHILD, present, standing)
        if present != child_id:
            return RedirectResponse(f"/children/{present}", status_code=303)
        found = one_child(site.engine, child_id)
        if found is None:
            raise HTTPException(404)
        return _page(site, session, standing, _values(site, found, rules))

    return router


def _page(site: Site, session: Session, standing: Standing | None, values: dict[str, Any]) -> Response:
    """The child's page, with what of it the person may see."""
    child_id = values["child"].child_id
    family = shown_family(site.engine, session, child_id)
    site.note_looks(session, Action.LIST_CHILDREN, family.restricted, "restricted, in another child's family")
    return site.page(
        "child.html",
        session,
        may_review=asked_of(session, Action.REVIEW_IDENTITY, standing).allowed,
        family=family,
        awaiting=awaiting_checks(site.engine, child_id, restricted=site.sees_restricted(session)),
        sees=site.sees(session, standing),
        **values,
    )


def year_name(born_on: date, day: date) -> str:
    """The school year as people say it."""
    year = year_group(born_on, day)
    if year < 0:
        return "Under five" if year >= -5 else "Not yet born"
    return "Reception" if year == 0 else f"Year {year}" if year <= 13 else "Over 18"


def _values(site: Site, found: StoredChild, rules: RuleBook) -> dict[str, Any]:
    """What the child's template needs, from the one answer."""
    today = site.settings.today()
    answer = found.answer
    born_on = date.fromisoformat(answer["date_of_birth"])
    flags = open_flags_of(site.engine, found.child_id)
    silence = silence_of(answer, unheard_feeds(site.engine), rules)
    entries = {entry["event_id"]: f"e{number}" for number, entry in enumerate(answer["timeline"], start=1)}
    milestones = [
        {
            **m,
            "waits_for": silence.waits_for(m),
            "days_late": (today - date.fromisoformat(m["due_on"])).days if m["status"] == "missed" else m["days_late"],
        }
        for m in answer["milestones"]
    ]
    years: dict[date, list[tuple[str, dict[str, Any]]]] = {}
    for entry in reversed(answer["timeline"]):
        start = school_year_start(date.fromisoformat(entry["on"]))
        years.setdefault(start, []).append((entries[entry["event_id"]], entry))
    return {
        "child": found,
        "answer": answer,
        "age": age_on(born_on, today),
        "year": year_name(born_on, today),
        "flags": [flag for flag in flags if not is_dismissed(flag)],
        "dismissed": [flag for flag in flags if is_dismissed(flag)],
        "entries": entries,
        "milestones": milestones,
        "years": [(f"{start.year} to {start.year + 1}", listed) for start, listed in years.items()],
        "lanes": lanes_of(answer, today, silence.feeds),
        "silent": [feed.in_words(written_day(feed.since)) for feed in silence.feeds],
    }
