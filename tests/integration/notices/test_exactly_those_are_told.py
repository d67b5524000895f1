"""Whatever happens in whatever order: those are told to whom it had been shown, each once, and nobody else.

The rule is told here a second time, from what a reader could see: the stored answers and what is said of each child's
family before and after each batch, and the open alerts with what their flags rest on. Nothing of how the timeline keeps
account of it is used.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.contracts.registry import read
from send_integration.steps.catalogue import load_rules
from send_integration.store.notices import Reader, all_notices, mark_read
from send_integration.store.sessions import Session, record
from send_integration.timeline.fold import standing
from tests.builders import NOW, sent
from tests.integration.identity.test_undo_leaves_no_trace import decide, feed_of
from tests.integration.steps.pipe import Pipe, empty
from tests.property.strategies import DAY_ONE, PEOPLE, lines

RULES = load_rules()
ACTORS = ("ann", "bob")
Standing = Mapping[tuple[str, str], str]
"""The entries that a reader sees: by child and event, all that the entry says."""


class Watcher:
    """Sees what readers see, writes down who could have seen it, and says whom to tell when something leaves."""

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe
        self.keeper = pipe.keeper
        self.shown_to: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self.expected: list[tuple[str, str, str, str]] = []
        self.standing: Standing = {}

    def answers(self) -> Standing:
        entries = {
            (child, entry["event_id"]): repr(entry)
            for child, answer in self.pipe.ask("SELECT child_id, answer FROM child")
            for entry in answer["timeline"]
        }
        return entries | self.relations()

    def relations(self) -> Standing:
        """What stands of each child's family, which no answer tells: by child and event, all that its data say of it."""
        kept = self.pipe.ask("SELECT child_id, body FROM event WHERE child_id <> ''")
        child_of = {said.key: child for child, said in ((row[0], read(bytes(row[1]))) for row in kept)}
        stand = standing(read(bytes(row[1])) for row in kept)
        return {
            (child_of[said.key], said.id): repr(
                (said.on, [said.data.get(name) for name in ("kind", "other", "since_on", "until_on")])
            )
            for said in stand
            if said.what == "people.related" and said.on <= self.pipe.today
        }

    def look(self, actor: str, child: str | None, action: str, way: str) -> None:
        """Somebody looks at a child, or at all."""
        record(self.pipe.engine, Session(actor, "panel-chair", ""), action, child, allowed=True, why="test")
        self.looked(actor, child, way)

    def looked(self, actor: str, child: str | None, way: str) -> None:
        """Somebody was shown what stands with a child, or with all; reports hold nothing of families."""
        family = self.relations() if way == "export" else {}
        for entry in self.standing:
            if child in (None, entry[0]) and entry not in family:
                self.shown_to.setdefault(entry, set()).add((actor, way))

    def alerted(self) -> None:
        """Every open alert shows what its flag rests on."""
        for recipient, child, evidence in self.pipe.ask(
            "SELECT r.recipient, r.child_id, f.content -> 'evidence' FROM alert r JOIN flag f ON f.flag_id = r.flag_id"
            " WHERE r.cleared_at IS NULL AND f.status = 'open'"
        ):
            for event_id in evidence:
                self.shown_to.setdefault((child, event_id), set()).add((recipient, "alert"))

    def look_again(self) -> None:
        """Compare with what was seen before: whoever saw what is gone is to be told, and it starts anew."""
        now = self.answers()
        for entry, says in self.standing.items():
            if now.get(entry) != says:
                self.expected += [(who, *entry, way) for who, way in sorted(self.shown_to.pop(entry, ()))]
        for entry in set(self.shown_to) - now.keys():
            del self.shown_to[entry]
        self.standing = now
        self.alerted()

    def keep(self, batch: Any, today: Any, now: Any) -> None:
        """A batch of the timeline, as a keeper takes it."""
        self.keeper.keep(batch, today, now)
        self.look_again()


def told(pipe: Pipe) -> list[tuple[str, str, str, str]]:
    """Recipient, child, event and way of everything that anybody was told."""
    return [
        (notice.recipient, notice.child_id, entry.event_id, way)
        for notice in all_notices(pipe.engine, 100_000, restricted=True)
        for entry in notice.entries
        for way in entry.ways
    ]


