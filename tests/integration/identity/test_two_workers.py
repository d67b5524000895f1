"""Two workers at once, each with its own partitions, while people merge, split and take back: nothing is left of it."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from threading import Event, Thread

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from send_integration.contracts import topics
from send_integration.errors import BadInput
from send_integration.evaluate import as_json, evaluate
from send_integration.steps import deciding, timeline
from send_integration.steps.batch import RawMessage
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer
from send_integration.steps.gate import READER
from send_integration.store.sessions import Session
from tests.builders import NOW, sent
from tests.integration.identity.test_undo_leaves_no_trace import everything, feed_of, never
from tests.integration.steps.pipe import Pipe
from tests.property.strategies import DAY_ONE

RULES = load_rules()
TODAY = DAY_ONE + timedelta(300)
STEWARD = Session("steward-1", "data-steward", "")
WORDS = [
    "ehcp.requested",
    "ehcp.decided_to_assess",
    "camhs.referred",
    "camhs.crisis_presentation",
    "school.suspended",
    "ndd.referred",
]


def history(chance: Random) -> list[bytes]:
    """Six children over three agencies, each event later than the one before, with corrections and retractions."""
    made: list[bytes] = []
    for number in range(240):
        child, source = chance.randrange(6), chance.choice(("one", "two", "three"))
        person = {
            "local_id": f"{source}{child}",
            "given_name": ("Anna", "Omar", "Zofia", "Tom", "Mei", "Amina")[child],
            "family_name": ("Kowalska", "Miah", "Bright", "Okafor", "Chen", "Begum")[child],
            "date_of_birth": f"201{child}-0{child + 1}-1{child}",
            "nhs_number": None,
            "postcode": f"LU{child + 1} 1AA",
        }
        fields = {}
        if number > 20 and chance.random() < 0.25:
            fields[chance.choice(("corrects", "retracts"))] = f"e{chance.randrange(number)}"
        day = (DAY_ONE + timedelta(number)).isoformat()
        made.append(
            sent(chance.choice(WORDS), day, event_id=f"e{number}", source=f"urn:{source}", person=person, **fields)
        )
    return made


class Worker(Thread):
    """One worker: a gate and a keeper on its own partitions, until it is told to stop; keeps what went wrong."""

    def __init__(self, pipe: Pipe, number: int, stop: Event) -> None:
        super().__init__(daemon=True)
        self._pipe, self._number, self._stop_asked = pipe, number, stop
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            while not self._stop_asked.is_set():
                self._turn()
        except Exception as fault:  # noqa: BLE001 - told to the test, which fails
            self.fault = fault

    def _turn(self) -> None:
        if self._number == 0:
            self._pipe.relay()
        for feed in topics.FEEDS:
            for worker, batch in self._pipe.batches(topics.raw(feed).name, READER, 7):
                if worker == self._number:
                    self._admit(feed, batch)
        for worker, batch in self._pipe.batches(topics.CHILD_EVENTS.name, timeline.READER, 5):
            if worker == self._number:
                self._pipe.keepers[worker].keep(batch, self._pipe.today, NOW)

    def _admit(self, feed: str, batch: list[RawMessage]) -> None:
        """Of two gates that wait for each other PostgreSQL ends one: that worker starts again from what is stored."""
        try:
            self._pipe.admit(feed, batch, worker=self._number)
        except OperationalError as fault:
            if not isinstance(fault.orig, DeadlockDetected):
                raise


class Work:
    """Two workers at work, who can be waited for."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._stop = Event()
        self._workers = [Worker(pipe, number, self._stop) for number in range(2)]
        for worker in self._workers:
            worker.start()

    def wait_until_kept(self, count: int) -> None:
        """Return once the timeline keeps so many events, whatever else waits."""
        self._wait_until(lambda: int(self._pipe.ask("SELECT count(*) FROM event")[0][0]) >= count)

    def wait_until_all_is_done(self) -> None:
        self._wait_until(lambda: not self._waiting())

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            for worker in self._workers:
                if worker.fault is not None:
                    raise worker.fault
            self._stop.wait(0.02)  # between two looks

    def _waiting(self) -> list[object]:
        pipe = self._pipe
        raw = [message for feed in topics.FEEDS for message in pipe.waiting(topics.raw(feed).name, READER)]
        return [
            *raw,
            *pipe.ask("SELECT id FROM outbox WHERE topic <> 'send.audit'"),
            *pipe.waiting(topics.CHILD_EVENTS.name, timeline.READER),
        ]

    def end(self) -> None:
        self._stop.set()
        for worker in self._workers:
            worker.join(30)


@pytest.mark.parametrize("seed", range(3))
def test_what_two_workers_did_while_people_decided_is_what_evaluate_says_and_can_be_undone(
    engine: Engine, seed: int
) -> None:
    chance = Random(seed)
    said = history(chance)
    pipe = Pipe(engine, RULES, TODAY, workers=2)
    work = Work(pipe)
    made: list[str] = []
    try:
        for number in range(0, len(said), 20):
            for raw in said[number : number + 20]:
                pipe.send(feed_of(raw), raw)
            work.wait_until_kept(number + 5)
            made += decide_something(pipe, chance, number)
        work.wait_until_all_is_done()
        decided = [m.value for (topic, _), held in pipe.topics.items() if topic == "send.raw.identity" for m in held]
        merged = pipe.answers()
        for decision in made:
            reviewer = Reviewer(STEWARD, NOW - timedelta(minutes=1), "taken back")
            deciding.withdraw(engine, decision, reviewer)
        work.wait_until_all_is_done()
    finally:
        work.end()

    found = as_json(evaluate([*said, *decided], RULES, as_of=TODAY, not_after=NOW), RULES)
    assert merged == found["children"]
    assert len(made) > 4
    pipe.settle()
    pipe.settle()
    left = everything(pipe)
    assert left == never(engine, said, TODAY)


def decide_something(pipe: Pipe, chance: Random, number: int) -> list[str]:
    """Merge two children or split one, whatever the workers are at; told that a child is no more, look again."""
    for _ in range(5):
        try:
            return decide_on_what_is_seen(pipe, chance, number)
        except BadInput:  # a worker joined or parted these children between the look and the decision
            continue
    raise AssertionError("Five times what was seen was no longer so")


def decide_on_what_is_seen(pipe: Pipe, chance: Random, number: int) -> list[str]:
    reviewer = Reviewer(STEWARD, NOW - timedelta(hours=5) + timedelta(minutes=number), "seen on two birth certificates")
    rows = pipe.ask(
        "SELECT child_id, array_agg(id ORDER BY id) FROM person_record WHERE child_id IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    if len(rows) < 2:
        return []
    (one, numbers), (other, _) = chance.sample(list(rows), 2)
    if len(numbers) > 3 or (len(numbers) > 1 and chance.random() < 0.5):
        return [deciding.split_child(pipe.engine, one, numbers[:1], reviewer)]
    return [deciding.merge_children(pipe.engine, one, other, reviewer)]
