"""Made-up children whose events are corrected, taken back, moved from child to child, as the clean topics tell it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.contracts.event import Event, EventKey
from send_integration.steps.batch import RawMessage
from send_integration.warehouse.history import view_of
from send_integration.warehouse.tables import OF_A_CHILD
from tests.builders import event

Rows = list[tuple[Any, ...]]

STORY = (
    "school.enrolled", "referrals.received", "camhs.referred", "ehcp.requested", "ehcp.decided_to_assess",
    "ehcp.finalised", "school.suspended", "school.sen_support_started", "transition.plan_started",
    "transition.learning_disability_registered", "early-help.assessment_started", "panel.decided", "people.related",
    "camhs.appointment", "school.attendance", "support.agreed", "support.started", "transition.destination_recorded",
    "workers.assigned", "ehcp.review_meeting_held", "ehcp.review_decided", "ehcp.request_withdrawn",
)  # fmt: skip
FIRST_DAY = date(2023, 1, 2)


class Told:
    """What the clean topics say, message by message: of each event the child and decision that were said of it last."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.events: dict[EventKey, Event] = {}
        self.child_of: dict[EventKey, str] = {}
        self.decision = 0
        self.said = 0

    def born(self, number: int) -> dict[str, str]:
        """Who a child is."""
        return {
            "local_id": f"L-{number}", "family_name": f"Family{number}",
            "date_of_birth": date(2007 + number % 11, 1 + number % 12, 15).isoformat(),
            "postcode": f"LU{1 + number % 7} 1AA",
        }  # fmt: skip

    def child(self, number: int, events: int) -> Iterator[RawMessage]:
        """A child's first events."""
        for place in range(events):
            what = STORY[(number + place) % len(STORY)]
            day = FIRST_DAY + timedelta(self.random.randrange(600))
            yield self.say(what, day, number, f"e{number}-{place}", f"c{number}")

    def say(self, what: str, day: date, number: int, event_id: str, child: str, /, **fields: Any) -> RawMessage:
        """An event that is new."""
        made = event(
            what,
            day.isoformat(),
            event_id=event_id,
            source=f"urn:send:{number % 3}",
            person=self.born(number),
            **fields,
        )
        self.events[made.key] = made
        return self.decide(made.key, child)

    def decide(self, key: EventKey, child: str) -> RawMessage:
        """An event as it is given to a child, by a decision later than all before."""
        self.decision += 1
        self.child_of[key] = child
        return self._message(key, self.decision)

    def correct(self) -> RawMessage:
        """A correction of any event, moved by some days; one in ten takes it back instead."""
        key = self.random.choice(list(self.events))
        old = self.events[key]
        number = int(old.id.removeprefix("e").partition("-")[0])
        how = "retracts" if self.random.random() < 0.1 else "corrects"
        day = old.on + timedelta(self.random.randrange(-40, 41))
        new_id = f"e{number}-{len(self.events)}"
        what = old.what if self.random.random() < 0.8 else self.random.choice(STORY)
        return self.say(what, day, number, new_id, self.child_of[key], **{how: old.id})

    def split(self, number: int) -> Iterator[RawMessage]:
        """Some of a child's events become another child's."""
        child = self._child_with_several()
        own = [key for key, whose in self.child_of.items() if whose == child]
        for key in self.random.sample(own, self.random.randrange(1, max(2, len(own)))):
            yield self.decide(key, f"s{number}")

    def merge(self) -> Iterator[RawMessage]:
        """All of a child's events become those of another."""
        child, other = self._child_with_several(), self._child_with_several()
        for key in [key for key, whose in self.child_of.items() if whose == child]:
            yield self.decide(key, other)

    def from_nothing(self) -> list[RawMessage]:
        """All of it as it stands, in any order, as one who was never told before is told."""
        self.said = 0
        keys = list(self.events)
        self.random.shuffle(keys)
        return [self._message(key, 1 + place) for place, key in enumerate(keys)]

    def _child_with_several(self) -> str:
        counts = Counter(self.child_of.values())
        return self.random.choice([child for child, count in counts.items() if count > 1] or list(counts))

    def _message(self, key: EventKey, decision: int) -> RawMessage:
        headers = (("decision", str(decision).encode()), ("child", self.child_of[key].encode()))
        self.said += 1
        return RawMessage(topics.clean("school").name, 0, self.said - 1, b"", self.events[key].body, headers)


def reports(engine: Engine, as_was: datetime | None = None) -> dict[str, Rows]:
    """What every view of the warehouse gives, in the order of the rows' keys; as it was at a moment, where one is given."""
    with engine.connect() as connection:
        if as_was:
            connection.execute(text("SELECT set_config('send.as_was', :moment, true)"), {"moment": as_was.isoformat()})
        return {
            view_of(table): sorted(
                (tuple(row) for row in connection.execute(text(f"SELECT * FROM warehouse.{view_of(table)}"))), key=repr
            )
            for table in OF_A_CHILD
        }


def watermark(engine: Engine) -> datetime:
    """The moment of the latest restating."""
    with engine.connect() as connection:
        return connection.execute(text("SELECT stated_at FROM warehouse.watermark")).scalar_one()


def touched_at(engine: Engine, moment: datetime) -> tuple[dict[str, Rows], dict[str, Rows]]:
    """The rows that were stated at a moment, and those that stood until it, table by table."""
    stated: dict[str, Rows] = {}
    unstated: dict[str, Rows] = {}
    with engine.connect() as connection:
        for table in OF_A_CHILD:
            columns = ", ".join(
                column.name for column in table.columns if column.name not in ("stated_at", "unstated_at")
            )
            for found, when in ((stated, "stated_at"), (unstated, "unstated_at")):
                rows = connection.execute(
                    text(f"SELECT {columns} FROM warehouse.{table.name} WHERE {when} = :moment"), {"moment": moment}
                )
                found[view_of(table)] = sorted((tuple(row) for row in rows), key=repr)
    return stated, unstated


def less(one: dict[str, Rows], other: dict[str, Rows]) -> dict[str, Rows]:
    """The rows of one that the other has not."""
    return {name: sorted(set(rows) - set(other[name]), key=repr) for name, rows in one.items()}


def in_batches(messages: Sequence[RawMessage], random: Random, most: int) -> Iterator[list[RawMessage]]:
    """Messages in their order, so many at once as it happens."""
    start = 0
    while start < len(messages):
        size = random.randint(1, most)
        yield list(messages[start : start + size])
        start += size
