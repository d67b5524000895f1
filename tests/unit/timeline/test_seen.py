"""What was seen of a child when it was decided on, what has changed since, and what may be shown no more."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from send_integration.contracts.event import EventKey
from send_integration.timeline.seen import (
    Changes,
    Entry,
    Seen,
    Turned,
    changed_since,
    said_for,
    seen_as_json,
    seen_from_json,
    still_to_be_shown,
)

AT = datetime(2025, 4, 1, tzinfo=UTC)


def entry(event_id: str, on: str = "2025-03-03") -> dict[str, Any]:
    return {
        "event_id": event_id,
        "on": on,
        "sector": "health",
        "feed": "camhs",
        "type": "t",
        "title": f"title of {event_id}",
    }


def milestone(evidence: str, status: str, name: str = "m") -> dict[str, Any]:
    return {"milestone": name, "subject": "R1", "triggered_on": "2025-01-01", "status": status, "evidence": [evidence]}


def flag(evidence: str, level: str, rule: str = "r", handled: str | None = None) -> dict[str, Any]:
    return {"rule": rule, "subject": "", "level": level, "status": "", "stands_since": "2025-01-01",
            "handled": handled and {"what": handled}, "evidence": [evidence]}  # fmt: skip


def decision(event_id: str, meeting_on: str = "2025-04-01", *former: str) -> dict[str, Any]:
    return {"event_id": event_id, "meeting_on": meeting_on, "former": [{"event_id": old} for old in former]}


def seen(
    *ids: str,
    milestones: list[dict[str, Any]] | None = None,
    flags: list[dict[str, Any]] | None = None,
    decisions: list[dict[str, Any]] | None = None,
    words: list[dict[str, Any]] | None = None,
) -> Seen:
    """A child with an entry, and a kept event, for each id."""
    answer = {
        "child_id": "c1",
        "identifiers": {"nhs_number": "9990000018", "upn": None, "local": ["L1"]},
        "date_of_birth": "2012-03-04",
        "timeline": [entry(event_id) for event_id in ids],
        "episodes": [{"id": "C1"}],
        "milestones": milestones or [],
        "risks": [],
    }
    panel = {name: [] for name in ("listings", "discussions", "actions", "voices")}
    record = {**panel, "decisions": decisions or [], "services": [{"event_id": ids[0]}] if ids else []}
    return Seen(answer, flags or [], record, words or [], frozenset(EventKey("s", found) for found in ids), AT)


def test_what_is_kept_is_read_back_as_it_was() -> None:
    before = seen("a", "b", flags=[flag("a", "high")], decisions=[decision("d")])

    assert seen_from_json(seen_as_json(before)) == before


def test_nothing_changed_says_nothing() -> None:
    before = seen("a", milestones=[milestone("a", "pending")], flags=[flag("a", "high")])

    assert changed_since(before, before) == Changes()
    assert not Changes()


def test_what_came_what_was_taken_back_and_what_stands_otherwise_is_said() -> None:
    before = seen("a", "b", milestones=[milestone("a", "pending")], flags=[flag("a", "raise"), flag("a", "high", "q")])
    now = seen("b", "c", milestones=[milestone("b", "missed")], flags=[flag("a", "high", handled="acknowledged")],
               decisions=[decision("d")])  # fmt: skip
    now = replace(now, keys=now.keys | before.keys)

    found = changed_since(before, now)
    assert found.came == (Entry("2025-03-03", "title of c"),)
    assert found.gone == (Entry("2025-03-03", "title of a"),)
    assert found.milestones == (Turned("m", "pending", "missed"),)
    assert found.flags == (Turned("q", "high", None), Turned("r", "raise", "high, acknowledged"))
    assert found.decisions == (decision("d"),)


def test_what_is_now_another_childs_is_said_without_its_title_and_so_is_what_rested_on_it() -> None:
    before = seen("a", "theirs", milestones=[milestone("theirs", "missed")], flags=[flag("theirs", "high")])
    now = seen("a")

    found = changed_since(before, now)
    assert found.gone == (Entry("2025-03-03", None),)
    assert found.milestones == found.flags == (Turned(None, None, None),)


def test_of_an_id_that_two_sources_gave_one_that_is_anothers_hides_the_title() -> None:
    before = replace(seen("a"), keys=frozenset({EventKey("s", "a"), EventKey("t", "a")}))
    now = replace(seen(), keys=frozenset({EventKey("s", "a")}))

    assert changed_since(before, now).gone == (Entry("2025-03-03", None),)


def test_what_is_another_childs_now_is_shown_no_more_nor_what_may_rest_on_it() -> None:
    before = seen(
        "a", "theirs",
        milestones=[milestone("theirs", "missed"), milestone("a", "met", "mine")],
        flags=[flag("theirs", "high"), flag("a", "watch", "mine")],
        decisions=[decision("theirs"), decision("a", "2025-04-01", "theirs")],
        words=[{"event_id": "w", "what": "decided", "meeting_on": "2025-04-01", "said_by": "x", "body": {}}],
    )  # fmt: skip

    shown, left_out = still_to_be_shown(before, frozenset({EventKey("s", "a")}))
    assert left_out == 1
    assert "theirs" not in str([shown.answer, shown.flags, shown.panel, shown.under_way])
    assert [found["milestone"] for found in shown.answer["milestones"]] == ["mine"]
    assert shown.panel["decisions"] == [decision("a")]
    assert (shown.under_way, shown.answer["episodes"], shown.panel["services"]) == ((), [], [])
    assert shown.answer["identifiers"] == {"nhs_number": None, "upn": None, "local": []}
    assert before.panel["decisions"][1]["former"] == [{"event_id": "theirs"}], "what is kept is not touched"


def test_where_all_is_still_the_childs_all_is_shown() -> None:
    before = seen("a", "b")

    assert still_to_be_shown(before, before.keys | {EventKey("s", "later")}) == (before, 0)


def test_a_mark_is_another_whenever_anything_is() -> None:
    marks = {
        seen("a").mark,
        seen("a", "b").mark,
        seen("a", flags=[flag("a", "high")]).mark,
        seen("a", decisions=[decision("d")]).mark,
        seen("a", words=[{"event_id": "w"}]).mark,
    }

    assert len(marks) == 5
    assert seen("a").mark == seen("a").mark


def test_a_word_that_arrives_is_no_news_of_its_meeting() -> None:
    word = {"event_id": "d", "what": "decided", "meeting_on": "2025-04-01"}
    voice = {"event_id": "v", "what": "voice_recorded", "meeting_on": None}
    on_its_way, arrived = seen("a", words=[word, voice]), seen("a", decisions=[decision("d")])

    assert said_for(on_its_way, "2025-04-01") == said_for(arrived, "2025-04-01") == {"d"}
    assert said_for(seen("a", decisions=[decision("e", "2025-04-01", "d")]), "2025-04-01") == {"d", "e"}
    assert said_for(arrived, "2025-04-15") == frozenset()
