"""The fifty readers: who they are, what they are signed in as, and through which pages they go, each page by whose role it is."""

import random
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from benchmarks.rules.histories import UNTIL
from benchmarks.web.reading import Page, Reader
from benchmarks.web.sights import Sights
from send_integration import clock
from send_integration.store.sessions import Session, open_session
from send_integration.web.people import BY_ACTOR

READERS = 50
LASTS = timedelta(hours=8)
ANOTHER_DAY = UNTIL - timedelta(200)


class Way(NamedTuple):
    """How somebody comes to a page: how often, of which kind it is, and the addresses of which they choose one."""

    often: float
    kind: str
    addresses: Sequence[str]


Ways = Sequence[Way]


def _each(pattern: str, names: Iterable[str]) -> list[str]:
    return [pattern.format(name) for name in names]


def fifty_readers(engine: Engine) -> list[Reader]:
    """Twelve members and four chairs of the panel, four managers, two stewards, an analyst, an administrator, an agency's
    manager, and twenty-five named workers with children of their own."""
    sights = Sights(engine)
    parts = [("member", 4), ("member-health", 4), ("member-care", 4), ("chair", 4), ("manager", 4), ("steward", 2),
             ("analyst", 1), ("administrator", 1), ("agency", 1)]  # fmt: skip
    ways = _ways_by_part(sights)
    found = [_signed_in(engine, actor, ways[actor.partition("-")[0]]) for actor, many in parts for _ in range(many)]
    return [*found, *(_worker(engine, sights, worker) for worker in sights.workers[: READERS - len(found)])]


def _ways_by_part(sights: Sights) -> dict[str, Ways]:
    panel, stewards = _panel(sights), _stewards(sights)
    return {
        "member": [*panel, Way(0.5, "form: basis of sharing", _each("/children/{}/basis", sights.listed))],
        "chair": [*panel, *_chair(sights), Way(1, "alerts of seven teams", ["/alerts"]), *_measures(sights)],
        "manager": [
            *panel,
            *stewards,
            Way(2, "alerts of seven teams", ["/alerts"]),
            Way(0.5, "form: family's copy", _each("/children/{}/family-copy", sights.children)),
            *_measures(sights),
        ],
        "analyst": _measures(sights),
        "steward": [*stewards, Way(0.5, "notices alone", ["/alerts"])],
        "administrator": _administrator(sights),
        "agency": [
            Way(1, "scorecards", ["/feeds/scorecard"]),
            Way(1, "one scorecard", _agency(sights, BY_ACTOR["agency"].agencies)),
        ],
    }


def _panel(sights: Sights) -> Ways:
    """What everybody on the panel reads: agendas, children, and what was decided before."""
    return [
        Way(3, "children, the first page", ["/children"]),
        Way(1, "children, page 2 to 40", [f"/children?page={page}" for page in range(2, 41)]),
        Way(8, "a child", _each("/children/{}", sights.children)),
        Way(4, "a child on an agenda", _each("/children/{}", sights.listed)),
        Way(1, "a child with 300 events", _each("/children/{}", sights.long)),
        Way(0.5, "a child, searched", _each("/children/{}?q=referred", sights.children)),
        Way(0.5, "a child on another day", _each(f"/children/{{}}?as_at={ANOTHER_DAY}", sights.children)),
        Way(1, "meetings", ["/meetings"]),
        Way(4, "an agenda of 12 children", _each("/meetings/{}", sights.meetings)),
        Way(2, "a decision as it was seen", _each("/decisions/{}", sights.decisions)),
        Way(0.5, "form: list a child", _each("/children/{}/list", sights.children)),
        Way(0.5, "form: what a child says", _each("/children/{}/voice", sights.children)),
        Way(0.3, "form: take a pack", _each("/children/{}/pack", sights.listed)),
    ]


def _chair(sights: Sights) -> Ways:
    return [
        Way(2, "form: decide", _each(f"/meetings/{UNTIL}/children/{{}}", sights.to_decide)),
        Way(0.5, "form: correct a decision", _each("/decisions/{}/correct", sights.decisions)),
        Way(0.5, "form: basis of sharing", _each("/children/{}/basis", sights.listed)),
        Way(0.5, "form: family's copy", _each("/children/{}/family-copy", sights.listed)),
        Way(0.2, "form: break the glass", _each("/children/{}/break-glass", sights.children)),
    ]


