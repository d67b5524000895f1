"""What a source sends anew is reported from quarantine and from ingested files, and nothing of a person with it."""

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Engine

from send_integration.cli.ingest_sources import AsAt, Format, open_sources
from send_integration.identity.model import default_model
from send_integration.ingest.columns_of_file import HIDDEN, NoticedColumn, noticed_columns
from send_integration.ingest.mapping import read_mapping
from send_integration.steps.batch import RawMessage
from send_integration.steps.drift import proposals_of
from send_integration.steps.gate import Gate
from send_integration.store.drift import CsvColumn, keep_columns
from send_integration.watch.window import unchecked
from tests.builders import NOW, sent
from tests.record_keys import KEYS

MAPPING = """
type = "send.camhs.triaged.v1"
source = "urn:send:trust:camhs"
ignored = ["Ward"]
[columns]
"Ref" = "data.referral_id"
"Outcome" = { field = "data.outcome", codes = { A = "accepted", R = "redirected" } }
"When" = ["time", "recordedtime"]
"Patient" = "data.person.local_id"
"First" = "data.person.given_name"
"Last" = "data.person.family_name"
"Born" = "data.person.date_of_birth"
"""


def noticed(header: str, row: str = "1,A,2025-01-31,7,Anna,Example,2012-03-04,9990000018") -> tuple[NoticedColumn, ...]:
    """What is noticed of a file with one row."""
    return noticed_columns(BytesIO(f"{header}\n{row}\n".encode()), read_mapping(MAPPING, "m.toml"))


def test_a_column_that_no_mapping_names_is_noticed_with_its_shape_alone() -> None:
    assert noticed("Ref,Outcome,When,Patient,First,Last,Born,NHS No") == (
        NoticedColumn("NHS No", "new", ("text of 10: 9999999999",)),
    )


def test_an_ignored_column_is_not_noticed() -> None:
    assert noticed("Ref,Outcome,When,Patient,First,Last,Born,Ward") == ()


def test_a_column_with_a_new_title_is_known_by_its_codes() -> None:
    assert noticed("Ref,Result,When,Patient,First,Last,Born,Ward") == (
        NoticedColumn("Result", "new", ("text of 1: A",), "data.outcome"),
        NoticedColumn("Outcome", "missing"),
    )


def test_a_file_without_titles_gives_no_childs_row_for_them() -> None:
    found = noticed("1,A,2025-01-31,7,Anna,Example,2012-03-04,9990000018")

    assert {column.name for column in found if column.what == "new"} == {HIDDEN}


def test_the_warning_names_the_column_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING)
    (tmp_path / "a.csv").write_text(
        "Ref,Outcome,When,Patient,First,Last,Born,NHS No\n1,A,2025-01-31,7,A,B,2012-03-04,1\n"
    )

    (source,) = open_sources(tmp_path / "a.csv", Format.CSV, None, tmp_path / "m.toml", AsAt("821", None))

    assert source.warnings == ("a.csv: the column 'NHS No' is named by no mapping and not read",)


def test_quarantined_fields_and_noticed_columns_are_proposed(engine: Engine) -> None:
    gate = Gate(engine, lambda _feed: unchecked, default_model(), keys=KEYS)
    # What CloudEvents lets a source add around an event may hold what PostgreSQL's JSON cannot.
    odd = sent("camhs.triaged", event_id="odd").replace(b'{"specversion"', b'{"trace": "\\u0000", "specversion"')
    lines = [sent("camhs.triaged", event_id="good", redirected_to="salt"), odd]
    for number in range(5):
        body = json.loads(sent("camhs.triaged", event_id=f"e{number}"))
        body["data"]["sent_on_to"] = "salt"
        lines.append(json.dumps(body).encode())
    gate.admit("camhs", [RawMessage("send.raw.camhs", 0, n, b"", raw) for n, raw in enumerate(lines)], NOW)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    column = CsvColumn(
        "m.toml", "urn:send:trust", "Tel", "new", "send.camhs.triaged.v1", ("text of 1: 9",), "", 1, at, at
    )
    for _ in range(2):
        with engine.begin() as connection:
            keep_columns(connection, [column])

    found = proposals_of(engine, "camhs")

    assert [(one.what, one.name, one.events, one.likely_rename_of) for one in found] == [
        ("unknown field", "sent_on_to", 5, "redirected_to"),
        ("new column", "Tel", 2, ""),
    ]
    assert proposals_of(engine, "school") == []


@pytest.mark.parametrize("secret", ["Anna", "Example", "9990000018"])
def test_no_shape_of_a_column_holds_a_value(secret: str) -> None:
    assert secret not in str(noticed("Ref,Outcome,When,Patient,One,Two,Born,Three"))
