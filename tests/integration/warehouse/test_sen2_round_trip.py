"""A SEN2 return through ingest, gate and timeline, and out again: what differs stands in docs/sen2-return.md, and nothing else."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine
from typer.testing import CliRunner

from send_integration import clock
from send_integration.cli.export import app
from send_integration.contracts import topics
from send_integration.contracts.event import Event
from send_integration.contracts.registry import read
from send_integration.identity.model import default_model
from send_integration.quality.checks import RowChecks
from send_integration.settings import settings
from send_integration.simulate.authority import simulate_authority, write_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps.catalogue import load_rules
from send_integration.steps.gate import Gate
from send_integration.timeline.fold import standing
from send_integration.warehouse.sen2_cases import RELEVANT_FEEDS
from send_integration.warehouse.sen2_modules import COLUMNS
from send_integration.watch.window import unchecked
from tests.integration.steps.pipe import Pipe, empty
from tests.integration.warehouse import sen2_corners as corners
from tests.integration.warehouse.sen2_compare import Difference, Tree, differences
from tests.record_keys import KEYS

Export = Callable[..., Result]
DOCS = Path(__file__).parents[3] / "docs" / "sen2-return.md"
UNTIL = date(2025, 1, 16)
OFFICERS = ("--dmo", "1", "--dco", "0")


def _number(one: Difference) -> bool:
    return one.column.endswith(("tableid", "orderseqcolumn")) or one.column == "sourceid"


def _of(*names: str) -> Callable[[Difference], bool]:
    """Of these columns, written 'module.column'."""
    return lambda one: f"{one.module}.{one.column}" in names


DIFFERENCES: dict[str, Callable[[Difference], bool]] = {
    "numbering": _number,
    "header": lambda one: one.module == "sen2" and one.column in ("NativeId", "softwarecode", "release", "datetime"),
    "flags": lambda one: one.after == "0" and one.before in ("", "false"),
    "sex-codes": lambda one: _of("person.sex")(one) and (one.before, one.after) == ("2", "F"),
    "postcode-spacing": lambda one: _of("person.postcode")(one) and one.before == one.after.replace(" ", ""),
    "faulty-identity": lambda one: _of("person.upn")(one) and (one.before, one.after) == ("B123456789012", ""),
    "refused-decision": lambda one: (
        (_of("requests.requestoutcome", "requests.requestoutcomedate")(one) and one.after == "" and _is(one, "R-early"))
        or (_of("person.(row)")(one) and one.after == "there" and _is(one, "P-early"))
    ),
    "unnumbered-row": lambda one: (
        _of("requests.NativeId")(one) and one.before == "" and one.after == one.row["requeststableid"]
    ),
    "historical-without-plan": lambda one: (
        _of("requests.NativeId", "requests.receiveddate")(one) and _is(one, "R-history")
    ),
    "assessment-number": lambda one: (
        _of("assessment.NativeId")(one) and one.row["assessmentoutcome"] in ("W", "A") and one.row["week20"] != "1"
    ),
    "plan-without-start": lambda one: (
        _of("namedplan.(row)")(one) and one.after == "" and not one.row["startdate"]
    ),
    "unreadable-place": lambda one: _of("placementdetail.(row)")(one) and one.after == "" and one.row["urn"] == "12",
    "transfer-from-authority": lambda one: _of("activeplans.transferla")(one) and (one.before, one.after) == ("822", ""),
    "transfer-without-meeting": lambda one: (
        _of("activeplans.phasetransferduedate")(one) and one.after == "" and not one.row["reviewmeeting"]
    ),
    "need-numbers": lambda one: _of("senneed.NativeId")(one) and re.fullmatch(r".+-[0-9]+", one.after) is not None,
    "need-ranks": lambda one: _of("senneed.sentyperank")(one) and (one.before, one.after) == ("3", "2"),
}  # fmt: skip
"""Each entry of the table in the docs, and exactly which differences it is about."""


def _is(one: Difference, number: str) -> bool:
    return one.row["NativeId"] == number


@pytest.fixture
def export(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Export]:
    """The command, on this test's database."""
    monkeypatch.setenv("SEND_DATABASE", database)
    monkeypatch.setenv("SEND_KAFKA", "127.0.0.1:1")
    settings.cache_clear()
    why = ("--why", "the January return", "--by", "sam", *OFFICERS)
    yield lambda *arguments: CliRunner().invoke(app, ["sen2", *map(str, arguments), *why], catch_exceptions=False)
    settings.cache_clear()


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    return a_pipe(engine)


