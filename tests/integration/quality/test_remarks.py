"""Remarks are counted once for each event that is let in, and the lists' checks find whom they should."""

import json
from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import Engine

from send_integration.contracts.event import Event, Reason
from send_integration.identity.model import default_model
from send_integration.rules.model import RuleBook
from send_integration.steps.batch import RawMessage
from send_integration.steps.catalogue import load_rules
from send_integration.steps.gate import Gate
from send_integration.store.inspection import Found, list_checks
from send_integration.store.remarks import RemarkCount, remark_counts
from send_integration.watch.window import Checked, unchecked
from tests.builders import NOW, sent
from tests.integration.steps.pipe import Pipe
from tests.record_keys import KEYS


def remarks_on_all(events: Sequence[Event]) -> Checked:
    """Expectations that let everything in and find something in it."""
    return unchecked(events)._replace(remarked=[(Reason("odd", "data", "It is odd."),) for _ in events])


def message(offset: int, raw: bytes) -> RawMessage:
    """A message of the first partition of CAMHS."""
    return RawMessage("send.raw.camhs", 0, offset, b"", raw)


def test_a_remark_is_counted_once_however_often_its_event_comes(engine: Engine) -> None:
    gate = Gate(engine, lambda _feed: remarks_on_all, default_model(), keys=KEYS)
    first = [message(0, sent("camhs.referred", event_id="a")), message(1, sent("camhs.referred", event_id="b"))]

    gate.admit("camhs", first, NOW)
    gate.admit("camhs", [*first, message(2, sent("camhs.referred", event_id="a"))], NOW)
    gate.admit("camhs", [message(3, b"{}")], NOW)

    day = date(2026, 6, 1)
    assert remark_counts(engine, None, day) == [RemarkCount("camhs", "urn:send:camhs", "odd", 2, 2, day, day)]
    assert remark_counts(engine, "school", day) == []


def test_a_query_of_an_adapter_lets_its_event_in_and_is_counted_once(engine: Engine) -> None:
    gate = Gate(engine, lambda _feed: remarks_on_all, default_model(), keys=KEYS)
    query = json.dumps([Reason("annex-a-102a", "data.person.date_of_birth", "25.")._asdict()]).encode()
    asked = message(0, sent("camhs.referred"))._replace(headers=(("adapter-remarks", query),))
    again = asked._replace(offset=1)

    admitted = gate.admit("camhs", [asked, again], NOW)

    assert (admitted.accepted, admitted.quarantined, admitted.duplicates) == (1, 0, 1)
    counted = {(count.rule, count.events) for count in remark_counts(engine, None, date(2026, 6, 1))}
    assert counted == {("odd", 1), ("annex-a-102a", 1)}


@pytest.fixture
def rules() -> RuleBook:
    """The catalogue as shipped."""
    return load_rules(None)


def test_the_lists_find_a_shared_number_a_late_first_issue_and_a_child_without_a_school(
    engine: Engine, rules: RuleBook
) -> None:
    number = "T821000000001"
    anna = {"local_id": "1", "nhs_number": "9990000018", "upn": number}
    omar = {
        "local_id": "2",
        "nhs_number": "9990000026",
        "upn": number,
        "given_name": "Omar",
        "date_of_birth": "2011-02-28",
    }
    mia = {
        "local_id": "3",
        "nhs_number": "9990000034",
        "given_name": "Mia",
        "family_name": "Else",
        "date_of_birth": "2019-01-01",
    }
    pipe = Pipe(engine, rules, date(2025, 6, 1))
    for raw in (
        sent("ehcp.finalised", "2025-03-03", event_id="1", person=anna, placement_urn="109123"),
        sent("ehcp.review_decided", "2025-03-02", event_id="2", person=anna),
        sent("ehcp.finalised", "2025-03-01", event_id="3", person=mia, plan_id="P2"),
        sent("ehcp.review_decided", "2025-03-04", event_id="4", person=mia, plan_id="P2"),
    ):
        pipe.send("ehcp", raw)
    pipe.send("people", sent("people.registered", "2025-03-01", event_id="5", person=omar))
    pipe.settle()

    found = list_checks(engine, "2025-06-01")

    assert [one.check for one in found] == [
        "issued-after-update-or-review",
        "school-age-without-establishment",
        "upn-twice",
        "upn-twice",
    ]
    assert found[0].child_id != found[1].child_id
    assert Found("upn-twice", found[0].child_id) in found


@pytest.mark.parametrize(
    ("told", "without"),
    [
        ((), True),
        (("enrolled",), False),
        (("enrolled", "left"), True),
        (("enrolled", "left for another"), False),
        (("left", "enrolled"), False),
        (("left and enrolled on one day",), False),
    ],
)
def test_a_child_has_the_school_that_was_last_told_of(
    engine: Engine, rules: RuleBook, told: tuple[str, ...], without: bool
) -> None:
    lines = {
        "enrolled": [("school.enrolled", {})],
        "left": [("school.left", {})],
        "left for another": [("school.left", {"destination_urn": "109124"})],
        "left and enrolled on one day": [("school.enrolled", {}), ("school.left", {})],
    }
    pipe = Pipe(engine, rules, date(2025, 6, 1))
    pipe.send("school", sent("school.sen_support_started", "2025-01-06", event_id="s"))
    for month, step in enumerate(told, start=2):
        for number, (what, fields) in enumerate(lines[step]):
            pipe.send("school", sent(what, f"2025-0{month}-03", event_id=f"{month}-{number}", **fields))
    pipe.settle()

    checks = [one.check for one in list_checks(engine, "2025-06-01")]

    assert ("school-age-without-establishment" in checks) is without
