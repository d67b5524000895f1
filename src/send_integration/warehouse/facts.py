"""One child's rows for every table, from the same answer that the page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from send_integration.contracts.event import Event
from send_integration.evaluate import ChildAnswer
from send_integration.timeline.relations import tells_of_family
from send_integration.timeline.titles import sector_of
from send_integration.when.london import london_day

SIX_WEEKS, TWENTY_WEEKS = timedelta(weeks=6), timedelta(weeks=20)
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """The rows of one child, by table; each in the order of the table's columns."""

    dim_child: Rows
    fact_event: Rows
    fact_ehc_request: Rows
    fact_milestone: Rows
    fact_episode: Rows


def facts_of(answer: ChildAnswer) -> ChildFacts:
    """Every row of one child; no name, identifier, note, or day of birth among them, and nobody of the family.

    Of a restricted child not even the district: with month of birth and gender it could lead whoever looks to the child.
    """
    key, events = answer.child_id, answer.timeline.events
    latest = answer.timeline.persons[-1]
    told = latest.postcode if latest.postcode and not answer.timeline.restricted else ""
    district = told.split(" ")[0] or None
    born = answer.timeline.date_of_birth.replace(day=1)
    milestones = answer.assessment.milestones
    return ChildFacts(
        dim_child=[(key, born, latest.gender, latest.ethnicity, district)],
        fact_event=[
            (_hash(e.source, e.id), key, e.on, london_day(e.recorded_at), e.feed, e.type, sector_of(e))
            for e in events
            if not tells_of_family(e)
        ],
        fact_ehc_request=_requests(key, events),
        fact_milestone=[
            (key, m.milestone, number, m.triggered_on, m.due_on, m.status, m.met_on, answer.assessment.as_of)
            for number, m in enumerate(milestones, start=1)
        ],
        fact_episode=[
            (key, number, e.pathway, e.sector, e.status, e.opened_on, e.closed_on)
            for number, e in enumerate(answer.timeline.episodes, start=1)
        ],
    )


def _requests(key: str, events: Sequence[Event]) -> Rows:
    """One row for each request, from the first event of each kind that names it."""
    first: dict[str, dict[str, Event]] = {}
    for event in events:
        if event.feed == "ehcp" and event.text("request_id"):
            first.setdefault(event.text("request_id"), {}).setdefault(event.what, event)
    rows: Rows = []
    for request_id, known in sorted(first.items()):
        asked = known.get("ehcp.requested")
        if asked is None:
            continue
        decided, final = known.get("ehcp.decided_to_assess"), known.get("ehcp.finalised")
        issue = known.get("ehcp.decided_to_issue")
        rows.append(
            (
                _hash(key, request_id),
                key,
                asked.on,
                decided.on if decided else None,
                decided.text("decision") if decided else None,
                issue.on if issue else None,
                issue.text("decision") if issue else None,
                final.on if final else None,
                "ehcp.exception_applied" in known,
                _within(asked.on, decided, SIX_WEEKS),
                _within(asked.on, final, TWENTY_WEEKS),
            )
        )
    return rows


def _within(asked_on: date, answer: Event | None, period: timedelta) -> bool | None:
    return None if answer is None else answer.on - asked_on <= period


def _hash(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()[:24]
