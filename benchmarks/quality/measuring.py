"""Runs every kind of fault at every rate through the worker's own parts, and scores what they said."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import NamedTuple

from sqlalchemy import Engine

from benchmarks.quality.clean import NOW, CleanAuthority, Sent, messages
from benchmarks.quality.file_faults import (
    FILE_FAULTS,
    ROWS_OF_A_FILE,
    FileFault,
    ReadFile,
    attendance_file,
    read_file,
)
from benchmarks.quality.gating import Said, Server, admitted
from benchmarks.quality.row_faults import ROW_FAULTS, RowFault, wire
from benchmarks.quality.scoring import Score, score
from benchmarks.quality.window_faults import WINDOW_FAULTS, WindowFault
from send_integration.contracts import topics
from send_integration.steps.batch import RawMessage

RATES = (0.005, 0.05, 0.5)
FILES = 20
LATE = "window-late"
"""Rows that are sent now were recorded months before; that this is told is no news."""

PARTITION = 9
"""One that the clean authority did not use, so that what was said of a window is told apart."""

NOTHING = Said({}, {}, 0, 0, 0, batch=(LATE,))
FIRST_DAY = 100
"""The partition of the last clean day; each day before it has the next."""

Rows = list[tuple[bytes, datetime]]


class CleanDays(NamedTuple):
    """Of one feed's clean days the events, how many were refused or held, how often each rule remarked, and the batch
    rules that failed."""

    feed: str
    events: int
    refused: int
    remarks: Counter[str]
    batch: frozenset[str]


class Measured(NamedTuple):
    """One line of the table."""

    name: str
    feed: str
    words: str
    rate: float
    score: Score
    drift: int


class Bench:
    """The filled server and the clean verdicts that faulty ones are compared with."""

    def __init__(self, server: Server, authority: CleanAuthority) -> None:
        self._server = server
        self._authority = authority
        self._clean: dict[str, Said] = {}

    def every(self, only: str = "") -> Iterator[Measured]:
        """All kinds whose name holds `only` at all rates, in the table's order."""
        for row_fault in (fault for fault in ROW_FAULTS if only in fault.name):
            for rate in RATES:
                yield self.rows(row_fault, rate)
        for file_fault in (fault for fault in FILE_FAULTS if only in fault.name):
            for rate in RATES:
                yield self.files(file_fault, rate)
        for window_fault in (fault for fault in WINDOW_FAULTS if only in fault.name):
            measured = self.window(window_fault)
            for rate in RATES:
                yield measured._replace(rate=rate)

    def rows(self, fault: RowFault, rate: float) -> Measured:
        """A share of the rows that can have the fault has it."""
        rows = self._authority.window[fault.feed]
        chance = Random(fault.name)
        bodies = [row.body for row in rows]
        of_children = [body for body in bodies if "person" in body["data"]]
        made: dict[int, bytes] = {}
        for number, body in enumerate(bodies):
            spoilt = fault.spoil(body, chance.choice(of_children)) if "person" in body["data"] else None
            if spoilt is not None:
                made[number] = spoilt if isinstance(spoilt, bytes) else wire(spoilt)
        faulty = frozenset(chance.sample(sorted(made), max(1, round(rate * len(made)))))
        sent = [(made[at] if at in faulty else row.raw, row.arrived_at) for at, row in enumerate(rows)]
        said = self._server.judged(fault.feed, messages(fault.feed, sent, partition=PARTITION), NOW)
        found = score(faulty, said, self._said_of_clean(fault.feed))
        return Measured(fault.name, fault.feed, fault.spoil.__doc__ or "", rate, found, said.drift)

    def window(self, fault: WindowFault) -> Measured:
        """A whole window has the fault; its first row that is not as it was begins it."""
        rows = self._authority.window[fault.feed]
        bodies = [row.body for row in rows]
        before = {wire(body) for body in bodies}
        sent = [wire(body) for body in fault.spoil(bodies)]
        faulty = frozenset(at for at, raw in enumerate(sent) if raw not in before)
        if not sent:
            rule, hours = self._server.missed(fault.feed, NOW)
            found = Score(len(bodies), rule, 0, 0, 0, 0, 0, 0, hours)
            return Measured(fault.name, fault.feed, fault.spoil.__doc__ or "", 0, found, 0)
        window = messages(fault.feed, [(raw, NOW) for raw in sent], partition=PARTITION)
        said = self._server.judged(fault.feed, window, NOW)
        found = score(faulty, said, NOTHING)
        return Measured(fault.name, fault.feed, fault.spoil.__doc__ or "", 0, found, said.drift)

    def files(self, fault: FileFault, rate: float) -> Measured:
        """A share of twenty files has the fault."""
        attendance = [row for row in self._authority.window["school"] if b".attendance.v1" in row.raw]
        whole = [_file(attendance, number) for number in range(FILES)]
        spoilt = set(Random(fault.name).sample(range(FILES), max(1, round(rate * FILES))))
        sent: list[RawMessage] = []
        faulty: set[int] = set()
        refused, noticed, lost = 0, 0, 0
        for number, content in enumerate(whole):
            for part in fault.spoil(content) if number in spoilt else [content]:
                read = read_file(part, f"attendance-{number}.csv")
                refused += read.refused
                noticed += read.noticed
                lost += ROWS_OF_A_FILE * read.refused
                if number in spoilt:
                    faulty |= set(range(len(sent), len(sent) + len(read.events)))
                sent += _as_messages(read, len(sent))
        said = self._server.judged("school", sent, NOW)
        found = score(frozenset(faulty), said, NOTHING)
        if refused:
            found = found._replace(
                rule="file refused", after=0, refused=found.refused + lost, faulty=found.faulty + lost
            )
        return Measured(fault.name, "school", fault.spoil.__doc__ or "", rate, found, said.drift + noticed)

    def _said_of_clean(self, feed: str) -> Said:
        if feed not in self._clean:
            rows = [(row.raw, row.arrived_at) for row in self._authority.window[feed]]
            self._clean[feed] = self._server.judged(feed, messages(feed, rows, partition=PARTITION), NOW)
        return self._clean[feed]

    def clean_windows(self) -> dict[str, tuple[str, ...]]:
        """The batch rules that each feed's clean window fails, where it is sent as a day like those before; but that it
        comes months after it was recorded, which is told rightly."""
        found: dict[str, tuple[str, ...]] = {}
        for feed, rows in self._authority.window.items():
            sent = messages(feed, [(row.raw, NOW) for row in rows], partition=PARTITION)
            if sent:
                found[feed] = tuple(rule for rule in self._server.judged(feed, sent, NOW).batch if rule != LATE)
        return found

    def clean_days(self) -> list[CleanDays]:
        """What the gate says of each feed's last clean days, day by day, after all that came before."""
        with self._server.copy() as engine:
            listening = self._server.listening
            for feed, rows in _by_feed(self._authority.older()).items():
                admitted(engine, listening, feed, messages(feed, rows, partition=PARTITION), NOW)
            recent = _by_feed(self._authority.last_days())
            return [self._days_of(engine, feed, recent.get(feed, [])) for feed in topics.FEEDS]

    def _days_of(self, engine: Engine, feed: str, rows: Rows) -> CleanDays:
        days: dict[int, Rows] = {}
        for raw, arrived in rows:
            days.setdefault((NOW - arrived).days, []).append((raw, arrived))
        refused, remarks, batch = 0, Counter[str](), set[str]()
        for day in sorted(days, reverse=True):
            window = messages(feed, days[day], partition=FIRST_DAY + day)
            said = admitted(engine, self._server.listening, feed, window, NOW)
            refused += len(said.refused)
            remarks.update(code for codes in said.remarked.values() for code in codes)
            batch.update(said.batch)
        return CleanDays(feed, len(rows), refused, remarks, frozenset(batch))


def _by_feed(sent: list[Sent]) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for one in sent:
        found.setdefault(one.feed, []).append((one.raw, one.arrived_at))
    return found


def _file(attendance: list[Sent], number: int) -> bytes:
    size = len(attendance) // FILES
    rows = attendance[number * size : (number + 1) * size][:ROWS_OF_A_FILE]
    return attendance_file([row.body for row in rows])


def _as_messages(read: ReadFile, first: int) -> list[RawMessage]:
    return [
        RawMessage(event.topic, PARTITION, first + number, event.key, event.value, event.headers, NOW)
        for number, event in enumerate(read.events)
    ]