class Life:
    """What can happen to some children while people look at them; what happens next is drawn."""

    def __init__(self, engine: Engine, data: st.DataObject) -> None:
        self.pipe = Pipe(engine, RULES, DAY_ONE + timedelta(91))
        self.watcher = Watcher(self.pipe)
        self.pipe.keepers = [self.watcher]  # type: ignore[list-item]
        self.data = data

    def turns(self) -> list[Callable[[], object]]:
        """All that can happen; what is twice among them happens more often."""
        size = st.integers(1, 5)
        return [
            self.somebody_looks,
            self.somebody_looks,
            self.somebody_exports,
            self.somebody_reads,
            self.somebody_decides,
            self.time_passes,
            self.alerts_go_out,
            lambda: self.pipe.drain_timeline(self.data.draw(size)),
            lambda: self.pipe.drain_gate(topics.FEEDS, self.data.draw(size)),
        ]

    def somebody_looks(self) -> None:
        children = sorted({child for child, _ in self.watcher.standing})
        if children:
            way = self.data.draw(st.sampled_from([("view-child", "page"), ("review-identity", "record")]))
            self.watcher.look(self.data.draw(st.sampled_from(ACTORS)), self.data.draw(st.sampled_from(children)), *way)

    def somebody_exports(self) -> None:
        self.watcher.look("analyst", None, "export", "export")

    def somebody_reads(self) -> None:
        for notice in all_notices(self.pipe.engine, 100, restricted=True):
            if notice.read_at is None:
                session = Session(notice.recipient, "panel-chair", "")
                shown = len(notice.entries)
                mark_read(
                    self.pipe.engine,
                    notice.notice_id,
                    Reader([notice.recipient], restricted=True, worker_id=""),
                    session,
                    entries=shown,
                )

    def somebody_decides(self) -> None:
        ((last,),) = self.pipe.ask("SELECT coalesce(max(id), 0) FROM audit")
        decide(self.pipe, self.data)
        split = "SELECT child_id FROM audit WHERE id > :last AND action = 'identity-split'"
        for (child,) in self.pipe.ask(split, last=last):
            self.watcher.looked("steward-1", child, "record")

    def time_passes(self) -> None:
        self.pipe.today += timedelta(self.data.draw(st.sampled_from((1, 30))))
        self.watcher.keeper.sweep(self.pipe.today, NOW, 100)
        self.watcher.look_again()

    def alerts_go_out(self) -> None:
        self.pipe.drain_alerts(self.data.draw(st.integers(1, 5)))
        self.watcher.alerted()

    def all_is_kept(self) -> None:
        self.pipe.relay()
        self.pipe.drain_gate(topics.FEEDS)
        self.pipe.drain_timeline()


@st.composite
def said_of_family(draw: st.DrawFn) -> list[bytes]:
    """What a source says of one child's family, most of it under one id and of one day, so that bodies give way to others
    which differ in the other alone."""
    made: list[bytes] = []
    for _ in range(draw(st.integers(0, 6))):
        naming = draw(st.sampled_from((None, None, None, None, "corrects", "retracts")))
        event_id, fields = ("named", {naming: "said"}) if naming else ("said", {})
        made.append(
            sent(
                "people.related",
                DAY_ONE.isoformat(),
                event_id=event_id,
                source="urn:send:one",
                recorded=(DAY_ONE + timedelta(draw(st.integers(0, 5)))).isoformat(),
                person=dict(PEOPLE[0]),
                other={"local_id": draw(st.sampled_from(("A7", "A8", "4")))},
                until_on=draw(st.sampled_from((None, None, None, "2024-05-06"))),
                **fields,
            )
        )
    return made


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines(size=12, decisions_of_people=False), said_of_family(), st.data())
def test_exactly_those_to_whom_it_was_shown_are_told_of_what_left(
    engine: Engine, history: list[bytes], of_family: list[bytes], data: st.DataObject
) -> None:
    history = [*history, *of_family]
    assume(len(history) > 3)
    empty(engine)
    life = Life(engine, data)
    for raw in data.draw(st.permutations(history)):
        life.pipe.send(feed_of(raw), raw)
        if data.draw(st.integers(0, 3)):
            life.all_is_kept()
            life.somebody_looks()
        for turn in data.draw(st.lists(st.sampled_from(life.turns()), max_size=4)):
            turn()
    for _ in range(2):
        life.all_is_kept()
        life.alerts_go_out()

    event(f"{min(len(life.watcher.expected), 3)} or more are to be told")
    assert sorted(told(life.pipe)) == sorted(life.watcher.expected)
