"""Two workers' gates at once, each with partitions of its own."""

from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Engine

from send_integration.steps.catalogue import load_rules
from send_integration.steps.gate import READER
from send_integration.store.positions import Place, mark_published, move_on
from tests.builders import NOW, sent
from tests.integration.steps.meeting import meet, never_waiting
from tests.integration.steps.pipe import Pipe

ONE: dict[str, Any] = {"local_id": "1", "nhs_number": "9990000018", "postcode": "LU1 1AA"}
BOTH = {**ONE, "local_id": "3", "postcode": None, "upn": "T821000000001"}
TWO = {**BOTH, "local_id": "2", "nhs_number": None, "family_name": "Miah", "postcode": "LU4 9ZZ"}


def test_a_gate_that_changes_the_counts_of_anothers_partition_and_that_other_do_not_wait_for_each_other(
    engine: Engine,
) -> None:
    pipe = Pipe(engine, load_rules(), date(2025, 9, 1), workers=2)
    pipe.send("ehcp", sent("ehcp.requested", "2025-05-05", event_id="one", source="council", person=ONE))
    pipe.send("camhs", sent("camhs.referred", "2025-06-02", event_id="both", source="clinic", person=BOTH))
    pipe.settle()
    # The first worker's batch makes `both` uncertain: it is held, which moves a count of camhs' partition.
    pipe.send("people", sent("people.registered", "2025-05-12", event_id="two", source="other", person=TWO))
    # The second worker's batch is of that very partition.
    pipe.send("camhs", sent("camhs.triaged", "2025-06-09", event_id="more", source="clinic", person=BOTH))

    steps = [
        partial(gate.admit, feed, pipe.waiting(f"send.raw.{feed}", READER), NOW)
        for gate, feed in zip(pipe.gates, ("people", "camhs"), strict=True)
    ]

    admitted = meet(engine, "LOCK TABLE quarantine IN SHARE MODE", steps)  # the first comes to wait here, in its midst

    # Of the first, `two` is let in and `both` is let in no more; of the second, `more` is held as `both` is.
    assert [(done.accepted, done.quarantined) for done in admitted] == [(0, 1), (0, 1)]
    assert pipe.ask("SELECT sum(accepted), sum(quarantined) FROM stream_position WHERE reader = 'gate'") == [(2, 2)]


def test_who_marks_several_partitions_as_published_holds_none_of_them_while_waiting_for_another(engine: Engine) -> None:
    """A gate that holds one of them by its batch, and then changes the count of another, would wait for it in a ring."""
    pipe = Pipe(engine, load_rules(), date(2025, 9, 1))
    for partition in (0, 1):
        line = sent("ehcp.requested", "2025-05-05", event_id=f"e{partition}", source="council", person=ONE)
        pipe.send("ehcp", line, partition=partition)
    batch = pipe.waiting("send.raw.ehcp", READER)
    pipe.admit("ehcp", batch, publish=False)

    def change_the_others_count() -> None:
        with never_waiting(engine) as ours, ours.begin() as connection:
            move_on(connection, READER, [], {Place("send.raw.ehcp", 0): (-1, 1, 0)})

    hold = """SELECT FROM stream_position WHERE "partition" = 1 FOR UPDATE"""
    meet(engine, hold, [partial(mark_published, engine, READER, batch)], change_the_others_count)

    assert pipe.ask('SELECT published_offset, quarantined FROM stream_position ORDER BY "partition"') == [
        (1, 1),
        (1, 0),
    ]
