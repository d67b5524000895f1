"""Two years of the panel's meetings in the town, by the panel's own acts: agendas of twelve children, decisions, and what they
were seen by. The authority has one panel: the town is copied without its meetings."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Engine, text

from send_integration.steps.meetings import open_meeting
from send_integration.steps.panel_acts import conclude, list_child
from send_integration.steps.panel_drafts import ActionDraft, Conclusion, DecisionDraft, ListingDraft
from send_integration.store.meetings import Meeting
from send_integration.store.panel import show_for_deciding
from send_integration.timeline.meeting import Part
from send_integration.web.people import BY_ACTOR
from tests.integration.steps.pipe import Pipe

EVERY = timedelta(14)
PAST, TO_COME = 52, 3
ON_AN_AGENDA = 12
TALKED_OF = 240
"""Children, those in most need, of whom the panel talks again and again."""

CHAIR = BY_ACTOR["chair"].session()
SEATS = (
    (Part.CHAIR, "Cass Example"),
    (Part.EDUCATION, "Mo Example"),
    (Part.HEALTH, "Mia Example"),
    (Part.CARE, "Mel Example"),
)
RATIONALE = (
    "Three services work with this family and none of them leads. The panel asks for one plan, and for one lead. " * 3
)


def hold_meetings(pipe: Pipe, today: date) -> None:
    """Every second week a meeting: those that are over with a decision on each child, today's and the next ones with none."""
    children = _those_in_most_need(pipe.engine)
    for number, day in enumerate(_days(today)):
        open_meeting(pipe.engine, CHAIR, Meeting(day, "Town Hall", 4), SEATS)
        for child_id in _agenda(children, number):
            listing = ListingDraft(day, "Three services and no plan that joins them", "Mo Example")
            list_child(pipe.engine, child_id, CHAIR, listing, _at(min(day, today) - timedelta(7)))
    pipe.settle()
    for number, day in enumerate(_days(today)):
        if day < today:
            for child_id in _agenda(children, number):
                _decide(pipe.engine, child_id, day, number)
    pipe.settle()


def _days(today: date) -> Iterator[date]:
    return (today + EVERY * number for number in range(-PAST, 1 + TO_COME))


def _agenda(children: Sequence[str], number: int) -> Iterator[str]:
    return (children[(number * ON_AN_AGENDA + place) % len(children)] for place in range(ON_AN_AGENDA))


def _at(day: date) -> datetime:
    return datetime.combine(day, time(14), UTC)


def _those_in_most_need(engine: Engine) -> list[str]:
    query = text("SELECT child_id FROM child WHERE NOT restricted ORDER BY need DESC, child_id LIMIT :most")
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(query, {"most": TALKED_OF})]


def _decide(engine: Engine, child_id: str, day: date, number: int) -> None:
    """Decide as the form does, and leave every third action open."""
    seen = show_for_deciding(engine, child_id, _at(day))
    if seen is None:
        raise ValueError("a child of the town has gone")
    draft = DecisionDraft(day, "keep-under-review", RATIONALE, day + timedelta(90), basis="public-task")
    actions = tuple(ActionDraft(owner, f"Ask for the report, {number}", day + EVERY, day) for _, owner in SEATS[1:])
    attendees = tuple(name for _, name in SEATS)
    conclude(engine, child_id, CHAIR, Conclusion(draft, attendees, RATIONALE, actions), seen, _at(day))
