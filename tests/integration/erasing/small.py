"""A small town on a database of a test's own, with the keys that erasing needs."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, text

from send_integration.steps.erasing import ERASE_CHILD, Eraser, Erasure
from send_integration.store.sessions import Session
from send_integration.watch.window import unchecked
from tests.builders import sent
from tests.integration.erasing.canary import make_keys, pipe_on
from tests.integration.families import ANNA, MIRA, ZOFIA, child_of
from tests.integration.steps.pipe import Pipe

SAM = Session("sam", "command-line", "")
SCHOOLS, CLINIC = "urn:send:schools", "urn:send:clinic"
TOM = {
    "local_id": "T-1",
    "given_name": "Tom",
    "family_name": "Bright",
    "date_of_birth": "2011-02-03",
    "nhs_number": None,
}


class Small(NamedTuple):
    """The town's parts."""

    engine: Engine
    pipe: Pipe
    eraser: Eraser

    def send(self, what: str, on: str, event_id: str, source: str, person: dict[str, object], **more: object) -> None:
        """An event, to its end."""
        feed = what.partition(".")[0]
        self.pipe.send(feed, sent(what, on, event_id=event_id, source=source, person=person, **more))
        self.pipe.settle()

    def erase(self, child_id: str) -> Erasure:
        return self.eraser.erase(child_id, SAM, ERASE_CHILD, "asked")

    def child(self, given_name: str, family_name: str) -> str:
        return child_of(self.engine, given_name, family_name)

    def one(self, query: str, **given: object) -> object:
        with self.engine.connect() as connection:
            return connection.execute(text(query), given).scalar_one()

    def all(self, query: str, **given: object) -> list[object]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), given).scalars())

    def do(self, statement: str, **given: object) -> None:
        """Change something in the database."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), given)


def small_town(engine: Engine, folder: Path) -> Small:
    """Twins of whom a person is asked, a restricted child, and a boy."""
    keys = make_keys(folder / "keys")
    made = Small(engine, pipe_on(engine, keys, checks_of=lambda _feed: unchecked), Eraser(engine, keys))
    made.send("school.suspended", "2024-03-01", "a", SCHOOLS, ANNA)
    made.send("camhs.referred", "2024-03-02", "b", CLINIC, ZOFIA)
    made.send("ehcp.requested", "2024-02-01", "m", SCHOOLS, MIRA)
    made.send("school.suspended", "2024-03-05", "t", SCHOOLS, TOM)
    return made
