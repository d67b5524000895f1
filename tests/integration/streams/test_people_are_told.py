"""From a person's decision to the mailbox of whoever read the wrong timeline, through running workers."""

from sqlalchemy import text

from send_integration import clock
from send_integration.steps import deciding
from send_integration.steps.deciding import Reviewer
from send_integration.store.sessions import Session, record
from tests.builders import WORKER, sent
from tests.integration.channels.mail import Mailbox
from tests.integration.notices.test_who_is_told import ANNA, TOM
from tests.integration.streams.conftest import System
from tests.integration.streams.history import produce


def test_a_merge_that_is_taken_back_is_told_by_mail_to_who_read_the_merged_timeline(
    system: System, mailbox: Mailbox
) -> None:
    wren = {**WORKER, "email": "wren@example.org"}
    produce(
        system.broker,
        [
            ("workers", sent("workers.joined", "2024-01-08", worker=wren)),
            ("people", sent("people.registered", "2024-05-06", event_id="anna", source="council", person=ANNA)),
            ("people", sent("people.registered", "2024-05-07", event_id="tom", source="clinic", person=TOM)),
        ],
    )
    for _ in range(2):
        system.start_worker()
    system.wait_for(lambda: len(children(system)) == 2, "two children")
    system.wait_for(lambda: count(system, "worker") == 1, "the directory")

    anna, tom = children(system)
    steward = Session("steward", "data-steward", "")
    decision = deciding.merge_children(system.engine, anna, tom, Reviewer(steward, clock.now(), "one certificate"))
    system.wait_for(lambda: children(system) == [anna], "the merge")
    record(system.engine, Session(WORKER["id"], "named-worker", ""), "view-child", anna, allowed=True, why="test")
    deciding.withdraw(system.engine, decision, Reviewer(steward, clock.now(), "two certificates"))

    system.wait_for(lambda: bool(mailbox.received), "the letter")
    assert [(message["To"], message["Subject"].partition(" ")[0]) for message in mailbox.received] == [
        ("wren@example.org", "Notice")
    ]
    system.wait_for(lambda: sorted(children(system)) == sorted([anna, tom]), "two children again")


def children(system: System) -> list[str]:
    """The children that the timeline knows, by the day of their first entry."""
    with system.engine.connect() as connection:
        query = text("SELECT child_id FROM child ORDER BY answer -> 'timeline' -> 0 ->> 'on'")
        return list(connection.scalars(query))


def count(system: System, table: str) -> int:
    with system.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
