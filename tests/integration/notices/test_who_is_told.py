"""Whoever saw what has left a child's timeline is told once, and nobody else is."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from send_integration.steps import deciding
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer
from send_integration.store.notices import Notice, Reader, all_notices, mark_read
from send_integration.store.sessions import Session, record
from tests.builders import ANNA_KOWALSKA as ANNA
from tests.builders import NOW, sent
from tests.builders import TOM_BRIGHT as TOM
from tests.integration.steps.pipe import Pipe

RULES = load_rules()
TODAY = date(2025, 9, 1)
STEWARD = Session("steward-1", "data-steward", "")
REVIEWER = Reviewer(STEWARD, NOW - timedelta(hours=2), "seen on two birth certificates")
LATER = Reviewer(STEWARD, NOW - timedelta(hours=1), "they were the certificates of two")
ASKED = sent("ehcp.requested", "2025-05-05", event_id="asked", source="council", person=ANNA)


def appointment(on: str, event_id: str, **fields: Any) -> bytes:
    """One that nobody came to and nobody missed: one that was kept asks for a second, and somebody would be alerted."""
    given = {"person": TOM, "attended": "cancelled-by-family", **fields}
    return sent("camhs.appointment", on, event_id=event_id, source="clinic", **given)


SEEN = appointment("2025-06-02", "seen")
TITLE = "CAMHS: appointment, cancelled by family"


def look(pipe: Pipe, actor: str, child: str | None, action: str = "view-child", *, allowed: bool = True) -> None:
    """Somebody looks at a child, exports, or is refused."""
    record(pipe.engine, Session(actor, "panel-chair", ""), action, child, allowed=allowed, why="test")


def child_of(pipe: Pipe, event_id: str) -> str:
    return str(pipe.ask("SELECT child_id FROM event WHERE event_id = :id", id=event_id)[0][0])


def notices(pipe: Pipe) -> dict[tuple[str, str], Notice]:
    """Every notice by recipient and child; there is but one for each."""
    found = all_notices(pipe.engine, 100, restricted=True)
    by_key = {(notice.recipient, notice.child_id): notice for notice in found}
    assert len(by_key) == len(found)
    return by_key


def lost(notice: Notice) -> list[tuple[str, str | None, date | None, str]]:
    """Event, title, day and reason of each entry."""
    return [(entry.event_id, entry.title, entry.on, entry.why) for entry in notice.entries]


def arrive(pipe: Pipe, *raws: bytes) -> None:
    """Some events come, and all that follows from them."""
    for raw in raws:
        pipe.send("ehcp" if b"send.ehcp." in raw else "camhs" if b"send.camhs." in raw else "workers", raw)
    pipe.settle()


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    """Anna and Tom, each with one entry."""
    made = Pipe(engine, RULES, TODAY)
    arrive(made, ASKED, SEEN)
    return made


def merge(pipe: Pipe) -> str:
    """Join the two by a person's decision; gives its id."""
    decision = deciding.merge_children(pipe.engine, child_of(pipe, "asked"), child_of(pipe, "seen"), REVIEWER)
    pipe.settle()
    return decision


def take_back(pipe: Pipe, decision: str) -> None:
    deciding.withdraw(pipe.engine, decision, LATER)
    pipe.settle()


def test_who_looked_while_two_were_one_is_told_what_left_and_by_whose_word(pipe: Pipe) -> None:
    anna = child_of(pipe, "asked")
    look(pipe, "before", anna)
    decision = merge(pipe)
    look(pipe, "between", anna)
    take_back(pipe, decision)
    look(pipe, "after", anna)

    told = notices(pipe)

    assert set(told) == {("between", anna)}  # nor the steward, who named both children and looked at neither
    assert lost(told["between", anna]) == [
        (
            "seen",
            TITLE,
            date(2025, 6, 2),
            "steward-1 took an earlier decision back: they were the certificates of two.",
        )
    ]
    (entry,) = told["between", anna].entries
    assert entry.shown_since < entry.left_at


def test_who_saw_a_child_that_became_part_of_another_is_told_where_the_records_are(pipe: Pipe) -> None:
    anna, tom = child_of(pipe, "asked"), child_of(pipe, "seen")
    look(pipe, "reader", tom)

    merge(pipe)

    why = (
        "steward-1 decided that two children are one: seen on two birth certificates."
        f" All of this child's records are now under child {anna}."
    )
    assert lost(notices(pipe)["reader", tom]) == [
        (
            "seen",
            TITLE,
            date(2025, 6, 2),
            why,
        )
    ]


