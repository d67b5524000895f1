"""What a panel pack holds of each child: gathered with only what the policy lets the taker see, then printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from send_integration.rules.model import RuleBook
from send_integration.rules.silence import STILL_OPEN, Silence, silence_of
from send_integration.steps.feed_standing import unheard_feeds
from send_integration.store.children import Standing, StoredChild, one_child, standings
from send_integration.store.flags import is_dismissed, open_flags_of
from send_integration.store.panel import panel_of
from send_integration.store.quarantine import Awaiting, awaiting_checks
from send_integration.store.sessions import Session
from send_integration.web.agendas import Row, agenda_rows
from send_integration.web.context import Site, asked_of, written_day, written_moment
from send_integration.web.policy import Action, Fields
from send_integration.web.printing.picture import Picture, picture_of
from send_integration.web.printing.press import print_pdf
from send_integration.when.periods import age_on
from send_integration.when.school_years import school_year_start, year_group

Json = Mapping[str, Any]

OWN_VOICE = frozenset({"child", "young-person"})


@dataclass(frozen=True, slots=True)
class Packed:
    """One child's part of a pack, as its template prints it."""

    child_id: str
    name: str
    born_on: date
    age: int
    year: str
    restricted: bool
    sees: Fields
    answer: Json
    record: Json
    agenda: Row | None
    flags: Sequence[Json]
    dismissed: int
    milestones: Sequence[Json]
    settled: int
    picture: Picture
    years: Sequence[tuple[str, Sequence[Json]]]
    silent: Sequence[str]
    awaiting: Sequence[Awaiting]

    @property
    def child_was_heard(self) -> bool:
        """Whether anything is recorded of what the child says."""
        return any(voice["of"] in OWN_VOICE for voice in self.record["voices"])

    @property
    def parent_was_heard(self) -> bool:
        """Whether anything is recorded of what a parent or carer says."""
        return any(voice["of"] not in OWN_VOICE for voice in self.record["voices"])


@dataclass(frozen=True, slots=True)
class Taking:
    """Who takes a pack, when, and for what: a meeting, or else a purpose in words."""

    by: Session
    at: datetime
    meeting_on: date | None = None
    purpose: str = ""


def packed_child(
    site: Site, session: Session, child_id: str, standing: Standing, rules: RuleBook, agenda: Row | None = None
) -> Packed | None:
    """A child's part of a pack, with what a meeting's `agenda` says of it; None where the timeline has no such child."""
    found = one_child(site.engine, child_id)
    record = panel_of(site.engine, child_id)
    if found is None or record is None:
        return None
    today = site.settings.today()
    sees = site.sees(session, standing)
    silence = silence_of(found.answer, unheard_feeds(site.engine), rules)
    flags = open_flags_of(site.engine, child_id)
    stands = [flag for flag in flags if not is_dismissed(flag)]
    born_on = date.fromisoformat(found.answer["date_of_birth"])
    milestones = _open_milestones(found, silence, today)
    return Packed(
        child_id,
        f"{found.given_name} {found.family_name}" if sees.names else child_id,
        born_on,
        age_on(born_on, today),
        _year_name(born_on, today),
        found.restricted,
        sees,
        found.answer,
        record,
        agenda,
        stands,
        len(flags) - len(stands),
        milestones,
        len(found.answer["milestones"]) - len(milestones),
        picture_of(found.answer, today, silence.feeds),
        _by_school_year(found.answer["timeline"]),
        [feed.in_words(written_day(feed.since)) for feed in silence.feeds],
        awaiting_checks(site.engine, child_id, restricted=site.sees_restricted(session)),
    )


def packed_agenda(site: Site, session: Session, day: date, rules: RuleBook) -> list[Packed]:
    """Everybody whom a meeting is still to talk about, in its order; nobody of whom the taker may not know."""
    rows = [row for row in agenda_rows(site, session, day) if row.carried is None]
    known = standings(site.engine, [row.child_id for row in rows])
    mine = [row for row in rows if asked_of(session, Action.TAKE_PACK, known.get(row.child_id)).allowed]
    site.note_looks(session, Action.TAKE_PACK, [None, *(row.child_id for row in mine)], f"pack of the meeting on {day}")
    packed = (packed_child(site, session, row.child_id, known[row.child_id], rules, row) for row in mine)
    return [child for child in packed if child is not None]


def printed_pack(site: Site, taking: Taking, children: Sequence[Packed]) -> bytes:
    """A pack as PDF. Raises NoPress where this machine cannot print."""
    today = site.settings.today()
    by, at = _whose(taking.by), written_moment(taking.at)
    title = "Complex Care panel" if taking.meeting_on else "One child, for use inside"
    head = f"Complex Care panel, {written_day(taking.meeting_on)}" if taking.meeting_on else title
    page = site.templates.get_template("pack/pack.html").render(
        title=title,
        head=f"{head}. Confidential",
        mark=f"{by}, {at}",
        foot=f"As at {written_day(today)}. Taken by {by}, {taking.by.role.replace('-', ' ')}, on {at}. Confidential.",
        authority=site.settings.authority,
        rehearsal=site.settings.as_of,
        meeting_on=taking.meeting_on,
        purpose=taking.purpose,
        as_at=today,
        taken_by=by,
        taken_role=taking.by.role,
        taken_at=taking.at,
        children=children,
    )
    return print_pdf(page, "pack")


def _whose(session: Session) -> str:
    return session.name or session.actor


def _open_milestones(found: StoredChild, silence: Silence, today: date) -> list[Json]:
    """The milestones that still ask for something, the longest overdue first."""
    asked = (m for m in found.answer["milestones"] if m["status"] in STILL_OPEN)
    return [
        {
            **m,
            "waits_for": silence.waits_for(m),
            "days_late": max((today - date.fromisoformat(m["due_on"])).days, 0) if m["status"] == "missed" else 0,
        }
        for m in sorted(asked, key=lambda m: (m["due_on"], m["milestone"], m["subject"]))
    ]


def _by_school_year(timeline: Sequence[Json]) -> list[tuple[str, Sequence[Json]]]:
    """A timeline's entries by school year, the latest first."""
    years: dict[date, list[Json]] = {}
    for entry in reversed(timeline):
        years.setdefault(school_year_start(date.fromisoformat(entry["on"])), []).append(entry)
    return [(f"{start.year} to {start.year + 1}", listed) for start, listed in years.items()]


def _year_name(born_on: date, day: date) -> str:
    """The school year as people say it."""
    year = year_group(born_on, day)
    if year < 0:
        return "under school age"
    return "Reception" if year == 0 else f"Year {year}" if year <= 13 else "past Year 13"
