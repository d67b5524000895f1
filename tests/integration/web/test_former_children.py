"""An address of a child who is now part of another leads there: mails and bookmarks outlive a merge."""

from sqlalchemy import Engine

from send_integration.steps import deciding
from send_integration.steps.deciding import Reviewer
from send_integration.store.children import find_child
from send_integration.store.sessions import Session
from tests.builders import NOW, sent
from tests.integration.families import ANNA, TODAY, audited, child_of, settle
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn
from tests.integration.web.meeting_desk import GIVEN, hidden, listed

STEWARD = Reviewer(Session("steward", "data-steward", "token"), NOW, "the school confirmed it")


def merged(engine: Engine, pipe: Pipe, one: str, other: str) -> tuple[str, str]:
    """Merge two children; gives the id that ended and the one that stands."""
    deciding.merge_children(engine, one, other, STEWARD)
    settle(pipe)
    stands = find_child(engine, one, restricted=True)
    assert stands is not None
    return (other if stands == one else one), stands


def test_a_child_who_was_merged_is_found_at_both_addresses_until_the_merge_is_withdrawn(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    anna, zofia = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Zofia", "Kowalska")
    decision = deciding.merge_children(engine, anna, zofia, STEWARD)
    settle(pipe)
    chair = sign_in("chair").client
    stands = find_child(engine, anna, restricted=False)
    ended = zofia if stands == anna else anna

    answer = chair.get(f"/children/{ended}", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/children/{stands}")
    assert find_child(engine, ended, restricted=False) == stands
    deciding.withdraw(engine, decision, STEWARD)
    settle(pipe)
    assert chair.get(f"/children/{ended}", follow_redirects=False).status_code == 200
    assert find_child(engine, ended, restricted=False) == ended


def test_who_may_not_know_of_the_child_finds_no_more_at_the_former_address(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    ended, stands = merged(engine, pipe, child_of(engine, "Mira", "Hidden"), child_of(engine, "Mira", "Before"))

    assert sign_in("chair").client.get(f"/children/{ended}", follow_redirects=False).status_code == 404
    assert sign_in("manager").client.get(f"/children/{ended}", follow_redirects=False).status_code == 303
    assert find_child(engine, ended, restricted=False) is None
    assert ("chair", "view-child", stands, False) in audited(engine)


def test_an_earlier_event_that_comes_late_gives_the_child_another_id_and_takes_the_former_along(
    engine: Engine, pipe: Pipe
) -> None:
    before = child_of(engine, "Anna", "Kowalska")

    pipe.send("school", sent("school.suspended", "2024-12-01", event_id="e", source="urn:send:schools", person=ANNA))
    settle(pipe)

    after = child_of(engine, "Anna", "Kowalska")
    assert after != before
    assert find_child(engine, before, restricted=False) == after


def renamed(engine: Engine, pipe: Pipe, anna: str) -> str:
    """The id by which a child goes since an earlier event came late."""
    pipe.send("school", sent("school.suspended", "2024-12-01", event_id="e", source="urn:send:schools", person=ANNA))
    settle(pipe)
    after = child_of(engine, "Anna", "Kowalska")
    assert after != anna
    return after


def test_a_form_that_was_opened_before_the_child_got_another_id_keeps_what_was_typed(
    engine: Engine, pipe: Pipe, chair: Person, anna: str
) -> None:
    listed(chair, anna)
    pipe.settle()
    address = f"/meetings/{TODAY}/children/{anna}"
    mark = hidden(chair.get(address).text, "mark")
    now = renamed(engine, pipe, anna)

    answer = chair.client.get(address, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/meetings/{TODAY}/children/{now}")
    again = chair.post(address, **{**GIVEN, "mark": mark})
    assert again.status_code == 400, "another child's timeline may be before the panel now"
    assert GIVEN["rationale"] in again.text
    assert f'action="/meetings/{TODAY}/children/{now}"' in again.text


def test_what_was_typed_for_the_agenda_or_of_a_voice_reaches_the_child_who_has_another_id(
    engine: Engine, pipe: Pipe, chair: Person, anna: str
) -> None:
    now = renamed(engine, pipe, anna)

    listed(chair, anna)
    answer = chair.post(
        f"/children/{anna}/voice", of="child", text="I like the library.", how="spoken", said_on=str(TODAY)
    )
    assert answer.status_code == 303, answer.text
    pipe.settle()

    ((panel,),) = pipe.ask("SELECT panel FROM child WHERE child_id = :child", child=now)
    assert [item["reason"] for item in panel["listings"]] == ["three services, no plan"]
    assert [voice["text"] for voice in panel["voices"]] == ["I like the library."]
