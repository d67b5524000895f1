"""Nothing of an answer, its picture or its facts tells that there is somebody in a child's family."""

from datetime import date

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.pseudonyms import KEY_BYTES, Pseudonyms
from send_integration.evaluate import ChildAnswer, answer_child, child_as_json
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.named_workers import named_workers
from send_integration.warehouse.facts import rows_of
from send_integration.web.lanes import Lanes, Told, lanes_of
from tests.builders import WORKER, event

RULES = load_rules()
NAMES = Pseudonyms(bytes(KEY_BYTES))
TODAY = date(2025, 6, 2)
ASSIGNED = event("workers.assigned", "2025-01-06", event_id="w", role_for_child="senco")
LONG_AGO = event("people.related", "2019-03-04", event_id="r", worker=WORKER)
LATELY = event("people.related", "2025-05-05", event_id="s", kind="carer", worker=WORKER)


def answered(*events: Event) -> ChildAnswer:
    answer = answer_child(ChildId("c1"), events, RULES, TODAY)
    assert answer is not None
    return answer


def test_an_answer_is_the_same_with_and_without_what_tells_of_the_family() -> None:
    told, untold = answered(LONG_AGO, ASSIGNED, LATELY), answered(ASSIGNED)

    assert len(told.timeline.events) == 3
    assert child_as_json(told, RULES) == child_as_json(untold, RULES)


def lanes(*events: Event) -> Lanes:
    answer = answered(*events)
    found = child_as_json(answer, RULES)
    return lanes_of(Told(found["timeline"], found["milestones"], answer.timeline.episodes), RULES, TODAY, {})


def test_the_years_at_a_glance_begin_and_count_no_earlier_for_it() -> None:
    assert lanes(LONG_AGO, ASSIGNED) == lanes(ASSIGNED)
    assert lanes(LONG_AGO, ASSIGNED).sentence.startswith("1 entry from January 2025 to June 2025.")


def test_a_worker_is_last_heard_of_in_what_everybody_may_read() -> None:
    (held,) = named_workers([LONG_AGO, ASSIGNED, LATELY], TODAY)

    assert held.last_heard_on == date(2025, 1, 6)


def test_no_fact_for_reports_tells_of_it() -> None:
    assert rows_of(answered(LONG_AGO, ASSIGNED, LATELY), NAMES) == rows_of(answered(ASSIGNED), NAMES)


def test_an_answer_that_rests_on_it_alone_has_no_entry_and_a_picture() -> None:
    answer = child_as_json(answered(LATELY), RULES)

    assert answer["timeline"] == []
    assert answer["date_of_birth"] == "2012-03-04"
    assert lanes(LATELY).sentence == "Nothing has happened that the picture could show."
