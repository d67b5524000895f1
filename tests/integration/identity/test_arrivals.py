"""Whatever batches records come in, the database ends with what deciding all of them at once gives: explained alike."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from send_integration.identity.decide import Held, decide
from send_integration.identity.model import Model, default_model
from send_integration.identity.records import FirstSeen, PersonRecord
from send_integration.identity.statements import Statement
from send_integration.steps.identity import resolve
from send_integration.store.identity import pair_row, replace_statements
from send_integration.store.people import asserted_before, every_record, kept_keys, lock_identity
from tests.integration.steps.pipe import empty
from tests.property.identities import ANNA, batches_about_anna

SHIPPED = default_model()
LISTED = replace(SHIPPED, lists_everyone=frozenset({"care"}))
"""One in which a list names every child, unlike the model that is shipped."""
Pairs = set[tuple[frozenset[PersonRecord], str, float | None, str]]


def kept_pairs(engine: Engine, table: str) -> Pairs:
    with engine.connect() as connection:
        by_id = {known.id: record for record, known in every_record(connection).items()}
        rows = connection.execute(text(f"SELECT one, other, why, weight, model FROM {table}"))
        return {(frozenset((by_id[row[0]], by_id[row[1]])), row[2], row[3], row[4]) for row in rows}


def expected_pair(one: PersonRecord, other: PersonRecord, why: str, judgement: Any) -> Any:
    row = pair_row(1, 2, why, judgement, LISTED.version)
    return frozenset((one, other)), why, row.weight, row.model


def check(
    engine: Engine, batches: list[dict[PersonRecord, FirstSeen]], statements: list[Statement], model: Model = LISTED
) -> None:
    """Let the batches come in, and compare what is kept with what deciding all at once gives."""
    asserted: dict[PersonRecord, FirstSeen] = {}
    with engine.begin() as connection:
        replace_statements(connection, statements)
    for batch in batches:
        with engine.begin() as connection:
            lock_identity(connection, exclusive=True)
            resolved = resolve(connection, batch, asserted_before(connection, batch), model)
        assert batch.keys() <= resolved.records.keys()
        for record, seen in batch.items():
            asserted[record] = min(asserted.get(record, seen), seen)

    whole = decide(asserted, statements, model)

    with engine.connect() as connection:
        kept = every_record(connection)
    assert {record: known.decision for record, known in kept.items()} == whole.decisions
    by_component: dict[int, set[PersonRecord]] = {}
    for record, known in kept.items():
        by_component.setdefault(known.component, set()).add(record)
    assert set(map(frozenset, by_component.values())) == set(map(frozenset, whole.components))
    with engine.connect() as connection:
        found = {(key, component) for key, component in connection.execute(text("SELECT * FROM person_record_key"))}
    assert found == {(key, known.component) for record, known in kept.items() for key in kept_keys(record)}
    links = {expected_pair(link.one, link.other, link.why, link.judgement) for link in whole.links}
    assert kept_pairs(engine, "identity_link") == links
    reviews = {expected_pair(r.one, r.other, r.judgement.because, r.judgement) for r in whole.reviews}
    assert kept_pairs(engine, "identity_review") == reviews


@settings(max_examples=700, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches_about_anna(), st.sampled_from((LISTED, SHIPPED)))
def test_any_batches_end_as_all_at_once(
    engine: Engine, arriving: tuple[list[dict[PersonRecord, FirstSeen]], list[Statement]], model: Model
) -> None:
    empty(engine)
    check(engine, *arriving, model)


def test_who_leads_only_to_one_that_is_held_founds_a_child(engine: Engine) -> None:
    one = ANNA._replace(source="health", nhs_number="9990000018", postcode="LU1 1AA")
    other = ANNA._replace(source="school", family_name="Miah", upn="A821000000001", postcode="LU4 9ZZ")
    held = ANNA._replace(
        source="care", family_name="Nowak", nhs_number="9990000018", upn="A821000000001", postcode="LU3 2BB"
    )
    alone = ANNA._replace(source="gp", family_name="Nowak", postcode="LU3 2BB")
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    arriving = [
        {record: FirstSeen(moment + timedelta(day), record.source, str(day))}
        for day, record in enumerate((one, other, held, alone))
    ]

    check(engine, arriving, [])

    with engine.connect() as connection:
        kept = every_record(connection)
    assert isinstance(kept[held].decision, Held)
    assert kept[alone].decision not in {kept[one].decision, kept[other].decision}


def test_a_late_record_with_a_childs_first_number_decides_anew_who_was_held_for_want_of_it(engine: Engine) -> None:
    zoey = ANNA._replace(given_name="Zoey", family_name="Adams", gender="F")
    one = zoey._replace(source="camhs", date_of_birth=date(2015, 3, 5), postcode="LU1 1AA", address="9 Park Road")
    other = zoey._replace(source="gp", date_of_birth=date(2015, 3, 4), postcode="LU2 2BB", address="7 Low Road")
    held = other._replace(source="school", date_of_birth=date(2015, 3, 5), nhs_number="9990000018")
    late = one._replace(source="early-help", nhs_number="9990000026")
    days = {one: date(2024, 1, 20), other: date(2024, 2, 16), held: date(2024, 10, 18), late: date(2024, 3, 5)}
    seen = {record: FirstSeen(datetime.combine(day, time(), UTC), record.source, "e") for record, day in days.items()}

    assert isinstance(decide({record: seen[record] for record in (one, other, held)}, [], LISTED).decisions[held], Held)
    check(engine, [{record: seen[record]} for record in (one, other, held, late)], [])

    with engine.connect() as connection:
        kept = every_record(connection)
    assert kept[held].decision == kept[other].decision != kept[late].decision
