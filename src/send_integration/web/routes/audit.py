"""The audit as its readers see it: who looked at which child, and why; that it was read stands in it, too."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from send_integration.store.audit_entries import Asked, audit_entries
from send_integration.store.children import is_child_id
from send_integration.web.context import Site
from send_integration.web.forms import Fault
from send_integration.web.policy import Action
from send_integration.web.written import read_day

ENTRIES_ON_A_PAGE = 50
LONGEST_ACTOR = 200


class Typed(BaseModel):
    """What the search form holds; `before` is the number of the last entry of the page before."""

    model_config = ConfigDict(extra="ignore")

    child: str = ""
    actor: str = ""
    first: str = ""
    last: str = ""
    before: Annotated[int, Query(ge=0, le=2**62)] = 0


def routes(site: Site) -> APIRouter:
    """GET /audit."""
    router = APIRouter()

    @router.get("/audit")
    def show(request: Request, typed: Annotated[Typed, Query()]) -> Response:
        session = site.permit(request, Action.READ_AUDIT)
        asked, faults = _read(typed)
        restricted = site.sees_restricted(session)
        entries = []
        if not faults:
            site.note_looks(session, Action.READ_AUDIT, [None], asked.in_words())
            entries = audit_entries(
                site.engine, asked, restricted=restricted, limit=ENTRIES_ON_A_PAGE + 1, before=typed.before or None
            )
        shown = entries[:ENTRIES_ON_A_PAGE]
        return site.page(
            "audit.html",
            session,
            status=400 if faults else 200,
            typed=typed,
            faults=faults,
            entries=shown,
            older=shown[-1].id if len(entries) > len(shown) else None,
            hides_restricted=not restricted,
        )

    return router


def _read(typed: Typed) -> tuple[Asked, tuple[Fault, ...]]:
    """What is asked, and what is wrong with it."""
    child, actor = typed.child.strip(), typed.actor.strip()
    first, last = _day(typed.first), _day(typed.last)
    faults = [
        Fault(field, words)
        for field, wrong, words in (
            ("child", bool(child) and not is_child_id(child), "Give a child id, as on the child\u2019s page"),
            ("actor", len(actor) > LONGEST_ACTOR or not actor.isprintable(), "Give a worker id"),
            ("first", bool(typed.first) and first is None, "Give the first day as a date"),
            ("last", bool(typed.last) and last is None, "Give the last day as a date"),
            ("last", bool(first and last and first > last), "The last day lies before the first"),
        )
        if wrong
    ]
    return Asked(child or None, actor or None, first, last), tuple(faults)


def _day(typed: str) -> date | None:
    return read_day(typed, "", "").day
