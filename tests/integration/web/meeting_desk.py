"""What tests of the panel's meetings do on the pages: list a child, fill in the form, decide."""

import re
from datetime import date

from sqlalchemy import Engine, text

from tests.integration.families import TODAY
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person


def listed(person: Person, child_id: str, day: date = TODAY, reason: str = "three services, no plan") -> None:
    answer = person.post(f"/children/{child_id}/list", meeting_on=day.isoformat(), reason=reason, presenter="Wren")
    assert answer.status_code == 303, answer.text


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


GIVEN = {
    "others": "Mrs Example, mother",
    "decision": "joint-funding",
    "rationale": "Needs meet in all three sectors.",
    "education": "50",
    "health": "25",
    "care": "25",
    "what": ["Ring the school", ""],
    "owner": ["Ed Example", ""],
    "due_on": ["2025-06-20", ""],
    "review_on": "2025-12-01",
    "basis": "public-task",
    "do": "decide",
}


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


def decided(person: Person, child_id: str, pipe: Pipe, **other: str) -> str:
    """A decision on a child who is listed, on the timeline; gives its event."""
    form = person.get(f"/meetings/{TODAY}/children/{child_id}").text
    person.post(f"/meetings/{TODAY}/children/{child_id}", **{**GIVEN, "mark": hidden(form, "mark"), **other})
    pipe.settle()
    panel = pipe.ask("SELECT panel FROM child WHERE child_id = :child", child=child_id)[0][0]
    found: str = panel["decisions"][-1]["event_id"]
    return found


def carried(engine: Engine) -> int:
    return count(engine, "agenda_place WHERE carried_to IS NOT NULL")
