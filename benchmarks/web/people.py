"""The fifty readers: who they are, what they are signed in as, and through which pages they go."""

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Engine, text

from benchmarks.web.reading import Page, Reader
from send_integration import clock
from send_integration.store.sessions import Session, open_session
from send_integration.web.people import BY_ACTOR

READERS = 50
LASTS = timedelta(hours=8)


class Way(NamedTuple):
    """How somebody comes to a page: how often, of which kind it is, and the addresses of which they choose one."""

    often: float
    kind: str
    addresses: Sequence[str]


Ways = Sequence[Way]


class Sights:
    """Which children, alerts and workers there are to look at, a few hundred of each."""

    def __init__(self, engine: Engine) -> None:
        with engine.connect() as connection:

            def column(query: str) -> list[str]:
                return [row[0] for row in connection.execute(text(query))]

            self.children = column("SELECT child_id FROM child WHERE NOT restricted ORDER BY md5(child_id) LIMIT 2000")
            self.long = column(
                "SELECT child_id FROM event WHERE event_id ~ '-299(-t[0-9]+)?$' ORDER BY md5(event_id) LIMIT 200"
            )
            self.workers: Mapping[str, int] = dict(
                connection.execute(
                    text(
                        "SELECT w ->> 'worker_id', count(*) FROM child, jsonb_array_elements(named_workers) AS w"
                        " GROUP BY 1 ORDER BY md5(w ->> 'worker_id') LIMIT 200"
                    )
                )
                .tuples()
                .all()
            )

    def own_children(self, engine: Engine, worker: str) -> list[str]:
        """The children of a worker."""
        query = (
            "SELECT child_id FROM child WHERE named_workers @> jsonb_build_array(jsonb_build_object('worker_id',"
            " cast(:worker AS text))) LIMIT 100"
        )
        return self._ask(engine, query, worker=worker)

    def own_alerts(self, engine: Engine, worker: str) -> list[str]:
        """The open alerts of a worker."""
        return self._ask(engine, "SELECT alert_id FROM alert WHERE recipient = :worker LIMIT 100", worker=worker)

    @staticmethod
    def _ask(engine: Engine, query: str, **given: str) -> list[str]:
        with engine.connect() as connection:
            return [row[0] for row in connection.execute(text(query), given)]


def fifty_readers(engine: Engine) -> list[Reader]:
    """Twenty who read for the panel, twenty-four named workers with children of their own, four managers, two stewards."""
    sights = Sights(engine)
    panel = (
        Way(3, "children, the first page", ["/children"]),
        Way(1, "children, page 2 to 40", [f"/children?page={page}" for page in range(2, 41)]),
        Way(10, "a child", [f"/children/{child}" for child in sights.children]),
        Way(2, "a child with 300 events", [f"/children/{child}" for child in sights.long]),
    )
    chair = (*panel, Way(1, "alerts of seven teams", ["/alerts"]))
    manager = (*chair, Way(1, "identity review", ["/identity"]), Way(1, "feeds", ["/feeds"]))
    steward = (
        Way(2, "identity review", ["/identity"]),
        Way(1, "quarantine", ["/quarantine"]),
        Way(2, "feeds", ["/feeds"]),
        Way(1, "scorecards", ["/feeds/scorecard"]),
    )
    found = [_signed_in(engine, "member", panel) for _ in range(12)]
    found += [_signed_in(engine, "chair", chair) for _ in range(8)]
    found += [_signed_in(engine, "manager", manager) for _ in range(4)]
    found += [_signed_in(engine, "steward", steward) for _ in range(2)]
    workers = list(sights.workers)
    return [*found, *(_worker(engine, sights, worker) for worker in workers[: READERS - len(found)])]


def _worker(engine: Engine, sights: Sights, worker: str) -> Reader:
    children, alerts = sights.own_children(engine, worker), sights.own_alerts(engine, worker)
    ways = [
        Way(4, "my children", ["/me"]),
        Way(2, "alerts of one's own", ["/alerts"]),
        Way(5, "a child", [f"/children/{child}" for child in children]),
    ]
    if alerts:
        ways.append(Way(3, "an alert", [f"/alerts/{alert}" for alert in alerts]))
    session = Session(worker, "named-worker", "", worker, "education")
    return _opened(engine, session, ways)


def _signed_in(engine: Engine, actor: str, ways: Ways) -> Reader:
    session = BY_ACTOR[actor].session()
    return _opened(engine, replace(session, actor=f"{actor}-{secrets.token_hex(3)}"), ways)


def _opened(engine: Engine, session: Session, ways: Ways) -> Reader:
    token, now = secrets.token_urlsafe(32), clock.now()
    open_session(engine, token, session, now, now + LASTS)
    often = [way.often for way in ways]

    def next_page(chance: random.Random) -> Page:
        (way,) = chance.choices(ways, often)
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
