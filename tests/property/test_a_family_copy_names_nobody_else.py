"""Over simulated lives whose every free text names somebody, a family's copy names nobody but the child, and is easy to read."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from send_integration.contracts.event import Event, Rejected
from send_integration.contracts.registry import parse
from send_integration.simulate.agencies import AGENCIES
from send_integration.simulate.authority import Authority, simulate_authority
from send_integration.simulate.clerks import local_id
from send_integration.simulate.profile import load_profile
from send_integration.timeline import plain_words
from send_integration.timeline.fold import standing
from send_integration.timeline.plain_story import Story, story_of
from tests.reading_age import grade

UNTIL = date(2026, 6, 1)
NOT_AFTER = datetime(2026, 6, 1, 12, tzinfo=UTC)
STRANGER = "Zebedee Quattlebaum"
NUMBER = "9990000018"
PLANTED = f"{STRANGER} ({NUMBER}) hit the child"
EASY = 6.0
"""Flesch-Kincaid grade 6 is read by children of eleven."""


@cache
def authority(seed: int) -> Authority:
    profile = load_profile("luton-2024")
    return simulate_authority(
        profile, children=60, seed=seed, until=UNTIL, dirt="none", statutory_dates=True, whole_lives=True
    )


def planted(body: dict[str, Any]) -> bytes:
    """An event with somebody's name and number in its note and in each field that takes any text."""
    changed = {**body, "data": {**body["data"], "note": PLANTED}}
    for name, value in body["data"].items():
        if isinstance(value, str) and body["type"] != "send.panel.voice_recorded.v1":
            tried = {**changed, "data": {**changed["data"], name: PLANTED}}
            if not isinstance(parse(json.dumps(tried).encode(), not_after=NOT_AFTER), Rejected):
                changed = tried
    return json.dumps(changed).encode()


@cache
def stories(seed: int) -> list[tuple[set[str], Story]]:
    """Each child's story with all that may be quoted, and all names and numbers that belong to somebody else."""
    town = authority(seed)
    number_of = {(agency.source, local_id(agency, c)): c.number for agency in AGENCIES for c in town.town.children}
    lives: dict[int, list[Event]] = defaultdict(list)
    for item in town.arrived:
        if "person" in item.line.body["data"]:
            event = parse(planted(item.line.body), not_after=NOT_AFTER)
            assert isinstance(event, Event), event
            lives[number_of[event.source, item.line.body["data"]["person"]["local_id"]]].append(event)
    due = [
        {"milestone": name, "status": status, "due_on": "2026-05-01"}
        for name, status in zip(plain_words.MILESTONES, ("missed", "pending", "due-soon") * 20, strict=False)
    ]
    told = {number: story_of(standing(events), due, UNTIL) for number, events in lives.items()}
    everybody = {number: set(whose(events)) for number, events in lives.items()}
    workers = {event.worker.name for events in lives.values() for event in events if event.worker}
    ids = {event.worker.id for events in lives.values() for event in events if event.worker}
    others = {number: set().union(*(own for other, own in everybody.items() if other != number)) for number in lives}
    return [
        (
            (others[number] - everybody[number]) | workers | ids | {STRANGER, NUMBER},
            story.as_chosen([], [q.ref for q in story.quotes]),
        )
        for number, story in told.items()
    ]


def whose(events: list[Event]) -> Iterator[str]:
    """What would tell who a child is."""
    for event in events:
        if event.person is not None:
            person = event.person
            yield f"{person.given_name} {person.family_name}"
            yield person.family_name
            yield from filter(None, (person.nhs_number, person.upn, person.postcode, person.address))
            yield person.local_id


OURS = " ".join(
    [
        *plain_words.SENTENCES.values(), *plain_words.MILESTONES.values(), *plain_words.HELPERS.values(),
        *plain_words.SERVICES.values(), *plain_words.KINDS_OF_SUPPORT.values(),
        *(sentence for _, said in plain_words.BY_CODE.values() for sentence in said.values()),
    ]
)  # fmt: skip
"""Our own words: a family named Young or Will is not told of by them."""


def tells_of(name: str, text: str) -> bool:
    """Whether a text has a name, or a number, as a word."""
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
    return bool(re.search(pattern, text)) and not re.search(pattern, OURS)


@pytest.mark.parametrize("seed", range(3))
def test_no_name_or_number_of_anybody_else_is_in_a_copy(seed: int) -> None:
    for others, story in stories(seed):
        text = " ".join([*story.sentences(), *(quote.text for quote in story.quotes), repr(story)])
        assert not [name for name in others if tells_of(name, text)]


@pytest.mark.parametrize("seed", range(3))
def test_a_copy_is_read_by_a_child_of_eleven(seed: int) -> None:
    graded = [grade(" ".join(story.sentences())) for _, story in stories(seed)]

    assert max(graded) <= EASY


def test_the_lives_are_told_and_the_names_were_there_to_be_told() -> None:
    told = [part.sentence for _, story in stories(0) for _, parts in story.years for part in parts]
    raw = b"".join(planted(item.line.body) for item in authority(0).arrived)

    assert len(set(told)) > 40
    assert raw.count(STRANGER.encode()) > len(authority(0).arrived)
