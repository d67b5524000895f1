"""What a batch adds to the counts of its feed: of its new messages only, so that a message read again counts once."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from send_integration.contracts.event import Event
from send_integration.identity.decide import Held
from send_integration.identity.records import PersonRecord, child_id_of, first_seen
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate_messages import replay_of
from send_integration.steps.identity import Records
from send_integration.watch.window import Checked, Tally
from send_integration.when.london import london_day, london_midnight

Kept = tuple[RawMessage, Event, PersonRecord | None]
"""A message that was let in, its event, and the record that this asserts."""


class Outcome(NamedTuple):
    """What became of a batch's new messages: those let in with the records they assert, those refused, repeats; and when a
    person last let their feed in again."""

    new: Sequence[RawMessage]
    kept: Sequence[Kept]
    records: Records
    refused: int
    repeated: int
    resumed_at: datetime | None = None


def tally_of(outcome: Outcome, passed: Sequence[tuple[RawMessage, Event]], checked: Checked, now: datetime) -> Tally:
    """The counts of a batch; `passed` are its messages that met their contract, in the order of `checked`.

    What a steward replays is left out, for the source has not sent it now: it is let in or a repeat of its item.
    """
    new = [message for message in outcome.new if not replay_of(message)]
    kept = [(event, record) for message, event, record in outcome.kept if not replay_of(message)]
    repeated = outcome.repeated - (len(outcome.new) - len(new)) + (len(outcome.kept) - len(kept))
    held, people, matched = _people(kept, outcome.records)
    quarantined = outcome.refused + held
    fresh = {(message.partition, message.offset) for message in new}
    places = [at for at, (message, _) in enumerate(passed) if (message.partition, message.offset) in fresh]
    columns = checked.columns_of(places)
    recorded = [passed[at][1].recorded_at for at in places]
    midnight = london_midnight(london_day(now))
    counts_from = max(midnight, outcome.resumed_at or midnight)
    arrived = sum((passed[at][0].timestamp or now).timestamp() for at in places)
    return Tally(
        messages=len(new),
        arrived_today=sum((message.timestamp or now) >= counts_from for message in new),
        accepted=len(new) - quarantined - repeated,
        quarantined=quarantined,
        duplicates=repeated,
        rows=len(places),
        people=people,
        matched=matched,
        lag_seconds=arrived - sum(moment.timestamp() for moment in recorded),
        last_recorded_at=max(recorded, default=None),
        absent=columns.absent,
        codes=columns.codes,
    )


def _people(kept: Sequence[tuple[Event, PersonRecord | None]], records: Records) -> tuple[int, int, int]:
    """How many kept events are held, how many are about a child, and how many of those are matched.

    An event is not matched where its record is held, or where it is itself the first that was ever said of its child and
    gives no number by which another agency's record could be known to be the same child's.
    """
    held = people = matched = 0
    for event, record in kept:
        if record is None:
            continue
        people += 1
        decision = records[record].decision
        if isinstance(decision, Held):
            held += 1
        elif record.nhs_number or record.upn or decision != child_id_of(first_seen(event)):
            matched += 1
    return held, people, matched
