"""From every row that figures count there is a way back to the events of which it was made."""

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.pseudonyms import KEY_BYTES, Pseudonyms
from send_integration.evaluate import ChildAnswer, answer_child
from send_integration.steps.catalogue import load_rules
from send_integration.warehouse.behind import events_behind
from send_integration.warehouse.facts import rows_of
from send_integration.warehouse.history import key_of, told_columns, view_of
from send_integration.warehouse.tables import OF_A_CHILD
from tests.builders import event
from tests.integration.warehouse.metric_story import AS_AT, lines

RULES = load_rules()
NAMES = Pseudonyms(bytes(KEY_BYTES))
COUNTED = (
    "dim_child", "dim_plan", "fact_event", "fact_ehc_request", "fact_review", "fact_milestone", "fact_episode",
    "fact_appointment", "fact_attendance", "fact_exclusion", "fact_panel_decision", "fact_destination", "dim_placement",
)  # fmt: skip


def answers() -> list[ChildAnswer]:
    """Those of the children of the story of the figures."""
    events: dict[int, list[Event]] = {}
    for place, (number, what, day, fields) in enumerate(lines()):
        events.setdefault(number, []).append(event(what, day, event_id=f"e{place}", **fields))
    found = [answer_child(ChildId(f"c{number}"), own, RULES, AS_AT) for number, own in events.items()]
    return [answer for answer in found if answer is not None]


def test_every_row_that_figures_count_leads_back_to_events() -> None:
    lost, met = [], set()
    for answer in answers():
        behind, rows = events_behind(answer, NAMES), rows_of(answer, NAMES)
        for table in OF_A_CHILD:
            place = [column.name for column in told_columns(table)].index(key_of(table))
            if view_of(table) in COUNTED and rows[view_of(table)]:
                met.add(view_of(table))
                lost += [(view_of(table), row) for row in rows[view_of(table)] if not behind.get(row[place])]

    assert lost == []
    assert met == {*COUNTED}


def test_a_request_leads_to_its_events_and_a_milestone_to_its_evidence() -> None:
    own = [
        event("ehcp.requested", "2025-01-06", event_id="a"),
        event("ehcp.decided_to_assess", "2025-02-10", event_id="d"),
        event("school.suspended", "2025-02-11", event_id="s"),
    ]
    answer = answer_child(ChildId("c1"), own, RULES, AS_AT)
    assert answer is not None
    behind, rows = events_behind(answer, NAMES), rows_of(answer, NAMES)

    assert [key.id for key in behind[rows["fact_ehc_request"][0][1]]] == ["a", "d"]
    (decided,) = [row for row in rows["fact_milestone"] if row[2] == "ehc-decide-to-assess"]
    assert {key.id for key in behind[decided[1]]} == {"a", "d"}
    assert [key.id for key in behind[rows["fact_exclusion"][0][1]]] == ["s"]
