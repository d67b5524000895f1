"""What send.flags is told of flags, each under the keys of all records of its child and of those on which it rests."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from send_integration.contracts import topics
from send_integration.contracts.content_types import AS_JSON
from send_integration.contracts.event import Event, EventKey
from send_integration.evaluate import ChildAnswer
from send_integration.rules.flags import Flag, FlagChange, flag_as_json
from send_integration.steps.answering import Known
from send_integration.steps.batch import Outgoing
from send_integration.store.alerts import flag_message
from send_integration.store.people import records_of_child
from send_integration.store.record_keys import Ref
from send_integration.timeline.named_workers import NamedWorker

HANDED_OVER = "handed-over"
"""Said of a flag that stands as it did while those who work with the child have changed."""


class FlagRecords:
    """Whose records a flag can tell of: those of its child, and those whose events it rests on, though they are another's now.

    So a flag of two children who were one by mistake ends with either of them.
    """

    def __init__(self, known: Known, arrived: Mapping[EventKey, Event]) -> None:
        self._of_event: dict[EventKey, Ref] = {}
        self._of_child: dict[str, set[Ref]] = {}
        for event in (*arrived.values(), *known.events):
            if event.person is not None:
                ref = self._of_event[event.key] = (event.source, event.person.local_id)
                if event.key in known.child_of:
                    self._of_child.setdefault(known.child_of[event.key], set()).add(ref)

    def of(self, flag: Flag) -> tuple[Ref, ...]:
        """The records, sorted; none where nothing is left of any: then it goes under its child's own key."""
        rests_on = {self._of_event[key] for key in flag.evidence if key in self._of_event}
        return tuple(sorted(self._of_child.get(flag.child_id, set()) | rests_on))


def flag_said(changed: FlagChange, workers: Sequence[NamedWorker], records: FlagRecords) -> Outgoing:
    """What became of a flag, with the workers whom it may concern."""
    value = {
        "change": changed.change,
        "because": changed.because or None,
        "same_as": changed.same_as or None,
        "flag": flag_as_json(changed.flag),
        "named_workers": [worker_as_json(worker) for worker in workers],
    }
    return _said(changed.flag.child_id, value, records.of(changed.flag))


def handed_over_by_a_person(connection: Connection, flag_id: str, child_id: str) -> Outgoing:
    """That a flag, which stands as it did, is another's to act on."""
    return _said(child_id, flag_message(connection, flag_id, HANDED_OVER), records_of_child(connection, child_id))


def handed_over(
    former: Mapping[str, Sequence[Mapping[str, Any]]],
    answers: Mapping[str, ChildAnswer],
    workers: Mapping[str, Sequence[NamedWorker]],
    changed: Sequence[FlagChange],
    records: FlagRecords,
) -> list[Outgoing]:
    """The flags that stand as they did with children whose roles are held by others than before."""
    told = {change.flag.flag_id for change in changed}
    return [
        flag_said(FlagChange(HANDED_OVER, flag), workers[child_id], records)
        for child_id, named in sorted(former.items())
        if [(w["role"], w["worker_id"], w["email"]) for w in named]
        != [(held.role, held.worker.id, held.worker.email) for held in workers[child_id]]
        for flag in answers[child_id].flags
        if flag.flag_id not in told
    ]


def worker_as_json(named: NamedWorker) -> dict[str, Any]:
    """A named worker as pages and the alert router read it."""
    return {
        "role": named.role,
        "worker_id": named.worker.id,
        "name": named.worker.name,
        "team": named.worker.team,
        "email": named.worker.email,
        "sector": named.sector,
        "since": named.since.isoformat(),
        "last_heard_on": named.last_heard_on.isoformat(),
    }


def _said(child_id: str, value: Mapping[str, Any], records: Iterable[Ref]) -> Outgoing:
    return Outgoing(topics.FLAGS.name, child_id.encode(), json.dumps(value).encode(), (AS_JSON,), tuple(records))
