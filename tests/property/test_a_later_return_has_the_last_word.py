"""Whatever order returns come in, and wherever a run is killed, what the latest return says is what stands."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import Origin
from send_integration.ingest.versions import Version, settle
from send_integration.timeline.fold import standing

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PERSON = {"local_id": "P1", "given_name": "Anna", "family_name": "Example", "date_of_birth": "2012-03-04"}
ASKERS = ("school", "parent", "young-person")


def draft(asker: str) -> Draft:
    data = {"person": PERSON, "request_id": "Q1", "by": asker}
    return Draft("urn:sen2", "sen2:Q1:received", "ehcp", "requested", date(2024, 7, 1), data, Origin("requests.csv", 2))


def returned_at(month: int) -> datetime:
    return datetime(2025, 1, 20, tzinfo=UTC) + timedelta(days=30 * month)


@given(
    said=st.lists(st.sampled_from(ASKERS), min_size=1, max_size=5),
    runs=st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=8),
)
def test_the_latest_return_stands_and_nothing_stands_twice(said: list[str], runs: list[tuple[int, bool]]) -> None:
    """`said` is what each month's return says; `runs` are months ingested before, some killed before sending."""
    known: dict[str, list[Version]] = defaultdict(list)
    topic: list[bytes] = []
    every_month_once = [(month, False) for month in range(len(said))]
    for month, killed in [*((month % len(said), killed) for month, killed in runs), *every_month_once]:
        settled = settle([draft(said[month])], returned_at(month), known)
        for version in settled.new:
            known[version.base_id].append(version)
        if not killed:
            topic += [event.value for event in settled.events]

    events = [parse(value, not_after=NOW) for value in topic]

    assert len(set(topic)) == len({event.id for event in events if isinstance(event, Event)})
    assert [event.text("by") for event in standing(event for event in events if isinstance(event, Event))] == [said[-1]]