def test_a_split_does_not_name_the_other_child(pipe: Pipe) -> None:
    anna = child_of(pipe, "asked")
    merge(pipe)
    look(pipe, "reader", anna)
    with pipe.engine.connect() as connection:
        number = connection.execute(text("SELECT id FROM person_record WHERE source = 'clinic'")).scalar_one()

    deciding.split_child(pipe.engine, anna, [number], LATER)
    pipe.settle()

    ((_, _, _, why),) = lost(notices(pipe)["reader", anna])
    assert why == "steward-1 decided that it is another child's: they were the certificates of two."
    assert child_of(pipe, "seen") not in why


def test_a_late_record_that_makes_it_uncertain_whose_an_entry_is_is_told_without_naming_anybody(engine: Engine) -> None:
    number = {"nhs_number": "9990000018", "postcode": "LU1 1AA"}
    made = Pipe(engine, RULES, TODAY)
    arrive(
        made, sent("ehcp.requested", "2025-05-05", event_id="one", source="council", person={"local_id": "1", **number})
    )
    both = {"local_id": "3", **number, "upn": "T821000000001"}
    arrive(made, appointment("2025-06-02", "both", person=both))
    child = child_of(made, "both")
    assert child == child_of(made, "one")
    look(made, "reader", child)

    two = {**both, "local_id": "2", "nhs_number": None, "family_name": "Miah", "postcode": "LU4 9ZZ"}
    arrive(made, sent("ehcp.requested", "2025-05-12", event_id="two", source="other", person=two))

    assert child_of(made, "both") == ""
    assert lost(notices(made)["reader", child]) == [
        ("both", TITLE, date(2025, 6, 2), "It is no longer certain whose record it is; it waits for a person.")
    ]


