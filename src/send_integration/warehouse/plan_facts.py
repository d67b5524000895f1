"""One child's rows on plans: the plans, their reviews, the needs and places that were told."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from send_integration.contracts.event import Event
from send_integration.ingest.sen2_codes import CEASE_REASONS
from send_integration.warehouse.row_keys import RowKeys, Rows

PLAN = "plan"
_CEASE_CODES = {words: code for code, words in CEASE_REASONS.items()}
_OTHER_REASON = "9"


def plan_rows(keys: RowKeys, events: Sequence[Event], *, hide_places: bool) -> Rows:
    """A row for each plan, from its first final; what ended it is the first ceasing from then on."""
    rows: Rows = []
    for plan_id, final in _first_of_each_plan(event for event in events if event.what == "ehcp.finalised"):
        later = [event for event in events if event.text("plan_id") == plan_id and event.on >= final.on]
        amended = [event for event in later if event.what == "ehcp.amended_final_issued"]
        ceased = next((event for event in later if event.what == "ehcp.ceased"), None)
        urn = next(
            (event.text("placement_urn") for event in reversed([final, *amended]) if event.text("placement_urn")), ""
        )
        rows.append(
            (
                keys.child,
                keys.of(PLAN, plan_id),
                keys.named("ehc-request", final.text("request_id")),
                final.on,
                amended[-1].on if amended else None,
                ceased.on if ceased else None,
                _CEASE_CODES.get(ceased.text("reason"), _OTHER_REASON) if ceased else None,
                final.text("placement_type"),
                None if hide_places else urn or None,
            )
        )
    return rows


def review_rows(keys: RowKeys, events: Sequence[Event]) -> Rows:
    """A row for each review meeting, with the first decision on that plan from then until the next meeting."""
    rows: Rows = []
    meetings = [event for event in events if event.what == "ehcp.review_meeting_held"]
    decisions = [event for event in events if event.what == "ehcp.review_decided"]
    for number, held in enumerate(meetings):
        plan_id = held.text("plan_id")
        until = next((other.on for other in meetings[number + 1 :] if other.text("plan_id") == plan_id), date.max)
        decided = next((d for d in decisions if d.text("plan_id") == plan_id and held.on <= d.on < until), None)
        rows.append(
            (
                keys.child,
                keys.of("review", *held.key),
                keys.named(PLAN, plan_id),
                held.on,
                held.text("kind"),
                bool(held.data.get("pfa_discussed")),
                decided.on if decided else None,
                decided.text("decision") if decided else None,
            )
        )
    return rows


def need_rows(keys: RowKeys, events: Iterable[Event]) -> Rows:
    """A row for each type of need that was ever told, with the first and the last day."""
    days: dict[str, list[date]] = {}
    for event in events:
        told = event.data.get("need_types")
        for code in told if isinstance(told, list) else ():
            days.setdefault(str(code), []).append(event.on)
    return [(keys.child, keys.of("need", code), code, min(told), max(told)) for code, told in sorted(days.items())]


def placement_rows(keys: RowKeys, events: Sequence[Event], *, hide_places: bool) -> Rows:
    """A row for each school that a child joined, until it left or joined another."""
    moves = [event for event in events if event.what in ("school.enrolled", "school.left")]
    rows: Rows = []
    for number, joined in enumerate(moves):
        if joined.what == "school.enrolled":
            left = moves[number + 1].on if number + 1 < len(moves) else None
            urn = None if hide_places else joined.text("urn") or None
            rows.append(
                (keys.child, keys.of("placement", *joined.key), urn, joined.data.get("year_group"), joined.on, left)
            )
    return rows


def _first_of_each_plan(finals: Iterable[Event]) -> Iterator[tuple[str, Event]]:
    first: dict[str, Event] = {}
    for event in finals:
        first.setdefault(event.text("plan_id"), event)
    yield from first.items()
