"""CSV by a mapping: cells become fields, and a wrong mapping is refused with its line and column."""

import io
import json
from datetime import UTC, datetime

import pytest

from send_integration.contracts.event import Event, Rejected
from send_integration.contracts.registry import parse
from send_integration.errors import BadInput
from send_integration.ingest.csv_rows import encoding_of, read_rows
from send_integration.ingest.mapping import read_mapping
from send_integration.ingest.raw_event import RawEvent

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MAPPING = """\
type = "send.camhs.appointment.v1"
source = "urn:send:trust:camhs"
id = ["Episode", "No"]

[columns]
"Client" = "data.person.local_id"
"First" = "data.person.given_name"
"Last" = "data.person.family_name"
"DOB" = { field = "data.person.date_of_birth", date = "%d/%m/%Y" }
"Episode" = "data.referral_id"
"When" = { field = ["time", "recordedtime"], date = "%d/%m/%Y %H:%M" }
"Seen" = { field = "data.attended", codes = { Y = "attended", DNA = "did-not-attend" } }
"No" = "data.number"
"""
HEADER = "Client,First,Last,DOB,Episode,When,Seen,No,Unused\n"
ROW = "7,Zoë,Example,04/03/2012,E1,01/07/2024 14:30,DNA,2,x\n"


def rows(content: bytes | str, mapping: str = MAPPING) -> list[RawEvent]:
    sent = content if isinstance(content, bytes) else content.encode()
    found = list(read_rows(io.BytesIO(sent), "camhs.csv", read_mapping(mapping, "camhs.toml")))
    assert all(isinstance(one, RawEvent) for one in found)
    return [one for one in found if isinstance(one, RawEvent)]


def parsed(event: RawEvent) -> Event | Rejected:
    return parse(event.value, not_after=NOW, feed=event.feed)


def test_a_row_becomes_an_event_of_the_mappings_type() -> None:
    [row] = rows(HEADER + ROW)

    event = parsed(row)

    assert isinstance(event, Event)
    assert event.what == "camhs.appointment"
    assert event.data == {"referral_id": "E1", "attended": "did-not-attend", "number": 2}
    assert event.time == datetime(2024, 7, 1, 13, 30, tzinfo=UTC)  # 14:30 in London's summer
    assert event.person is not None
    assert (event.person.given_name, event.person.date_of_birth.isoformat()) == ("Zoë", "2012-03-04")
    assert row.key == b"local:7"
    assert row.origin == ("camhs.csv", 2, "line")


def test_a_date_without_a_time_is_midnight_in_london() -> None:
    mapping = MAPPING.replace("%d/%m/%Y %H:%M", "%d/%m/%Y")

    [row] = rows(HEADER + ROW.replace("01/07/2024 14:30", "01/07/2024"), mapping)

    event = parsed(row)
    assert isinstance(event, Event)
    assert event.on.isoformat() == "2024-07-01"
    assert event.time == datetime(2024, 6, 30, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("04/03/2012", "4 March", "data.person.date_of_birth", "invalid-date"),
        ("DNA", "perhaps", "data.attended", "unknown-code"),
        (",2,x", ",two,x", "data.number", "wrong-type"),
        ("01/07/2024 14:30", "32/07/2024", "time", "invalid-date"),
        ("Example", "", "data.person.family_name", "missing-field"),
        (",2,x", "," + "9" * 5000 + ",x", "data.number", "wrong-type"),
    ],
)
def test_a_cell_that_does_not_convert_goes_out_for_the_contract_to_refuse(
    old: str, new: str, field: str, code: str
) -> None:
    [row] = rows(HEADER + ROW.replace(old, new))

    verdict = parsed(row)

    assert isinstance(verdict, Rejected)
    assert (code, field) in [(reason.code, reason.field) for reason in verdict.reasons]


def test_the_same_key_gives_the_same_id_and_another_key_another() -> None:
    one, again, other = rows(HEADER + ROW + ROW.replace("DNA", "Y") + ROW.replace(",2,x", ",3,x"))

    ids = [json.loads(row.value)["id"] for row in (one, again, other)]
    assert ids[0] == ids[1] != ids[2]
    assert "E1" not in ids[0]


def test_without_key_columns_the_whole_row_is_the_key() -> None:
    mapping = MAPPING.replace('id = ["Episode", "No"]\n', "")

    one, repeat, other = rows(HEADER + ROW + ROW + ROW.replace(",x", ",y"), mapping)

    ids = [json.loads(row.value)["id"] for row in (one, repeat, other)]
    assert ids[0] == ids[1] != ids[2]


