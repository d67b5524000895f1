"""What there is to look at: children, alerts, meetings, decisions, pairs, measures and the rest, a few hundred of each."""

from collections.abc import Mapping

from sqlalchemy import Engine, text

from benchmarks.rules.histories import UNTIL
from send_integration import clock
from send_integration.steps.decision_history import own_past_decision
from send_integration.steps.scorecard import scorecards
from send_integration.store.quarantine import groups
from send_integration.warehouse.inspection.declared import inspection_measures
from send_integration.when.london import london_day

_CHILDREN = "SELECT child_id FROM child WHERE NOT restricted ORDER BY md5(child_id) LIMIT 2000"
_LONG = "SELECT child_id FROM event WHERE event_id ~ '-299(-t[0-9]+)?$' ORDER BY md5(event_id) LIMIT 200"
_LISTED = "SELECT child_id FROM panel_listing WHERE meeting_on >= :today"
_TO_DECIDE = "SELECT child_id FROM panel_listing WHERE meeting_on = :today"
_MEETINGS = "SELECT cast(meeting_on AS text) FROM meeting WHERE meeting_on BETWEEN :today - 90 AND :today + 60"
_DECISIONS = "SELECT event_id FROM decision_seen ORDER BY md5(event_id) LIMIT 300"
_PAIRS = (
    "SELECT v.one || '-' || v.other FROM identity_review v JOIN person_record a ON a.id = v.one"
    " JOIN person_record b ON b.id = v.other WHERE a.child_id IN (SELECT child_id FROM child WHERE NOT restricted)"
    " AND b.child_id IN (SELECT child_id FROM child WHERE NOT restricted) AND NOT a.restricted AND NOT b.restricted"
    " ORDER BY md5(v.one || '-' || v.other) LIMIT 300"
)
_TOLD_APART = "SELECT event_id FROM identity_decision WHERE event_id !~ '-t[0-9]+$' ORDER BY 1"
"""Those of the town itself: an id of ours has no number behind it."""

_ITEMS = "SELECT cast(id AS text) FROM quarantine WHERE status = 'open' ORDER BY md5(cast(id AS text)) LIMIT 300"
_FEEDS = "SELECT DISTINCT feed FROM feed_day"
_ENTRIES = "SELECT cast(id AS text) FROM audit WHERE id % 1000 = 0 ORDER BY md5(cast(id AS text)) LIMIT 300"
_WORKERS = (
    "SELECT w ->> 'worker_id' FROM child, jsonb_array_elements(named_workers) AS w"
    " GROUP BY 1 ORDER BY md5(w ->> 'worker_id') LIMIT 200"
)
_OWN_CHILDREN = (
    "SELECT child_id FROM child WHERE named_workers @> jsonb_build_array(jsonb_build_object('worker_id',"
    " cast(:worker AS text))) AND NOT restricted LIMIT 100"
)
_OWN_ALERTS = "SELECT alert_id FROM alert WHERE recipient = :worker LIMIT 100"


class Sights:
    """The names of all that can be looked at."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.children = self._names(_CHILDREN)
        self.long = self._names(_LONG)
        self.listed = self._names(_LISTED, today=UNTIL)
        self.to_decide = self._names(_TO_DECIDE, today=UNTIL)
        self.meetings = self._names(_MEETINGS, today=UNTIL)
        self.decisions = self._names(_DECISIONS)
        self.pairs = self._names(_PAIRS)
        self.told_apart = [one for one in self._names(_TOLD_APART) if self._is_seen_by_stewards(one)]
        self.items = self._names(_ITEMS)
        self.feeds = self._names(_FEEDS)
        self.entries = self._names(_ENTRIES)
        self.workers = self._names(_WORKERS)
        self.measures = [measure.name for measure in inspection_measures()]
        today = london_day(clock.now())
        self.groups = [group.token for group in groups(engine, today)]
        self.agencies: Mapping[str, str] = {card.agency: card.token for card in scorecards(engine, today, 12)}

    def _is_seen_by_stewards(self, decision: str) -> bool:
        with self._engine.connect() as connection:
            return own_past_decision(connection, decision, restricted=False) is not None

    def own_children(self, worker: str) -> list[str]:
        """The children of a worker."""
        return self._names(_OWN_CHILDREN, worker=worker)

    def own_alerts(self, worker: str) -> list[str]:
        """The alerts of a worker."""
        return self._names(_OWN_ALERTS, worker=worker)

    def _names(self, query: str, **given: object) -> list[str]:
        with self._engine.connect() as connection:
            return [row[0] for row in connection.execute(text(query), given)]
