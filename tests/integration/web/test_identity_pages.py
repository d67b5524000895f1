"""The review queue as people use it: look, decide, be told of others, take back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from send_integration.store import reviews
from tests.builders import sent
from tests.integration.families import ANNA, audited, child_of, pair_of, settle
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn, outbox_size

WHY = "seen on two birth certificates"


def knows(person: Person, address: str) -> str:
    """The latest decision that a form was shown with."""
    return person.get(address).text.partition('name="knows" value="')[2].partition('"')[0]


def decide(person: Person, pair: str, choice: str, why: str = WHY, *, seen: str | None = None) -> tuple[int, str]:
    """Send the form on a pair, as it is shown now or was before; gives status, and words or where it leads."""
    address = f"/identity/pairs/{pair}"
    answer = person.post(address, choice=choice, why=why, knows=knows(person, address) if seen is None else seen)
    return answer.status_code, answer.headers.get("location") or answer.text


def children(engine: Engine) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(
            text("SELECT count(DISTINCT child_id) FROM person_record WHERE family_name = 'Kowalska'")
        ).scalar_one()
    return found


def test_of_very_many_pairs_it_is_said_that_there_are_more(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviews, "MOST_COUNTED", 2)

    page = sign_in("steward").get("/identity").text

    assert "More than 2 pairs wait, the likeliest" in page


def test_the_queue_names_nobody_and_says_how_many_wait_and_why(sign_in: SignIn) -> None:
    page = sign_in("steward").get("/identity").text

    assert "3 pairs wait, the likeliest to be one child first" in page
    assert "They could be twins: one birth date, other given names." in page
    assert "One record leads to more than one child." in page
    assert not [name for name in ("Anna", "Zofia", "Kowalska", "Olena", "2014", "LU1") if name in page]
    assert page.index("One record leads") < page.index("They could be twins")


def test_a_pair_shows_both_records_the_weights_and_whom_it_touches_and_is_written_down(
    sign_in: SignIn, engine: Engine
) -> None:
    anna, zofia = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Zofia", "Kowalska")

    page = sign_in("steward").get(f"/identity/pairs/{pair_of(engine, 'Anna')}").text

    for words in ("Anna", "Zofia", "6 May 2014", "the same", "different", "neither says", anna, zofia, "nobody named"):
        assert words in page
    assert "One child with 2 records and 2 events." in page
    assert "style=" not in page
    assert audited(engine) == [("steward", "review-identity", child, True) for child in sorted((anna, zofia))]


def test_a_held_record_is_explained_by_the_children_that_it_leads_to(sign_in: SignIn, engine: Engine) -> None:
    page = sign_in("steward").get(f"/identity/pairs/{pair_of(engine, 'Olena')}").text

    assert "is held.</strong> It leads to 2 children who do not resemble each other" in page
    assert "(2 events) waits in quarantine until somebody decides" in page
    assert "born 9 August 2013" in page
    assert "Olena Shevchenko" in page


@pytest.mark.parametrize(("choice", "left"), [("one", 1), ("two", 2)])
def test_a_decision_leaves_the_queue_at_once_is_carried_out_and_never_asked_again(
    sign_in: SignIn, engine: Engine, pipe: Pipe, choice: str, left: int
) -> None:
    steward, pair = sign_in("steward"), pair_of(engine, "Anna")

    status, where = decide(steward, pair, choice)
    queue = steward.get(where).text

    assert status == 303
    assert "Your decision is taken" in queue
    assert "2 pairs wait" in queue
    assert "decided by steward" in queue.partition('id="under-way"')[2]
    assert children(engine) == 2, "the gate has not carried it out"

    settle(pipe)
    queue = steward.get(where).text
    assert "It has been carried out." in queue
    assert "under-way" not in queue
    assert "2 pairs wait" in queue
    assert children(engine) == left
    assert "This pair does not wait" in steward.get(f"/identity/pairs/{pair}").text


@pytest.mark.parametrize(("choice", "home"), [("one", "urn:send:clinic"), ("two", "urn:send:schools")])
def test_a_held_record_is_sent_to_the_child_that_a_person_means_with_its_events(
    sign_in: SignIn, engine: Engine, pipe: Pipe, choice: str, home: str
) -> None:
    steward, pair = sign_in("steward"), pair_of(engine, "Olena")

    assert decide(steward, pair, choice)[0] == 303
    settle(pipe)

    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT source, child_id FROM person_record WHERE given_name = 'Olena' AND child_id IS NOT NULL")
        )
        child_of_source = {row[0]: row[1] for row in rows}
        events = connection.execute(
            text("SELECT count(*) FROM event WHERE child_id = :child"), {"child": child_of_source[home]}
        ).scalar_one()
    assert child_of_source["urn:send:social-care"] == child_of_source[home]
    assert events == 3
    assert "1 pair waits" in steward.get("/identity").text


def test_the_audit_says_who_decided_on_which_child(sign_in: SignIn, engine: Engine) -> None:
    anna, zofia = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Zofia", "Kowalska")

    decide(sign_in("steward"), pair_of(engine, "Anna"), "one")

    rows = [row for row in audited(engine) if row[1] == "identity-merge"]
    assert rows == [("steward", "identity-merge", child, True) for child in sorted((anna, zofia))]


def test_whoever_decides_second_is_told_and_may_have_the_last_word_of_which_the_first_is_told(
    sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    steward, manager, pair = sign_in("steward"), sign_in("manager"), pair_of(engine, "Anna")
    before = knows(manager, f"/identity/pairs/{pair}")
    assert decide(steward, pair, "one", "a letter from the mother")[0] == 303

    status, page = decide(manager, pair, "two", "the registrar rang", seen=before)
    assert status == 409
    assert "Somebody decided before you" in page
    assert "steward decided that they are one child" in page
    assert "a letter from the mother" in page
    assert ">the registrar rang</textarea>" in page
    assert 'value="two" aria-describedby="choice-two-hint" checked' in page

    assert decide(manager, pair, "two", "the registrar rang")[0] == 303
    settle(pipe)
    assert children(engine) == 2
    told = steward.get("/identity").text
    assert "About a decision of yours" in told
    assert "manager decided that they are two children" in told
    assert "About a decision of yours" not in manager.get("/identity").text
    decisions = manager.get("/identity/decisions").text
    assert "Overruled</strong>" in decisions.partition("a letter from the mother")[2]
    assert decisions.count("Stands</strong>") == 1


def test_of_two_who_decide_in_one_moment_one_is_taken_and_the_other_told(sign_in: SignIn, engine: Engine) -> None:
    people, pair = [sign_in("steward"), sign_in("manager")], pair_of(engine, "Anna")
    seen = knows(people[0], f"/identity/pairs/{pair}")

    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda who: decide(who, pair, "one", f"{who.actor} saw it", seen=seen), people))

    assert sorted(status for status, _ in both) == [303, 409]
    assert outbox_size(engine) == 1


def test_a_pair_that_was_decided_and_carried_out_meanwhile_loses_no_word(
    sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    steward, manager, pair = sign_in("steward"), sign_in("manager"), pair_of(engine, "Anna")
    before = knows(manager, f"/identity/pairs/{pair}")
    decide(steward, pair, "one")
    settle(pipe)

    status, page = decide(manager, pair, "two", "the registrar rang", seen=before)

    assert status == 409
    assert "This pair does not wait" in page
    assert "steward decided that they are one child" in page
    assert "the registrar rang" in page
    assert children(engine) == 1


def test_sending_the_same_form_twice_decides_once(sign_in: SignIn, engine: Engine) -> None:
    steward, pair = sign_in("steward"), pair_of(engine, "Anna")
    seen = knows(steward, f"/identity/pairs/{pair}")

    first, again = (decide(steward, pair, "two", seen=seen) for _ in range(2))

    assert first == again
    assert outbox_size(engine) == 1


def test_a_decision_is_taken_back_and_the_pair_waits_again(sign_in: SignIn, engine: Engine, pipe: Pipe) -> None:
    steward, manager, pair = sign_in("steward"), sign_in("manager"), pair_of(engine, "Anna")
    made = decide(steward, pair, "one")[1].partition("done=")[2]
    settle(pipe)
    page = f"/identity/decisions/{made}"
    assert "Take the decision back" in manager.get(page).text

    answer = manager.post(page, why="it was the other twin's letter")
    assert answer.status_code == 303
    assert "Being taken back" in steward.get("/identity/decisions").text
    settle(pipe)

    assert children(engine) == 2
    assert "3 pairs wait" in steward.get("/identity").text
    decisions = steward.get("/identity/decisions").text
    assert "Taken back" in decisions
    assert "it was the other twin&#39;s letter" in decisions
    assert "manager took your decision back" in steward.get("/identity").text
    again = steward.post(page, why="me too")
    assert again.status_code == 409
    assert "manager has taken this decision back already" in again.text
    assert {row[1] for row in audited(engine) if row[0] == "manager" and row[2]} >= {"identity-withdraw"}


def test_a_childs_records_say_why_they_are_joined_and_are_split_after_a_look(
    sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    steward = sign_in("steward")
    decide(steward, pair_of(engine, "Anna"), "one")
    settle(pipe)
    anna = child_of(engine, "Anna", "Kowalska")
    page = f"/identity/children/{anna}"
    records = steward.get(page).text
    assert "a person decided so" in records
    with engine.connect() as connection:
        zofia = connection.execute(text("SELECT id FROM person_record WHERE given_name = 'Zofia'")).scalar_one()

    look = steward.post(f"{page}/split", record=[str(zofia)], why=WHY)
    assert look.status_code == 200
    assert "Leaving, to be another child: 1 record with 1 event" in look.text
    assert "Staying: 1 record with 1 event" in look.text
    assert children(engine) == 1

    seen = look.text.partition('name="knows" value="')[2].partition('"')[0]
    assert steward.post(f"{page}/split", record=[str(zofia)], why=WHY, checked="yes", knows=seen).status_code == 303
    assert "It is being carried out." in steward.get(page).text
    settle(pipe)
    assert children(engine) == 2
    assert pair_of(engine, "Olena")
    assert "2 pairs wait" in steward.get("/identity").text, "what was split is not asked again"


def test_two_children_are_joined_by_id_after_a_look_and_their_pair_leaves_the_queue(
    sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    steward = sign_in("steward")
    anna, zofia = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Zofia", "Kowalska")
    page = f"/identity/children/{anna}"

    look = steward.post(f"{page}/merge", other=zofia, why=WHY)
    assert look.status_code == 200
    assert "One child with 2 records and 2 events." in look.text
    assert zofia in look.text

    assert steward.post(f"{page}/merge", other=zofia, why=WHY, checked="yes", knows="").status_code == 303
    assert "2 pairs wait" in steward.get("/identity").text
    settle(pipe)
    assert children(engine) == 1


def test_a_second_decision_on_a_child_is_told_of_the_first_before_it_is_taken(sign_in: SignIn, engine: Engine) -> None:
    steward, manager = sign_in("steward"), sign_in("manager")
    anna, zofia = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Zofia", "Kowalska")
    decide(steward, pair_of(engine, "Anna"), "two", "the registrar rang")

    answer = manager.post(f"/identity/children/{anna}/merge", other=zofia, why="a letter", checked="yes", knows="")

    assert answer.status_code == 409
    assert "steward decided that they are two children" in answer.text
    assert "a letter" in answer.text
    assert outbox_size(engine) == 1


def test_whoever_opened_a_pair_is_told_when_an_entry_of_it_leaves_and_whoever_saw_the_queue_is_not(
    sign_in: SignIn, engine: Engine, pipe: Pipe
) -> None:
    manager, steward, anna = sign_in("manager"), sign_in("steward"), child_of(engine, "Anna", "Kowalska")
    manager.get("/identity")
    steward.get(f"/identity/pairs/{pair_of(engine, 'Anna')}")

    about = {"source": "urn:send:schools", "event_id": "back", "person": ANNA}
    pipe.send("school", sent("school.suspended", "2025-03-05", retracts="a", **about))
    settle(pipe)

    page = steward.get("/alerts").text
    assert f"Child {anna}" in page
    assert "You reviewed the child's records." in page
    assert f"Child {anna}" not in manager.get("/alerts").text
