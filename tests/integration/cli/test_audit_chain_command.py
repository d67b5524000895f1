"""`audit verify`, `audit list` and `audit subject-access`, as people give them."""

import json
import re
import stat
import zipfile
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine, text

from send_integration.cli import audit, children
from send_integration.contracts.pseudonyms import WAREHOUSE
from send_integration.errors import BadInput, NotBalanced, SendError
from send_integration.settings import settings
from send_integration.steps import deciding
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer
from send_integration.steps.panel_acts import record_voice
from send_integration.steps.panel_drafts import VoiceDraft
from send_integration.steps.warehouse import Warehouse
from send_integration.store.held import NOT_GIVEN, TABLES, everything_of
from send_integration.store.pseudonym_keys import make_key, read_pseudonyms
from send_integration.store.sessions import Session, record
from tests.builders import sent
from tests.integration.cli.conftest import Run
from tests.integration.families import ANNA, MIRA, ZOFIA, audited, child_of, settle
from tests.integration.steps.pipe import Pipe
from tests.integration.store.test_audit_chain import forced
from tests.record_keys import KEYS

REASON = ("--restricted", "--why", "the court asked")
CHAIR = Session("chair", "panel-chair", "")


def refusal(result: Result) -> str:
    assert isinstance(result.exception, SendError), result.output
    return str(result.exception)


def verify(command: Run, *arguments: str) -> Result:
    return command(audit.app, "verify", *arguments)


def test_verify_says_the_head_and_finds_what_was_changed_behind_it(command: Run, run: Run, engine: Engine) -> None:
    for number in range(3):
        record(engine, CHAIR, "view-child", f"c{number}", allowed=True, why="")
    first = verify(command).stdout
    head = re.search(r"3:[0-9a-f]{64}", first)
    assert head is not None
    assert verify(command, "--head", head[0]).exit_code == 0

    with engine.begin() as connection:
        last = "(SELECT max(audit_id) FROM audit_link)"
        forced(connection, f"DELETE FROM audit WHERE id = {last}", f"DELETE FROM audit_link WHERE audit_id = {last}")

    assert verify(command).exit_code == 0, "by itself a chain does not tell that its end is cut off"
    cut = verify(command, "--head", head[0])
    assert isinstance(cut.exception, NotBalanced)
    assert NotBalanced.exit_code == 1
    assert "its end is cut off" in str(cut.exception)


@pytest.mark.parametrize("head", ["", "1", "1:xyz", "1:" + "g" * 64, "-1:" + "0" * 64, "1:" + "0" * 63])
def test_what_is_no_head_is_refused(command: Run, run: Run, head: str) -> None:
    assert isinstance(verify(command, "--head", head).exception, BadInput)


def test_the_list_tells_who_looked_at_a_child_and_that_it_was_read(run: Run, engine: Engine) -> None:
    anna, secret = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Mira", "Hidden")
    run(children.timeline, anna)
    record(engine, CHAIR, "view-child", secret, allowed=False, why="restricted")

    listed = run(audit.app, "list").stdout
    assert f"sam, command-line  view-child  {anna}: command line" in listed
    assert secret not in listed
    assert secret in run(audit.app, "list", *REASON).stdout
    assert "Nothing of that" not in run(audit.app, "list", "--child", anna).stdout
    assert "Nothing of that" in run(audit.app, "list", "--child", anna, "--actor", "nobody").stdout
    assert "Nothing of that" in run(audit.app, "list", "--to", "2020-01-01").stdout
    assert refusal(run(audit.app, "list", "--child", secret)) == refusal(run(audit.app, "list", "--child", "nhs:1"))
    assert ("sam", "read-audit", None, True) in audited(engine)
    assert ("sam", "read-audit", secret, False) in audited(engine)


def take(run: Run, out: Path, child: str, *more: str) -> dict[str, object]:
    done = run(audit.app, "subject-access", child, "--out", str(out), "--why", "her mother asked", *more)
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads((out / "subject-access.json").read_text())
    return found


def test_every_table_that_names_a_child_is_told_of_or_named_with_why(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT DISTINCT CASE table_schema WHEN 'public' THEN table_name ELSE table_schema || '.' || table_name END"
                " FROM information_schema.columns WHERE table_schema IN ('public', 'warehouse', 'reporting_intake') AND column_name IN"
                " ('child_id', 'child_key', 'children', 'held_between', 'flag_id')"
            )
        ).scalars()
        naming = set(rows)

    told = {name for part in TABLES.values() for name in part.tables}
    assert naming - told - set(NOT_GIVEN) == set()


