"""A child's flags through the days, as each day knew them; the dates are worked by hand from the rules' periods."""

from datetime import date

import pytest

from send_integration.contracts.event import ChildId, Event
from send_integration.rules.history import ChildHistory, Span, happened_on, runs_of, spans_between
from send_integration.rules.model import RuleBook
from tests.builders import event

CHILD = ChildId("c1")
FIRST, LAST = date(2025, 3, 1), date(2025, 6, 30)
DECIDE = "ehc-decide-to-assess"
"""Six weeks; the warning begins a fifth of them before the end: 8 days."""


def asked(on: str = "2025-03-03", **rest: str) -> Event:
    return event("ehcp.requested", on, event_id="asked", source="s", **rest)


def decided(on: str, **rest: str) -> Event:
    return event("ehcp.decided_to_assess", on, event_id="decided", source="s", **rest)


@pytest.fixture
def book(rules: RuleBook) -> RuleBook:
    return RuleBook({DECIDE: rules[DECIDE]})


def days(spans: list[Span]) -> list[tuple[str, str, str | None]]:
    ordered = sorted(spans, key=lambda span: span.from_on)
    return [(span.flag.status, str(span.from_on), str(span.until_on) if span.until_on else None) for span in ordered]


@pytest.mark.parametrize(
    ("events", "stood"),
    [
        pytest.param(
            [asked(), decided("2025-04-15")],  # asked on 3 March: due on 14 April, warned of from 6 April
            [("due-soon", "2025-04-06", "2025-04-15")],
            id="a day late is not yet missed on the day of the answer",
        ),
        pytest.param(
            [asked(), decided("2025-04-20")],
            [("due-soon", "2025-04-06", "2025-04-15"), ("missed", "2025-04-15", "2025-04-20")],
            id="warned of, then missed, then decided",
        ),
        pytest.param(
            [asked(recorded="2025-04-10"), decided("2025-04-20")],
            [("due-soon", "2025-04-10", "2025-04-15"), ("missed", "2025-04-15", "2025-04-20")],
            id="a request that was written down late is not known before",
        ),
        pytest.param(
            [asked(), decided("2025-04-14", recorded="2025-05-14")],
            [("due-soon", "2025-04-06", "2025-04-15"), ("missed", "2025-04-15", "2025-05-14")],
            id="a decision in time that was written down a month late leaves the flag until then",
        ),
        pytest.param(
            [asked()],
            [("due-soon", "2025-04-06", "2025-04-15"), ("missed", "2025-04-15", None)],
            id="what still stands has no end",
        ),
        pytest.param(
            [asked("2025-01-06")],  # due on 17 February
            [("missed", "2025-03-01", None)],
            id="what stood before the first day begins on it",
        ),
        pytest.param(
            # From 20 April it is due on 1 June; the fifth working day before is 23 May, for the 26th is a bank holiday.
            [asked(), event("ehcp.requested", "2025-04-20T12:00:00+00:00", event_id="again", source="s",
                            recorded="2025-04-19T12:00:00+00:00", corrects="asked")],
            [("due-soon", "2025-04-06", "2025-04-15"), ("missed", "2025-04-15", "2025-04-19"),
             ("due-soon", "2025-05-23", "2025-06-02"), ("missed", "2025-06-02", None)],
            id="a correction written down before its own day takes the original away at once",
        ),
        pytest.param(
            [asked(), event("ehcp.requested", "2025-03-03", event_id="never", source="s", recorded="2025-04-08", retracts="asked")],
            [("due-soon", "2025-04-06", "2025-04-08")],
            id="what is taken back stood until then",
        ),
    ],
)  # fmt: skip
def test_flags_stand_as_each_day_knew_them(
    book: RuleBook, events: list[Event], stood: list[tuple[str, str, str | None]]
) -> None:
    (spans,) = spans_between(ChildHistory(CHILD, events), [book], FIRST, LAST)

    assert days(spans) == stood


def test_as_it_happened_knows_at_once(book: RuleBook) -> None:
    events = [asked(recorded="2025-04-10"), decided("2025-04-14", recorded="2025-05-14")]

    (spans,) = spans_between(ChildHistory(CHILD, events), [book], FIRST, LAST, known_from=happened_on)

    assert days(spans) == [("due-soon", "2025-04-06", "2025-04-14")]


def test_another_childs_event_takes_ours_back_and_is_not_on_our_timeline(book: RuleBook) -> None:
    back = event("ehcp.requested", "2025-03-03", event_id="back", source="s", recorded="2025-04-08", retracts="asked")
    other = event("ehcp.decided_to_assess", "2025-04-07", event_id="theirs", source="s")
    history = ChildHistory(CHILD, [asked(), back, other], {back.key, other.key})

    (spans,) = spans_between(history, [book], FIRST, LAST)

    assert days(spans) == [("due-soon", "2025-04-06", "2025-04-08")]


def test_the_warning_and_the_missed_date_are_one_run_and_a_later_one_is_another(book: RuleBook) -> None:
    taken_back = event("ehcp.decided_to_assess", "2025-04-20", event_id="x", source="s", recorded="2025-05-01", retracts="decided")  # fmt: skip

    (spans,) = spans_between(ChildHistory(CHILD, [asked(), decided("2025-04-20"), taken_back]), [book], FIRST, LAST)

    assert [(len(run), str(run[0].from_on), run[-1].until_on) for run in runs_of(spans)] == [
        (2, "2025-04-06", date(2025, 4, 20)),
        (1, "2025-05-01", None),
    ]
