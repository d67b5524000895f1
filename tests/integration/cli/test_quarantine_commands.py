"""A steward's commands on quarantine: what they print, what they do, and that it is written down."""

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from send_integration.cli import children, quarantine
from send_integration.steps import stewarding
from send_integration.steps.stewarding import Steward
from send_integration.store.sessions import Session
from send_integration.store.stewards import Choice
from tests.builders import sent
from tests.integration.cli.conftest import Run
from tests.integration.cli.test_looking_and_deciding import refusal
from tests.integration.families import ANNA, MIRA, audited, child_of, settle, town
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe

WHY = ("--why", "the check was mended")
WRONG = {**ANNA, "nhs_number": "9990000019"}
RAW = sent("school.suspended", "2025-05-01", event_id="x1", source="urn:send:schools", person=WRONG)
OF_ANOTHER = sent("school.suspended", "2025-05-02", event_id="x2", source="urn:send:clinic", person=WRONG)


def town_with_some_refused(engine: Engine) -> Pipe:
    """A town, two items of two agencies, and bytes that name no source, whose sender is known."""
    made = town(engine)
    made.send("school", RAW, headers=(("origin", b'{"file": "march.csv", "line": 7}'),))
    made.send("school", OF_ANOTHER)
    made.send("school", b"\xffnobody", headers=(("origin", b'{"line": 9, "sender": "urn:send:schools"}'),))
    made.send("school", b"{nobody at all")
    settle(made)
    return made


@pytest.fixture
def fill() -> Fill:
    return town_with_some_refused


def item_of(engine: Engine, raw: bytes) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT id FROM quarantine WHERE raw = :raw"), {"raw": raw}).scalar_one())


def test_the_list_groups_by_agency_and_reason_with_trend_and_next_step(command: Run, pipe: Pipe) -> None:
    found = json.loads(command(quarantine.app, "list", "--json").stdout)

    numbers = {group["agency"]: group for group in found if group["code"] == "nhs-number-check-digit"}
    assert set(numbers) == {"urn:send:schools", "urn:send:clinic"}
    assert numbers["urn:send:clinic"]["items"] == 1
    assert numbers["urn:send:clinic"]["days"] == [0] * 13 + [1], "it came today, whatever day is rehearsed"
    assert numbers["urn:send:clinic"]["next"]["who"] == "the sender"
    assert len(json.loads(command(quarantine.app, "list", "--json", "--source", "urn:send:clinic").stdout)) == 1


def test_a_source_that_tries_to_style_the_terminal_is_shown_as_it_was_sent(command: Run, pipe: Pipe) -> None:
    pipe.send("school", sent("school.suspended", "2025-05-01", event_id="m", source="[/red]", person=WRONG))
    settle(pipe)

    assert "[/red]" in command(quarantine.app, "list").stdout


def test_the_list_can_be_read_and_copied_from_at_any_width(command: Run, pipe: Pipe) -> None:
    shown = command(quarantine.app, "list", "--source", "urn:send:clinic").stdout

    assert "1 item: nhs-number-check-digit of data.person.nhs_number\n  urn:send:clinic, feed school\n" in shown
    assert "For the sender: Correct the NHS number, or leave it out until it is known" in shown
    assert "Nothing waits" in command(quarantine.app, "list", "--source", "urn:send:nobody").stdout


def test_the_list_gives_the_numbers_by_which_items_are_shown_and_acted_on(
    command: Run, engine: Engine, pipe: Pipe
) -> None:
    chosen = ("--items", "--reason", "nhs-number-check-digit", "--source", "urn:send:schools")

    shown = command(quarantine.app, "list", *chosen).stdout

    assert shown.startswith(f"{item_of(engine, RAW)}  ")
    assert shown.rstrip().endswith('nhs-number-check-digit  {"file": "march.csv", "line": 7}')
    (told,) = json.loads(command(quarantine.app, "list", *chosen, "--json").stdout)
    assert told["id"] == int(item_of(engine, RAW))
    assert "These are the first 2" in command(quarantine.app, "list", "--items", "--limit", "2").stdout


def test_times_are_londons_whatever_the_database_thinks(run: Run, command: Run, engine: Engine) -> None:
    item = item_of(engine, RAW)
    with engine.begin() as connection:
        for table in ("quarantine SET quarantined_at", "quarantine_act SET at"):
            connection.execute(text(f"UPDATE {table} = '2025-06-30T23:30:00Z'"))

    assert run(quarantine.app, "show", item).stdout.count("2025-07-01 00:30") == 2
    assert "since 2025-07-01 00:30" in command(quarantine.app, "list").stdout


def test_one_fault_in_several_places_of_a_list_is_one_group(command: Run, engine: Engine, pipe: Pipe) -> None:
    for number, needs in enumerate((["NEW"], ["SLCN", "NEW"], ["NEW", "NEW"])):
        raw = sent("referrals.received", "2025-05-01", event_id=f"n{number}", source="urn:send:gp", need_types=needs)
        pipe.send("referrals", raw)
    pipe.drain_gate(["referrals"])

    (group,) = json.loads(command(quarantine.app, "list", "--json", "--feed", "referrals").stdout)

    assert (group["items"], group["code"], group["field"]) == (3, "unknown-code", "data.need_types")
    chosen = Choice("referrals", "urn:send:gp", "unknown-code", "data.need_types")
    assert (
        len(stewarding.discard(engine, chosen, Steward(Session("sam", "data-steward", ""), "a test file")).items) == 3
    )


