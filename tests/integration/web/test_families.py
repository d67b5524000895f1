"""A restricted child is in nobody's family but for those who may see the child, and every such look is written down."""

from sqlalchemy import Engine, text

from send_integration.store.families import secret_references
from tests.builders import sent
from tests.integration.families import ANNA, MIRA, audited, child_of, settle
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import SignIn


def are_related(pipe: Pipe) -> None:
    """The register says that Anna and Mira, who is restricted, are half-sisters."""
    source = "urn:send:schools"
    other = {"local_id": MIRA["local_id"]}
    raw = sent(
        "people.related", "2025-04-01", event_id="r", source=source, person=ANNA, kind="half-sibling", other=other
    )
    pipe.send("people", raw)
    settle(pipe)


def test_only_who_may_see_a_restricted_child_sees_it_in_a_family(engine: Engine, pipe: Pipe, sign_in: SignIn) -> None:
    are_related(pipe)
    anna, mira = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Mira", "Hidden")

    of_chair = sign_in("chair").get(f"/children/{anna}").text
    looks_of_chair = [look for look in audited(engine) if look[:1] == ("chair",) and look[2] == mira]
    of_manager = sign_in("manager").get(f"/children/{anna}").text

    assert "Half-brother or half-sister" not in of_chair
    assert mira not in of_chair
    assert looks_of_chair == []
    assert "related" not in of_chair.casefold(), "nor does the timeline say that there is somebody"
    assert "1 April 2025" not in of_chair
    assert "Half-brother or half-sister" in of_manager
    assert f'href="/children/{mira}"' in of_manager
    assert ("manager", "list-children", mira, True) in audited(engine)


def test_a_reference_that_was_a_restricted_childs_too_names_nobody_to_others(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    are_related(pipe)
    given_on = {**MIRA, "restricted": None, "given_name": "Oskar", "family_name": "Nowak", "date_of_birth": "2016-11-12",
                "nhs_number": None, "postcode": "LU5 5EE"}  # fmt: skip
    pipe.send(
        "school", sent("school.suspended", "2025-04-02", event_id="g", source="urn:send:schools", person=given_on)
    )
    settle(pipe)
    anna = child_of(engine, "Anna", "Kowalska")

    of_chair = sign_in("chair").get(f"/children/{anna}").text
    of_manager = sign_in("manager").get(f"/children/{anna}").text

    assert "known to schools as 7" in of_manager
    assert "Half-brother or half-sister" not in of_chair


def test_a_child_who_is_not_evaluated_yet_could_be_restricted_and_is_in_no_others_family(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    are_related(pipe)
    anna, mira = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Mira", "Hidden")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM child WHERE child_id = :child"), {"child": mira})

    of_chair = sign_in("chair").get(f"/children/{anna}").text
    of_manager = sign_in("manager").get(f"/children/{anna}").text

    assert "Half-brother or half-sister" not in of_chair
    assert "a child of whom nothing else is known yet" in of_manager


def test_a_reference_that_is_held_between_a_restricted_child_and_another_is_secret(engine: Engine, pipe: Pipe) -> None:
    reference = ("urn:send:social-care", "23")
    before = secret_references(engine, [reference])
    with engine.begin() as connection:
        query = "UPDATE child SET restricted = true WHERE child_id = :child"
        connection.execute(text(query), {"child": child_of(engine, "Olena", "Shevchenko")})

    assert pipe.ask("SELECT child_id FROM person_record WHERE local_id = '23'") == [(None,)]
    assert before == set()
    assert secret_references(engine, [reference]) == {reference}


def test_a_child_of_whom_only_a_relation_is_known_has_a_page_without_any_entry(
    engine: Engine, pipe: Pipe, sign_in: SignIn
) -> None:
    nobody_else = {"local_id": "90", "given_name": "Ines", "family_name": "Alone", "date_of_birth": "2009-10-11",
                   "nhs_number": None}  # fmt: skip
    other = {"local_id": MIRA["local_id"]}
    about = {"event_id": "only", "source": "urn:send:schools", "person": nobody_else, "other": other}
    pipe.send("people", sent("people.related", "2019-04-01", **about))
    settle(pipe)

    page = sign_in("chair").get(f"/children/{child_of(engine, 'Ines', 'Alone')}")

    assert page.status_code == 200
    assert "Nothing has happened that the picture could show." in page.text
    assert "No entry yet." in page.text
    assert "No brother, sister, carer or shared home is shown." in page.text
    assert "2019" not in page.text