def test_a_child_whom_an_earlier_record_gives_another_reference_is_told_of_with_that_reference(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    look(pipe, "reader", tom)

    arrive(pipe, appointment("2025-01-06", "earlier"))

    now = child_of(pipe, "seen")
    assert now != tom
    ((_, _, _, why),) = lost(notices(pipe)["reader", tom])
    assert why == (
        "Whose record it is was decided anew, from all that agencies say."
        f" All of this child's records are now under child {now}."
    )


def test_what_sources_correct_take_back_or_say_otherwise_is_told_with_the_reason(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    arrive(pipe, appointment("2025-06-10", "second", number=2), appointment("2025-06-11", "third", number=3))
    look(pipe, "reader", tom)

    arrive(
        pipe,
        appointment("2025-06-03", "a", corrects="seen"),
        appointment("2025-06-10", "b", retracts="second"),
        appointment("2025-06-09", "third", number=3),
    )

    assert lost(notices(pipe)["reader", tom]) == [
        ("seen", TITLE, date(2025, 6, 2), "The source corrected it."),
        ("second", TITLE, date(2025, 6, 10), "The source took it back."),
        (
            "third",
            TITLE,
            date(2025, 6, 11),
            "The source had recorded something else under the same number earlier, and that stands.",
        ),
    ]


def test_fifty_corrections_are_one_notice_until_it_is_read(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    days = [date(2025, 6, 3) + timedelta(number) for number in range(50)]

    def appointment(number: int, **more: str) -> bytes:
        day = days[number].isoformat()
        return sent("camhs.appointment", day, source="clinic", person=TOM, number=number + 1, **more)

    arrive(pipe, *(appointment(n, event_id=f"v{n}") for n in range(50)))
    look(pipe, "reader", tom)
    arrive(pipe, *(appointment(n, event_id=f"w{n}", corrects=f"v{n}") for n in range(30)))
    arrive(pipe, *(appointment(n, event_id=f"w{n}", corrects=f"v{n}") for n in range(30, 49)))
    (notice,) = notices(pipe).values()
    assert len(notice.entries) == 49

    reader = Session("reader", "panel-chair", "")
    assert (
        mark_read(pipe.engine, notice.notice_id, Reader(["reader"], restricted=False, worker_id=""), reader, entries=30)
        is False
    )
    assert (
        mark_read(pipe.engine, notice.notice_id, Reader(["reader"], restricted=False, worker_id=""), reader, entries=49)
        is True
    )
    arrive(pipe, appointment(49, event_id="w49", corrects="v49"))

    assert sorted((len(n.entries), n.read_by) for n in all_notices(pipe.engine, 10, restricted=True)) == [
        (1, None),
        (49, "reader"),
    ]
    assert pipe.ask("SELECT action, child_id, allowed FROM audit ORDER BY id DESC LIMIT 1") == [
        ("read-notice", tom, True)
    ]


def test_nobody_is_told_who_was_refused_or_looked_elsewhere_or_before_or_after(pipe: Pipe) -> None:
    anna, tom = child_of(pipe, "asked"), child_of(pipe, "seen")
    look(pipe, "refused", tom, allowed=False)
    look(pipe, "elsewhere", anna)
    look(pipe, "notice-reader", tom, "view-notice")
    arrive(pipe, appointment("2025-06-03", "a", corrects="seen"))
    look(pipe, "after", tom)

    assert notices(pipe) == {}


def test_what_had_not_yet_stood_was_not_seen(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    to_come = appointment("2025-09-03", "next", recorded="2025-09-02")
    arrive(pipe, to_come)
    look(pipe, "too-early", tom)
    pipe.today = date(2025, 9, 3)
    assert pipe.keeper.sweep(pipe.today, NOW, 10) >= 1
    look(pipe, "in-time", tom)

    arrive(pipe, appointment("2025-09-03", "x", retracts="next"))

    assert set(notices(pipe)) == {("in-time", tom)}


def test_a_correction_that_came_before_what_it_corrects_hides_nothing_that_was_seen(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    arrive(pipe, appointment("2025-06-05", "c", corrects="o"))
    look(pipe, "reader", tom)

    arrive(pipe, appointment("2025-06-04", "o"))
    assert notices(pipe) == {}

    arrive(pipe, appointment("2025-06-05", "r", retracts="c"))
    assert [row[0] for row in lost(notices(pipe)["reader", tom])] == ["c"]


def test_what_stands_again_and_leaves_again_is_told_to_those_who_saw_it_again(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    look(pipe, "first", tom)
    look(pipe, "twice", tom)
    arrive(pipe, appointment("2025-06-03", "a", corrects="seen"))
    look(pipe, "while-it-was-away", tom)
    arrive(pipe, appointment("2025-06-03", "b", retracts="a"))
    look(pipe, "twice", tom)
    arrive(pipe, appointment("2025-06-02", "c", corrects="seen"))

    told = notices(pipe)

    assert [row[0] for row in lost(told["first", tom])] == ["seen"]
    assert [row[0] for row in lost(told["twice", tom])] == ["seen", "seen"]
    assert [row[0] for row in lost(told["while-it-was-away", tom])] == ["a"]


def test_another_body_of_which_the_timeline_says_the_same_has_not_left(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    look(pipe, "reader", tom)
    same = appointment("2025-06-02", "seen", number=2, recorded="2025-06-01T12:00:00+00:00")  # fmt: skip
    arrive(pipe, same)
    assert b'"number":2' in bytes(pipe.ask("SELECT body FROM event WHERE event_id = 'seen'")[0][0])
    assert notices(pipe) == {}

    arrive(pipe, appointment("2025-06-03", "a", corrects="seen"))
    assert [row[0] for row in lost(notices(pipe)["reader", tom])] == ["seen"]


def test_reading_everything_again_tells_nobody_again(pipe: Pipe) -> None:
    anna = child_of(pipe, "asked")
    decision = merge(pipe)
    look(pipe, "reader", anna)
    take_back(pipe, decision)
    before = all_notices(pipe.engine, 100, restricted=True)

    for (topic, _), held in pipe.topics.items():
        if topic == "send.child-events":
            assert pipe.keeper.keep(held, TODAY, NOW).new == 0
    pipe.keeper.sweep(date(2026, 1, 1), NOW, 10)

    assert all_notices(pipe.engine, 100, restricted=True) == before


def test_a_worker_killed_before_the_commit_has_told_nobody_and_the_next_one_tells_once(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    look(pipe, "reader", tom)
    pipe.send(
        "camhs",
        appointment("2025-06-03", "a", corrects="seen"),
    )
    pipe.drain_gate(["camhs"])
    with pipe.engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE stream_position ADD CONSTRAINT killed CHECK (reader <> 'timeline') NOT VALID")
        )
    with pytest.raises(Exception, match="killed"):
        pipe.drain_timeline()
    assert notices(pipe) == {}
    with pipe.engine.begin() as connection:
        connection.execute(text("ALTER TABLE stream_position DROP CONSTRAINT killed"))

    pipe.settle()

    assert [row[0] for row in lost(notices(pipe)["reader", tom])] == ["seen"]