@pytest.mark.parametrize("command_name", ["list", "replay", "discard", "export"])
def test_a_feed_that_there_is_not_is_said(run: Run, command: Run, command_name: str, tmp_path: Path) -> None:
    more = {"list": (), "export": ("--source", "s", "--out", str(tmp_path))}.get(command_name, WHY)
    by = command if command_name == "list" else run

    assert "There is no such feed" in refusal(by(quarantine.app, command_name, "--feed", "camsh", *more))


def test_a_trend_shows_a_bar_for_each_day_and_a_dot_for_none() -> None:
    assert quarantine.spark((0, 1, 4, 8)) == "·▁▄█"


def test_an_item_is_shown_with_where_its_fault_stands_and_its_bytes_to_the_last_one(run: Run, engine: Engine) -> None:
    item = item_of(engine, RAW)
    start = RAW.index(b'"9990000019"')

    shown = run(quarantine.app, "show", item)

    assert f"bytes {start} to {start + 11}: nhs_number" in shown.stdout
    assert "quarantined by gate (nhs-number-check-digit)" in shown.stdout
    assert RAW not in shown.stdout_bytes
    assert run(quarantine.app, "show", item, "--raw").stdout_bytes == RAW, "into a file they go untouched and alone"
    assert audited(engine)[-1] == ("sam", "show-quarantined", child_of(engine, "Anna", "Kowalska"), True)


def test_bytes_of_a_restricted_childs_local_id_need_a_reason(run: Run, engine: Engine, pipe: Pipe) -> None:
    raw = sent("school.suspended", "2025-05-03", event_id="x3", source="urn:send:schools",
               person={**MIRA, "restricted": None, "nhs_number": "9990000019"})  # fmt: skip
    pipe.send("school", raw)
    settle(pipe)
    item = item_of(engine, raw)

    assert "restricted" in refusal(run(quarantine.app, "show", item, "--raw"))
    assert raw in run(quarantine.app, "show", item, "--raw", "--restricted", *WHY).stdout_bytes


def test_replay_and_discard_say_how_many_and_are_written_down(run: Run, engine: Engine, pipe: Pipe) -> None:
    assert "1 item replayed" in run(quarantine.app, "replay", item_of(engine, RAW), *WHY).stdout
    told = run(quarantine.app, "replay", "--feed", "school", "--source", "urn:send:schools", *WHY).stdout
    assert "1 item replayed" in told
    assert "1 item left: being replayed already" in told
    settle(pipe)
    assert "refused-again by gate" in run(quarantine.app, "show", item_of(engine, RAW)).stdout

    assert "1 item discarded" in run(quarantine.app, "discard", item_of(engine, OF_ANOTHER), *WHY).stdout
    assert [row[1] for row in audited(engine)] == ["replay-quarantined"] * 2 + ["discard-quarantined"]


@pytest.mark.parametrize("arguments", [(), ("1", "--feed", "school")])
def test_what_to_act_on_is_said_in_one_way(run: Run, arguments: tuple[str, ...]) -> None:
    assert "Name items by their numbers" in refusal(run(quarantine.app, "replay", *arguments, *WHY))


def test_a_sender_gets_its_own_rejections_without_a_childs_data(run: Run, engine: Engine, tmp_path: Path) -> None:
    run(quarantine.app, "export", "--source", "urn:send:schools", "--out", str(tmp_path))

    (path,) = tmp_path.iterdir()
    assert path.name.startswith("rejected-urn-send-schools-")
    written = path.read_text()
    rows = list(csv.DictReader(written.splitlines()))
    assert [(row["file"], row["place"], row["event_id"], row["reason"]) for row in rows] == [
        ("march.csv", "line 7", "x1", "nhs-number-check-digit"),
        ("", "line 9", "", "not-utf-8"),
    ]
    assert not [word for word in ("Kowalska", "9990000019", "2014-05-06", "clinic", "x2") if word in written]
    assert audited(engine)[-1] == ("sam", "export-rejections", None, True)


def test_bytes_that_name_another_than_their_sender_are_in_nobodys_file(run: Run, pipe: Pipe, tmp_path: Path) -> None:
    raw = sent("school.suspended", "2025-05-04", event_id="forged", source="urn:send:clinic", person=WRONG)
    pipe.send("school", raw, headers=(("origin", b'{"line": 1, "sender": "urn:send:schools"}'),))
    settle(pipe)

    for source in ("schools", "clinic"):
        out = tmp_path / f"{source}.csv"
        run(quarantine.app, "export", "--source", f"urn:send:{source}", "--out", str(out))
        assert "forged" not in out.read_text()


def test_no_file_is_written_over_another_agencys_or_feeds(run: Run, pipe: Pipe, tmp_path: Path) -> None:
    for source in ("urn:send:schools", "urn:send-schools"):
        for feed in ((), ("--feed", "school")):
            run(quarantine.app, "export", "--source", source, "--out", str(tmp_path), *feed)

    assert len(list(tmp_path.iterdir())) == 4


def test_a_childs_timeline_says_what_awaits_checks(run: Run, engine: Engine) -> None:
    shown = run(children.timeline, child_of(engine, "Anna", "Kowalska")).stdout

    assert "Awaiting checks: 1 item from urn:send:schools, since " in shown
