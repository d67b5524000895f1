"""The fifty readers: who they are, what they are signed in as, and through which pages they go."""

import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, text

from benchmarks.web.reading import Page, Reader
from send_integration import clock
from send_integration.store.sessions import Session, open_session
from send_integration.web.people import BY_ACTOR, TEAMS

READERS = 50
LASTS = timedelta(hours=8)

Ways = Sequence[tuple[float, Callable[[random.Random], Page]]]


class Sights:
    """Which children, alerts and workers there are to look at, a few hundred of each."""

    def __init__(self, engine: Engine) -> None:
        with engine.connect() as connection:

            def column(query: str) -> list[str]:
                return [row[0] for row in connection.execute(text(query))]

            sample = "child TABLESAMPLE SYSTEM_ROWS" if False else "child"
            self.children = column(f"SELECT child_id FROM {sample} WHERE NOT restricted ORDER BY md5(child_id) LIMIT 2000")  # noqa: S608 - ours
            self.long = column(
                "SELECT child_id FROM event WHERE event_id ~ '-299(-[0-9]+)?$' ORDER BY md5(event_id) LIMIT 200"
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
    def _ask(engine: Engine, query: str, **given: Any) -> list[str]:
        with engine.connect() as connection:
            return [row[0] for row in connection.execute(text(query), given)]


def fifty_readers(engine: Engine) -> list[Reader]:
    """Twenty who read for the panel, twenty-four named workers with children of their own, four managers, two stewards."""
    sights = Sights(engine)
    panel: Ways = (
        (3, lambda c: Page("children, the first page", "/children")),
        (1, lambda c: Page("children, page 2 to 40", f"/children?page={c.randint(2, 40)}")),
        (10, lambda c: Page("a child", f"/children/{c.choice(sights.children)}")),
        (2, lambda c: Page("a child with 300 events", f"/children/{c.choice(sights.long)}")),
    )
    chair: Ways = (*panel, (1, lambda c: Page("alerts of seven teams", "/alerts")))
    manager: Ways = (*chair, (1, lambda c: Page("identity review", "/identity")), (1, lambda c: Page("feeds", "/feeds")))
    steward: Ways = (
        (2, lambda c: Page("identity review", "/identity")),
        (1, lambda c: Page("quarantine", "/quarantine")),
        (2, lambda c: Page("feeds", "/feeds")),
        (1, lambda c: Page("scorecards", "/feeds/scorecard")),
    )
    found = [_signed_in(engine, "member", panel) for _ in range(12)]
    found += [_signed_in(engine, "chair", chair) for _ in range(8)]
    found += [_signed_in(engine, "manager", manager) for _ in range(4)]
    found += [_signed_in(engine, "steward", steward) for _ in range(2)]
    workers = list(sights.workers)
    return [*found, *(_worker(engine, sights, worker) for worker in workers[: READERS - len(found)])]


def _worker(engine: Engine, sights: Sights, worker: str) -> Reader:
    children, alerts = sights.own_children(engine, worker), sights.own_alerts(engine, worker)
    ways: list[tuple[float, Callable[[random.Random], Page]]] = [
        (4, lambda c: Page("my children", "/me")),
        (2, lambda c: Page("alerts of one's own", "/alerts")),
        (5, lambda c: Page("a child", f"/children/{c.choice(children)}")),
    ]
    if alerts:
        ways.append((3, lambda c: Page("an alert", f"/alerts/{c.choice(alerts)}")))
    session = Session(worker, "named-worker", "", worker, "education")
    return _opened(engine, session, ways)


def _signed_in(engine: Engine, actor: str, ways: Ways) -> Reader:
    return _opened(engine, BY_ACTOR[actor].session(), ways)


def _opened(engine: Engine, session: Session, ways: Ways) -> Reader:
    token, now = secrets.token_urlsafe(32), clock.now()
    open_session(engine, token, session, now, now + LASTS)
    weights = [weight for weight, _ in ways]
    return Reader(token, lambda chance: chance.choices(ways, weights)[0][1](chance))


def one_of_each(readers: Sequence[Reader]) -> dict[str, tuple[Reader, list[Page]]]:
    """Of each kind of page some that one reader who comes to it opens."""
    chance = random.Random(1)  # noqa: S311 - which page is next is no secret
    found: dict[str, tuple[Reader, list[Page]]] = {}
    for reader in (readers[-1], *readers):
        for _ in range(400):
            page = reader.next_page(chance)
            owner, pages = found.setdefault(page.kind, (reader, []))
            if owner is reader:
                pages.append(page)
    return found


__all__ = ["READERS", "TEAMS", "fifty_readers", "one_of_each"]
