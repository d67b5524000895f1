"""Gives each child's part of a SEN2 return."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine

from send_integration.steps.statutory_children import statutory_children
from send_integration.warehouse.sen2_modules import Branch, Scope
from send_integration.warehouse.sen2_return import return_of_child


class PersonOfReturn(NamedTuple):
    """A person's row with all below it, and whether the person is one whom few may find."""

    branch: Branch
    restricted: bool


def people_of_return(engine: Engine, scope: Scope, known_at: datetime | None) -> Iterator[PersonOfReturn]:
    """Every person of the return with the rows below, by child id; as it was known at a moment, where one is given."""
    for child_id, restricted, events in statutory_children(engine, known_at):
        person = return_of_child(child_id, events, scope)
        if person is not None:
            yield PersonOfReturn(person, restricted)
