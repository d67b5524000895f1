"""What a panel pack holds of each child: what the child's page shows its taker, as it stands today; then printed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from send_integration.rules.model import RuleBook
from send_integration.rules.silence import STILL_OPEN
from send_integration.store.children import Standing, one_child, standings
from send_integration.store.quarantine import Awaiting, awaiting_checks
from send_integration.store.sessions import Session, record_within
from send_integration.store.shown import PRINT_PACK
from send_integration.web.agendas import Row, agenda_rows
from send_integration.web.child_page import known_today, page_of
from send_integration.web.context import Site, written_day, written_moment
from send_integration.web.looking import read_asked
from send_integration.web.policy import Action, Fields
from send_integration.web.printing.press import print_pdf

TO_COME = frozenset({"pending", "paused"})
"""How a milestone stands that has no flag yet."""

LONGEST_MARK = 40
"""Letters of the taker's name that the mark across a page has room for; the foot of each page has all of it."""


@dataclass(frozen=True, slots=True)
class Packed:
    """One child's part of a pack: the page's own values, and what an agenda says of the child."""

    child_id: str
    sees: Fields
    page: Mapping[str, Any]
    agenda: Row | None
    awaiting: Sequence[Awaiting]

    @property
    def dates(self) -> list[Mapping[str, Any]]:
        """The milestones that are to come and of which no flag tells, the first day first."""
        return sorted((m for m in self.page["milestones"] if m["status"] in TO_COME), key=lambda m: str(m["due_on"]))

    @property
    def settled(self) -> int:
        """How many are met, excepted or not needed."""
        return sum(m["status"] not in STILL_OPEN for m in self.page["milestones"])


@dataclass(frozen=True, slots=True)
class Taking:
    """Who takes a pack, when, and for what: a meeting, or else a purpose in words."""

    by: Session
    at: datetime
    meeting_on: date | None = None
    purpose: str = ""


def packed_child(
    site: Site, session: Session, standing: Standing, rules: RuleBook, agenda: Row | None = None
) -> Packed | None:
    """A child's part of a pack, with what a meeting's `agenda` says of it; None where the timeline has no such child."""
    found = one_child(site.engine, standing.child_id)
    if found is None:
        return None
    today, sees = site.settings.today(), site.sees(session, standing)
    known = known_today(site.engine, found, rules, today)
    return Packed(
        found.child_id,
        sees,
        page_of(found, known, rules, read_asked({}, today), sees),
        agenda,
        awaiting_checks(site.engine, found.child_id, restricted=site.sees_restricted(session)),
    )


def packed_agenda(site: Site, session: Session, day: date, rules: RuleBook) -> list[Packed]:
    """Everybody whom a meeting is still to talk about, in its order; nobody of whom the taker may not know."""
    rows = [row for row in agenda_rows(site, session, day) if row.carried is None]
    known = standings(site.engine, [row.child_id for row in rows])
    mine = [row for row in rows if site.ask(session, Action.TAKE_PACK, known.get(row.child_id)).allowed]
    note_printed(site.engine, session, [None, *(row.child_id for row in mine)], f"pack of the meeting on {day}")
    packed = (packed_child(site, session, known[row.child_id], rules, row) for row in mine)
    return [child for child in packed if child is not None]


def note_printed(engine: Engine, session: Session, child_ids: Iterable[str | None], why: str) -> None:
    """Write down, before it is read, that a pack holds some children; None stands for the meeting."""
    with engine.begin() as connection:
        for child_id in child_ids:
            record_within(connection, session, PRINT_PACK, child_id, allowed=True, why=why)


def printed_pack(site: Site, taking: Taking, children: Sequence[Packed]) -> bytes:
    """A pack as PDF. Raises NoPress where this machine cannot print."""
    today = site.settings.today()
    by, at = taking.by.name or taking.by.actor, written_moment(taking.at)
    title = "Complex Care panel" if taking.meeting_on else "One child, for use inside"
    head = f"{title}, {written_day(taking.meeting_on)}" if taking.meeting_on else title
    role = taking.by.role.replace("-", " ")
    page = site.templates.get_template("pack/pack.html").render(
        title=title,
        head=head,
        mark=f"{by[:LONGEST_MARK]}, {at}",
        foot=f"As at {written_day(today)}. Taken by {by}, {role}, on {at}. Confidential.",
        authority=site.settings.authority,
        rehearsal=site.settings.as_of,
        meeting_on=taking.meeting_on,
        purpose=taking.purpose,
        as_at=today,
        taken_by=by,
        taken_role=role,
        taken_at=taking.at,
        children=children,
    )
    return print_pdf(page, "pack")
