"""Judges a batch of one feed: its contract, its adapter's reasons, then the feed's expectations of what passed them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from send_integration.contracts.event import Event, Reason, Rejected
from send_integration.contracts.reasons import Code, reason
from send_integration.contracts.registry import parse
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate_messages import adapter_reasons, adapter_remarks
from send_integration.watch.window import Checked

Reasons = tuple[Reason, ...]

NO_EVENT: Reasons = (reason(Code.UNKNOWN_TYPE, "type"),)
"""All that the contract can say of a row of which an adapter could make no event: that it is none, as the adapter knows."""

Checks = Callable[[Sequence[Event]], Checked]
"""A feed's row expectations of a window of events."""


class Judged(NamedTuple):
    """A batch with its verdicts; `passed` are those that met their contract, which `checked` tells of, and `remarks` are
    on those that passed all, the adapter's among them, by partition and offset."""

    feed: str
    batch: Sequence[RawMessage]
    verdicts: Sequence[Event | Rejected]
    remarks: Mapping[tuple[int, int], Reasons]
    checked: Checked
    passed: Sequence[tuple[RawMessage, Event]]
    now: datetime
    resumed_at: datetime | None = None


class Judge:
    """Judges batches of all feeds; belongs to one thread."""

    def __init__(self, checks: Callable[[str], Checks]) -> None:
        self._checks_of = checks
        self._checks: dict[str, Checks] = {}

    def judged(self, feed: str, batch: Sequence[RawMessage], now: datetime) -> Judged:
        """Contract and adapter first, then the feed's expectations of what passed them."""
        verdicts = [_first_verdict(feed, message, now) for message in batch]
        passed = [(place, verdict) for place, verdict in enumerate(verdicts) if isinstance(verdict, Event)]
        if feed not in self._checks:
            self._checks[feed] = self._checks_of(feed)
        checked = self._checks[feed]([event for _, event in passed])
        remarks: dict[tuple[int, int], Reasons] = {}
        for (place, _), rejected, remarked in zip(passed, checked.rejected, checked.remarked, strict=True):
            if rejected:
                verdicts[place] = Rejected(rejected, feed)
            elif found := (*remarked, *adapter_remarks(batch[place])):
                remarks[batch[place].partition, batch[place].offset] = found
        return Judged(feed, batch, verdicts, remarks, checked, [(batch[place], event) for place, event in passed], now)


def _first_verdict(feed: str, message: RawMessage, now: datetime) -> Event | Rejected:
    parsed = parse(message.value, not_after=now, feed=feed)
    faults = adapter_reasons(message)
    if not faults:
        return parsed
    found = parsed.reasons if isinstance(parsed, Rejected) and parsed.reasons != NO_EVENT else ()
    return Rejected(tuple(sorted({*found, *faults})), feed)
