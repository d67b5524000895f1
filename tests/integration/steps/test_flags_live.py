"""A flag's whole life in the database: raised once, handled, reopened, cleared; and a history that no edit can remove."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from send_integration.contracts import topics
from send_integration.errors import BadInput
from send_integration.identity.model import default_model
from send_integration.quality.checks import RowChecks
from send_integration.rules.model import RuleBook
from send_integration.steps.catalogue import load_rules
from send_integration.steps.gate import Gate
from send_integration.steps.handling import handle
from send_integration.steps.timeline import TimelineKeeper
from send_integration.store.flags import open_flags_of
from send_integration.store.rule_books import put_in_force
from send_integration.store.sessions import Session
from send_integration.when.london import london_midnight
from tests.builders import NOW, sent
from tests.integration.steps.pipe import Pipe, empty
from tests.record_keys import KEYS

RULES = load_rules()
TODAY = date(2025, 4, 10)
BY = Session("w7", "named-worker", "")
ASKED = sent("ehcp.requested", "2025-03-03", event_id="asked")
NOBODYS_NUMBER = {"local_id": "L9", "nhs_number": None, "postcode": None}


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    return Pipe(engine, RULES, TODAY)


def bring(pipe: Pipe, feed: str, *raw: bytes) -> None:
    for line in raw:
        pipe.send(feed, line)
    pipe.settle()


def the_flag(pipe: Pipe, rule: str = "ehc-decide-to-assess") -> dict[str, Any]:
    (child,) = {row[0] for row in pipe.ask("SELECT child_id FROM child")}
    (found,) = [flag for flag in open_flags_of(pipe.engine, child) if flag["rule"] == rule]
    return found


def history(pipe: Pipe, rule: str = "ehc-decide-to-assess") -> list[str]:
    return [
        row[0] for row in pipe.ask("SELECT change FROM flag_change WHERE content ->> 'rule' = :r ORDER BY id", r=rule)
    ]


def say(pipe: Pipe, what: str, why: str = "", *, on: date = TODAY) -> str:
    """A worker handles the flag on a day, and the stream takes it in."""
    event_id = handle(pipe.engine, the_flag(pipe)["flag_id"], BY, what, why, london_midnight(on))
    pipe.today = on
    pipe.settle()
    return event_id


def sweep(pipe: Pipe, on: date) -> None:
    pipe.today = on
    pipe.keeper.sweep(on, NOW, 100)
    pipe.settle()


@pytest.mark.parametrize(
    "edit", ["UPDATE flag_change SET change = 'cleared'", "DELETE FROM flag_change", "TRUNCATE flag_change", "DELETE FROM flag_change WHERE false"]
)  # fmt: skip
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_no_edit_removes_what_ever_became_of_a_flag(pipe: Pipe, edit: str, role: str) -> None:
    bring(pipe, "ehcp", ASKED)

    with pipe.engine.begin() as connection:
        connection.execute(text(f"SET LOCAL session_replication_role = {role}"))
        with pytest.raises(DBAPIError, match="is refused: it is a history"):
            connection.execute(text(edit))

    assert history(pipe) == ["raised"]


def test_an_acknowledged_flag_says_by_whom_and_since_when_and_is_told_once(pipe: Pipe) -> None:
    bring(pipe, "ehcp", ASKED)
    say(pipe, "acknowledged")
    say(pipe, "acknowledged")

    flag = the_flag(pipe)
    assert flag["handled"] == {"what": "acknowledged", "by": "w7", "on": "2025-04-10", "why": ""}
    assert history(pipe) == ["raised", "acknowledged"]
    told = [
        json.loads(pipe.clear(message))
        for place, held in pipe.topics.items()
        if place[0] == topics.FLAGS.name
        for message in held
    ]
    mine = [value for value in told if value["flag"]["flag_id"] == flag["flag_id"]]
    assert [value["change"] for value in mine] == ["raised", "acknowledged"]
    assert [value["flag"]["handled"] for value in mine] == [None, flag["handled"]]


def test_a_dismissed_flag_counts_no_more_and_asks_again_once_it_is_missed(pipe: Pipe) -> None:
    bring(pipe, "ehcp", ASKED)
    need = pipe.ask("SELECT need, open_flags FROM child")[0]
    say(pipe, "dismissed", "the family withdrew by telephone")

    assert the_flag(pipe)["handled"]["why"] == "the family withdrew by telephone"
    assert pipe.ask("SELECT need, open_flags FROM child")[0] == (need[0] - 5, need[1] - 1)

    sweep(pipe, date(2025, 4, 15))
    assert the_flag(pipe)["handled"] is None
    assert history(pipe) == ["raised", "dismissed", "reopened"]
    assert pipe.ask("SELECT need, open_flags FROM child")[0] == (60, 1)


@pytest.mark.parametrize(
    "person",
    [
        pytest.param({**NOBODYS_NUMBER}, id="no number by which to find them"),
        pytest.param({**NOBODYS_NUMBER, "restricted": "adoption"}, id="restricted, and never joined by a machine"),
    ],
)
def test_what_is_said_of_a_flag_reaches_its_child_whatever_is_known_of_the_child(
    pipe: Pipe, person: dict[str, Any]
) -> None:
    bring(pipe, "ehcp", sent("ehcp.requested", "2025-03-03", event_id="asked", person=person))
    say(pipe, "acknowledged")

    assert the_flag(pipe)["handled"]["by"] == "w7"
    assert pipe.ask("SELECT count(*) FROM person_record") == [(1,)]
    assert pipe.ask("SELECT action, allowed FROM audit") == [("acknowledge-flag", True)]


@pytest.mark.parametrize(("what", "why"), [("acknowledged", ""), ("dismissed", "decided by telephone")])
def test_what_is_said_passes_the_panels_own_suite_without_a_remark(pipe: Pipe, what: str, why: str) -> None:
    bring(pipe, "ehcp", ASKED)
    pipe.gates = [Gate(pipe.engine, lambda feed: RowChecks(feed).checked, default_model(), keys=KEYS)]
    say(pipe, what, why)

    assert the_flag(pipe)["handled"]["what"] == what
    assert pipe.ask("SELECT * FROM remark") == []


def test_a_flag_that_clears_and_is_raised_again_keeps_its_id(pipe: Pipe) -> None:
    bring(pipe, "ehcp", ASKED)
    flag_id = the_flag(pipe)["flag_id"]
    bring(pipe, "ehcp", sent("ehcp.decided_to_assess", "2025-04-09", event_id="decided"))
    assert history(pipe) == ["raised", "cleared"]
    with pytest.raises(BadInput, match="No such flag is open"):
        handle(pipe.engine, flag_id, BY, "acknowledged", "", london_midnight(TODAY))

    bring(pipe, "ehcp", sent("ehcp.decided_to_assess", "2025-04-09", event_id="back", retracts="decided"))
    assert the_flag(pipe)["flag_id"] == flag_id
    assert history(pipe) == ["raised", "cleared", "raised"]


def test_a_value_that_crosses_the_line_again_and_again_raises_one_flag_and_one_alert(pipe: Pipe) -> None:
    bring(pipe, "school", sent("school.sen_support_started", "2024-09-02"))
    for number in range(30):
        pipe.today = date(2024, 9, 2) + timedelta(number)
        bring(pipe, "school", sent("school.suspended", pipe.today.isoformat(), event_id=f"s{number}"))

    assert history(pipe, "exclusion-risk") == ["raised"] + ["updated"] * 28
    assert len(pipe.ask("SELECT 1 FROM alert WHERE content ->> 'rule' = 'exclusion-risk'")) == 1


@pytest.mark.parametrize(
    ("what", "why", "said"),
    [
        ("dismissed", " ", "says why"),
        ("dismissed", "see 999 000 0018", "holds a number of a child"),
        ("dismissed", "x" * 201, "data.why"),
    ],
)
def test_what_the_gate_would_refuse_is_refused_at_once(pipe: Pipe, what: str, why: str, said: str) -> None:
    bring(pipe, "ehcp", ASKED)

    with pytest.raises(BadInput, match=said):
        say(pipe, what, why)
    with pytest.raises(BadInput, match="No such flag is open"):
        handle(pipe.engine, "f0", BY, "acknowledged", "", london_midnight(TODAY))
    assert history(pipe) == ["raised"]
    assert pipe.ask("SELECT count(*) FROM outbox WHERE topic <> 'send.audit'") == [(0,)]


def test_the_same_history_brought_anew_ends_with_the_same_flags(pipe: Pipe) -> None:
    bring(pipe, "ehcp", ASKED)
    say(pipe, "acknowledged")
    say(pipe, "dismissed", "decided by telephone", on=TODAY + timedelta(1))
    contents = "SELECT flag_id, content FROM flag ORDER BY flag_id"
    kept, raw = pipe.ask(contents), [(place, message) for place, held in pipe.topics.items() for message in held]

    empty(pipe.engine)
    again = Pipe(pipe.engine, RULES, pipe.today)
    for place, message in reversed(raw):
        if place[0].startswith("send.raw."):
            again.send(place[0].removeprefix("send.raw."), message.value)
    again.settle()

    assert again.ask(contents) == kept
    assert history(again) == ["raised", "dismissed"]


def other_words(rules: RuleBook) -> RuleBook:
    """The rules in a new version that says and counts the same in other words."""
    return RuleBook(
        {rule.id: replace(rule, version="anew", why=f"{rule.why} Indeed.") for rule in rules.rules.values()}
    )


def test_children_are_judged_by_new_rules_after_those_whose_date_has_come(pipe: Pipe) -> None:
    for number in range(5):
        person = {"local_id": str(number), "given_name": f"N{number}", "nhs_number": None, "family_name": f"F{number}"}
        asked_on = {3: "2025-01-06", 4: "2025-03-03"}.get(number, "2025-03-24")
        pipe.send("ehcp", sent("ehcp.requested", asked_on, event_id=f"r{number}", person=person))
    pipe.settle()
    due_first = pipe.ask("SELECT child_id FROM child WHERE family_name = 'F4'")[0][0]
    keeper, today = TimelineKeeper(pipe.engine, other_words(RULES)), date(2025, 4, 15)
    changes_before = pipe.ask("SELECT count(*) FROM flag_change WHERE content ->> 'rule' = 'ehc-decide-to-assess'")

    def judged_anew() -> Sequence[tuple[Any, ...]]:
        return pipe.ask("SELECT child_id FROM child WHERE judged_by = :by", by=other_words(RULES).fingerprint())

    put_in_force(pipe.engine, RULES.fingerprint())
    assert keeper.sweep(TODAY, NOW, 2) == 0, "other rules are in force"
    keeper.put_rules_in_force()
    assert keeper.sweep(today, NOW, 1) == 1
    assert judged_anew() == [(due_first,)]
    assert [keeper.sweep(today, NOW, 3) for _ in range(3)] == [3, 1, 0]
    assert len(judged_anew()) == 5
    assert pipe.keeper.sweep(today, NOW, 10) == 0, "a worker that still has the old rules leaves them"

    words = pipe.ask(
        "SELECT content ->> 'version', content ->> 'reason' LIKE '%Indeed.' FROM flag WHERE status = 'open'"
    )
    assert sorted(words) == [("anew", True)] * 2
    told = pipe.ask(
        "SELECT change FROM flag_change WHERE content ->> 'rule' = 'ehc-decide-to-assess' OFFSET :n",
        n=changes_before[0][0],
    )
    assert [row[0] for row in told] == ["updated"], "of the one that is missed now; of the other only words changed"
    flag = open_flags_of(pipe.engine, due_first)[0]
    assert (flag["version"], flag["raised_by_version"]) == ("anew", RULES["ehc-decide-to-assess"].version)


def test_a_rule_that_is_turned_off_clears_its_flags_by_the_sweep(pipe: Pipe) -> None:
    bring(pipe, "ehcp", ASKED)
    without = RuleBook({rule_id: rule for rule_id, rule in RULES.rules.items() if rule_id != "ehc-decide-to-assess"})
    keeper = TimelineKeeper(pipe.engine, without)
    keeper.put_rules_in_force()

    assert keeper.sweep(TODAY, NOW, 10) == 1
    assert history(pipe) == ["raised", "cleared"]


def test_rules_are_put_in_force_once_by_however_many_workers_and_again_when_they_come_back(pipe: Pipe) -> None:
    for fingerprint in ("a", "a", "b", "b", "a"):
        put_in_force(pipe.engine, fingerprint)

    assert [row[0] for row in pipe.ask("SELECT fingerprint FROM rule_book ORDER BY id")] == ["a", "b", "a"]
