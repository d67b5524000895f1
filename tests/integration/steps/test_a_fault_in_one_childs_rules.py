"""A fault of ours in one child's rules: that child stands as before, all others are judged, and nothing is lost."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from send_integration.rules import engine as rules_engine
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule, RuleBook
from send_integration.rules.shapes.obligation import Obligation
from send_integration.steps.catalogue import load_rules
from send_integration.steps.timeline import TimelineKeeper
from send_integration.steps.unjudged_news import tell_of_unjudged
from tests.builders import NOW, sent
from tests.integration.steps.pipe import Pipe, empty

RULES = load_rules()
TODAY = date(2025, 4, 10)
TOMORROW = TODAY + timedelta(1)
HERS = {"local_id": "L1", "nhs_number": "9990000018", "given_name": "Anna"}
HIS = {"local_id": "L2", "nhs_number": "9990000026", "given_name": "Ben", "date_of_birth": "2012-02-03"}
BREAKING = "breaks"


@pytest.fixture(autouse=True)
def empty_database(engine: Engine) -> None:
    empty(engine)


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    return Pipe(engine, RULES, TODAY)


@pytest.fixture
def broken_rule(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A shape of rule that fails on whoever has a certain event, quoting what must not be told."""
    sound = rules_engine.SHAPES["answer-within"]

    def breaks(rule: Rule, facts: Facts) -> Iterator[Obligation]:
        if any(event.id == BREAKING for event in facts.timeline.events):
            raise ZeroDivisionError("Anna, 9990000018")
        yield from sound(rule, facts)

    monkeypatch.setitem(rules_engine.SHAPES, "answer-within", breaks)
    return monkeypatch


def bring(pipe: Pipe, feed: str, *raw: bytes) -> None:
    for line in raw:
        pipe.send(feed, line)
    settle(pipe)


def settle(pipe: Pipe) -> None:
    """All but the reports, which stop at such a fault."""
    pipe.relay()
    pipe.drain_gate(("ehcp",))
    pipe.drain_timeline()
    pipe.drain_alerts()


def asked(person: dict[str, str], event_id: str, on: str = "2025-03-03") -> bytes:
    return sent("ehcp.requested", on, person=person, event_id=event_id, request_id=f"R-{event_id}")


def entries(pipe: Pipe) -> dict[str, list[str]]:
    rows = pipe.ask("SELECT given_name, answer FROM child")
    return {name: [entry["event_id"] for entry in answer["timeline"]] for name, answer in rows}


def flags(pipe: Pipe) -> list[tuple[str, str]]:
    return sorted(pipe.ask("SELECT content ->> 'rule', status FROM flag"))


def test_the_child_stands_as_before_and_all_others_are_judged(
    pipe: Pipe, broken_rule: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bring(pipe, "ehcp", asked(HERS, "first"))
    before = flags(pipe)

    bring(pipe, "ehcp", asked(HERS, BREAKING, "2025-03-20"), asked(HIS, "his"))

    assert entries(pipe) == {"Anna": ["first"], "Ben": ["his"]}
    assert set(before) <= set(flags(pipe))
    ((fault,),) = pipe.ask("SELECT fault FROM unjudged")
    assert fault.startswith("ZeroDivisionError in breaks, ")
    assert "could not be judged" in caplog.text
    assert "Anna" not in fault + caplog.text
    assert "9990000018" not in fault + caplog.text


def test_when_it_is_mended_the_answer_is_what_it_would_have_been(pipe: Pipe, broken_rule: pytest.MonkeyPatch) -> None:
    bring(pipe, "ehcp", asked(HERS, "first"), asked(HERS, BREAKING, "2025-03-20"))
    assert entries(pipe) == {}
    assert pipe.keeper.sweep(TODAY, NOW, 100) == 0  # not over and over on one day
    broken_rule.undo()

    pipe.today = TOMORROW
    assert pipe.keeper.sweep(TOMORROW, NOW, 100) == 1
    settle(pipe)

    assert pipe.ask("SELECT * FROM unjudged") == []
    mended = pipe.answers(), flags(pipe)
    empty(pipe.engine)
    never_broken = Pipe(pipe.engine, RULES, TOMORROW)
    bring(never_broken, "ehcp", asked(HERS, "first"), asked(HERS, BREAKING, "2025-03-20"))
    assert mended == (never_broken.answers(), flags(never_broken))


def test_it_is_tried_again_at_once_with_other_rules(pipe: Pipe, broken_rule: pytest.MonkeyPatch) -> None:
    bring(pipe, "ehcp", asked(HERS, BREAKING))
    broken_rule.undo()

    other = TimelineKeeper(
        pipe.engine, RuleBook({name: rule for name, rule in RULES.rules.items() if name != "ehc-decide-to-assess"})
    )
    other.put_rules_in_force()

    assert other.sweep(TODAY, NOW, 100) == 1
    assert entries(pipe) == {"Anna": [BREAKING]}


def test_nobody_sees_what_was_taken_from_a_child_who_cannot_be_judged(
    pipe: Pipe, broken_rule: pytest.MonkeyPatch
) -> None:
    bring(pipe, "ehcp", asked(HERS, "first"))
    bring(pipe, "ehcp", asked(HERS, BREAKING, "2025-03-20"))
    assert entries(pipe) == {"Anna": ["first"]}

    earlier = sent(
        "ehcp.requested", "2025-03-03", recorded="2025-03-02T10:00:00Z", person=HIS, event_id="first",
        request_id="R-first",
    )  # fmt: skip
    bring(pipe, "ehcp", earlier)

    assert "Anna" not in entries(pipe)


def test_the_stewards_have_one_letter_a_day(pipe: Pipe, broken_rule: pytest.MonkeyPatch) -> None:
    bring(pipe, "ehcp", asked(HERS, BREAKING))
    mailboxes = {"data-stewards": "stewards@example.org"}

    told = [tell_of_unjudged(pipe.engine, mailboxes, "", day, NOW) for day in (TODAY, TODAY, TOMORROW)]

    assert told == [1, 0, 1]
    letters = pipe.ask("SELECT address, content FROM delivery")
    assert {address for address, _ in letters} == {"stewards@example.org"}
    assert all("Anna" not in str(content) and "ZeroDivisionError" in str(content) for _, content in letters)