def test_a_row_of_another_width_goes_out_as_it_is_with_a_reason() -> None:
    short, long = rows(HEADER + "7,Zoë\n" + "\n" + ROW.replace(",x", ",x,extra"))

    assert [fault.code for fault in short.faults + long.faults] == ["row-width", "row-width"]
    assert json.loads(short.value) == {"Client": "7", "First": "Zoë"}
    assert json.loads(long.value)["(column 10)"] == "extra"
    assert (short.origin.place, long.origin.place) == (2, 4)
    assert json.loads(dict(short.headers)["origin"])["sender"] == "urn:send:trust:camhs", (
        "the row cannot say whose it is"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_encoding_is_found_where_it_is_not_declared(encoding: str) -> None:
    [row] = rows((HEADER + ROW).encode(encoding))

    assert json.loads(row.value)["data"]["person"]["given_name"] == "Zoë"


def test_a_declared_encoding_that_is_wrong_ends_the_reading_at_its_line() -> None:
    mapping = 'encoding = "utf-8"\n' + MAPPING

    with pytest.raises(BadInput, match="cannot be read further"):
        rows((HEADER + ROW).encode("cp1252"), mapping)


def test_a_character_cut_at_the_end_is_not_utf_8() -> None:
    assert encoding_of(io.BytesIO("Zoë".encode()[:-1]), "") == "cp1252"


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ('"data.referral_id"', '"data.referal_id"', "camhs.toml line 10", "'data.referal_id' is no field"),
        ('DNA = "did-not-attend"', 'DNA = "missed"', "camhs.toml line 12", "'missed' is no value"),
        ("%d/%m/%Y %H:%M", "%d/%m", "camhs.toml line 11", "is no date format"),
        ('"Episode" = "data.referral_id"', '"Episode" = { field = "data.referral_id", date = "%d/%m/%Y" }',
         "camhs.toml line 10", "only a day or a moment"),
        ("send.camhs.appointment.v1", "send.camhs.seen.v1", "camhs.toml line 1", "no event type"),
        ('"No" = "data.number"\n', "", "camhs.toml line 5", "no column fills data.number"),
        ('"data.referral_id"', '["data.referral_id", "data.person.local_id"]', "camhs.toml", "filled twice"),
        ('"No" = "data.number"', '"No" = { field = "data.number", dat = "x" }', "camhs.toml", "may have"),
        ("source", "sauce", "camhs.toml line 2", "no key of a mapping"),
        ("[columns]", "[columns", "camhs.toml", "no TOML"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused_with_its_place(old: str, new: str, where: str, what: str) -> None:
    assert old in MAPPING

    with pytest.raises(BadInput) as refused:
        read_mapping(MAPPING.replace(old, new), "camhs.toml")

    assert str(refused.value).startswith(where)
    assert what in str(refused.value)


def test_a_column_that_the_file_lacks_or_has_twice_is_refused_before_any_row() -> None:
    for header, what in (
        ("Client,First,Last,DOB,When,Seen,No\n", "'Episode' is not"),
        (HEADER[:-1] + ",No\n", "'No' is twice"),
    ):
        with pytest.raises(BadInput, match=what) as refused:
            rows(header + ROW)

        assert str(refused.value).startswith("camhs.toml line")


def test_a_list_is_split_and_a_constant_is_filled_in() -> None:
    mapping = """\
type = "send.school.sen_support_started.v1"
source = "urn:send:school"
delimiter = ";"
[columns]
"Needs" = { field = "data.need_types", separator = "/", codes = { autism = "ASD" } }
"Id" = "data.person.local_id"
"Born" = "data.person.date_of_birth"
"Day" = { field = ["time", "recordedtime"], date = "%Y%m%d" }
[constants]
"data.person.given_name" = "Not given"
"data.person.family_name" = "Not given"
"""

    [row] = rows("Needs;Id;Born;Day\nautism / SLCN;1;2012-03-04;20240901\n", mapping)

    event = parsed(row)
    assert isinstance(event, Event)
    assert event.data == {"need_types": ["ASD", "SLCN"]}


def test_a_moment_outside_the_calendar_goes_out_as_it_was_sent() -> None:
    mapping = MAPPING.replace(', date = "%d/%m/%Y %H:%M"', "")

    [row] = rows(HEADER + ROW.replace("01/07/2024 14:30", "0001-01-01T00:00:00+23:00"), mapping)

    assert json.loads(row.value)["time"] == "0001-01-01T00:00:00+23:00"
    assert isinstance(parsed(row), Rejected)
