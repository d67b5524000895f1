"""What was refused and is replayed ends as if it had been let in at once, and every message is counted once."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from send_integration.steps.stewarding import discard, replay
from send_integration.store.stewards import Choice
from tests.integration.steps.pipe import Pipe, empty
from tests.integration.steps.replaying import RULES, SAM, TODAY, Strict, check, feed_of, waiting_items
from tests.property.strategies import lines


def drain(pipe: Pipe, data: st.DataObject) -> None:
    """Everything that waits, in batches of any size, with gates and relays that are killed."""
    for _ in range(data.draw(st.integers(1, 2))):
        pipe.relay(killed=data.draw(st.booleans()))
    feeds = sorted({topic.removeprefix("send.raw.") for topic, _ in pipe.topics if topic.startswith("send.raw.")})
    for feed in feeds:
        pipe.admit_though_killed(feed, data)
    if data.draw(st.booleans()):
        pipe.drain_timeline(size=data.draw(st.integers(1, 5)))


class Stewards:
    """Stewards who replay and discard what they find, at any time; `done` is how often they did what to which item."""

    def __init__(self, pipe: Pipe, data: st.DataObject) -> None:
        self.pipe = pipe
        self.data = data
        self.done: Counter[tuple[int, str]] = Counter()

    def act(self) -> None:
        """Nothing, or something to some of what there is."""
        act = self.data.draw(st.sampled_from(("none", "replayed", "replayed", "discarded")))
        found = waiting_items(self.pipe, *(("open", "discarded") if act == "replayed" else ("open",)))
        if act != "none" and found:
            chosen = self.data.draw(st.lists(st.sampled_from(found), min_size=1, unique=True))
            made = (replay if act == "replayed" else discard)(self.pipe.engine, chosen, SAM)
            self.done.update((item, act) for item in made.items)

    def replay_all(self) -> None:
        """Everything one by one, what is discarded too; then what is left in one go."""
        for item in self.data.draw(st.permutations(waiting_items(self.pipe, "open", "discarded"))):
            self.done.update((made, "replayed") for made in replay(self.pipe.engine, [item], SAM).items)
        drain(self.pipe, self.data)
        self.done.update((made, "replayed") for made in replay(self.pipe.engine, Choice(), SAM).items)


def check_histories(pipe: Pipe, done: Counter[tuple[int, str]]) -> None:
    """Every item's acts tell, one after the other, how it comes to stand as it does; each replay ends once, and nothing
    that a steward did is missing."""
    stands: dict[int, tuple[str, int | None]] = {}
    told: Counter[tuple[int, str]] = Counter()
    for act_id, item, act in pipe.ask("SELECT id, item, act FROM quarantine_act ORDER BY id"):
        status, under_way = stands.get(item, ("new", None))
        assert (status, act) in {
            *((status, "quarantined") for status in ("new", "open", "released")),
            *(("open", act) for act in ("replayed", "refused-again", "released", "discarded")),
            ("discarded", "replayed"),
        }, "an act that cannot follow what was"
        assert act != "refused-again" or under_way, "a replay that was refused twice, or never made"
        after = {"released": "released", "discarded": "discarded"}.get(act, "open")
        stands[item] = (after, act_id if act == "replayed" else None)
        told[item, act] += act in ("replayed", "discarded")
    rows = pipe.ask("SELECT id, status, replay FROM quarantine")
    assert {item: (status, under_way) for item, status, under_way in rows} == stands
    assert +told == done


def check_meanwhile(pipe: Pipe, done: Counter[tuple[int, str]]) -> None:
    """At any time the histories tell how things stand, and nothing is let in whose very bytes somebody has laid aside."""
    check_histories(pipe, done)
    assert pipe.ask("SELECT FROM quarantine q JOIN admitted a USING (raw) WHERE q.status = 'discarded'") == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines(size=9), st.data())
def test_any_history_refused_in_part_replayed_and_discarded_at_any_time_ends_as_if_let_in_at_once(
    engine: Engine, history: list[bytes], data: st.DataObject
) -> None:
    """Seen to catch, each planted alone and within the first 15 examples: a replay without its mark in the message, or on
    the item; the mark kept after a refusal, a release or a discard; the count left where the item first stood; the item
    not released; a refusal again that nobody writes down; acts deleted on release; a discard that the gate does not look
    at; any replay of the bytes taken for the latest; a repeat of refused bytes counted as quarantined once more; a repeat
    of what is admitted counted nowhere. Not caught in 60: a replay that loses to an earlier body, taken for let in where
    two of its copies meet in one batch; `test_copies_of_a_replay_that_loses_to_an_earlier_body_are_refused_all_together` holds that."""
    empty(engine)
    strict = Strict([raw for raw in history if data.draw(st.booleans())])
    pipe = Pipe(engine, RULES, TODAY, workers=2, checks=strict)
    stewards = Stewards(pipe, data)
    repeats = data.draw(st.lists(st.sampled_from(history), max_size=3)) if history else []
    arriving = data.draw(st.permutations(history + repeats))
    relaxed_at = data.draw(st.integers(0, len(arriving)))
    for number, raw in enumerate(arriving):
        if number == relaxed_at:
            strict.relax()
        pipe.send(feed_of(raw), raw)
        stewards.act()
        if data.draw(st.booleans()):
            drain(pipe, data)
            check_meanwhile(pipe, stewards.done)
    strict.relax()
    drain(pipe, data)
    check_meanwhile(pipe, stewards.done)
    stewards.replay_all()
    pipe.settle()

    check(pipe, history + repeats)
    check_histories(pipe, stewards.done)
    assert pipe.ask("SELECT FROM quarantine WHERE replay IS NOT NULL OR status = 'discarded'") == []
