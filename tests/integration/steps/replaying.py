"""What tests of replays share: a check that can be relaxed, and what must hold of items and counts."""

import json
from collections.abc import Sequence
from datetime import timedelta

from send_integration.contracts.event import Event, Reason
from send_integration.evaluate import as_json, evaluate
from send_integration.steps.catalogue import load_rules
from send_integration.steps.gate import READER
from send_integration.steps.stewarding import Steward
from send_integration.store.sessions import Session
from send_integration.watch.window import Checked, unchecked
from tests.builders import NOW, sent
from tests.integration.steps.pipe import Pipe
from tests.property.strategies import DAY_ONE

RULES = load_rules()
TODAY = DAY_ONE + timedelta(121)
TOO_STRICT = Reason("too-strict", "data", "A check that is later relaxed.")
SAM = Steward(Session("sam", "data-steward", ""), "the check was too strict")
REQUESTED = sent("ehcp.requested", "2024-01-01", event_id="r", source="s")
DECIDED = sent("ehcp.decided_to_assess", "2024-02-01", event_id="d", source="s")


class Strict:
    """A check that refuses some lines until it is relaxed."""

    def __init__(self, refused: Sequence[bytes]) -> None:
        self.refused = {(body["source"], body["id"]) for body in map(json.loads, refused)}

    def __call__(self, events: Sequence[Event]) -> Checked:
        """The reasons of each event."""
        rejected = [(TOO_STRICT,) if tuple(event.key) in self.refused else () for event in events]
        return unchecked(events)._replace(rejected=rejected)

    def relax(self) -> None:
        """Refuse nothing any more."""
        self.refused = set()


def feed_of(raw: bytes) -> str:
    feed: str = json.loads(raw)["type"].split(".")[1]
    return feed


def waiting_items(pipe: Pipe, *statuses: str) -> list[int]:
    """The items that wait for no decision on identity, and are open or as is said."""
    rows = pipe.ask(
        "SELECT id FROM quarantine WHERE status = ANY(:statuses) AND person_record_id IS NULL ORDER BY id",
        statuses=list(statuses or ("open",)),
    )
    return [row[0] for row in rows]


def status_of(pipe: Pipe, raw: bytes) -> str:
    ((status,),) = pipe.ask("SELECT status FROM quarantine WHERE raw = :raw", raw=raw)
    return str(status)


def acts(pipe: Pipe) -> list[tuple[str, str, list[str]]]:
    """Every act: what, by whom, and the codes of the reasons then."""
    rows = pipe.ask('SELECT act, "by", reasons FROM quarantine_act ORDER BY id')
    return [(act, by, [reason["code"] for reason in reasons]) for act, by, reasons in rows]


def check_ledger(pipe: Pipe) -> None:
    """Each partition's messages are accepted, quarantined or duplicates to the unit, and the rows are as many."""
    places = pipe.ask(
        'SELECT topic, "partition", next_offset, accepted, quarantined, duplicates FROM stream_position WHERE reader = :r',
        r=READER,
    )
    for topic, partition, read, *counts in places:
        assert read == len(pipe.topics[topic, partition])
        assert sum(counts) == read
        assert min(counts) >= 0, "a count moved at the wrong partition"
    accepted, quarantined, _ = pipe.counts()
    assert pipe.rows() == (accepted, quarantined)


def check(pipe: Pipe, history: list[bytes]) -> None:
    answer = as_json(evaluate(history, RULES, as_of=TODAY, not_after=NOW), RULES)
    assert pipe.answers() == answer["children"]
    assert pipe.counts()[0] == answer["accepted"]
    assert pipe.counts()[1] == len(answer["quarantined"])  # type: ignore[arg-type]
    check_ledger(pipe)
