"""One small simulated town, taken through the real gate, timeline and alert router: what a large authority is multiplied from."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from benchmarks.rules.histories import UNTIL
from benchmarks.web.panel import hold_meetings
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer, tell_apart
from send_integration.store.sessions import Session, record
from send_integration.warehouse.inspection.kept import keep_figures
from send_integration.web.people import BY_ACTOR
from tests.integration.steps.pipe import Pipe

NOW = datetime(2025, 1, 17, 9, tzinfo=UTC)
LONG = 300
"""Events of the children who have more than anybody reads in a meeting."""

TAKEN_BACK = 60
"""So many events are taken back after somebody has seen them."""

ONE_IN = 100
"""So many children have one of them who has a long history."""


def build_town(engine: Engine, children: int, seed: int) -> None:
    """Bring a town into an empty database, as its agencies' events would."""
    made = simulate_authority(
        load_profile("luton-2024"), children=children, seed=seed, until=UNTIL, dirt="usual", statutory_dates=True
    )
    lines = [(item.line.feed, item.raw) for item in made.arrived]
    pipe = Pipe(engine, load_rules(), UNTIL, now=NOW)
    pipe.warehouse.prepare()
    for feed, raw in (*lines, *_long_histories(lines, children // ONE_IN)):
        pipe.send(feed, raw)
    pipe.drain_gate(sorted({feed for feed, _ in lines}))
    pipe.drain_timeline()
    _keep_directory(engine, lines)
    while _waits(engine):
        pipe.drain_alerts()
    pipe.settle()  # who is whom stands before the panel talks of anybody
    _tell_some_apart(pipe)
    hold_meetings(pipe, UNTIL)
    _take_back_some(pipe)
    _answer_some(engine)
    _count_for_months(engine)
    keep_figures(engine, UNTIL)


def _tell_some_apart(pipe: Pipe) -> None:
    """Of every two pairs that wait for a person a steward has answered one."""
    steward = Reviewer(BY_ACTOR["steward"].session(), NOW, "Their schools know them as two children")
    waiting = pipe.ask("SELECT one, other FROM identity_review ORDER BY one, other")
    for one, other in waiting[::2]:
        tell_apart(pipe.engine, one, other, steward)
    pipe.settle()


def _take_back_some(pipe: Pipe) -> None:
    """Events of children at whom their workers have looked are taken back: each worker is told in a notice."""
    rows = pipe.ask(
        "SELECT DISTINCT ON (c.child_id) c.child_id, c.named_workers -> 0 ->> 'worker_id', e.body FROM child c"
        " JOIN event e ON e.child_id = c.child_id AND e.shown_since IS NOT NULL"
        " WHERE e.source LIKE '%school%' AND jsonb_array_length(c.named_workers) > 0"
        " ORDER BY c.child_id, e.recorded_at DESC LIMIT :most",
        most=TAKEN_BACK,
    )
    for child_id, worker, body in rows:
        record(pipe.engine, Session(worker, "named-worker", ""), "view-child", child_id, allowed=True, why="their own")
        said = json.loads(bytes(body))
        back = {**said, "id": f"{said['id']}-back", "recordedtime": NOW.isoformat().replace("+00:00", "Z")}
        pipe.send(
            said["type"].split(".")[1], json.dumps({**back, "data": {**said["data"], "retracts": said["id"]}}).encode()
        )
    pipe.settle()


def _count_for_months(engine: Engine) -> None:
    """What agencies sent in the one day of the filling, said of every day of two years: scorecards are by the month."""
    columns = {"agency_day": "feed, agency", "feed_day": "feed"}
    with engine.begin() as connection:
        for table, keys in columns.items():
            others = connection.execute(
                text(
                    "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_schema = 'public'"
                    " AND table_name = :table AND column_name <> 'day' AND NOT column_name = ANY(:keys)"
                ),
                {"table": table, "keys": keys.split(", ")},
            ).scalar_one()
            connection.execute(
                text(
                    f"INSERT INTO {table} ({keys}, day, {others}) SELECT {keys}, CURRENT_DATE - n, {others} FROM {table},"
                    " generate_series(0, 730) AS g(n) ON CONFLICT DO NOTHING"
                )
            )


def _waits(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.execute(text("SELECT EXISTS (SELECT FROM outbox WHERE topic = 'send.flags')")).scalar())


def _long_histories(lines: Iterable[tuple[str, bytes]], wanted: int) -> list[tuple[str, bytes]]:
    """Attendance reports of a few children, week after week, until they have 300 events."""
    found: dict[str, dict[str, Any]] = {}
    for feed, raw in lines:
        if feed == "school" and b"send.school.attendance" in raw:
            body = json.loads(raw)
            found.setdefault(body["subject"], body)
        if len(found) == wanted:
            break
    return [("school", _week(body, week)) for body in found.values() for week in range(1, LONG)]


def _week(body: dict[str, Any], week: int) -> bytes:
    ends = date.fromisoformat(body["data"]["to_on"]) - timedelta(7 * week)
    data = {**body["data"], "from_on": (ends - timedelta(4)).isoformat(), "to_on": ends.isoformat(), "sessions_possible": 10,
            "sessions_authorised_absence": week % 3, "sessions_unauthorised_absence": 0}  # fmt: skip
    moment = datetime(ends.year, ends.month, ends.day, 12, tzinfo=UTC).isoformat().replace("+00:00", "Z")
    again = {**body, "id": f"{body['id']}-{week}", "time": moment, "recordedtime": moment, "data": data}
    return json.dumps(again, ensure_ascii=False, separators=(",", ":")).encode()


def _keep_directory(engine: Engine, lines: Iterable[tuple[str, bytes]]) -> None:
    """Who works for which agency, as the directory's step keeps it."""
    with engine.begin() as connection:
        for feed, raw in lines:
            if feed == "workers" and b"send.workers.joined" in raw:
                data = json.loads(raw)["data"]
                connection.execute(
                    text(
                        "INSERT INTO worker (worker_id, name, role, team, sector, email, as_recorded_at)"
                        " VALUES (:id, :name, :role, :team, :sector, :email, :now) ON CONFLICT DO NOTHING"
                    ),
                    {**data["worker"], "sector": data["sector"], "now": NOW},
                )


def _answer_some(engine: Engine) -> None:
    """Of ten alerts one is acted on, and one put off; those that are closed were so over two years. Most notices are read, and
    of four items in quarantine three were laid aside."""
    answer = json.dumps({"what": "acknowledged", "by": "manager", "on": UNTIL.isoformat(), "why": ""})
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE alert SET handled = cast(:answer AS jsonb) WHERE abs(hashtext(alert_id) % 10) = 0"),
            {"answer": answer},
        )
        connection.execute(
            text("UPDATE alert SET snoozed_until = :until WHERE abs(hashtext(alert_id) % 10) = 1"),
            {"until": UNTIL + timedelta(5)},
        )
        connection.execute(
            text(
                "UPDATE alert SET cleared_at = cleared_at - abs(hashtext(alert_id) % 730) * interval '1 day'"
                " WHERE cleared_at IS NOT NULL"
            )
        )
        connection.execute(
            text("UPDATE notice SET read_at = opened_at, read_by = recipient WHERE abs(hashtext(notice_id) % 20) > 0")
        )
        connection.execute(text("UPDATE quarantine SET status = 'discarded' WHERE id % 4 > 0 AND status = 'open'"))
