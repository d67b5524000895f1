"""Whoever was alerted, exported or reviewed records is told that an entry left, and not what it said."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Engine

from send_integration.store.notices import Notice, all_notices
from tests.builders import WORKER, sent
from tests.integration.notices.test_who_is_told import (
    ANNA,
    ASKED,
    RULES,
    appointment,
    arrive,
    child_of,
    look,
    lost,
    merge,
    notices,
    pipe,
    take_back,
)
from tests.integration.steps.pipe import Pipe

__all__ = ["pipe"]


def recipients(pipe: Pipe, way: str) -> set[str]:
    """Who is told of something that reached them in a way."""
    return {
        n.recipient for n in all_notices(pipe.engine, 100, restricted=True) for entry in n.entries if way in entry.ways
    }


def test_whom_an_alert_told_of_what_it_rested_on_is_told_and_reads_no_title(pipe: Pipe) -> None:
    anna = child_of(pipe, "asked")
    assert pipe.ask("SELECT DISTINCT recipient FROM alert WHERE child_id = :c", c=anna) == [("team:ehc-team",)]

    arrive(pipe, sent("ehcp.requested", "2025-05-05", event_id="x", source="council", person=ANNA, retracts="asked"))

    notice = notices(pipe)["team:ehc-team", anna]
    ((event_id, title, on, why),) = lost(notice)
    assert (event_id, title, on, why) == ("asked", None, None, "The source took it back.")
    assert "ehc-decide-to-assess" in notice.entries[0].rules


def test_an_alert_that_was_closed_before_the_entry_stood_again_tells_nobody_twice(engine: Engine) -> None:
    pipe = Pipe(engine, RULES, date(2025, 6, 20))  # six weeks from 5 May are over; twenty are far
    arrive(pipe, ASKED)
    anna = child_of(pipe, "asked")
    take_back = sent("ehcp.requested", "2025-05-05", event_id="x", source="council", person=ANNA, retracts="asked")
    arrive(pipe, take_back)
    assert [row[0] for row in lost(notices(pipe)["team:ehc-team", anna])] == ["asked"]

    arrive(pipe, sent("ehcp.decided_to_assess", "2025-06-02", event_id="d", source="council", person=ANNA))
    arrive(pipe, sent("ehcp.requested", "2025-05-05", event_id="y", source="council", person=ANNA, retracts="x"))
    assert pipe.ask("SELECT 1 FROM alert WHERE cleared_at IS NULL") == []
    arrive(pipe, sent("ehcp.requested", "2025-05-05", event_id="z", source="council", person=ANNA, retracts="asked"))

    assert [row[0] for row in lost(notices(pipe)["team:ehc-team", anna])] == ["asked"]


def test_a_body_that_gave_way_is_told_as_such_though_its_heir_has_not_come(pipe: Pipe) -> None:
    anna = child_of(pipe, "asked")
    look(pipe, "reader", anna)
    earlier = {"recorded": "2025-05-04", "by": "parent"}
    pipe.send("ehcp", sent("ehcp.requested", "2025-05-05", event_id="asked", source="council", person=ANNA, **earlier))
    (message,) = pipe.waiting("send.raw.ehcp", "gate")
    pipe.admit("ehcp", [message], publish=False)

    pipe.drain_timeline()

    assert [row[3] for row in lost(notices(pipe)["reader", anna])] == [
        "The source had recorded something else under the same number earlier, and that stands."
    ]
    assert {row[0] for row in pipe.ask("SELECT because FROM flag_change")} == {""}
    pipe.settle()
    assert child_of(pipe, "asked") != ""


def test_an_alert_that_never_rested_on_it_or_was_closed_before_tells_nobody(pipe: Pipe) -> None:
    anna, tom = child_of(pipe, "asked"), child_of(pipe, "seen")
    worker = {**WORKER, "id": "w7"}
    assigned = sent(
        "workers.assigned",
        "2025-05-06",
        event_id="w",
        source="council",
        person=ANNA,
        worker=worker,
        role_for_child="ehc-coordinator",
    )
    arrive(pipe, assigned)
    assert pipe.ask("SELECT recipient FROM alert WHERE cleared_at IS NULL AND child_id = :c", c=anna) != []

    arrive(pipe, appointment("2025-06-03", "a", corrects="seen"))
    arrive(
        pipe,
        sent(
            "workers.assigned",
            "2025-05-06",
            event_id="v",
            source="council",
            person=ANNA,
            worker=worker,
            role_for_child="ehc-coordinator",
            retracts="w",
        ),
    )

    assert recipients(pipe, "alert") == set()
    assert tom not in {n.child_id for n in all_notices(pipe.engine, 100, restricted=True)}


def test_who_exported_while_it_was_counted_is_told_that_it_was_and_not_what_it_said(pipe: Pipe) -> None:
    anna = child_of(pipe, "asked")
    look(pipe, "too-early", None, "export")
    decision = merge(pipe)
    look(pipe, "analyst", None, "export")
    look(pipe, "refused", None, "export", allowed=False)
    take_back(pipe, decision)
    look(pipe, "too-late", None, "export")

    assert recipients(pipe, "export") == {"too-early", "analyst"}
    told = notices(pipe)
    assert lost(told["analyst", anna])[0][:3] == ("seen", None, None)
    assert ("too-early", anna) not in told  # Tom's entry had stood on his own timeline, which was joined to hers


def test_a_review_of_the_records_is_a_look_that_read_no_entry(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    look(pipe, "reviewer", tom, "review-identity")

    arrive(pipe, appointment("2025-06-03", "a", corrects="seen"))

    notice = notices(pipe)["reviewer", tom]
    assert lost(notice) == [("seen", None, None, "The source corrected it.")]
    assert notice.entries[0].ways == ("record",)


def ways(found: Iterable[Notice]) -> list[tuple[str, ...]]:
    return [entry.ways for notice in found for entry in notice.entries]


def test_who_was_shown_the_same_in_several_ways_is_told_once(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    for action in ("view-child", "view-child", "review-identity"):
        look(pipe, "reader", tom, action)
    look(pipe, "reader", None, "export")

    arrive(pipe, appointment("2025-06-03", "a", corrects="seen"))

    assert ways(all_notices(pipe.engine, 10, restricted=True)) == [("export", "page", "record")]
