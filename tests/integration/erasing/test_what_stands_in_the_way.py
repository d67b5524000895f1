"""Holds, doubts and missing keys keep a child from being erased or from coming back; what is new of one waits for a person."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts.erasing import ERASED, others_in
from send_integration.contracts.pseudonyms import ERASURE
from send_integration.errors import BadInput, BadSetting, NotReady
from send_integration.identity.model import default_model
from send_integration.steps import deciding, holding, stewarding
from send_integration.steps.coming_again import not_erased
from send_integration.steps.deciding import Reviewer
from send_integration.steps.erasing import Held, NobodyThere
from send_integration.steps.gate import Gate
from send_integration.steps.stewarding import Steward
from send_integration.store.erased import Erased
from send_integration.store.holds import every_hold
from send_integration.store.timelines import KeptEvent
from send_integration.watch.window import unchecked
from tests.builders import NOW, event, sent
from tests.integration.erasing.small import CLINIC, SAM, SCHOOLS, TOM, Small, small_town
from tests.integration.families import ANNA, ZOFIA
from tests.integration.steps.pipe import Pipe
from tests.record_keys import KEYS


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Small:
    return small_town(engine, tmp_path)


def reviewer() -> Reviewer:
    return Reviewer(SAM, NOW, "one child")


def test_who_is_held_is_not_erased_until_it_is_lifted(town: Small) -> None:
    tom = town.child("Tom", "Bright")
    holding.place(town.engine, tom, SAM, "case 7")

    with pytest.raises(Held, match="legal hold"):
        town.erase(tom)
    assert town.child("Tom", "Bright") == tom

    assert holding.lift(town.engine, tom, SAM, "case closed") == 1
    assert town.erase(tom).all_rows > 0
    with pytest.raises(NobodyThere):
        town.erase(tom)
    actions = [row[0] for row in town.pipe.ask("SELECT action FROM audit WHERE child_id = :tom ORDER BY id", tom=tom)]
    assert actions == ["place-hold", "lift-hold", "erase-child"]


def test_a_hold_goes_with_the_records_when_children_are_joined_and_with_both_when_they_are_parted(town: Small) -> None:
    anna, zofia = town.child("Anna", "Kowalska"), town.child("Zofia", "Kowalska")
    holding.place(town.engine, zofia, SAM, "case 8")
    decision = deciding.merge_children(town.engine, anna, zofia, reviewer())
    town.pipe.settle()
    joined = town.child("Anna", "Kowalska")
    assert town.child("Zofia", "Kowalska") == joined

    with pytest.raises(Held):
        town.erase(joined)

    deciding.withdraw(town.engine, decision, reviewer())
    town.pipe.settle()
    for name in ("Anna", "Zofia"):
        with pytest.raises(Held):
            town.erase(town.child(name, "Kowalska"))
    (hold,) = every_hold(town.engine)
    assert set(hold.children) >= {town.child("Anna", "Kowalska"), town.child("Zofia", "Kowalska")}
    with pytest.raises(BadInput, match=r"No hold|placed on"):
        holding.lift(town.engine, town.child("Tom", "Bright"), SAM, "x")
    town.erase(town.child("Tom", "Bright"))


def test_a_child_that_was_joined_goes_with_the_records_of_both(town: Small) -> None:
    deciding.merge_children(town.engine, town.child("Anna", "Kowalska"), town.child("Zofia", "Kowalska"), reviewer())
    town.pipe.settle()

    town.erase(town.child("Zofia", "Kowalska"))

    assert town.one("SELECT count(*) FROM person_record WHERE family_name = 'Kowalska'") == 0
    assert town.one("SELECT count(*) FROM admitted WHERE event_id IN ('a', 'b')") == 0
    assert town.one("SELECT count(*) FROM identity_decision") == 0


def test_of_two_who_were_parted_the_other_stays_as_it_is(town: Small) -> None:
    decision = deciding.merge_children(
        town.engine, town.child("Anna", "Kowalska"), town.child("Zofia", "Kowalska"), reviewer()
    )
    town.pipe.settle()
    deciding.withdraw(town.engine, decision, reviewer())
    town.pipe.settle()
    anna = town.child("Anna", "Kowalska")
    before = town.one("SELECT answer::text || panel::text FROM child WHERE child_id = :anna", anna=anna)

    town.erase(town.child("Zofia", "Kowalska"))

    assert town.child("Anna", "Kowalska") == anna
    assert town.one("SELECT answer::text || panel::text FROM child WHERE child_id = :anna", anna=anna) == before
    assert town.one("SELECT count(*) FROM person_record WHERE given_name = 'Zofia'") == 0


def test_what_is_new_of_an_erased_record_waits_for_a_person_and_under_another_number_it_is_let_in(town: Small) -> None:
    town.erase(town.child("Tom", "Bright"))
    town.send("school.suspended", "2024-03-05", "t", SCHOOLS, TOM)
    assert town.one("SELECT count(*) FROM quarantine") == 0, "that event was erased: it is a repeat"

    town.send("school.enrolled", "2024-09-05", "t2", SCHOOLS, TOM)
    town.send("people.related", "2024-09-06", "r", SCHOOLS, ANNA, other={"local_id": "T-1"})

    assert town.pipe.ask("SELECT event_id, reasons #>> '{0,code}', status FROM quarantine ORDER BY 1") == [
        ("r", "erased-record", "open"),
        ("t2", "erased-record", "open"),
    ]
    assert town.one("SELECT count(*) FROM person_record WHERE given_name = 'Tom'") == 0
    items = [row[0] for row in town.pipe.ask("SELECT id FROM quarantine WHERE event_id = 't2'")]
    stewarding.replay(town.engine, items, Steward(SAM, "is it let in now?"))
    town.pipe.settle()
    assert town.one("SELECT status FROM quarantine WHERE event_id = 't2'") == "open", (
        "a replay alone does not bring it back"
    )

    town.send("school.enrolled", "2024-09-07", "t3", SCHOOLS, {**TOM, "local_id": "T-2"})

    assert town.child("Tom", "Bright")
    assert town.pipe.ask("SELECT event_id FROM event WHERE event_id LIKE 't%'") == [("t3",)], "what was erased stays so"


def test_what_an_earlier_release_said_in_the_clear_is_kept_without_who_was_erased(town: Small) -> None:
    town.erase(town.child("Tom", "Bright"))
    hers = event("people.related", source=SCHOOLS, event_id="r", person=ANNA, other={"local_id": "T-1"})
    erased = event("school.suspended", "2024-03-05", source=SCHOOLS, event_id="t", person=TOM)

    with town.engine.begin() as connection:
        told = [KeptEvent(one, "c0", 7) for one in (hers, erased)]
        (left,) = not_erased(connection, Erased(town.eraser.keys), told)

    assert (left.event.key, left.child_id, left.decision) == (hers.key, "c0", 7)
    assert others_in(left.event) == {(SCHOOLS, ERASED)}


def test_a_process_without_the_key_stops_rather_than_let_anybody_back(town: Small, tmp_path: Path) -> None:
    town.erase(town.child("Tom", "Bright"))
    place = Pipe(town.engine, town.pipe.keeper._rules, town.pipe.today)
    place.topics = town.pipe.topics
    place.send("school", sent("school.enrolled", event_id="n", source=SCHOOLS, person=ZOFIA))

    with pytest.raises(BadSetting, match="given no folder of keys"):
        place.drain_gate(["school"])
    other = Gate(town.engine, lambda _feed: unchecked, default_model(), keys=KEYS, erased=Erased(tmp_path / "nothing"))
    place.gates = [other]
    with pytest.raises(BadSetting, match="has no key"):
        place.drain_gate(["school"])


def test_another_key_is_refused_before_anything_is_erased(town: Small) -> None:
    town.erase(town.child("Tom", "Bright"))
    path = town.eraser.keys / f"{ERASURE}.key"
    path.write_text("ab" * 32)
    with pytest.raises(BadSetting, match="another key"):
        town.erase(town.child("Anna", "Kowalska"))
    path.unlink()
    with pytest.raises(BadSetting, match="has no key"):
        town.erase(town.child("Anna", "Kowalska"))
    assert town.child("Anna", "Kowalska")


def test_nobody_is_erased_while_a_record_that_could_be_theirs_waits_for_a_person(town: Small) -> None:
    tom = town.child("Tom", "Bright")
    with town.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE person_record SET child_id = NULL, held_between = ARRAY[:tom, 'cother'] WHERE given_name = 'Zofia'"
            ),
            {"tom": tom},
        )

    with pytest.raises(Held, match="wait for a person: 1"):
        town.erase(tom)


def test_nobody_is_erased_while_history_is_loaded_in_part(town: Small) -> None:
    with town.engine.begin() as connection:
        connection.execute(text("INSERT INTO backfill_rest (file, place, line, raw) VALUES (1, 1, 1, '')"))

    with pytest.raises(NotReady, match="History"):
        town.erase(town.child("Tom", "Bright"))


def test_a_local_id_that_a_source_gave_two_children_is_left_to_the_other(town: Small) -> None:
    other = {**TOM, "given_name": "Una", "family_name": "Other", "date_of_birth": "2008-08-08"}
    town.send("school.enrolled", "2024-09-09", "u", SCHOOLS, other)
    tom, una = town.child("Tom", "Bright"), town.child("Una", "Other")
    assert tom != una

    done = town.erase(tom)

    assert done.shared == 1
    assert town.child("Una", "Other") == una
    town.send("school.suspended", "2024-10-09", "u2", SCHOOLS, other)
    assert town.one("SELECT count(*) FROM event WHERE child_id = :una", una=una) == 2


def test_the_history_of_flags_goes_only_beside_the_audits_entry(town: Small) -> None:
    for statement in ("DELETE FROM flag_change", "UPDATE flag_change SET because = ''", "TRUNCATE flag_change"):
        with town.engine.connect() as connection, pytest.raises(Exception, match="it is a history"):
            connection.execute(text(statement))
    town.erase(town.child("Tom", "Bright"))
    with town.engine.connect() as connection:
        last = connection.execute(text("SELECT max(id) FROM audit")).scalar_one()
        connection.execute(text("SELECT set_config('send.erased_by', :last, true)"), {"last": str(last)})
        with pytest.raises(Exception, match="it is a history"):
            connection.execute(text("DELETE FROM flag_change"))


def test_events_that_come_by_the_topic_while_a_child_is_erased_do_not_stay(town: Small) -> None:
    """The timeline has read the child's event, and the child is erased before it keeps it."""
    town.pipe.send("school", sent("school.enrolled", "2024-09-05", event_id="late", source=CLINIC, person=ZOFIA))
    town.pipe.drain_gate(["school"])

    town.erase(town.child("Zofia", "Kowalska"))
    town.pipe.settle()

    assert town.one("SELECT count(*) FROM event WHERE event_id = 'late'") == 0
    assert town.one("SELECT count(*) FROM reporting_intake.clean_event WHERE event_id = 'late'") == 0
