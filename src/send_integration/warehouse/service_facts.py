"""One child's rows on what services, schools and the panel did: appointments, absence, support, decisions, who is involved."""

from collections.abc import Iterable, Sequence
from datetime import date

from send_integration.contracts.event import Event
from send_integration.timeline.model import Episode
from send_integration.timeline.titles import SECTOR_OF_ROLE
from send_integration.warehouse.plan_facts import PLAN
from send_integration.warehouse.row_keys import RowKeys, Rows

_STEPS_OF_SUPPORT = ("support.requested", "support.agreed", "support.refused", "support.started", "support.ended")


def appointment_rows(keys: RowKeys, events: Iterable[Event]) -> Rows:
    """A row for each appointment, whether or not anybody came."""
    return [
        (keys.child, keys.of("appointment", *e.key), "camhs", e.on, e.text("attended"), e.data["number"])
        for e in events
        if e.what == "camhs.appointment"
    ]


def attendance_rows(keys: RowKeys, events: Iterable[Event], status: "SenStatus") -> Rows:
    """A row for each span of days that a school told of."""
    rows: Rows = []
    for event in events:
        since = event.day("from_on") if event.what == "school.attendance" else None
        if since is not None:
            counts = (
                event.data[f"sessions_{what}"] for what in ("possible", "authorised_absence", "unauthorised_absence")
            )
            rows.append(
                (keys.child, keys.of("attendance", *event.key), since, event.day("to_on"), *counts, status.on(since))
            )
    return rows


def exclusion_rows(keys: RowKeys, events: Iterable[Event], status: "SenStatus") -> Rows:
    """A row for each suspension and each permanent exclusion."""
    return [
        (
            keys.child,
            keys.of("exclusion", *e.key),
            e.what.removeprefix("school."),
            e.on,
            e.data.get("sessions"),
            status.on(e.on),
        )
        for e in events
        if e.what in ("school.suspended", "school.excluded")
    ]


class SenStatus:
    """Whether a child had a plan, or else SEN support, on a day."""

    def __init__(self, plans: Rows, episodes: Iterable[Episode]) -> None:
        self._plans = [(row[3], row[5]) for row in plans]
        self._support = [(e.opened_on, e.closed_on) for e in episodes if e.pathway == "sen-support"]

    def on(self, day: date) -> str:
        """'plan', 'sen-support' or 'none'; what ended on a day had ended."""
        for spells, name in ((self._plans, PLAN), (self._support, "sen-support")):
            if any(since <= day and (until is None or day < until) for since, until in spells):
                return name
        return "none"


def support_rows(keys: RowKeys, events: Iterable[Event]) -> Rows:
    """A row for each support that a family asked for or was given, with the first day of each step."""
    first: dict[str, dict[str, Event]] = {}
    for event in events:
        if event.what in _STEPS_OF_SUPPORT:
            first.setdefault(event.text("support_id"), {}).setdefault(event.what, event)
    rows: Rows = []
    for support_id, steps in sorted(first.items()):
        kind = next((event.text("kind") for event in steps.values() if event.text("kind")), None)
        days = (steps[step].on if step in steps else None for step in _STEPS_OF_SUPPORT)
        amount = steps["support.agreed"].data.get("weekly_amount") if "support.agreed" in steps else None
        rows.append(
            (keys.child, keys.of("support", support_id), kind, *days, None if amount is None else float(str(amount)))
        )
    return rows


def panel_rows(keys: RowKeys, events: Iterable[Event]) -> Rows:
    """A row for each decision of the panel, with who pays which share."""
    rows: Rows = []
    for event in events:
        if event.what != "panel.decided":
            continue
        funding = event.data.get("funding")
        told = funding if isinstance(funding, dict) else {}
        shares = (float(str(told[who])) if who in told else None for who in ("education", "health", "care"))
        rows.append(
            (
                keys.child,
                keys.of("panel-decision", *event.key),
                event.day("meeting_on"),
                event.on,
                event.text("decision"),
                event.day("review_on"),
                *shares,
                event.text("voice_followed") or None,
            )
        )
    return rows


def destination_rows(keys: RowKeys, events: Iterable[Event]) -> Rows:
    """A row for each destination that was recorded."""
    return [
        (keys.child, keys.of("destination", *e.key), e.on, e.text("destination"), e.day("on"))
        for e in events
        if e.what == "transition.destination_recorded"
    ]


def involvement_rows(keys: RowKeys, events: Sequence[Event], *, hide_workers: bool) -> Rows:
    """A row for each worker who was given a role for the child, until that worker had it no more or another was given it."""
    told = [e for e in events if e.what in ("workers.assigned", "workers.unassigned") and e.worker is not None]
    rows: Rows = []
    for number, event in enumerate(told):
        role, worker = event.text("role_for_child"), event.worker
        if event.what != "workers.assigned" or worker is None:
            continue
        ended = next((other.on for other in told[number + 1 :] if _ends(other, role, worker.id)), None)
        key = None if hide_workers else keys.worker(worker.id)
        rows.append((keys.child, keys.of("involvement", *event.key), key, role, SECTOR_OF_ROLE[role], event.on, ended))
    return rows


def _ends(event: Event, role: str, worker_id: str) -> bool:
    """Whether an event ends a worker's role: by taking it from that worker, or by giving it to anybody anew."""
    own = event.worker is not None and event.worker.id == worker_id
    return event.text("role_for_child") == role and (own or event.what == "workers.assigned")