def _stewards(sights: Sights) -> Ways:
    return [
        Way(2, "identity: pairs", ["/identity"]),
        Way(2, "identity: one pair", _each("/identity/pairs/{}", sights.pairs)),
        Way(1, "identity: a child's records", _each("/identity/children/{}", sights.children)),
        Way(0.5, "identity: decisions", ["/identity/decisions"]),
        Way(0.5, "identity: one decision", _each("/identity/decisions/{}", sights.told_apart)),
        Way(2, "quarantine", ["/quarantine"]),
        Way(1, "quarantine: one group", _each("/quarantine/groups/{}", sights.groups)),
        Way(2, "quarantine: one item", _each("/quarantine/items/{}", sights.items)),
        Way(2, "feeds", ["/feeds"]),
        Way(1, "one feed", _each("/feeds/{}", sights.feeds)),
        Way(1, "scorecards", ["/feeds/scorecard"]),
        Way(1, "one scorecard", _agency(sights, sights.agencies)),
    ]


def _measures(sights: Sights) -> Ways:
    return [
        Way(1, "measures", ["/measures"]),
        Way(0.5, "one measure as a file", _each("/measures/{}.csv", sights.measures)),
    ]


def _administrator(sights: Sights) -> Ways:
    return [
        Way(3, "audit", ["/audit"]),
        Way(2, "audit, an older page", _each("/audit?before={}", sights.entries)),
        Way(2, "audit of a child", _each("/audit?child={}", sights.children)),
        Way(2, "audit of a person", _each("/audit?actor={}", (*sights.workers, "chair"))),
        Way(1, "audit of a month", ["/audit?first=2024-06-01&last=2024-06-30"]),
        Way(1, "feeds", ["/feeds"]),
        Way(1, "scorecards", ["/feeds/scorecard"]),
    ]


def _agency(sights: Sights, agencies: Iterable[str]) -> list[str]:
    return [f"/feeds/scorecard/{sights.agencies[agency]}" for agency in agencies if agency in sights.agencies]


def _worker(engine: Engine, sights: Sights, worker: str) -> Reader:
    children = sights.own_children(worker)
    ways = [
        Way(4, "my children", ["/me"]),
        Way(2, "alerts of one's own", ["/alerts"]),
        Way(5, "a child", _each("/children/{}", children)),
        Way(3, "an alert", _each("/alerts/{}", sights.own_alerts(worker))),
        Way(0.3, "form: list a child", _each("/children/{}/list", children)),
        Way(0.3, "form: what a child says", _each("/children/{}/voice", children)),
        Way(0.3, "form: basis of sharing", _each("/children/{}/basis", children)),
        Way(0.3, "form: family's copy", _each("/children/{}/family-copy", children)),
        Way(0.2, "form: take a pack", _each("/children/{}/pack", children)),
        Way(0.1, "form: break the glass", _each("/children/{}/break-glass", sights.children)),
    ]
    return _opened(engine, Session(worker, "named-worker", "", worker, "education"), ways)


def _signed_in(engine: Engine, actor: str, ways: Ways) -> Reader:
    session = BY_ACTOR[actor].session()
    return _opened(engine, replace(session, actor=f"{actor}-{secrets.token_hex(3)}"), ways)


def _opened(engine: Engine, session: Session, ways: Ways) -> Reader:
    token, now = secrets.token_urlsafe(32), clock.now()
    open_session(engine, token, session, now, now + LASTS)
    open_to_them = [way for way in ways if way.addresses]
    often = [way.often for way in open_to_them]

    def next_page(chance: random.Random) -> Page:
        (way,) = chance.choices(open_to_them, often)
        return Page(way.kind, chance.choice(way.addresses))

    return Reader(token, next_page)


def one_of_each(readers: Sequence[Reader]) -> dict[str, tuple[Reader, list[Page]]]:
    """Of each kind of page some that one reader who comes to it opens."""
    chance = random.Random(1)
    found: dict[str, tuple[Reader, list[Page]]] = {}
    for reader in (readers[-1], *readers):
        for _ in range(400):
            page = reader.next_page(chance)
            owner, pages = found.setdefault(page.kind, (reader, []))
            if owner is reader:
                pages.append(page)
    return found


def a_chair(readers: Sequence[Reader]) -> Reader:
    """Somebody who may take the papers of a meeting: `fifty_readers` has the chairs after the twelve members."""
    return readers[12]