def a_pipe(engine: Engine) -> Pipe:
    """All steps, the gate with the expectations that ship for the feeds that a return fills."""
    made = Pipe(engine, load_rules(), date(2026, 2, 1), now=clock.now())
    real = {feed: RowChecks(feed).checked for feed in RELEVANT_FEEDS}
    made.gates = [Gate(engine, lambda feed: real.get(feed, unchecked), default_model(), keys=KEYS)]
    return made


def take_in(pipe: Pipe, folder: Path) -> None:
    """A return through ingest, the gate and the timeline."""
    pipe.take_return(folder)
    pipe.drain_timeline()


def compared(before: Path, after: Path) -> list[Difference]:
    """What differs between two returns' folders; the same columns in the same order are asked for."""
    one, other = Tree(before), Tree(after)
    assert other.headers == {module: list(columns) for module, columns in COLUMNS.items()}
    return list(differences(one, other))


def unexplained(found: list[Difference], used: set[str]) -> list[Difference]:
    """The differences of which no entry is; the names of entries that were needed are added to `used`."""
    left = []
    for one in found:
        names = [name for name, is_about in DIFFERENCES.items() if is_about(one)]
        used.update(names)
        if not names:
            left.append(one)
    return left


def test_returns_by_hand_of_two_years_come_back_but_for_what_the_docs_say(
    pipe: Pipe, export: Export, tmp_path: Path
) -> None:
    used: set[str] = set()
    made = corners.return_of_2024()
    first = corners.write(made, tmp_path / "first")
    second = corners.write(corners.return_of_2025(made), tmp_path / "second", "26-01-2026")

    take_in(pipe, first)
    export("--year", 2024, "--to", tmp_path / "first-again")
    assert unexplained(compared(first, tmp_path / "first-again"), used) == []

    take_in(pipe, second)
    export("--year", 2025, "--to", tmp_path / "second-again")
    assert unexplained(compared(second, tmp_path / "second-again"), used) == []

    # what was known when the first return was made is what it said, whatever the second corrected
    export("--year", 2024, "--to", tmp_path / "as-known", "--known-at", "2025-01-27T09:30:00Z")
    left = compared(tmp_path / "first-again", tmp_path / "as-known")
    assert [(one.module, one.column) for one in left] == [("sen2", "datetime")]

    [section] = re.findall(
        r"^## What does not come back as it was\n(.*?)^## ", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    table = re.findall(r"^\| `([a-z0-9-]+)` \|", section, re.MULTILINE)
    assert used == set(DIFFERENCES), "an entry that nothing differs by, is to go"
    assert sorted(table) == sorted(DIFFERENCES)


def test_a_return_written_from_a_return_written_is_the_same_byte_for_byte(
    pipe: Pipe, export: Export, tmp_path: Path
) -> None:
    """What is lost is lost on the first way alone."""
    take_in(pipe, corners.write(corners.return_of_2024(), tmp_path / "first"))
    export("--year", 2024, "--to", tmp_path / "once", "--known-at", "2025-01-27T09:30:00Z")
    export("--year", 2024, "--to", tmp_path / "once-more", "--known-at", "2025-01-27T09:30:00Z")
    empty(pipe.engine)
    fresh = a_pipe(pipe.engine)
    take_in(fresh, tmp_path / "once")
    export("--year", 2024, "--to", tmp_path / "twice")

    for file in sorted((tmp_path / "once").iterdir()):
        assert file.read_bytes() == (tmp_path / "once-more" / file.name).read_bytes()
    left = compared(tmp_path / "once", tmp_path / "twice")
    assert {f"{one.module}.{one.column}" for one in left if not _number(one)} <= {
        "sen2.datetime",
        # of whom only a plan's reviews are known, a request without a day comes out, from which no need can count
        "requests.NativeId",
        "senneed.(row)",
    }


def test_a_simulated_return_comes_back_equal(pipe: Pipe, export: Export, tmp_path: Path) -> None:
    made = simulate_authority(
        load_profile("luton-2024"), children=400, seed=7, until=UNTIL, dirt="none", statutory_dates=False
    )
    write_authority(made, tmp_path / "authority")
    take_in(pipe, tmp_path / "authority" / "sen2")

    export("--year", 2024, "--to", tmp_path / "again")

    found = compared(tmp_path / "authority" / "sen2", tmp_path / "again")
    left = [one for one in unexplained(found, set()) if not _of("sen2.dmo", "sen2.dco")(one)]
    assert left == []
    assert len(Tree(tmp_path / "again").under["person", "1"]) > 250


def test_events_of_other_feeds_come_back_as_the_same_facts(pipe: Pipe, export: Export, tmp_path: Path) -> None:
    made = simulate_authority(
        load_profile("luton-2024"), children=300, seed=11, until=UNTIL, dirt="none", statutory_dates=True
    )
    write_authority(made, tmp_path / "authority")
    for feed in topics.FEEDS:
        for line in (tmp_path / "authority" / f"{feed}.jsonl").read_bytes().splitlines():
            pipe.send(feed, line)
    pipe.drain_gate(topics.FEEDS)
    pipe.drain_timeline()
    told = facts(pipe)
    export("--year", 2024, "--to", tmp_path / "out")
    in_return = {
        row["NativeId"] for rows in Tree(tmp_path / "out").under.values() for row in rows if "receiveddate" in row
    }
    belongs = {
        request.request_id for request in made.cases if request.requested_on.year == 2024 or request.finalised_on
    }
    assert in_return == belongs

    empty(pipe.engine)
    fresh = a_pipe(pipe.engine)
    take_in(fresh, tmp_path / "out")

    again = facts(fresh)
    assert {fact for fact in told if fact[1] in in_return} == again
    assert len(again) > 600


def facts(pipe: Pipe) -> set[tuple[str, ...]]:
    """What stands of requests, decisions, exceptions, plans and each plan's latest review, without whose source said it."""
    found: set[tuple[str, ...]] = set()
    plan_request: dict[str, str] = {}
    reviews: dict[str, tuple[str, ...]] = {}
    events = [read(bytes(row[0])) for row in pipe.ask("SELECT body FROM event")]
    for event in standing(event for event in events if event.feed == "ehcp"):
        request, plan = event.text("request_id"), event.text("plan_id")
        match event.what:
            case "ehcp.requested":
                found.add((event.what, request, str(event.on), event.text("by").replace("young-person", "parent")))
            case "ehcp.decided_to_assess" | "ehcp.decided_to_issue":
                found.add((event.what, request, str(event.on), event.text("decision")))
            case "ehcp.exception_applied":
                found.add((event.what, request))
            case "ehcp.finalised":
                plan_request[plan] = request
                found.add((event.what, request, plan, str(event.on), _kind_of_place(event)))
            case "ehcp.review_meeting_held":  # stays where no decision follows, for the return has room for one review
                reviews[plan] = (event.what, plan_request[plan], str(event.on))
            case "ehcp.review_decided":
                reviews[plan] = (event.what, plan_request[plan], str(event.on), event.text("decision"))
    return found | set(reviews.values())


def _kind_of_place(event: Event) -> str:
    """What the return can say of a plan that names no place by its number: a setting for just that, and none for its kind."""
    kind = event.text("placement_type")
    return kind if event.text("placement_urn") or kind == "eotas" else "alternative"
