"""What somebody is told of an entry that left, and what never."""

from datetime import UTC, date, datetime

import pytest

from send_integration.alerts.letters import alert_letter, notice_letter
from send_integration.alerts.notices import Effect, Lost, PersonsWord, Sight, Way, told, why_moved
from send_integration.alerts.route import Known, route
from send_integration.contracts.event import EventKey
from tests.unit.alerts.test_route import FLAG, HOLDER, TODAY, people

SINCE = datetime(2025, 3, 3, tzinfo=UTC)


def lost(event_id: str, child: str = "c1") -> Lost:
    return Lost(child, EventKey("s", event_id), date(2025, 3, 1), "CAMHS: referred, urgent", SINCE, "why", None)


def test_an_entry_seen_in_several_ways_is_told_once_and_each_child_apart() -> None:
    one, two, other = lost("a"), lost("b"), lost("a", "c2")

    found = told(
        [
            Sight("w1", one, Way.PAGE),
            Sight("w1", one, Way.ALERT, "ndd-triage"),
            Sight("w1", two, Way.EXPORT),
            Sight("w1", other, Way.RECORD),
            Sight("team:x", one, Way.ALERT, "ndd-triage"),
        ]
    )

    assert {key: [(t.lost.key.id, t.ways, t.rules) for t in entries] for key, entries in found.items()} == {
        ("w1", "c1"): [("a", (Way.ALERT, Way.PAGE), ("ndd-triage",)), ("b", (Way.EXPORT,), ())],
        ("w1", "c2"): [("a", (Way.RECORD,), ())],
        ("team:x", "c1"): [("a", (Way.ALERT,), ("ndd-triage",))],
    }


@pytest.mark.parametrize("way", Way)
def test_day_and_title_are_told_to_those_alone_who_read_the_timeline_or_have_it_on_paper(way: Way) -> None:
    ((entry,),) = told([Sight("w1", lost("a"), way)]).values()

    expected = ("CAMHS: referred, urgent", date(2025, 3, 1)) if way in (Way.PAGE, Way.PACK) else (None, None)
    assert (entry.title, entry.on) == expected


@pytest.mark.parametrize(
    ("word", "held", "now_under", "words"),
    [
        (None, False, "", "Whose record it is was decided anew, from all that agencies say."),
        (None, True, "", "It is no longer certain whose record it is; it waits for a person."),
        (
            PersonsWord("w1", Effect.PARTED, "Two birth certificates."),
            False,
            "",
            "w1 decided that it is another child's: Two birth certificates.",
        ),
        (
            PersonsWord("w1", Effect.TAKEN_BACK, "the wrong file"),
            True,
            "",
            (
                "w1 took an earlier decision back: the wrong file."
                " It is no longer certain whose record it is; it waits for a person."
            ),
        ),
        (
            PersonsWord("w1", Effect.JOINED, "one birth certificate"),
            False,
            "c9",
            (
                "w1 decided that two children are one: one birth certificate."
                " All of this child's records are now under child c9."
            ),
        ),
    ],
)
def test_the_reason_says_whose_word_it_was_where_it_was_a_persons(
    word: PersonsWord | None, held: bool, now_under: str, words: str
) -> None:
    assert why_moved(word, held=held, now_under=now_under) == words


def test_letters_give_a_reference_a_kind_and_a_page_and_no_more() -> None:
    alert = route(FLAG, Known([HOLDER]), people(), TODAY)

    assert alert_letter(alert) == (
        f"Alert {alert.alert_id}: Milestone: EHC final plan",
        (
            "There is an alert for you.\nMilestone: EHC final plan, due on 2025-05-01.\n\n"
            "Sign in to see why it is there and what to do next, and to say that you will act:"
        ),
        f"/alerts/{alert.alert_id}",
        "Milestone: EHC final plan",
        "2025-05-01",
    )
    assert notice_letter("n1", "c1")[:3] == (
        "Notice n1: what you saw has changed",
        (
            "Something that you were shown of a child no longer stands.\nChild reference c1.\n\n"
            "Sign in to see what, and why:"
        ),
        "/alerts",
    )
