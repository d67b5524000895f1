"""What is somebody's own is read by itself, however much there is that is others', in whichever way statements are planned."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, create_engine, event, text

from send_integration.store.inbox import Inbox, Pile, one_alert
from send_integration.store.notices import Reader, unread_notices
from send_integration.store.own_children import own_children

TODAY = date(2025, 6, 2)
CHILDREN, RESTRICTED = 4000, 400
ALERTS, ALERTS_OF_RESTRICTED = 12, 3
WREN, CHILDREN_OF_WREN = "ehc-team-w1", 400
SHOWN = 5

_CHILDREN = (
    "INSERT INTO child (child_id, answer, named_workers, given_name, family_name, date_of_birth, need, open_flags,"
    " restricted, evaluated_on) SELECT 'c' || i, jsonb_build_object('milestones', '[]'::jsonb, 'filling', (SELECT"
    " array_agg(md5(i || '-' || j)) FROM generate_series(1, 40) AS j)), CASE WHEN i <= :of_wren THEN"
    " jsonb_build_array(jsonb_build_object('worker_id', cast(:wren AS text), 'role', 'keyworker')) ELSE '[]' END, 'Ada',"
    " 'Example', '2015-01-01', CASE WHEN i <= :of_wren THEN 0 ELSE 1 + abs(hashtext(cast(i AS text)) % 1000) END, 0,"
    " i > :children - :restricted, '2025-06-02' FROM generate_series(1, :children) AS i"
)
_FLAGS = (
    "INSERT INTO flag (flag_id, child_id, status, content, raised_at) SELECT 'f-' || c || '-' || k, 'c' || c, 'open',"
    ' \'{"level": "raise", "due_on": null}\', now() FROM generate_series(1, :children) AS c,'
    " generate_series(1, :alerts) AS k WHERE c <= :children - :restricted OR k <= :of_restricted"
)
# As many are put off, and as many acted on, as wait.
_ALERTS = (
    "INSERT INTO alert (alert_id, flag_id, child_id, recipient, content, raised_at, snoozed_until, handled) SELECT"
    " 'a' || flag_id, flag_id, child_id, 'team:camhs-team', jsonb_build_object('level', 'raise', 'rule', 'exclusion',"
    " 'due_on', '2025-07-01', 'filling', md5(flag_id)), now(), CASE k % 3 WHEN 1 THEN date '2025-07-01' END,"
    ' CASE k % 3 WHEN 2 THEN jsonb \'{"what": "acknowledged"}\' END FROM flag,'
    " cast(split_part(flag_id, '-', 3) AS integer) AS k"
)
# Each recipient has one of each child, the latest ones of restricted children, and many opened at once.
_NOTICES = (
    "INSERT INTO notice (notice_id, recipient, child_id, opened_at) SELECT 'n' || i || r, r, 'c' || i,"
    " timestamptz '2025-05-01' + (i / 7) * interval '1 minute' FROM generate_series(:children - :restricted - 99,"
    " :children) AS i, unnest(cast(:recipients AS text[])) AS r"
)
_ENTRIES = (
    "INSERT INTO notice_entry (notice_id, source, event_id, shown_since, left_at, why, ways, rules) SELECT notice_id,"
    " 'urn:send:schools', child_id, opened_at, opened_at, 'It was taken back.', '{page}', '{}' FROM notice"
)


class Rows:
    """How many rows of each table were read, by one connection, since it was last asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._before: dict[str, int] = {}
        self.read()

    def read(self) -> dict[str, int]:
        """Of those tables of which any were."""
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_stat_force_next_flush()"))
        with self._engine.begin() as connection:
            counts = connection.execute(
                text("SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables")
            )
            now = {str(name): int(number) for name, number in counts}
        found = {name: number - self._before.get(name, 0) for name, number in now.items()}
        self._before = now
        return {name: number for name, number in found.items() if number}


