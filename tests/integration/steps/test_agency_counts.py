"""Every message is counted once for its agency, with what became of it; recounted here from what was sent."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from send_integration.contracts.event import Event, Reason
from send_integration.contracts.topics import FEEDS
from send_integration.steps.catalogue import load_rules
from send_integration.steps.gate import READER
from send_integration.steps.suite_files import suite_file
from send_integration.watch.agencies import SAID_BY_OTHER_MARKS
from send_integration.watch.window import Checked, unchecked
from tests.builders import NOW, sent
from tests.integration.families import held, town
from tests.integration.steps.pipe import Pipe, empty
from tests.property.strategies import DAY_ONE

RULES = load_rules()
COUNTS = "messages, accepted, refused, repeats, kept, doubted, wanted, present, timely"


def counted(pipe: Pipe, feed: str) -> dict[str, tuple[int, ...]]:
    """Each agency's counts in a feed."""
    return {row[0]: row[1:] for row in pipe.ask(f"SELECT agency, {COUNTS} FROM agency_day WHERE feed = :f", f=feed)}


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(("clinic", "hospital")),
        st.integers(1, 6),
        st.sampled_from(("well", "no number", "no postcode", "neither", "late", "refused", "broken")),
    ),
    max_size=30,
)
"""An agency, the number of an event of its own, and what is the matter with it."""


def line(agency: str, number: int, matter: str) -> bytes:
    """One message; equal for equal ones."""
    person: dict[str, Any] = {"local_id": "1", "postcode": "LU1 1AA"}
    recorded = (NOW - timedelta(days=8 if matter == "late" else 6)).isoformat()
    if matter == "broken":
        return b"{%s %d" % (agency.encode(), number)
    if matter in ("no number", "neither"):
        person["nhs_number"] = None
    if matter in ("no postcode", "neither"):
        person["postcode"] = None
    if matter == "refused":
        person["nhs_number"] = "9990000019"
    name = f"{matter} {number}"
    return sent("camhs.referred", "2026-05-01", event_id=name, source=agency, recorded=recorded, person=person)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MESSAGES, st.integers(1, 7), st.booleans())
def test_the_counts_are_those_of_what_was_sent_however_it_is_batched_and_read_again(
    engine: Engine, messages: list[tuple[str, int, str]], size: int, killed: bool
) -> None:
    empty(engine)
    pipe = Pipe(engine, RULES, DAY_ONE, now=NOW)
    for message in messages:
        pipe.send("camhs", line(*message))
    for worker, batch in pipe.batches("send.raw.camhs", READER, size):
        pipe.admit("camhs", batch, worker=worker, publish=not killed)
    pipe.drain_gate(["camhs"])

    expected: dict[str, Counter[str]] = {}
    seen: set[bytes] = set()
    for agency, number, matter in messages:
        raw = line(agency, number, matter)
        count = expected.setdefault("" if matter == "broken" else agency, Counter())
        count["messages"] += 1
        if raw in seen:
            count["repeats"] += 1
        elif matter in ("refused", "broken"):
            count["refused"] += 1
        else:
            count["accepted"] += 1
            count["wanted"] += 2
            count["present"] += {"no number": 1, "no postcode": 1, "neither": 0}.get(matter, 2)
            count["timely"] += matter != "late"
        seen.add(raw)
    for count in expected.values():
        count["kept"] = count["accepted"]
    assert counted(pipe, "camhs") == {
        agency: tuple(count[name] for name in COUNTS.split(", ")) for agency, count in expected.items()
    }
    of_feed = pipe.ask("SELECT messages, accepted, quarantined, duplicates FROM feed_day")
    of_agencies = pipe.ask(
        "SELECT sum(messages), sum(accepted), sum(messages - accepted - repeats), sum(repeats) FROM agency_day"
    )
    assert [tuple(map(int, row)) for row in of_agencies if row[0] is not None] == of_feed


def test_a_record_that_waits_is_doubted(engine: Engine) -> None:
    pipe = town(engine)
    held(pipe)

    assert counted(pipe, "school")["urn:send:social-care"] == (2, 0, 0, 0, 2, 2, 4, 4 - 2, 0)


def test_a_remark_speaks_against_an_event_unless_another_mark_counts_what_it_says(engine: Engine) -> None:
    remarks = {"odd": ("odd",), "late": ("recorded-over-a-year-late",), "both": ("recorded-over-a-year-late", "odd")}

    def checks(events: Sequence[Event]) -> Checked:
        found = [tuple(Reason(code, "data", "It is.") for code in remarks[event.source]) for event in events]
        return unchecked(events)._replace(remarked=found)

    pipe = Pipe(engine, RULES, DAY_ONE, now=NOW, checks=checks)
    for source in remarks:
        pipe.send("camhs", sent("camhs.referred", "2025-05-05", event_id="odd", source=source))
    pipe.drain_gate(["camhs"])

    assert {agency: row[5] for agency, row in counted(pipe, "camhs").items()} == {"odd": 1, "late": 0, "both": 1}


def test_the_rules_that_other_marks_speak_for_are_rules_of_a_suite() -> None:
    codes = {one["meta"]["rule"] for feed in FEEDS for one in suite_file(feed)["expectations"]}

    assert codes >= SAID_BY_OTHER_MARKS


def test_of_two_bodies_under_one_id_the_second_to_come_is_in_doubt_whichever_stands(engine: Engine) -> None:
    pipe = Pipe(engine, RULES, DAY_ONE, now=NOW)
    for event_id, earlier, later in (("a", "2025-03-03", "2025-03-05"), ("b", "2025-03-05", "2025-03-03")):
        for recorded in (earlier, later):
            raw = sent("camhs.referred", "2025-03-03", event_id=event_id, source="clinic", recorded=recorded)
            pipe.send("camhs", raw, partition=0)
            pipe.drain_gate(["camhs"])

    messages, accepted, refused, repeats, kept, doubted, *_ = counted(pipe, "camhs")["clinic"]

    assert (messages, accepted, refused, repeats, kept, doubted) == (4, 3, 0, 0, 3, 2)
    assert pipe.ask("SELECT count(*) FROM quarantine") == [(2,)]


def test_what_cannot_be_read_counts_for_its_sender_where_that_is_known(engine: Engine) -> None:
    pipe = Pipe(engine, RULES, DAY_ONE, now=NOW)
    pipe.send("camhs", b"\xff", headers=(("origin", json.dumps({"sender": "clinic"}).encode()),))
    pipe.send("camhs", b"\xfe", headers=(("origin", b"[["),))
    pipe.drain_gate(["camhs"])

    assert {agency: row[2] for agency, row in counted(pipe, "camhs").items()} == {"clinic": 1, "": 1}
    agencies = {row[0] for row in pipe.ask("SELECT coalesce(source, origin ->> 'sender', '') FROM quarantine")}
    assert agencies == {"clinic", ""}, "as quarantine says"
