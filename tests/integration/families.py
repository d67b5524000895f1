"""A few made-up families for tests of identity and of who may see whom, sent through gate and timeline."""

from datetime import date

from sqlalchemy import Engine, text

from send_integration.steps.catalogue import load_rules
from tests.builders import ANNA_KOWALSKA, sent
from tests.integration.steps.pipe import Pipe

TODAY = date(2025, 6, 2)
FEEDS = ["identity", "school", "camhs", "ehcp", "ndd-triage", "people", "workers"]

ANNA = {**ANNA_KOWALSKA, "postcode": "LU1 1AA"}
ZOFIA = {**ANNA, "given_name": "Zofia"}
"""Anna's twin, whom the clinic knows under the number that the school gives Anna."""

SECRET_NUMBER = "9990000026"
MIRA = {"local_id": "7", "given_name": "Mira", "family_name": "Hidden", "date_of_birth": "2012-02-03",
        "nhs_number": SECRET_NUMBER, "postcode": "LU2 2BB", "restricted": "adoption"}  # fmt: skip
MIRA_AS_SHE_WAS = {**MIRA, "local_id": "8", "family_name": "Before", "restricted": None}
"""The clinic's file of Mira from before her adoption: one number, never joined by a machine."""

OLENA = {"local_id": "21", "given_name": "Olena", "family_name": "Bondar", "date_of_birth": "2013-08-09",
         "nhs_number": None, "postcode": "LU3 3CC"}  # fmt: skip
OLENA_BY_NUMBER = {**OLENA, "nhs_number": "9990000034"}
OLENA_AT_SCHOOL = {
    **OLENA,
    "local_id": "22",
    "upn": "T821000000001",
    "family_name": "Shevchenko",
    "postcode": "LU4 9ZZ",
}
OLENA_IN_BOTH = {**OLENA, "local_id": "23", "nhs_number": "9990000034", "upn": "T821000000001", "postcode": None}
"""Two girls born on one day, and a record with the numbers of both: it is held."""

NAMED_WORKER = {"id": "worker", "name": "Wren Example", "role": "nurse", "team": "north"}
"""The development directory's named worker."""

PAGE_SCRIPT = '<script src="/static/page.js" defer></script>'
"""The only one of ours."""


def settle(pipe: Pipe) -> None:
    """Carry out what was decided, and everything that follows from it."""
    pipe.relay()
    pipe.drain_gate(FEEDS)
    pipe.drain_timeline()


def town(engine: Engine) -> Pipe:
    """Twins of whom a person is asked, a restricted child with her former file, and her named worker."""
    pipe = Pipe(engine, load_rules(), TODAY, by_clock=True)
    pipe.send("school", sent("school.suspended", "2025-03-01", event_id="a", source="urn:send:schools", person=ANNA))
    pipe.send("camhs", sent("camhs.referred", "2025-03-02", event_id="b", source="urn:send:clinic", person=ZOFIA))
    pipe.send("ehcp", sent("ehcp.requested", "2024-11-04", event_id="m", source="urn:send:schools", person=MIRA))
    pipe.send(
        "workers",
        sent("workers.assigned", "2025-01-06", event_id="w", source="urn:send:schools", person=MIRA,
             role_for_child="senco", worker=NAMED_WORKER),
    )  # fmt: skip
    pipe.send(
        "camhs", sent("camhs.referred", "2023-03-02", event_id="o", source="urn:send:clinic", person=MIRA_AS_SHE_WAS)
    )
    settle(pipe)
    return pipe


def held(pipe: Pipe) -> None:
    """Add two children of one given name and a record that could be either's, with two events that wait."""
    for day, (feed, what, source, person) in enumerate(
        (
            ("camhs", "camhs.referred", "urn:send:clinic", OLENA_BY_NUMBER),
            ("school", "school.suspended", "urn:send:schools", OLENA_AT_SCHOOL),
            ("school", "school.suspended", "urn:send:social-care", OLENA_IN_BOTH),
            ("school", "school.missing_education", "urn:send:social-care", OLENA_IN_BOTH),
        ),
        start=1,
    ):
        pipe.send(feed, sent(what, f"2025-04-0{day}", event_id=f"h{day}", source=source, person=person))
        settle(pipe)


def town_with_a_held_record(engine: Engine) -> Pipe:
    """Twins of whom a person is asked, a restricted child, and a held record."""
    pipe = town(engine)
    held(pipe)
    return pipe


def child_of(engine: Engine, given_name: str, family_name: str) -> str:
    """The child id of a made-up child."""
    with engine.connect() as connection:
        found: str = connection.execute(
            text("SELECT DISTINCT child_id FROM person_record WHERE given_name = :given AND family_name = :family"),
            {"given": given_name, "family": family_name},
        ).scalar_one()
    return found


def pair_of(engine: Engine, given_name: str) -> str:
    """The name of the pair that waits and has a record of somebody's, the likeliest of them."""
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT v.one, v.other FROM identity_review v JOIN person_record r ON r.id IN (v.one, v.other)"
                " WHERE r.given_name = :name ORDER BY v.weight DESC LIMIT 1"
            ),
            {"name": given_name},
        ).one()
    return f"{row[0]}-{row[1]}"


def audited(engine: Engine) -> list[tuple[str, str, str | None, bool]]:
    """Who did what to which child, and whether it was allowed, in order; that a list was shown is left out."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT actor, action, child_id, allowed FROM audit WHERE why NOT LIKE 'shown: %' ORDER BY id")
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]
