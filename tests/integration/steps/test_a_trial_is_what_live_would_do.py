"""A history read back from the database is, day by day, what the live steps showed while its events came in."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sqlalchemy import Engine

from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.rules.history import spans_between
from send_integration.rules.model import RuleBook
from send_integration.steps.catalogue import load_rules
from send_integration.steps.looking_back import read_histories
from send_integration.store.histories import every_child, reading
from send_integration.when.london import london_day
from tests.builders import NOW, sent
from tests.integration.steps.pipe import Pipe
from tests.property.strategies import CODES, KINDS

FIRST = date(2024, 1, 1)
DAYS = 120
FAMILY = ("Kowalska", "Begum", "Okafor", "Rossi")
OPENING = (
    "ehcp.requested",
    "ndd.referred",
    "camhs.referred",
    "early-help.assessment_started",
    "school.sen_support_started",
)
LIVED = [kind for kind in KINDS if not kind.startswith(("people.", "workers."))]

Standing = set[tuple[str, str, str]]


def lines(seed: int) -> dict[date, list[bytes]]:
    """Events of a few children by the day on which they were written down; some correct or take back an earlier one."""
    chance = Random(seed)
    found: dict[date, list[bytes]] = {}
    for number, name in enumerate(FAMILY):
        person = {"local_id": f"{number}", "family_name": name, "date_of_birth": f"20{10 + number}-0{number + 2}-11",
                  "nhs_number": None}  # fmt: skip
        for turn in range(14):
            kind = OPENING[turn] if turn < len(OPENING) else chance.choice(LIVED)
            happened = FIRST + timedelta(chance.randrange(20 if turn < len(OPENING) else DAYS - 30))
            written = happened + timedelta(chance.choice((0, 0, 1, 30)))
            fields = {field: chance.choice(codes) for field, codes in CODES.get(kind, {}).items()}
            naming = chance.choice((*[None] * 8, "corrects", "retracts")) if turn else None
            named = {naming: f"{number}-{chance.randrange(turn)}"} if naming else {}
            raw = sent(kind, str(happened), event_id=f"{number}-{turn}", source="urn:send:one", recorded=str(written),
                       person=person, **fields, **named)  # fmt: skip
            event = parse(raw, not_after=NOW)
            assert isinstance(event, Event)
            found.setdefault(london_day(event.recorded_at), []).append(raw)
    return found


def live(engine: Engine, book: RuleBook, history: dict[date, list[bytes]]) -> Iterator[tuple[date, Standing]]:
    """Every day in turn through gate and timeline, then what the calendar alone changes; gives the flags that are open."""
    pipe = Pipe(engine, book, FIRST)
    for day in (FIRST + timedelta(number) for number in range(DAYS)):
        pipe.today = day
        feeds = set()
        for raw in history.get(day, ()):
            feed = json.loads(raw)["type"].split(".")[1]
            feeds.add(feed)
            pipe.send(feed, raw)
        pipe.drain_gate(sorted(feeds))
        pipe.drain_timeline()
        while pipe.keeper.sweep(day, NOW, 100):
            pass
        rows = pipe.ask("SELECT flag_id, content ->> 'level', content ->> 'status' FROM flag WHERE status = 'open'")
        yield day, {(row[0], row[1], row[2]) for row in rows}


def test_each_day_stands_in_the_history_as_it_stood_live(engine: Engine) -> None:
    book = load_rules()
    shown = dict(live(engine, book, lines(seed=5)))

    with reading(engine) as connection:
        histories = read_histories(connection, every_child(engine))
    spans = [span for one in histories for span in spans_between(one, [book], FIRST, FIRST + timedelta(DAYS - 1))[0]]

    by_history: dict[date, Standing] = {day: set() for day in shown}
    for flag, since, until in spans:
        for day, standing in by_history.items():
            if since <= day and (until is None or day < until):
                standing.add((flag.flag_id, flag.level, flag.status))
    assert len(histories) == len(FAMILY)
    assert by_history == shown
    assert len({flag_id for standing in shown.values() for flag_id, _, _ in standing}) > 10
