"""A child as on another day, and as was known on one: the same pure answer, for the events that the child has today.

Whose events they are is decided by all that is known today, and so is who may see the child: a merge that was undone must
not show one family another's secrets again (evaluate.evaluate).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from send_integration.contracts.event import Event
from send_integration.contracts.registry import read
from send_integration.evaluate import ChildAnswer
from send_integration.rules.model import RuleBook
from send_integration.steps.answering import answers_of, known_of, panels_of
from send_integration.store.children import bodies_shown
from send_integration.store.histories import reading
from send_integration.timeline.fold import happening_order
from send_integration.timeline.panel import PanelRecord
from send_integration.when.london import london_midnight


class AsItWas(NamedTuple):
    """The answer and the panel's record of another day."""

    answer: ChildAnswer
    panel: PanelRecord


def as_it_was(engine: Engine, child_id: str, rules: RuleBook, as_of: date, known_on: date | None) -> AsItWas | None:
    """A child on a day, by the rules of today; None where nothing had happened by then.

    With `known_on`, only what sources had recorded by the end of that London day counts, corrections and retractions too.
    """
    with reading(engine) as connection:
        known = known_of(connection, [child_id], {})
    if known_on is not None:
        end = london_midnight(known_on + timedelta(1))
        known = replace(known, events=[event for event in known.events if event.recorded_at < end])
    answers = answers_of(known.events, known.child_of, {child_id}, rules, as_of)
    if child_id not in answers:
        return None
    return AsItWas(answers[child_id], panels_of(known, answers)[child_id])


def events_shown(engine: Engine, child_id: str, as_of: date) -> Sequence[Event]:
    """The events that stand on a child's stored answer, in order of happening."""
    found = (read(body) for body in bodies_shown(engine, child_id))
    return sorted((event for event in found if event.on <= as_of), key=happening_order)
