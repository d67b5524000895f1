"""One child's rows for every table, from the same answer that the page shows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from send_integration.contracts.event import Event
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.evaluate import ChildAnswer
from send_integration.rules.flags import Flag
from send_integration.rules.model import Milestone
from send_integration.timeline.model import Episode
from send_integration.timeline.relations import tells_of_family
from send_integration.timeline.titles import sector_of
from send_integration.warehouse.plan_facts import need_rows, placement_rows, plan_rows, review_rows
from send_integration.warehouse.row_keys import RowKeys, Rows
from send_integration.warehouse.service_facts import (
    SenStatus,
    appointment_rows,
    attendance_rows,
    destination_rows,
    exclusion_rows,
    involvement_rows,
    panel_rows,
    support_rows,
)
from send_integration.when.london import london_day

SIX_WEEKS, TWENTY_WEEKS = timedelta(weeks=6), timedelta(weeks=20)


def rows_of(answer: ChildAnswer, names: Pseudonyms) -> Mapping[str, Rows]:
    """Every row of one child, by the view in which it is seen, in the order of the table's columns.

    No name, identifier, note, or day of birth is among them, and nobody of the family. Of a restricted child there is not
    even the district, nor a school or worker: with month of birth and gender they could lead whoever looks to the child.
    The answer is to rest on events `without_day_of_birth`, for dates that follow from a birthday are told.
    """
    keys, events = RowKeys(answer.child_id, names), [e for e in answer.timeline.events if not tells_of_family(e)]
    hidden = answer.timeline.restricted
    plans = plan_rows(keys, events, hide_places=hidden)
    status = SenStatus(plans, answer.timeline.episodes)
    return {
        "dim_child": [_child(keys, answer)],
        "dim_plan": plans,
        "dim_placement": placement_rows(keys, events, hide_places=hidden),
        "dim_need": need_rows(keys, events),
        "fact_event": [
            (keys.child, keys.of("event", *e.key), e.on, london_day(e.recorded_at), e.feed, e.type, sector_of(e))
            for e in events
        ],
        "fact_ehc_request": _requests(keys, events),
        "fact_review": review_rows(keys, events),
        "fact_milestone": _milestones(keys, answer.assessment.milestones),
        "fact_flag": _flags(keys, answer.flags),
        "fact_episode": _episodes(keys, answer.timeline.episodes),
        "fact_appointment": appointment_rows(keys, events),
        "fact_attendance": attendance_rows(keys, events, status),
        "fact_exclusion": exclusion_rows(keys, events, status),
        "fact_support": support_rows(keys, events),
        "fact_panel_decision": panel_rows(keys, events),
        "fact_destination": destination_rows(keys, events),
        "fact_involvement": involvement_rows(keys, events, hide_workers=hidden),
    }


def _child(keys: RowKeys, answer: ChildAnswer) -> tuple[Any, ...]:
    latest = answer.timeline.persons[-1]
    told = latest.postcode if latest.postcode and not answer.timeline.restricted else ""
    district = told.split(" ")[0] or None
    return keys.child, answer.timeline.date_of_birth.replace(day=1), latest.gender, latest.ethnicity, district


def milestone_key(keys: RowKeys, milestone: Milestone) -> str:
    """The name of a milestone's row; to be asked for in the milestones' order, for several may be alike."""
    return keys.of("milestone", milestone.milestone, milestone.subject, milestone.triggered_on.isoformat())


def episode_key(keys: RowKeys, episode: Episode) -> str:
    """The name of an episode's row; in the episodes' order."""
    return keys.of("episode", episode.pathway, *episode.opening_event)


def _milestones(keys: RowKeys, milestones: Iterable[Milestone]) -> Rows:
    return [
        (
            keys.child,
            milestone_key(keys, m),
            m.milestone,
            m.triggered_on,
            m.due_on,
            m.status,
            m.met_on,
        )
        for m in milestones
    ]


def _flags(keys: RowKeys, flags: Iterable[Flag]) -> Rows:
    return [
        (
            keys.child,
            keys.of("flag", f.kind, f.rule, f.subject, f.turn),
            f.kind,
            f.rule,
            f.level,
            f.status,
            f.due_on,
            f.stands_since,
            f.handled.what if f.handled else None,
        )
        for f in flags
    ]


def _episodes(keys: RowKeys, episodes: Iterable[Episode]) -> Rows:
    return [
        (
            keys.child,
            episode_key(keys, e),
            e.pathway,
            e.sector,
            e.status,
            e.opened_on,
            e.started_on,
            e.closed_on,
        )
        for e in episodes
    ]


def _requests(keys: RowKeys, events: Sequence[Event]) -> Rows:
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
        issue, withdrawn = known.get("ehcp.decided_to_issue"), known.get("ehcp.request_withdrawn")
        rows.append(
            (
                keys.child,
                keys.of("ehc-request", request_id),
                asked.on,
                asked.text("by") or None,
                withdrawn.on if withdrawn else None,
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
