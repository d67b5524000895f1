"""What stands of a decision is the same, found by whom it speaks of, as by reading all that was ever decided."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from send_integration.contracts.event import Event, EventKey
from send_integration.contracts.registry import read
from send_integration.identity.records import PersonRef
from send_integration.identity.statements import statements_of
from send_integration.steps.catalogue import load_rules
from send_integration.steps.decision_history import past_decisions
from send_integration.store.decisions import SOURCE, keep_carried_out
from send_integration.timeline.fold import standing
from tests.builders import PAIRS, sent
from tests.integration.steps.pipe import Pipe, empty

BEGAN = datetime(2025, 3, 1, 9, tzinfo=UTC)
REFS = [PersonRef(source, str(number)) for source in ("urn:send:one", "urn:send:two") for number in range(3)]
Stands = dict[EventKey, tuple[str | None, str | None]]
"""Of each decision the reason of the one that took it back, and of the one that overruled it."""


def history(chance: random.Random) -> list[Event]:
    """Decisions of two sources on a few people, some of which take others back or stand in their place, in rings too."""
    ids = [(source, f"{number}") for source in (SOURCE, "urn:send:elsewhere") for number in range(8)]
    return [decision(chance, *key, second) for second, key in enumerate(chance.sample(ids, len(ids)))]


def decision(chance: random.Random, source: str, number: str, second: int) -> Event:
    what = chance.choice(["decided", "decided", "decided", "corrected", "withdrawn"])
    data: dict[str, object] = {"by": chance.choice(["a", "b"]), "why": f"{source} {number}"}
    if what == "withdrawn":
        data["retracts"] = str(chance.randrange(9))
    else:
        data["pairs"] = [
            {"one": one._asdict(), "other": other._asdict(), "same": chance.random() < 0.5}
            for one, other in (chance.sample(REFS, 2) for _ in range(chance.choice([1, 1, 3])))
        ]
    if what == "corrected":
        data["corrects"] = str(chance.randrange(9))
    moment = (BEGAN + timedelta(seconds=second // 2)).isoformat().replace("+00:00", "Z")
    kind = "withdrawn" if what == "withdrawn" else "decided"
    body = {"specversion": "1.0", "id": number, "source": source, "type": f"send.identity.{kind}.v1", "time": moment,
            "recordedtime": moment, "subject": "-", "data": data}  # fmt: skip
    return read(json.dumps(body).encode())


def by_reading_all(events: Sequence[Event]) -> Stands:
    """The same the long way."""
    in_force = {event.key for event in standing(events)}
    words = {said.pair: said for said in statements_of(standing(events))}
    by_key = {event.key: event for event in events}
    found: Stands = {}
    for event in events:
        if event.retracts:
            continue
        naming = [
            other for other in events if other.source == event.source and event.id in (other.retracts, other.corrects)
        ]
        last = max(naming, key=lambda other: (other.recorded_at, other.id), default=None)
        others = [
            by_key[EventKey(word.source, word.event_id)]
            for mine in statements_by_pair(event)
            for word in [words.get(frozenset(mine[:2]))]
            if word is not None and word.same != mine[2]
        ]
        over = max(others, key=lambda other: (other.recorded_at, other.source, other.id), default=None)
        stands = event.key in in_force
        found[event.key] = (
            None if stands or last is None else last.text("why"),
            over.text("why") if stands and over else None,
        )
    return found


def statements_by_pair(event: Event) -> list[tuple[PersonRef, PersonRef, bool]]:
    return [(PersonRef(**p["one"]), PersonRef(**p["other"]), p["same"]) for p in event.data["pairs"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(40))
def test_a_decision_stands_as_if_all_were_read(engine: Engine, seed: int) -> None:
    events = history(random.Random(seed))
    empty(engine)
    with engine.begin() as connection:
        keep_carried_out(connection, events, ())

    found = past_decisions(engine, 100, restricted=True)

    told: Stands = {
        EventKey(past.source, past.event_id): (
            past.taken_back.why if past.taken_back else None,
            past.overruled.why if past.overruled else None,
        )
        for past in found
    }
    assert told == by_reading_all(events)
    order = [(past.recorded_at, past.event_id, past.source) for past in found]
    assert order == sorted(order, reverse=True)
    pages = [past_decisions(engine, 3, restricted=True, after=after) for after in range(0, len(found), 3)]
    assert [past for page in pages for past in page] == found


def test_anothers_decision_is_kept_as_it_is_let_in_and_gone_where_it_gives_way(engine: Engine) -> None:
    empty(engine)
    pipe = Pipe(engine, load_rules(), date(2025, 9, 1))
    theirs = {"event_id": "d1", "source": "elsewhere"}
    pipe.send("identity", sent("identity.decided", "2025-03-03", by="somebody", why="seen", pairs=PAIRS, **theirs))
    pipe.settle()
    (kept,) = past_decisions(engine, 25, restricted=True)
    assert (kept.by, kept.why, kept.under_way, kept.ours) == ("somebody", "seen", False, False)

    pipe.send("camhs", sent("camhs.crisis_presentation", "2025-03-01", setting="a-and-e", **theirs))
    pipe.settle()
    assert past_decisions(engine, 25, restricted=True) == []
