"""A desk on which flags stand as a test puts them: alerts, digests and people, without the stream before them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.contracts.event import ChildId
from send_integration.rules.flags import Flag, flag_as_json
from send_integration.steps.acting import Person
from send_integration.steps.alert_turns import take_turn
from send_integration.steps.alerts import AlertRouter, Office
from send_integration.steps.batch import RawMessage
from send_integration.store.directory import keep_absence, keep_worker, note_change
from send_integration.store.inbox import Inbox, Pile
from send_integration.store.notices import Reader
from send_integration.store.sessions import Session
from tests.unit.alerts.test_route import FLAG

MONDAY = date(2025, 6, 2)


def at(hour: int, day: date = MONDAY, minute: int = 0) -> datetime:
    """A moment of summer by London's clock."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def inbox_of(engine: Engine, reader: Reader, today: date) -> list[dict[str, Any]]:
    """All that an inbox shows as open, pile after pile."""
    inbox = Inbox(engine, reader, today)
    return [alert for which in Pile for alert in inbox.pile(which, limit=50)]


def message_of(flag: Flag, partition: int, offset: int, **said: str) -> RawMessage:
    """A message that something became of a flag; `said` is what it says besides."""
    value = json.dumps({"flag": flag_as_json(flag), **said}).encode()
    return RawMessage(topics.FLAGS.name, partition, offset, b"", value)


class Desk:
    """What people have before them, and the clock; it starts at ten on a Monday."""

    def __init__(self, engine: Engine, *, office: Office | None = None, by_channel: bool = True) -> None:
        self.engine = engine
        self.today, self.now = MONDAY, at(10)
        self.router = AlertRouter(
            engine,
            by_channel=by_channel,
            mailboxes={"ehc-team": "ehc@example.org"},
            fallback="last@example.org",
            office=office or Office(duty="duty@example.org"),
        )
        self._offset = 0

    def child(self, child_id: str, *workers: str, restricted: bool = False) -> None:
        """A child whose EHC coordinators are some workers."""
        named = [
            {"role": "ehc-coordinator", "worker_id": worker, "name": worker, "email": f"{worker}@example.org"}
            for worker in workers
        ]
        self.do(
            "INSERT INTO child (child_id, answer, named_workers, given_name, family_name, date_of_birth, need, open_flags,"
            " restricted, evaluated_on) VALUES (:child, '{}', cast(:named AS jsonb), 'Anna', 'Example', '2012-03-04', 0, 0,"
            " :restricted, :today) ON CONFLICT (child_id) DO UPDATE SET named_workers = excluded.named_workers,"
            " restricted = excluded.restricted",
            child=child_id,
            named=json.dumps(named),
            restricted=restricted,
            today=self.today,
        )

    def flag(self, flag_id: str = "f1", child_id: str = "c1", **fields: Any) -> Flag:
        """A flag as it stands from now on, and its alert."""
        flag = self.stands(flag_id, child_id, **fields)
        self.notify(flag)
        return flag

    def stands(self, flag_id: str, child_id: str = "c1", **fields: Any) -> Flag:
        """A flag as it stands from now on, of which nobody was told yet."""
        flag = replace(FLAG, flag_id=flag_id, child_id=ChildId(child_id), **fields)
        self.do(
            "INSERT INTO flag (flag_id, child_id, status, content, raised_at) VALUES (:flag, :child, 'open',"
            " cast(:content AS jsonb), now()) ON CONFLICT (flag_id) DO UPDATE SET status = excluded.status,"
            " content = excluded.content",
            flag=flag_id,
            child=child_id,
            content=json.dumps(flag_as_json(flag)),
        )
        return flag

    def clear(self, flag: Flag) -> None:
        """A flag is cleared."""
        self.do("UPDATE flag SET status = 'cleared' WHERE flag_id = :flag", flag=flag.flag_id)
        self.notify(flag)

    def notify(self, *flags: Flag, **said: str) -> int:
        """Something became of some flags, in one batch; `said` is what their messages say besides."""
        batch = [message_of(flag, 0, offset, **said) for offset, flag in enumerate(flags, start=self._offset)]
        self._offset += len(batch)
        return self.router.notify(batch, self.today, self.now)

    def worker(self, worker: str, **fields: object) -> None:
        """A worker as the directory has them from now on."""
        known: dict[str, object] = {
            "worker_id": worker, "name": f"{worker} Example", "role": "coordinator", "team": "ehc-team", "sector": None,
            "email": f"{worker}@example.org", "manager_id": None, "left_on": None, "hands_over_to": None,
            "as_recorded_at": self.now,
        }  # fmt: skip
        with self.engine.begin() as connection:
            keep_worker(connection, {**known, **fields})
            note_change(connection)

    def away(self, worker: str, first: date, last: date, cover: str | None = None) -> None:
        """A worker is away."""
        with self.engine.begin() as connection:
            keep_absence(
                connection,
                {
                    "source": "hr", "event_id": f"{worker}-{first}", "worker_id": worker, "from_on": first, "to_on": last,
                    "covered_by": cover, "target": None, "retracts": False, "recorded_at": self.now,
                },
            )  # fmt: skip
            note_change(connection)

    def turn(self, day: date | None = None, hour: int = 10, minute: int = 0) -> int:
        """The clock goes on, and its turn is taken."""
        self.today = day or self.today
        self.now = at(hour, self.today, minute)
        return take_turn(self.router, self.today, self.now)

    def person(self, actor: str = "w1") -> Person:
        """Somebody who acts now."""
        return Person(Session(actor, "named-worker", ""), self.today, self.now)

    def do(self, statement: str, **given: object) -> None:
        """Change something in the database."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), given)

    def ask(self, query: str, **given: object) -> Sequence[tuple[Any, ...]]:
        """The rows of a query."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), given)]

    def open(self) -> set[tuple[str, str]]:
        """The open alerts: flag and recipient."""
        return {(row[0], row[1]) for row in self.ask("SELECT flag_id, recipient FROM alert WHERE cleared_at IS NULL")}

    def mail(self) -> list[tuple[str, str, datetime]]:
        """What is to be sent: what it is, to whom, when; in order."""
        rows = self.ask(
            "SELECT message_id, address, due_at, content ->> 'subject' FROM delivery ORDER BY due_at, address"
        )
        return [(row[3].split(" ")[0], row[1], row[2]) for row in rows]

    def sent(self) -> None:
        """All that is to be sent is sent."""
        self.do("UPDATE delivery SET sent_at = now()")

    def said(self, change: str) -> list[tuple[str, str]]:
        """Of what flags and to whom send.alerts said something, in order."""
        rows = self.ask("SELECT value FROM outbox WHERE topic = 'send.alerts' ORDER BY id")
        told = [json.loads(bytes(row[0])) for row in rows]
        return [(value["flag_id"], value["recipient"]) for value in told if value["change"] == change]

    def alert_id(self, flag_id: str = "f1", recipient: str = "w1") -> str:
        """The id of an alert."""
        ((found,),) = self.ask(
            "SELECT alert_id FROM alert WHERE flag_id = :flag AND recipient = :to", flag=flag_id, to=recipient
        )
        return str(found)
