"""Two workers that keep the directory at once: several agencies tell of the same people, each on a partition of its own."""

from functools import partial

from sqlalchemy import Engine

from send_integration.steps.batch import RawMessage
from send_integration.steps.catalogue import load_rules
from send_integration.steps.directory import READER, keep_directory
from tests.builders import WORKER, sent
from tests.integration.alerts.test_absences import TODAY
from tests.integration.steps.meeting import meet
from tests.integration.steps.pipe import Pipe

CLEAN = "send.clean.workers"


def told(pipe: Pipe, agency: str, partition: int, *workers: str) -> list[RawMessage]:
    """What the gate says of an agency's events by which some workers join, one on each day, as if on one partition."""
    for day, worker in enumerate(workers, start=1):
        known = {**WORKER, "id": worker, "name": f"{worker} of {agency}"}
        raw = sent(
            "workers.joined",
            f"2025-03-0{day}",
            event_id=f"{agency}-{worker}",
            source=f"urn:send:{agency}",
            worker=known,
        )
        pipe.send("workers", raw)
    pipe.drain_gate(["workers"])
    of_agency = [m for m in pipe.waiting(CLEAN, READER) if agency.encode() in m.value]
    return [m._replace(partition=partition, offset=offset) for offset, m in enumerate(of_agency)]


def test_agencies_that_tell_of_the_same_workers_in_another_order_do_not_wait_in_a_ring(engine: Engine) -> None:
    pipe = Pipe(engine, load_rules(), TODAY)
    keep_directory(engine, told(pipe, "hr", 0, "w1"))
    school, council = told(pipe, "school", 1, "w5", "w1", "w3"), told(pipe, "council", 2, "w3", "w5", "w1")

    hold = "SELECT FROM worker WHERE worker_id = 'w1' FOR UPDATE"
    assert meet(engine, hold, [partial(keep_directory, engine, batch) for batch in (school, council)]) == [3, 3]

    # Of each worker, what was recorded last stands.
    assert pipe.ask("SELECT name FROM worker ORDER BY worker_id") == [
        ("w1 of council",), ("w3 of school",), ("w5 of council",)
    ]  # fmt: skip
