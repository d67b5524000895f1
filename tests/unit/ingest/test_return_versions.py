"""What a second return says of the same facts."""

import json
from collections import defaultdict
from datetime import UTC, date, datetime

from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import Origin, RawEvent
from send_integration.ingest.versions import Settled, Version, settle

JANUARY = datetime(2025, 1, 16, 10, tzinfo=UTC)
FEBRUARY = datetime(2025, 2, 16, 10, tzinfo=UTC)
MARCH = datetime(2025, 3, 16, 10, tzinfo=UTC)


def fact(by: str = "school", base_id: str = "sen2:821:requests:7:received") -> Draft:
    data = {"person": {"local_id": "P1"}, "by": by}
    return Draft("urn:sen2", base_id, "ehcp", "requested", date(2024, 7, 1), data, Origin("requests.csv", 2))


class Register:
    """What was remembered, as the database remembers it."""

    def __init__(self) -> None:
        self.known: dict[str, list[Version]] = defaultdict(list)

    def settle(self, draft: Draft, returned_at: datetime) -> Settled:
        settled = settle([draft], returned_at, self.known)
        for version in settled.new:
            self.known[version.base_id].append(version)
        return settled


def body(event: RawEvent) -> dict[str, object]:
    parsed: dict[str, object] = json.loads(event.value)
    return parsed


def corrected_by(event: RawEvent) -> tuple[object, object]:
    parsed = json.loads(event.value)
    return parsed["id"], parsed["data"].get("corrects")


def test_the_first_return_gives_the_fact_its_plain_id() -> None:
    settled = Register().settle(fact(), JANUARY)

    [event] = settled.events
    assert corrected_by(event) == ("sen2:821:requests:7:received", None)
    assert body(event)["time"] == "2024-06-30T23:00:00.000000Z"  # midnight in London's summer
    assert body(event)["recordedtime"] == "2025-01-16T10:00:00.000000Z"
    assert event.key == b"local:P1"


def test_an_unchanged_row_of_a_later_return_is_the_same_bytes() -> None:
    register = Register()
    first = register.settle(fact(), JANUARY)

    second = register.settle(fact(), FEBRUARY)

    assert [event.value for event in second.events] == [event.value for event in first.events]
    assert (second.unchanged, second.corrected, second.new) == (1, 0, ())


def test_a_changed_row_corrects_the_first_under_an_id_of_its_own() -> None:
    register = Register()
    register.settle(fact("school"), JANUARY)

    [event] = register.settle(fact("parent"), FEBRUARY).events

    new_id, corrects = corrected_by(event)
    assert new_id != "sen2:821:requests:7:received"
    assert corrects == "sen2:821:requests:7:received"
    assert body(event)["recordedtime"] == "2025-02-16T10:00:00.000000Z"


def test_a_row_that_changes_back_corrects_again() -> None:
    register = Register()
    register.settle(fact("school"), JANUARY)
    register.settle(fact("parent"), FEBRUARY)

    settled = register.settle(fact("school"), MARCH)

    assert settled.corrected == 1
    assert corrected_by(settled.events[0])[1] == "sen2:821:requests:7:received"
    assert len({version.event_id for version in register.known["sen2:821:requests:7:received"]}) == 3


def test_an_older_return_read_again_says_what_it_said() -> None:
    register = Register()
    first = register.settle(fact("school"), JANUARY)
    register.settle(fact("parent"), FEBRUARY)

    again = register.settle(fact("school"), JANUARY)

    assert [event.value for event in again.events] == [event.value for event in first.events]
    assert again.new == ()


def test_an_older_return_that_comes_late_does_not_overrule_a_newer_one() -> None:
    register = Register()
    register.settle(fact("parent"), FEBRUARY)

    late = register.settle(fact("school"), JANUARY)

    assert (late.events, late.new, late.overtaken) == ((), (), 1)


def test_a_fact_that_lies_after_the_return_was_recorded_when_it_happened() -> None:
    later = Draft("urn:sen2", "x", "ehcp", "ceased", date(2025, 8, 31), {"person": {"local_id": "P1"}}, Origin("f", 2))

    [event] = settle([later], JANUARY, {}).events

    assert body(event)["recordedtime"] == body(event)["time"] == "2025-08-30T23:00:00.000000Z"
