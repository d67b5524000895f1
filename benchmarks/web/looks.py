"""The audit of an authority that has been in use: ten looks a child, most of them by those who work with it, in one chain."""

import psycopg

LOOKS_A_CHILD = 10
DAYS = 540

_LOOKS = """
INSERT INTO audit (at, actor, role, action, child_id, allowed, why)
SELECT until.day - %(days)s * interval '1 day' * (1 - g.number::float / %(wanted)s), who.actor, who.role, who.action,
 who.child_id, true, who.why
FROM (SELECT max(admitted_at) AS day FROM admitted) AS until, generate_series(1, %(wanted)s) AS g(number)
JOIN (SELECT child_id, coalesce(named_workers -> 0 ->> 'worker_id', 'chair') AS worker, row_number() OVER () - 1 AS place
 FROM child) AS c ON c.place = (g.number::bigint * 7919) %% %(children)s
CROSS JOIN LATERAL (SELECT * FROM (VALUES
 (0, c.worker, 'named-worker', 'view-child', c.child_id, 'named-worker may view-child'),
 (1, c.worker, 'named-worker', 'view-own-children', NULL, 'shown: my children'),
 (2, 'chair', 'panel-chair', 'view-child', c.child_id, 'panel-chair may view-child'),
 (3, 'member', 'panel-member', 'view-meeting', c.child_id, 'agenda of a meeting'),
 (4, 'manager', 'manager', 'list-children', NULL, 'shown: page 1 of the list')
) AS w(number, actor, role, action, child_id, why) WHERE w.number = g.number %% 5) AS who
ORDER BY g.number
"""

_CHAIN = """
DO $$
DECLARE
 entry audit;
 last bigint;
 number bigint;
 former bytea;
BEGIN
 SELECT coalesce(max(audit_id), 0), coalesce(max(seq), 0) INTO last, number FROM audit_link;
 SELECT coalesce((SELECT hash FROM audit_link ORDER BY seq DESC LIMIT 1), '') INTO former;
 FOR entry IN SELECT * FROM audit WHERE id > last ORDER BY id LOOP
  number := number + 1;
  former := sha256(former || convert_to(audit_text(entry), 'UTF8'));
  INSERT INTO audit_link (seq, audit_id, hash) VALUES (number, entry.id, former);
 END LOOP;
END $$
"""


def look_at_children(address: str) -> None:
    """Put into the audit what it lacks of so many looks a child; the chain is made as the audit's trigger makes it."""
    with psycopg.connect(address) as connection:
        children, there = connection.execute(
            "SELECT (SELECT count(*) FROM child), (SELECT count(*) FROM audit)"
        ).fetchone() or (0, 0)
        wanted = children * LOOKS_A_CHILD - there
        if wanted <= 0:
            return
        connection.execute("ALTER TABLE audit DISABLE TRIGGER audit_is_chained")
        connection.execute(_LOOKS, {"wanted": wanted, "children": children, "days": DAYS})
        connection.execute(_CHAIN)
        connection.execute("ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_is_chained")
