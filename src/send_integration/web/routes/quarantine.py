"""Quarantine for data stewards: its groups with their trend, a group's items, and an item with its bytes and history."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from send_integration import clock
from send_integration.contracts.marks import pieces_of
from send_integration.contracts.notes import without_notes
from send_integration.steps.fixes import advice
from send_integration.steps.showing_items import marks_in
from send_integration.steps.stewarding import Seen
from send_integration.store.quarantine import (
    QuarantineGroup,
    QuarantineItem,
    groups,
    history_of,
    list_items,
    one_item,
)
from send_integration.store.sessions import Session
from send_integration.store.stewards import summary_of
from send_integration.timeline.titles import SECTOR_OF_FEED
from send_integration.web.context import Site
from send_integration.web.forms import Fault
from send_integration.web.policy import Action, Fields, Sector
from send_integration.when.london import london_day

ITEMS_ON_A_PAGE = 25
OF_ONE_SECTOR = ("camhs", "ndd-triage", "school", "ehcp", "early-help", "transition", "support")
"""Feeds whose every event is one sector's."""

MOST_DIGITS = 18
"""Of an item's number: PostgreSQL's bigint takes no longer one."""


class Typed(NamedTuple):
    """What a steward has put into a form, and what is wrong with it."""

    act: str = ""
    why: str = ""
    adapter_mended: bool = False
    faults: tuple[Fault, ...] = ()


def routes(site: Site) -> APIRouter:
    """GET /quarantine, /quarantine/groups/{group} and /quarantine/items/{item}."""
    router = APIRouter()

    @router.get("/quarantine")
    def show_groups(request: Request, done: Annotated[int, Query(ge=0)] = 0, act: str = "") -> Response:
        session = site.permit(request, Action.SEE_QUARANTINE)
        found = groups(site.engine, london_day(clock.now()))
        site.note_looks(session, Action.SEE_QUARANTINE, [None], "the groups")
        told = [(group, advice(group.feed, group.code)) for group in found]
        return site.page("quarantine.html", session, groups=told, done=done, act=act)

    @router.get("/quarantine/groups/{group}")
    def show_group(request: Request, group: str, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
        session = site.permit(request, Action.SEE_QUARANTINE)
        found = find_group(site, group)
        if found is None:
            return site.page("quarantine_gone.html", session, status=404)
        return group_page(site, session, found, Typed(), page)

    @router.get("/quarantine/items/{item}")
    def show_item(request: Request, item: str, done: str = "") -> Response:
        session = site.permit(request, Action.SEE_QUARANTINE)
        return item_page(site, session, find_item(site, item), Typed(), done=done)

    return router


def find_group(site: Site, token: str) -> QuarantineGroup | None:
    """The group of an address; None where none of its items is open any more."""
    return next((group for group in groups(site.engine, london_day(clock.now())) if group.token == token), None)


def find_item(site: Site, number: str) -> QuarantineItem:
    """The item of an address."""
    is_number = number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
    found = one_item(site.engine, int(number)) if is_number else None
    if found is None:
        raise HTTPException(404)
    return found


def group_page(site: Site, session: Session, group: QuarantineGroup, typed: Typed, page: int = 1) -> Response:
    """A group's items and the forms for all of them, with what was typed."""
    listed = list_items(site.engine, group.choice, limit=ITEMS_ON_A_PAGE, offset=(page - 1) * ITEMS_ON_A_PAGE)
    with site.engine.connect() as connection:
        together = summary_of(connection, group.choice)
    site.note_looks(session, Action.SEE_QUARANTINE, [None], f"group {group.token}, {group.feed}, {group.code}")
    return site.page(
        "quarantine_group.html",
        session,
        status=400 if typed.faults else 200,
        group=group,
        advice=advice(group.feed, group.code),
        items=listed,
        page=page,
        pages=max(1, -(-group.items // ITEMS_ON_A_PAGE)),
        held=together.held,
        under_way=together.under_way,
        adapter=together.adapter,
        typed=typed,
    )


def item_page(
    site: Site, session: Session, item: QuarantineItem, typed: Typed, *, done: str = "", overtaken: bool = False
) -> Response:
    """An item, its bytes with the faults marked where the person may see them, its history and the forms.

    Every look is written down, for each child whom it is known to be about.
    """
    withheld = item.secret and not site.sees_restricted(session)
    marks = marks_in(item)
    sees_notes = _sees_notes(site.sees(session, None), item.feed)
    about = f"item {item.id}{', its bytes withheld' if withheld else ''}"
    site.note_looks(session, Action.SEE_QUARANTINE, (not withheld and item.children) or [None], about)
    history = history_of(site.engine, item.id)
    return site.page(
        "quarantine_item.html",
        session,
        status=409 if overtaken else 400 if typed.faults else 200,
        item=item,
        reasons=[(reason, advice(item.feed, reason["code"])) for reason in item.reasons],
        marks=marks,
        pieces=[] if withheld else pieces_of(item.raw if sees_notes else without_notes(item.raw), marks),
        covered=not sees_notes,
        withheld=withheld,
        history=history,
        latest=history[-1],
        typed=typed,
        done=done if history[-1].by == session.actor else "",
        overtaken=overtaken,
    )


def _sees_notes(sees: Fields, feed: str) -> bool:
    """Whether somebody sees what people wrote in events of a feed; of one that any sector writes, who sees every sector's."""
    if feed == "panel":
        return sees.voice and sees.decisions
    sector = SECTOR_OF_FEED.get(feed) if feed in OF_ONE_SECTOR else None
    return sees.notes_of(sector) if sector else all(sees.notes_of(each) for each in Sector)


def check_page(
    site: Site, session: Session, group: QuarantineGroup, typed: Typed, *, overtaken: bool = False
) -> Response:
    """How many of a group will be acted on, before it is done."""
    with site.engine.connect() as connection:
        together = summary_of(connection, group.choice)
    return site.page(
        "quarantine_check.html",
        session,
        status=409 if overtaken else 200,
        group=group,
        acted_on=together.items - together.held - together.under_way,
        held=together.held,
        under_way=together.under_way,
        seen=Seen(together.items, together.latest_act),
        typed=typed,
        overtaken=overtaken,
    )