def test_all_that_is_held_is_written_with_others_left_out_and_that_it_was_taken(
    run: Run, engine: Engine, pipe: Pipe, tmp_path: Path
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    note = "Zofia hit her; see <script>alert(1)</script>"
    worker = {"id": "w9", "name": "Wilma Worker", "role": "teacher", "team": "t", "email": "wilma@example.org"}
    pipe.send(
        "school",
        sent(
            "school.suspended",
            "2025-03-09",
            event_id="n",
            source="urn:send:schools",
            person=ANNA,
            note=note,
            worker=worker,
        ),
    )
    pipe.send(
        "people",
        sent(
            "people.related", "2025-03-10", event_id="r", source="urn:send:clinic", person=ZOFIA, kind="sibling",
            other={"source": "urn:send:schools", "local_id": ANNA["local_id"]},
        ),
    )  # fmt: skip
    pipe.send(
        "people",
        sent(
            "people.related", "2025-03-10", event_id="q", source="urn:send:schools", person=ANNA, kind="carer",
            other={"local_id": "CARER-7"},
        ),
    )  # fmt: skip
    settle(pipe)
    record(engine, CHAIR, "view-child", anna, allowed=True, why="panel-chair may view-child")

    copy = take(run, tmp_path / "out", anna)

    text_of = json.dumps(copy, ensure_ascii=False)
    held = copy["held"]
    assert isinstance(held, dict)
    assert {row["event_id"] for row in held["events"]} == {"a", "n", "q"}
    assert "[another person] hit her" in text_of
    for secret in ("Zofia", "CARER-7", "wilma@example.org", '"chair"', child_of(engine, "Zofia", "Kowalska")):
        assert secret not in text_of, secret
    for kept in ("Wilma Worker", "Kowalska", "panel-chair"):
        assert kept in text_of, kept
    assert [row["action"] for row in held["looks"]] == ["view-child", "subject-access"]
    assert held["looks"][0]["actor"] == "person 1, panel-chair"
    marked = {row["event_id"]: row["read_before_giving"] for row in held["events"]}
    assert marked["n"] == ["education-data", "free-text"]
    page = (tmp_path / "out" / "read-me-first.html").read_text()
    assert "<script>" not in page
    assert "Do not give this to anybody yet" in page.split("What is in it")[0]
    assert re.findall(r'(?:href|src)="(?!#)([^"]*)"', page) == ["style.css"]
    assert "http" not in page.replace("https://schemas", "")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()}
    assert (modes, stat.S_IMODE((tmp_path / "out").stat().st_mode)) == ({0o600}, 0o700)
    assert audited(engine)[-1] == ("sam", "subject-access", anna, True)
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_it_is_one_file_where_that_is_asked_and_nothing_is_written_over(
    run: Run, engine: Engine, tmp_path: Path
) -> None:
    anna, out = child_of(engine, "Anna", "Kowalska"), tmp_path / "anna.zip"

    done = run(audit.app, "subject-access", anna, "--out", str(out), "--why", "asked")
    again = run(audit.app, "subject-access", anna, "--out", str(out), "--why", "asked")

    assert done.exit_code == 0, done.output
    assert sorted(zipfile.ZipFile(out).namelist()) == ["read-me-first.html", "style.css", "subject-access.json"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "something already" in refusal(again)
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("name", ["anna", "anna.zip"])
def test_a_link_to_nothing_is_not_written_over_either(run: Run, engine: Engine, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    out.symlink_to(tmp_path / "nothing")

    done = run(audit.app, "subject-access", child_of(engine, "Anna", "Kowalska"), "--out", str(out), "--why", "asked")

    assert "something already" in refusal(done)
    assert list(tmp_path.iterdir()) == [out]


def test_a_restricted_child_is_exported_only_where_it_is_asked_for(run: Run, engine: Engine, tmp_path: Path) -> None:
    secret, out = child_of(engine, "Mira", "Hidden"), ("--out", str(tmp_path / "out"), "--why", "the court")

    refused = refusal(run(audit.app, "subject-access", secret, *out))

    assert refused == refusal(run(audit.app, "subject-access", "c000000000000000", *out))
    assert ("sam", "subject-access", secret, False) in audited(engine)
    assert not (tmp_path / "out").exists()
    assert run(audit.app, "subject-access", secret, *out, "--restricted").exit_code == 0


def test_who_looked_before_children_were_joined_or_parted_is_told_of_each(
    run: Run, engine: Engine, pipe: Pipe, tmp_path: Path
) -> None:
    anna, zofia = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Zofia", "Kowalska")
    record(engine, Session("early", "manager", ""), "view-child", zofia, allowed=True, why="before")
    manager = Session("manager", "manager", "")
    deciding.merge_children(engine, anna, zofia, Reviewer(manager, pipe.now, "one girl"))
    settle(pipe)
    joined = child_of(engine, "Anna", "Kowalska")
    record(engine, Session("amid", "manager", ""), "view-child", joined, allowed=True, why="amid")

    of_joined = take(run, tmp_path / "joined", joined)["held"]
    records = {row["given_name"]: row["id"] for row in of_joined["records"]}  # type: ignore[index]
    deciding.split_child(engine, joined, [records["Zofia"]], Reviewer(manager, pipe.now, "two girls after all"))
    settle(pipe)
    anna, zofia = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Zofia", "Kowalska")
    copies = {name: take(run, tmp_path / name, child)["held"] for name, child in (("anna", anna), ("zofia", zofia))}

    def looks(held: object, part: str) -> set[str]:
        return {row["why"] for row in held[part]}  # type: ignore[index]

    assert {"before", "amid"} <= looks(of_joined, "looks")
    for held in copies.values():
        assert "amid" in looks(held, "looks") | looks(held, "looks_when_joined")
    other = json.dumps(copies["zofia"], ensure_ascii=False)
    assert "Anna" not in other
    assert anna not in other


def test_who_asked_the_audit_for_a_restricted_child_gives_no_hint_of_her_to_who_may_not_know(
    run: Run, engine: Engine
) -> None:
    anna, secret = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Mira", "Hidden")
    for child in (anna, secret):
        done = run(audit.app, "list", "--child", child, "--restricted", "--why", "a safeguarding enquiry")
        assert done.exit_code == 0, done.output

    listed = run(audit.app, "list").output
    assert secret not in listed
    assert listed.count("of restricted children too; what was asked is not shown here") == 2, "alike for every child"
    assert "enquiry" not in listed
    assert secret in run(audit.app, "list", "--restricted", "--why", "a safeguarding enquiry").output


def test_the_copy_names_nobody_whose_looks_somebody_searched_for(run: Run, engine: Engine, tmp_path: Path) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    record(engine, Session("nosy", "manager", ""), "view-child", anna, allowed=True, why="manager may view-child")
    for asked in (("--actor", "nosy"), ("--actor", "nosy", "--from", "2025-01-01"), ("--actor", "no; sy, to them")):
        run(audit.app, "list", "--child", anna, *asked)

    copy = take(run, tmp_path / "out", anna)

    whys = [row["why"] for row in copy["held"]["looks"] if row["action"] == "read-audit"]  # type: ignore[index]
    assert whys == [
        f"child {anna}, actor person 1; command line",
        f"child {anna}, actor person 1, from 2025-01-01; command line",
        f"child {anna}, actor person 3; command line",
    ]
    assert "nosy" not in json.dumps(copy)


def test_what_was_said_of_joined_children_is_told_of_whose_it_is_once_they_are_parted(
    run: Run, engine: Engine, pipe: Pipe
) -> None:
    anna, zofia = child_of(engine, "Anna", "Kowalska"), child_of(engine, "Zofia", "Kowalska")
    manager = Session("manager", "manager", "")
    decision = deciding.merge_children(engine, anna, zofia, Reviewer(manager, pipe.now, "one girl"))
    settle(pipe)
    joined = child_of(engine, "Anna", "Kowalska")
    record_voice(engine, joined, CHAIR, VoiceDraft("child", "I like maths", "in person", pipe.today), pipe.now)
    pipe.relay()
    pipe.drain_gate(["panel"])
    pipe.drain_timeline()
    deciding.withdraw(engine, decision, Reviewer(manager, pipe.now, "two girls after all"))
    settle(pipe)

    told = {child: everything_of(engine, child).rows for child in (anna, zofia)}
    words = {child: [row["event_id"] for row in rows["panel"]] for child, rows in told.items()}
    own = {child: {row["event_id"] for row in rows["events"]} for child, rows in told.items()}
    assert sorted(map(len, words.values())) == [0, 1]
    assert all(set(words[child]) <= own[child] for child in own)


def test_rows_of_the_warehouse_are_found_by_its_key_alone(
    run: Run, engine: Engine, pipe: Pipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    monkeypatch.setenv("SEND_PSEUDONYM_KEYS", str(keys))
    pipe.warehouse = Warehouse(
        engine, load_rules(), read_pseudonyms(make_key(keys, WAREHOUSE).parent, WAREHOUSE), keys=KEYS
    )
    pipe.drain_warehouse()
    anna = child_of(engine, "Anna", "Kowalska")

    held = take(run, tmp_path / "out", anna)["held"]
    (keys / "warehouse.key").unlink()
    settings.cache_clear()
    without = run(audit.app, "subject-access", anna, "--out", str(tmp_path / "none"), "--why", "her mother asked")

    assert isinstance(held, dict)
    assert {row["table"] for row in held["reports"]} >= {"dim_child", "fact_event"}
    assert "pseudonyms new warehouse" in refusal(without)
    assert not (tmp_path / "none").exists()


def test_what_was_refused_under_a_number_that_a_source_gave_two_children_is_left_out(
    run: Run, engine: Engine, pipe: Pipe, tmp_path: Path
) -> None:
    otto = {**ANNA, "given_name": "Otto", "family_name": "Stranger", "date_of_birth": "2009-09-09", "nhs_number": None,
            "upn": None, "postcode": None}  # fmt: skip
    for event_id, person in (("own", ANNA), ("other", otto)):
        raw = sent("school.suspended", "2025-03-10", event_id=event_id, source="urn:send:schools", person=person)
        pipe.send("school", raw.replace(b'"reason"', b'"raeson"'))
    settle(pipe)
    before = take(run, tmp_path / "before", child_of(engine, "Anna", "Kowalska"))["held"]
    assert "own" in {row["event_id"] for row in before["refused"]}  # type: ignore[index]

    pipe.send("school", sent("school.suspended", "2025-03-11", event_id="o", source="urn:send:schools", person=otto))
    settle(pipe)
    copy = take(run, tmp_path / "after", child_of(engine, "Anna", "Kowalska"))

    refused = copy["held"]["refused"]  # type: ignore[index]
    assert [row["raw"] for row in refused] == [{"withheld": "now-another-childs"}] * 2
    assert "Otto" not in json.dumps(copy)
    assert "Stranger" not in json.dumps(copy)


def test_that_the_child_has_a_sister_who_must_not_be_found_is_not_in_the_copy_at_all(
    run: Run, engine: Engine, pipe: Pipe, tmp_path: Path
) -> None:
    anna, source = child_of(engine, "Anna", "Kowalska"), "urn:send:schools"
    for event_id, person, other in (("to", ANNA, MIRA), ("from", MIRA, ANNA), ("carer", ANNA, {"local_id": "CARER-7"})):
        related = {
            "kind": "half-sibling" if "given_name" in other else "carer",
            "other": {"local_id": other["local_id"]},
        }
        pipe.send(
            "people", sent("people.related", "2025-04-01", event_id=event_id, source=source, person=person, **related)
        )
    settle(pipe)

    copy = take(run, tmp_path / "out", anna)

    text_of = json.dumps(copy)
    assert "sibling" not in text_of
    assert [row["kind"] for row in copy["held"]["family"]] == ["carer"]  # type: ignore[index]
    assert {row["event_id"] for row in copy["held"]["events"]} & {"to", "from", "carer"} == {"carer"}  # type: ignore[index]
    assert "sibling" not in (tmp_path / "out" / "read-me-first.html").read_text()


def test_what_was_refused_of_the_childs_family_does_not_say_of_whom(
    run: Run, engine: Engine, pipe: Pipe, tmp_path: Path
) -> None:
    related = {"kind": "carer", "other": {"local_id": "CARER-7"}, "event_id": "r", "source": "urn:send:schools"}
    raw = sent("people.related", "2025-04-01", person=ANNA, **related)
    pipe.send("people", raw.replace(b'"carer"', b'"keeper"'))
    settle(pipe)

    copy = take(run, tmp_path / "out", child_of(engine, "Anna", "Kowalska"))

    assert [row["raw"] for row in copy["held"]["refused"]] == [{"withheld": "another-person"}]  # type: ignore[index]
    assert "CARER-7" not in json.dumps(copy)
