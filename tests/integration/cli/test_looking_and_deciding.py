"""At the command line a restricted child is not there, unless somebody says why; looks are written down, others told of."""

import pytest
from click.testing import Result
from sqlalchemy import Engine

from send_integration.cli import children, flags, identity
from send_integration.errors import BadInput
from tests.builders import sent
from tests.integration.cli.conftest import Run
from tests.integration.families import ANNA, MIRA, SECRET_NUMBER, audited, child_of, pair_of, settle
from tests.integration.steps.pipe import Pipe

REASON = ("--restricted", "--why", "the court asked")


def refusal(result: Result) -> str:
    assert isinstance(result.exception, BadInput)
    return str(result.exception)


@pytest.mark.parametrize("reference", ["child id", f"nhs:{SECRET_NUMBER}", "local:7"])
def test_a_restricted_timeline_is_refused_in_the_words_for_nobody(run: Run, engine: Engine, reference: str) -> None:
    secret = child_of(engine, "Mira", "Hidden")
    given = secret if reference == "child id" else reference
    nobody = refusal(run(children.timeline, "c000000000000000"))
    found = run(children.timeline, given)

    if reference.startswith("nhs:"):
        assert found.exit_code == 0, "the number is also her former file's, and finds that as if it were the only one"
        assert secret not in found.stdout
    else:
        assert refusal(found) == nobody
        assert audited(engine)[-1] == ("sam", "view-child", secret, False)


def test_with_a_reason_the_timeline_is_shown_and_written_down(run: Run, engine: Engine) -> None:
    secret = child_of(engine, "Mira", "Hidden")

    shown = run(children.timeline, "local:7", *REASON)

    assert shown.stdout.startswith(secret)
    assert audited(engine) == [("sam", "view-child", secret, True)]


def test_restricted_without_a_reason_is_refused(run: Run) -> None:
    assert "--why" in refusal(run(children.timeline, "local:7", "--restricted"))


def test_flags_of_a_restricted_child_are_listed_only_with_a_reason_and_written_down(run: Run, engine: Engine) -> None:
    secret = child_of(engine, "Mira", "Hidden")

    assert secret not in run(flags.app).stdout
    assert audited(engine) == []
    assert secret in run(flags.app, *REASON).stdout
    assert audited(engine) == [("sam", "list-children", secret, True)]


def test_the_queue_holds_a_restricted_pair_only_with_a_reason(run: Run, engine: Engine) -> None:
    hidden = run(identity.app, "review").stdout
    shown = run(identity.app, "review", *REASON).stdout

    assert "1 pair waits" in hidden
    assert "2 pairs wait" in shown
    assert "restricted" not in hidden
    assert audited(engine) == [("sam", "review-identity", None, True)]


def test_every_way_to_a_restricted_childs_records_is_closed_without_a_reason(run: Run, engine: Engine) -> None:
    secret, former, anna = (
        child_of(engine, *names) for names in (("Mira", "Hidden"), ("Mira", "Before"), ("Anna", "Kowalska"))
    )
    pair = next(word for word in run(identity.app, "review", *REASON).stdout.split() if _is_restricted_pair(run, word))
    nobody = refusal(run(identity.app, "split", "c000000000000000"))

    assert refusal(run(identity.app, "split", secret)) == nobody
    assert refusal(run(identity.app, "merge", anna, secret, "--why", "x")) == nobody
    assert refusal(run(identity.app, "review", pair)) == refusal(run(identity.app, "review", "9998-9999")).replace(
        "9998-9999", pair
    )
    for command in (("merge", pair), ("apart", pair)):
        assert "No such pair waits" in refusal(run(identity.app, *command, "--why", "x"))
    assert not [row for row in audited(engine) if row[2] == secret and row[3] and row[1] != "review-identity"]

    decision = run(identity.app, "merge", pair, *REASON).stdout.split()[1]
    assert decision not in run(identity.app, "decisions", "--json").stdout
    assert "There is no such decision" in refusal(run(identity.app, "withdraw", decision, "--why", "x"))
    assert decision in run(identity.app, "decisions", "--json", *REASON).stdout
    assert {row[2] for row in audited(engine) if row[1] == "identity-merge"} == {secret, former}


def test_what_a_further_command_asks_for_is_whole_in_a_narrow_terminal(run: Run, engine: Engine) -> None:
    decision = run(identity.app, "merge", pair_of(engine, "Anna"), "--why", "one letter").stdout.split()[1]

    listed = run(identity.app, "decisions").stdout

    assert f"{decision}  " in listed
    assert "  one letter\n" in listed


def _is_restricted_pair(run: Run, word: str) -> bool:
    return word[:1].isdigit() and "-" in word and run(identity.app, "review", word).exit_code != 0


def test_whoever_decides_after_another_is_told_at_the_command_line_too(run: Run, engine: Engine) -> None:
    pair = pair_of(engine, "Anna")
    run(identity.app, "merge", pair, "--why", "one letter")

    second = run(identity.app, "apart", pair, "--why", "two certificates").stdout

    assert "sam decided at" in second
    assert "that they are one child; your decision now stands instead." in second


def test_one_who_looks_at_records_is_written_down(run: Run, engine: Engine) -> None:
    anna = child_of(engine, "Anna", "Kowalska")

    assert "Kowalska" in run(identity.app, "split", anna).stdout
    assert audited(engine) == [("sam", "review-identity", anna, True)]


def test_a_restricted_child_is_in_a_family_only_with_a_reason(run: Run, engine: Engine, pipe: Pipe) -> None:
    anna, secret = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Mira", "Hidden")
    raw = sent("people.related", "2025-04-01", event_id="r", source="urn:send:schools", person=ANNA,
               kind="half-sibling", other={"local_id": MIRA["local_id"]})  # fmt: skip
    pipe.send("people", raw)
    settle(pipe)

    hidden = run(children.timeline, anna).stdout
    as_json = run(children.timeline, anna, "--json").stdout
    shown = run(children.timeline, anna, *REASON).stdout

    assert "Half-brother or half-sister" not in hidden
    assert "related" not in hidden
    assert "2025-04-01" not in hidden
    assert "related" not in as_json
    assert f"Half-brother or half-sister: {secret}" in shown
    assert audited(engine)[-1] == ("sam", "list-children", secret, True)


def test_a_child_of_whom_only_a_relation_is_known_has_a_timeline_without_any_entry(run: Run, pipe: Pipe) -> None:
    nobody_else = {"local_id": "90", "given_name": "Ines", "family_name": "Alone", "date_of_birth": "2009-10-11",
                   "nhs_number": None}  # fmt: skip
    about = {"source": "urn:send:schools", "person": nobody_else, "other": {"local_id": MIRA["local_id"]}}
    pipe.send("people", sent("people.related", "2019-04-01", event_id="only", **about))
    settle(pipe)

    found = run(children.timeline, "local:90")

    assert found.exit_code == 0
    (first,) = found.stdout.splitlines()
    assert first.endswith(", as evaluated on 2025-06-02")
