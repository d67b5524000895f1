"""Settles the facts of a person-level return beside what earlier returns said, and remembers them before they go."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Engine

from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import RawEvent
from send_integration.ingest.versions import Known, Settled, Version, settle
from send_integration.store.ingested import keep_wordings, wordings_of

SETTLED_AT_ONCE = 2000
"""Facts that one query asks about; bounds memory for a large census."""


@dataclass(slots=True)
class Facts:
    """How many facts of a return were repeats, corrections, or overtaken by a later return that came before."""

    unchanged: int = 0
    corrected: int = 0
    overtaken: int = 0

    def add(self, settled: Settled) -> None:
        """Count a part of the return."""
        self.unchanged += settled.unchanged
        self.corrected += settled.corrected
        self.overtaken += settled.overtaken


def settled_events(
    engine: Engine | None, returned_at: datetime, told: Iterable[Draft | RawEvent], facts: Facts
) -> Iterator[RawEvent]:
    """The events of a return, in its order, each version remembered before it is given.

    Remembering comes first: a run that is killed between the two is made good by running it again, which sends what
    is remembered as the same bytes. Without a database (a dry run) every fact is new and nothing is remembered.
    """
    waiting = iter(told)
    while part := list(islice(waiting, SETTLED_AT_ONCE)):
        drafts = [one for one in part if isinstance(one, Draft)]
        settled = _settle(engine, returned_at, drafts)
        facts.add(settled)
        yield from settled.events
        yield from (one for one in part if isinstance(one, RawEvent))


def _settle(engine: Engine | None, returned_at: datetime, drafts: list[Draft]) -> Settled:
    if engine is None or not drafts:
        return settle(drafts, returned_at, {})
    source = drafts[0].source
    with engine.begin() as connection:
        rows = wordings_of(connection, source, [draft.base_id for draft in drafts])
        settled = settle(drafts, returned_at, _known(Version(*row) for row in rows))
        keep_wordings(connection, source, settled.new)
    return settled


def _known(versions: Iterable[Version]) -> Known:
    by_fact: dict[str, list[Version]] = defaultdict(list)
    for version in versions:
        by_fact[version.base_id].append(version)
    return by_fact