@pytest.fixture(params=["force_custom_plan", "force_generic_plan"])
def authority(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Many children and alerts of others, by one connection; its statements are planned for what they are given or, as is
    each that was asked often, for anything."""
    address = engine.url.render_as_string(hide_password=False)
    opened = create_engine(address, pool_size=1, max_overflow=0, connect_args={"prepare_threshold": 0})

    @event.listens_for(opened, "connect")
    def choose(connection: object, _entry: object) -> None:
        connection.execute(f"SET plan_cache_mode = {request.param}")  # type: ignore[attr-defined]

    given = {"children": CHILDREN, "restricted": RESTRICTED, "alerts": ALERTS, "of_restricted": ALERTS_OF_RESTRICTED}
    with opened.begin() as connection:
        connection.execute(text(_CHILDREN), {**given, "wren": WREN, "of_wren": CHILDREN_OF_WREN})
        connection.execute(text(_FLAGS), given)
        connection.execute(text(_ALERTS))
    vacuum(opened)
    yield opened
    opened.dispose()


def vacuum(engine: Engine) -> None:
    """What PostgreSQL does by itself before long: what is in an index alone can be read from there."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


@pytest.fixture
def manager() -> Reader:
    """Who may know of every restricted child, and has those alerts on them that nobody else may read."""
    return Reader(["manager", "team:ehc-team"], restricted=True, worker_id="")


@pytest.fixture
def team() -> Reader:
    """Who reads a team's alerts, those on restricted children apart."""
    return Reader(["somebody", "team:camhs-team"], restricted=False, worker_id="")


@pytest.mark.parametrize("which", Pile)
def test_of_a_teams_pile_what_is_shown_is_read_though_thousands_are_as_urgent(
    authority: Engine, team: Reader, which: Pile
) -> None:
    rows = Rows(authority)
    assert len(Inbox(authority, team, TODAY).pile(which, limit=SHOWN)) == SHOWN
    # Of each that is shown, those that its flag was passed on to; the index of what waits has what is put off too.
    assert rows.read()["alert"] <= 5 * SHOWN


def test_the_few_that_are_put_off_are_found_though_thousands_are_answered(authority: Engine, team: Reader) -> None:
    with authority.begin() as connection:
        connection.execute(
            text(
                'UPDATE alert SET snoozed_until = NULL, handled = \'{"what": "dismissed"}\''
                " WHERE snoozed_until IS NOT NULL AND child_id <> 'c1'"
            )
        )
        connection.execute(text("ANALYZE alert"))
    inbox, rows = Inbox(authority, team, TODAY), Rows(authority)
    assert {alert["child_id"] for alert in inbox.pile(Pile.PUT_OFF, limit=SHOWN)} == {"c1"}
    assert len(inbox.pile(Pile.ACTED_ON, limit=SHOWN)) == SHOWN
    assert rows.read()["alert"] <= 8 * SHOWN


def test_of_what_was_lately_closed_what_was_answered_or_never_sent_is_not_read(authority: Engine, team: Reader) -> None:
    with authority.begin() as connection:
        connection.execute(text("UPDATE alert SET cleared_at = now() WHERE alert_id LIKE '%-1' OR handled IS NOT NULL"))
        connection.execute(text("ANALYZE alert"))
    rows = Rows(authority)
    assert Inbox(authority, team, TODAY).lately_closed(limit=SHOWN) == []
    assert rows.read().get("alert", 0) <= 2 * SHOWN


@pytest.mark.parametrize("which", Pile)
def test_a_manager_has_restricted_childrens_alerts_and_no_other_childs_is_read(
    authority: Engine, manager: Reader, which: Pile
) -> None:
    rows = Rows(authority)
    found = Inbox(authority, manager, TODAY).pile(which, limit=SHOWN)
    assert len(found) == SHOWN
    assert all(alert["restricted"] for alert in found)
    of_this_pile = RESTRICTED  # one alert of each child in every pile
    # Beside them, of each that is shown, those that its flag was passed on to.
    assert rows.read()["alert"] <= RESTRICTED * ALERTS_OF_RESTRICTED + of_this_pile + 2 * SHOWN


def test_for_all_piles_restricted_childrens_alerts_are_looked_for_once(authority: Engine, manager: Reader) -> None:
    rows = Rows(authority)
    inbox = Inbox(authority, manager, TODAY)
    assert len([alert for which in Pile for alert in inbox.pile(which, limit=SHOWN)]) == len(Pile) * SHOWN
    assert inbox.lately_closed(limit=SHOWN) == []
    assert rows.read()["alert"] <= 2 * RESTRICTED * ALERTS_OF_RESTRICTED + len(Pile) * 2 * SHOWN


def test_of_a_restricted_childs_alerts_none_is_read_that_its_named_worker_has(
    authority: Engine, manager: Reader
) -> None:
    with authority.begin() as connection:
        of_restricted = "child_id IN (SELECT child_id FROM child WHERE restricted)"
        connection.execute(text(f"UPDATE alert SET recipient = :wren WHERE {of_restricted}"), {"wren": WREN})
        connection.execute(
            text(
                "UPDATE child SET named_workers = jsonb_build_array(jsonb_build_object('worker_id', cast(:wren AS text)))"
            ),
            {"wren": WREN},
        )
    vacuum(authority)
    rows = Rows(authority)
    assert Inbox(authority, manager, TODAY).piles(dict.fromkeys(Pile, SHOWN)) == {which: [] for which in Pile}
    assert rows.read().get("alert", 0) < 10


def test_for_one_alert_no_other_is_read(authority: Engine, manager: Reader) -> None:
    rows = Rows(authority)
    found = one_alert(authority, manager, f"af-{CHILDREN}-3", today=TODAY)
    assert found is not None
    assert found["restricted"]
    # The same a few times: as the reader's own, of each recipient, as a restricted child's, and as its flag's.
    assert rows.read()["alert"] < 10


def test_what_was_lately_closed_is_found_without_what_is_open(authority: Engine, manager: Reader) -> None:
    rows = Rows(authority)
    assert Inbox(authority, manager, TODAY).lately_closed(limit=SHOWN) == []
    # Beside restricted children's, the ends of indexes, at which PostgreSQL looks to plan each of the two statements.
    assert rows.read().get("alert", 0) <= RESTRICTED * ALERTS_OF_RESTRICTED + 4


def test_a_workers_children_are_found_without_reading_everybody_elses(authority: Engine) -> None:
    rows = Rows(authority)
    found = own_children(authority, WREN, today=TODAY, limit=SHOWN)
    assert len(found) == SHOWN
    assert rows.read()["child"] <= CHILDREN_OF_WREN


@pytest.fixture
def teams(authority: Engine) -> Reader:
    """Who reads the notices of many teams."""
    recipients = [f"team:team-{number}" for number in range(8)]
    with authority.begin() as connection:
        given = {"children": CHILDREN, "restricted": RESTRICTED, "recipients": recipients}
        connection.execute(text(_NOTICES), given)
        connection.execute(text(_ENTRIES))
        connection.execute(text("ANALYZE notice, notice_entry"))
    return Reader(recipients, restricted=False, worker_id="")


def test_of_many_teams_notices_those_that_are_shown_are_asked_about(authority: Engine, teams: Reader) -> None:
    with authority.begin() as connection:
        connection.execute(text("UPDATE child SET restricted = false"))
        connection.execute(text("ANALYZE child"))
    rows = Rows(authority)
    assert len(unread_notices(authority, teams, SHOWN)) == SHOWN
    assert rows.read()["notice_entry"] <= 2 * SHOWN  # asked about, and shown


def test_notices_that_may_not_be_told_hide_no_others(authority: Engine, teams: Reader) -> None:
    everything = unread_notices(authority, teams._replace(restricted=True), 10_000)
    assert len(everything) == 8 * (RESTRICTED + 100)
    assert everything == sorted(everything, key=lambda one: (-one.opened_at.timestamp(), one.notice_id))
    with authority.connect() as connection:
        secret = set(connection.execute(text("SELECT child_id FROM child WHERE restricted")).scalars())
    of_others = [notice for notice in everything if notice.child_id not in secret]
    for limit in (1, SHOWN, len(of_others), len(of_others) + 1):
        assert unread_notices(authority, teams, limit) == of_others[:limit]
