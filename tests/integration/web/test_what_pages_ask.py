"""A page asks the database as often for many children as for few."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from send_integration import clock
from send_integration.settings import Settings
from send_integration.steps.catalogue import load_rules
from send_integration.steps.panel_acts import conclude
from send_integration.steps.panel_drafts import Conclusion, DecisionDraft
from send_integration.store.panel import show_for_deciding
from send_integration.store.sessions import Session
from send_integration.web.app import build_app
from tests.builders import sent
from tests.integration.families import FEEDS, TODAY, child_of
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, signed_in

GIVEN_NAMES = ("Ada", "Bela", "Cleo", "Dara", "Ezra", "Finn", "Gwen", "Hugo", "Iris", "Joan", "Kofi", "Lena")
BEFORE = TODAY - timedelta(56)
MOST = 21
"""Statements of one page, the look's among them; a child's page has the most."""

MOST_OF_AN_INBOX = 12
"""Of an inbox, of however many teams: its piles in one, its notices and their entries, and one entry of all looks."""

CHAIR = Session("chair", "panel-chair", "")


class Asked(list[str]):
    """The statements that were sent to a database."""


@contextmanager
def counted(engine: Engine) -> Iterator[Asked]:
    """Every statement that is sent meanwhile."""
    asked = Asked()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def settle(pipe: Pipe) -> None:
    pipe.relay()
    pipe.drain_gate([*FEEDS, "panel"])
    pipe.drain_timeline()


def town_of_nobody(engine: Engine) -> Pipe:
    return Pipe(engine, load_rules(), TODAY, by_clock=True)


@pytest.fixture
def fill() -> Fill:
    return town_of_nobody


def on_an_agenda(pipe: Pipe, numbers: range) -> list[str]:
    """Brothers and sisters of child 0 on today's agenda, of whom the panel talked before; of every second it is kept what
    the panel then saw. Gives all children that there are."""
    for number in numbers:
        name = GIVEN_NAMES[number]
        person = {"local_id": str(number), "given_name": name, "family_name": f"{name}sson", "nhs_number": None,
                  "date_of_birth": f"2013-0{1 + number % 9}-1{number % 7}"}  # fmt: skip
        about = {"source": "urn:send:schools", "person": person}
        lines = [
            sent("school.suspended", "2025-03-01", event_id=f"s{number}", **about),
            sent("panel.listed", "2025-05-20", event_id=f"l{number}", **about, meeting_on=str(TODAY)),
        ]
        if number:
            lines.append(
                sent("people.related", event_id=f"r{number}", **about, kind="sibling", other={"local_id": "0"})
            )
        if number % 2:
            lines.append(sent("panel.discussed", str(BEFORE), event_id=f"d{number}", **about, meeting_on=str(BEFORE)))
        for line in lines:
            pipe.send(json.loads(line)["type"].split(".")[1], line)
    settle(pipe)
    found = {name: child_of(pipe.engine, name, f"{name}sson") for name in GIVEN_NAMES[: numbers.stop]}
    for name in GIVEN_NAMES[numbers.start : numbers.stop : 2]:
        seen = show_for_deciding(pipe.engine, found[name], clock.now())
        assert seen is not None
        draft = DecisionDraft(BEFORE, "refer", "The paediatrician is asked.")
        conclude(pipe.engine, found[name], CHAIR, Conclusion(draft), seen, pipe.now)
    settle(pipe)
    return list(found.values())


def person(engine: Engine, actor: str) -> Person:
    return signed_in(build_app(engine, Settings(sign_in="development", as_of=TODAY)), actor)


def asked_for(engine: Engine, reader: Person, address: str) -> Asked:
    with counted(engine) as asked:
        assert reader.get(address).status_code == 200
    return asked


@pytest.mark.parametrize("actor", ["chair", "member", "manager"])
def test_an_agenda_of_twelve_children_asks_as_often_as_one_of_two(engine: Engine, pipe: Pipe, actor: str) -> None:
    on_an_agenda(pipe, range(2))
    reader, address = person(engine, actor), f"/meetings/{TODAY}"
    few = asked_for(engine, reader, address)
    on_an_agenda(pipe, range(2, 12))

    many = asked_for(engine, reader, address)

    assert reader.get(address).text.count("ince the panel") == 12
    assert len(many) == len(few), "\n".join(sorted(many))


@pytest.mark.parametrize("actor", ["chair", "member", "manager"])
def test_a_childs_page_asks_as_often_with_twelve_in_its_family_as_with_two(
    engine: Engine, pipe: Pipe, actor: str
) -> None:
    reader, address = person(engine, actor), f"/children/{on_an_agenda(pipe, range(2))[0]}"
    few = asked_for(engine, reader, address)
    on_an_agenda(pipe, range(2, 12))

    many = asked_for(engine, reader, address)

    assert "Lena Lenasson" in reader.get(address).text
    assert len(many) == len(few), "\n".join(sorted(many))


@pytest.mark.parametrize("actor", ["chair", "member", "manager"])
def test_no_page_of_a_child_or_a_meeting_asks_anything_twice(engine: Engine, pipe: Pipe, actor: str) -> None:
    child_id = on_an_agenda(pipe, range(2))[0]
    ((decision,),) = pipe.ask("SELECT event_id FROM decision_seen WHERE child_id = :child", child=child_id)
    addresses = [
        f"/children/{child_id}",
        f"/children/{child_id}/list",
        f"/children/{child_id}/basis",
        f"/children/{child_id}/family-copy",
        f"/meetings/{TODAY}",
        f"/meetings/{TODAY}/children/{child_id}",
        f"/decisions/{decision}",
        f"/decisions/{decision}/correct",
        "/me",
    ]
    reader = person(engine, actor)
    open_to_them = [address for address in addresses if reader.get(address).status_code == 200]
    assert len(open_to_them) >= 5

    for address in open_to_them:
        asked = asked_for(engine, reader, address)
        assert sorted(asked) == sorted(set(asked)), address
        assert len(asked) <= MOST, (address, len(asked))


@pytest.mark.parametrize("actor", ["chair", "manager"])
def test_an_inbox_asks_once_for_all_piles_and_is_written_down_at_once(engine: Engine, pipe: Pipe, actor: str) -> None:
    on_an_agenda(pipe, range(2))
    reader = person(engine, actor)

    asked = asked_for(engine, reader, "/alerts")

    assert sorted(asked) == sorted(set(asked))
    assert len([one for one in asked if one.startswith("INSERT INTO audit")]) == 1
    assert len([one for one in asked if " FROM alert a " in one and " AS pile" in one]) == 1
    of_a_manager = 3  # alerts that their recipients may not know of; paused feeds, and silent ones
    assert len(asked) <= MOST_OF_AN_INBOX + (of_a_manager if actor == "manager" else 0), "\n".join(sorted(asked))
