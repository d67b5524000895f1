"""A panel's room for tests: a child on a real timeline, and what people say of it there."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine

from send_integration.identity.model import default_model
from send_integration.quality.checks import RowChecks
from send_integration.steps import panel_acts
from send_integration.steps.catalogue import load_rules
from send_integration.steps.gate import Gate
from send_integration.steps.panel_drafts import Conclusion, DecisionDraft, Funding, VoiceDraft
from send_integration.store.panel import (
    DecisionSeen,
    child_of_decision,
    decisions_seen,
    panel_of,
    seen_of,
    show_for_deciding,
)
from send_integration.store.sessions import Session
from send_integration.timeline.seen import Seen
from tests.builders import ANNA_KOWALSKA, TOM_BRIGHT, sent
from tests.integration.steps.pipe import Pipe
from tests.record_keys import KEYS

RULES = load_rules()
TODAY = date(2025, 4, 10)
NOW = datetime(2025, 4, 10, 13, 30, tzinfo=UTC)
CHAIR = Session("chair", "panel-chair", "")
MEMBER = Session("member", "panel-member", "")
SHARED = DecisionDraft(
    TODAY, "joint-funding", "Each has a part in it.", date(2025, 7, 3), Funding(0.5, 0.3, 0.2), "partly", "consent"
)
REFER = DecisionDraft(TODAY, "refer", "The paediatrician is asked.")


def child(pipe: Pipe, name: str = "Anna") -> str:
    ((found,),) = pipe.ask("SELECT child_id FROM child WHERE given_name = :name", name=name)
    return str(found)


def panel(pipe: Pipe, name: str = "Anna") -> dict[str, Any]:
    found = panel_of(pipe.engine, child(pipe, name))
    assert found is not None
    return found


def seen(pipe: Pipe, name: str = "Anna") -> Seen:
    found = show_for_deciding(pipe.engine, child(pipe, name), NOW)
    assert found is not None
    return found


def decision_seen(engine: Engine, event_id: str) -> DecisionSeen | None:
    """What was seen when a decision was taken, for whoever may see the child whose it is now."""
    child_id = child_of_decision(engine, event_id)
    return decisions_seen(engine, [event_id], seen_of(engine, [child_id] if child_id else [])).get(event_id)


def without_where(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is said, without the event that says it."""
    return [
        {name: value for name, value in item.items() if name not in ("event_id", "source", "on", "recorded_at")}
        for item in items
    ]


def room(engine: Engine) -> Pipe:
    made = Pipe(engine, RULES, TODAY)
    made.gates = [Gate(engine, lambda feed: RowChecks(feed).checked, default_model(), keys=KEYS)]
    made.send(
        "camhs", sent("camhs.referred", "2025-03-03", event_id="a", source="urn:send:clinic", person=ANNA_KOWALSKA)
    )
    made.send(
        "school", sent("school.suspended", "2025-03-04", event_id="t", source="urn:send:schools", person=TOM_BRIGHT)
    )
    made.settle()
    return made


def conclude(
    pipe: Pipe, conclusion: Conclusion, by: Session = CHAIR, before: Seen | None = None, name: str = "Anna"
) -> str:
    return panel_acts.conclude(pipe.engine, child(pipe, name), by, conclusion, before or seen(pipe, name), NOW)


def decide(pipe: Pipe, draft: DecisionDraft = SHARED, by: Session = CHAIR, before: Seen | None = None) -> str:
    return conclude(pipe, Conclusion(draft), by, before)


def voice(pipe: Pipe, text: str = "I like maths", on: date = TODAY) -> str:
    said = VoiceDraft("child", text, "in person", on)
    return panel_acts.record_voice(pipe.engine, child(pipe), CHAIR, said, NOW)
