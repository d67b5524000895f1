"""Finds whose time has come by the retention rules, and erases them one by one; and what is too old of some tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from send_integration.contracts.event import Event
from send_integration.contracts.registry import body_of, read
from send_integration.identity.features import PLACEHOLDER_BIRTHS
from send_integration.retention.facts import facts_of
from send_integration.retention.model import Due, least_age, may_be_erased, retention_of
from send_integration.retention.read import AgeRule, Retention, read_retention
from send_integration.steps.catalogue import own_files
from send_integration.steps.erasing import RETENTION_ERASE, Eraser, Erasure, Held, NobodyThere
from send_integration.store.ageing import DISCARDED, KNOWN, aged_items, forget_aged, forget_items
from send_integration.store.erased import marks_of
from send_integration.store.holds import held_children
from send_integration.store.people import lock_identity
from send_integration.store.retained import Retained, born_before, retained
from send_integration.store.sessions import Session, record, record_within
from send_integration.when.london import london_midnight
from send_integration.when.periods import birthday

RETENTION_CLEAR = "retention-clear"
"""What the audit calls erasing rows of a table that are too old."""

CHILDREN_AT_ONCE = 200
"""Children whose events are read together: each has some dozens."""

_NO_BIRTHS = tuple(date.fromisoformat(written) for written in sorted(PLACEHOLDER_BIRTHS) if written)


class DueChild(NamedTuple):
    """A child whose time has come, by which rule; `held` where a legal hold stands, so that it stays."""

    child_id: str
    due: Due
    held: bool


class Kept(NamedTuple):
    """A child whose time has come and who was not erased, and why."""

    child_id: str
    because: str


def load_retention(own: Path | None) -> Retention:
    """The retention rules: the authority's own, or those that ship. Raises BadSetting where they cannot be read."""
    for name, text in own_files(own).items():
        return read_retention(text, name, KNOWN)
    shipped = resources.files("send_integration.retention") / "rules.toml"
    return read_retention(shipped.read_text("utf-8"), "rules.toml", KNOWN)


def due_children(engine: Engine, rules: Retention, as_of: date) -> Iterator[DueChild]:
    """Every child whose time has come on a day, in the order of ids; those on whom a hold stands too."""
    oldest = birthday(as_of, -least_age(rules.children))
    with engine.connect() as connection:
        wanted = iter(born_before(connection, oldest, _NO_BIRTHS))
        held = held_children(connection)
    while part := list(islice(wanted, CHILDREN_AT_ONCE)):
        with engine.connect() as connection:
            found = retained(connection, part, _NO_BIRTHS)
        for child in found:
            due = retention_of(facts_of(_events(child), child.born_on), rules.children)
            if due is not None and may_be_erased(due, as_of, held=False):
                yield DueChild(child.child_id, due, child.child_id in held)


def _events(child: Retained) -> list[Event]:
    return [read(body_of(raw, f"child {child.child_id}")) for raw in child.bodies]


@dataclass(frozen=True, slots=True)
class Retaining:
    """Carries retention rules out on a day that counts as today."""

    eraser: Eraser
    rules: Retention
    as_of: date

    def erase_due(self, by: Session, most: int) -> Iterator[Erasure | Kept]:
        """Erase at most so many children whose time has come, each in a transaction of its own, so that a run that is killed
        goes on where it was when it is started again; gives what was erased, and who stays and why."""
        left = most
        for found in due_children(self.eraser.engine, self.rules, self.as_of):
            if left == 0:
                return
            why = f"rule {found.due.rule.name}, due {found.due.due_on}"
            try:
                yield self.eraser.erase(found.child_id, by, RETENTION_ERASE, why)
                left -= 1
            except NobodyThere:  # joined with another since it was found
                continue
            except Held as held:
                record(
                    self.eraser.engine, by, RETENTION_ERASE, found.child_id, allowed=False, why=f"{why}; {held.what}"
                )
                yield Kept(found.child_id, held.what)

    def clear_tables(self, by: Session) -> Iterator[tuple[AgeRule, int]]:
        """Erase what is too old, table by table, each written down where anything went; gives how many rows."""
        for rule in self.rules.tables:
            yield rule, self._clear(rule, by)

    def too_old(self) -> Sequence[tuple[AgeRule, date]]:
        """The rules on tables, each with the day before which rows go."""
        return [(rule, self.as_of - timedelta(rule.days)) for rule in self.rules.tables]

    def _clear(self, rule: AgeRule, by: Session) -> int:
        before: datetime = london_midnight(self.as_of - timedelta(rule.days))
        with self.eraser.engine.begin() as connection:
            if rule.name == DISCARDED:
                lock_identity(
                    connection, exclusive=True
                )  # so that no gate meets an item of which the mark is not there yet
                items = aged_items(connection, before)
                gone = forget_items(connection, marks_of(self.eraser.keys), items) if items else 0
            else:
                gone = forget_aged(connection, rule.name, before)
            if gone:
                record_within(
                    connection,
                    by,
                    RETENTION_CLEAR,
                    None,
                    allowed=True,
                    why=f"rule {rule.name}, {gone} rows from before {before.date()}",
                )
        return gone
