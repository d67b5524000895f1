"""How often what became of alerts, by the month: of no child and no worker, for reports."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, text


class AlertCount(NamedTuple):
    """What is counted together: alerts of a rule, kind and level that came to somebody by a rung, and what became of them."""

    rule: str
    kind: str
    level: str
    rung: str
    change: str


def add_alert_counts(connection: Connection, month: date, counts: Mapping[AlertCount, int]) -> None:
    """Add to what is counted in a month. Rows are only ever added: who answers an alert waits for nobody who routes many."""
    if counts:
        connection.execute(
            text(
                "INSERT INTO alert_count (month, rule, kind, level, rung, change, alerts)"
                " SELECT :month, u.* FROM unnest(cast(:rules AS text[]), cast(:kinds AS text[]), cast(:levels AS text[]),"
                " cast(:rungs AS text[]), cast(:changes AS text[]), cast(:alerts AS bigint[])) AS u"
            ),
            {
                "month": month,
                "rules": [counted.rule for counted in counts],
                "kinds": [counted.kind for counted in counts],
                "levels": [counted.level for counted in counts],
                "rungs": [counted.rung for counted in counts],
                "changes": [counted.change for counted in counts],
                "alerts": list(counts.values()),
            },
        )
