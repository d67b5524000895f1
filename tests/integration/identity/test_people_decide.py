"""What a person decides reaches every timeline, is undone without a trace, and is not asked again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from send_integration.errors import BadInput, Broken, NotReady
from send_integration.identity.model import default_model
from send_integration.quality.checks import RowChecks
from send_integration.steps import deciding
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer
from send_integration.steps.decision_history import past_decisions
from send_integration.steps.gate import Gate
from send_integration.steps.redeciding import redecide_everything
from send_integration.store.reviews import affected, records_of_child, waiting_pairs
from send_integration.store.sessions import Session
from send_integration.watch.window import unchecked
from tests.builders import ANNA_KOWALSKA as ANNA
from tests.builders import NOW, event, sent
from tests.integration.steps.pipe import Pipe, empty
from tests.record_keys import KEYS

RULES = load_rules()
TODAY = date(2025, 9, 1)
ZOFIA = {**ANNA, "given_name": "Zofia"}
REVIEWER = Reviewer(Session("steward-1", "data-steward", ""), NOW, "seen on two birth certificates")
SCHOOL_OF_ANNA = sent(
    "school.suspended", "2025-03-01", event_id="a", source="school", person={**ANNA, "postcode": "LU1 1AA"}
)
CLINIC_OF_ZOFIA = sent(
    "camhs.referred", "2025-03-02", event_id="b", source="clinic", person={**ZOFIA, "postcode": "LU1 1AA"}
)
LATER_OF_ZOFIA = sent(
    "camhs.crisis_presentation", "2025-03-20", event_id="c", source="clinic", person={**ZOFIA, "postcode": "LU1 1AA"}
)


def settle(pipe: Pipe) -> None:
    """Carry out what was decided, and everything that follows from it."""
    pipe.relay()
    pipe.drain_gate(["identity", "school", "camhs"])
    pipe.drain_timeline()


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    made = Pipe(engine, RULES, TODAY)
    made.send("school", SCHOOL_OF_ANNA)
    made.send("camhs", CLINIC_OF_ZOFIA)
    settle(made)
    return made


def open_flags(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT flag_id FROM flag WHERE status = 'open' ORDER BY 1")))


def test_twins_wait_for_a_person_with_their_weights_and_who_is_affected(pipe: Pipe) -> None:
    (pair,), total = waiting_pairs(pipe.engine, restricted=True, limit=10)

    assert total == 1
    assert "twins" in pair.why
    assert sum(share for _, _, share in pair.parts) == pytest.approx(pair.weight, abs=0.01)
    children = [child for child in (pair.one.child_id, pair.other.child_id) if child]
    assert [(child.records, child.events) for child in affected(pipe.engine, children)] == [(1, 1), (1, 1)]


def test_merge_then_later_events_then_withdrawal_is_never_having_merged(pipe: Pipe, engine: Engine) -> None:
    (pair,), _ = waiting_pairs(engine, restricted=True, limit=10)

    decision = deciding.join_records(engine, pair.one.number, pair.other.number, REVIEWER)
    settle(pipe)
    merged = pipe.answers()
    pipe.send("camhs", LATER_OF_ZOFIA)
    settle(pipe)
    deciding.withdraw(engine, decision, REVIEWER)
    settle(pipe)

    assert len(merged) == 1
    assert [len(answer["timeline"]) for answer in pipe.answers()] in ([1, 2], [2, 1])
    assert [past.withdrawn for past in past_decisions(engine, 25, restricted=True)] == [True]
    assert pipe.counts() == (5, 0, 0)

    said = pipe.answers(), open_flags(engine)
    empty(engine)
    fresh = Pipe(engine, RULES, TODAY)
    for feed, raw in (("school", SCHOOL_OF_ANNA), ("camhs", CLINIC_OF_ZOFIA), ("camhs", LATER_OF_ZOFIA)):
        fresh.send(feed, raw)
    settle(fresh)
    assert said == (fresh.answers(), open_flags(engine))


def test_told_apart_is_not_asked_again_by_another_model_either(pipe: Pipe, engine: Engine) -> None:
    (pair,), _ = waiting_pairs(engine, restricted=True, limit=10)

    deciding.tell_apart(engine, pair.one.number, pair.other.number, REVIEWER)
    settle(pipe)
    redecide_everything(engine, replace(default_model(), version="other"), keep=True)

    assert waiting_pairs(engine, restricted=True, limit=10) == ([], 0)
    assert len(pipe.answers()) == 2


@pytest.mark.parametrize("behind", [timedelta(0), timedelta(minutes=1)])
def test_of_decisions_the_last_word_stands_even_of_one_moment_or_by_a_clock_that_is_behind(
    pipe: Pipe, engine: Engine, behind: timedelta
) -> None:
    (pair,), _ = waiting_pairs(engine, restricted=True, limit=10)
    said = []
    for number, decide in enumerate([deciding.join_records, deciding.tell_apart] * 4):
        decide(engine, pair.one.number, pair.other.number, REVIEWER._replace(now=NOW - number * behind))
        settle(pipe)
        said.append(len(pipe.answers()))

    assert said == [1, 2] * 4
    assert [past.overruled is None for past in past_decisions(engine, 25, restricted=True)] == [True, False] * 4


def test_a_childs_records_are_split_by_a_person(pipe: Pipe, engine: Engine) -> None:
    pipe.send(
        "camhs",
        sent("camhs.referred", "2025-03-02", event_id="d", source="other", person={**ANNA, "postcode": "LU1 1AA"}),
    )
    settle(pipe)
    with engine.connect() as connection:
        child = connection.execute(
            text("SELECT child_id FROM person_record GROUP BY 1 HAVING count(*) = 2")
        ).scalar_one()
        records = records_of_child(connection, child)

    deciding.split_child(engine, child, [records[1].number], REVIEWER)
    settle(pipe)

    assert len(pipe.answers()) == 3
    with pytest.raises(BadInput):
        deciding.split_child(engine, child, [records[0].number], REVIEWER)


def test_a_merge_of_nobody_or_of_one_with_itself_is_refused_and_leaves_nothing(pipe: Pipe, engine: Engine) -> None:
    with engine.connect() as connection:
        child = connection.execute(text("SELECT min(child_id) FROM person_record")).scalar_one()

    with pytest.raises(BadInput):
        deciding.merge_children(engine, child, child, REVIEWER)
    with pytest.raises(BadInput):
        deciding.merge_children(engine, child, "c0", REVIEWER)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox WHERE topic LIKE 'send.raw.%'")).scalar_one() == 0


@pytest.mark.parametrize("why", ["both give 999 000 0018", "both give T821000000001", "one birth certificate"])
def test_what_the_gate_would_refuse_of_a_reason_is_refused_before_the_decision_is_taken(
    pipe: Pipe, engine: Engine, why: str
) -> None:
    """It would lie in quarantine, and the one who decided would take it for carried out."""
    (pair,), _ = waiting_pairs(engine, restricted=True, limit=10)
    refused = RowChecks("identity").checked([event("identity.decided", why=why)]).rejected != [()]

    try:
        deciding.tell_apart(engine, pair.one.number, pair.other.number, REVIEWER._replace(why=why))
    except BadInput:
        assert refused
    else:
        assert not refused


def test_a_gate_does_not_start_on_decisions_of_another_model(pipe: Pipe, engine: Engine) -> None:
    other = replace(default_model(), version="other")

    with pytest.raises(NotReady):
        Gate(engine, lambda _feed: unchecked, other, keys=KEYS)

    assert redecide_everything(engine, other, keep=True).moved == 0
    pipe.send("camhs", sent("camhs.referred", "2025-03-02", event_id="d", source="other", person=ANNA))
    with pytest.raises(Broken, match="decided anew by model other"):
        pipe.drain_gate(["camhs"])
    Gate(engine, lambda _feed: unchecked, other, keys=KEYS)


def test_records_that_were_kept_under_other_keys_are_found_once_all_is_decided_anew(pipe: Pipe, engine: Engine) -> None:
    with engine.begin() as connection:
        before = list(connection.execute(text("SELECT key, component FROM person_record_key ORDER BY 1, 2")))
        connection.execute(text("UPDATE person_record_key SET key = key + 1"))
        connection.execute(text("UPDATE person_record SET component = component + 1000"))  # as another model would
        connection.execute(text("UPDATE identity_model SET keys = keys - 1"))

    with pytest.raises(NotReady, match="keys"):
        Gate(engine, lambda _feed: unchecked, default_model(), keys=KEYS)

    redecide_everything(engine, default_model(), keep=True)
    Gate(engine, lambda _feed: unchecked, default_model(), keys=KEYS)
    assert pipe.ask("SELECT key, component FROM person_record_key ORDER BY 1, 2") == list(map(tuple, before))
