"""Who clears away what is too old passes over what somebody holds just now: whoever waited for one while holding others could
wait in a ring. The next run takes it."""

import pytest
from sqlalchemy import Engine, text

from send_integration.store.ageing import forget_aged
from tests.builders import NOW
from tests.integration.notices.test_what_others_add_to import tell
from tests.integration.steps.meeting import never_waiting

OLD = {
    "delivery": (
        "INSERT INTO delivery (message_id, address, content, due_at, sent_at)"
        " SELECT m, 'a@example.org', '{}', '2024-01-01', '2024-01-01' FROM unnest(ARRAY['a', 'b']) AS u(m)"
    ),
    "digest": (
        "INSERT INTO digest (digest_id, recipient, day, alerts, made_at)"
        " SELECT d, d, '2024-01-01', '{}', '2024-01-01' FROM unnest(ARRAY['a', 'b']) AS u(d)"
    ),
    "quarantine": (
        'INSERT INTO quarantine (feed, raw, reasons, topic, "partition", "offset", origin, status, quarantined_at)'
        " SELECT 'ehcp', cast(b AS bytea), '[]', 'send.raw.ehcp', 0, 0, '[]', 'released', '2024-01-01'"
        " FROM unnest(ARRAY['a', 'b']) AS u(b)"
    ),
    "notice": "UPDATE notice SET read_at = '2024-01-01', read_by = recipient",
}


@pytest.mark.parametrize(
    ("rule", "table", "rows_of_one"),
    [
        ("delivery", "delivery", 1),
        ("digest", "digest", 1),
        ("released-from-quarantine", "quarantine", 1),
        ("notice", "notice", 2),
    ],
)
def test_what_somebody_holds_goes_at_the_next_run(engine: Engine, rule: str, table: str, rows_of_one: int) -> None:
    with engine.begin() as connection:
        tell(connection, "e", "team:one", "team:other")
        connection.execute(text(OLD[table]))

    def clear(ours: Engine) -> int:
        with ours.begin() as connection:
            return forget_aged(connection, rule, NOW)

    with never_waiting(engine) as ours:
        with engine.begin() as other:
            other.execute(text(f"SELECT FROM {table} LIMIT 1 FOR UPDATE"))
            assert clear(ours) == rows_of_one
        assert clear(ours) == rows_of_one
