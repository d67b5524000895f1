"""Of which restricted children somebody may be told, as SQL conditions: each is said once, here, for every query."""


# In these conditions OFFSET 0 has a row asked about for itself, by index: a page shows a few rows, and PostgreSQL would else
# read all records of people first, to have the answer for any row.


def works_with(child: str, worker_id: str) -> str:
    """That a row of table child has a worker for a named worker; both are SQL expressions."""
    return (
        f"coalesce({child}.named_workers @> jsonb_build_array(jsonb_build_object('worker_id',"
        f" cast({worker_id} AS text))), false)"
    )


COULD_BE_RESTRICTED = (
    "CASE WHEN c.child_id IS NOT NULL THEN c.restricted OR (p.restricted AND NOT EXISTS (SELECT FROM admitted m"
    " JOIN event e USING (source, event_id) WHERE m.person_record_id = p.id AND e.child_id = p.child_id))"
    " ELSE p.restricted OR p.child_id IS NOT NULL OR EXISTS (SELECT FROM unnest(p.held_between) AS b(child_id)"
    " LEFT JOIN child h USING (child_id) WHERE h.restricted IS NOT FALSE) END"
)
"""That person record `p` is or could be of a restricted child. `c` is its child, null where it is held or not evaluated
yet; an evaluated one answers for itself, but for a record that has not reached its timeline."""

# Of whom a notice `n` tells: its child, or where that child is no more, those who now have the records.
_OF_WHOM = (
    "SELECT c.restricted, c.named_workers FROM child c WHERE c.child_id = n.child_id UNION ALL"
    " SELECT r.restricted OR coalesce(h.restricted, false), coalesce(h.named_workers, '[]') FROM notice_entry x"
    " JOIN admitted m USING (source, event_id) JOIN person_record r ON r.id = m.person_record_id"
    " LEFT JOIN child h ON h.child_id = r.child_id WHERE x.notice_id = n.notice_id"
    " AND NOT EXISTS (SELECT FROM child o WHERE o.child_id = n.child_id)"
)


def entry_may_be_told(worker_id: str) -> str:
    """That entry `x` of a notice names nobody as family who is or could be a restricted child, but such as have the
    worker, an SQL expression, for a named worker."""
    return (
        "NOT EXISTS (SELECT FROM person_record_key k JOIN person_record p ON p.component = k.component"
        " LEFT JOIN child c ON c.child_id = p.child_id WHERE k.key = x.other_key AND p.source = x.other_source"
        f" AND p.local_id = x.other_local_id AND {COULD_BE_RESTRICTED} AND NOT {works_with('c', worker_id)} OFFSET 0)"
    )


def notice_may_be_told(worker_id: str) -> str:
    """That notice `n` tells of no restricted child but those of a worker, an SQL expression, and that something is left
    to tell."""
    return (
        f"(NOT EXISTS (SELECT FROM ({_OF_WHOM}) AS w WHERE w.restricted AND NOT {works_with('w', worker_id)})"  # noqa: S608 - ours
        f" AND EXISTS (SELECT FROM notice_entry x WHERE x.notice_id = n.notice_id AND {entry_may_be_told(worker_id)}"
        " OFFSET 0))"
    )


# Those who have left are read once a query, and not looked for by each of a manager's thousand alerts.
RECIPIENT_WORKS_THERE = (
    f"({works_with('c', 'a.recipient')} AND a.recipient NOT IN (SELECT g.worker_id FROM worker g"  # noqa: S608 - ours
    " WHERE g.left_on <= :today))"
)
"""That the recipient of alert `a` is a named worker of its child `c`, and has not left by `:today`."""

# A named worker's alert can have been addressed to a team's mailbox for want of an address of their own.
_TO_THEMSELVES = (
    "EXISTS (SELECT FROM jsonb_array_elements(c.named_workers) AS v LEFT JOIN worker g ON g.worker_id = a.recipient"
    " WHERE v ->> 'worker_id' = a.recipient AND d.address IN (v ->> 'email', g.email))"
)

_IN_A_DIGEST = (
    "SELECT FROM digest i JOIN alert a ON a.alert_id = ANY(i.alerts) LEFT JOIN child c ON c.child_id = a.child_id"
    " WHERE i.digest_id = d.message_id"
)

MAY_BE_LISTED = f"(c.restricted IS FALSE OR ({RECIPIENT_WORKS_THERE} AND {_TO_THEMSELVES}))"
"""That alert `a`, of its child `c`, may stand in the digest that delivery `d` takes to its recipient; `:today` as above."""

MAY_BE_SENT = (
    "(NOT EXISTS (SELECT FROM alert a LEFT JOIN child c ON c.child_id = a.child_id WHERE a.alert_id = d.message_id"  # noqa: S608 - ours
    f" AND c.restricted IS NOT FALSE AND NOT ({RECIPIENT_WORKS_THERE} AND {_TO_THEMSELVES}))"
    f" AND NOT EXISTS ({_IN_A_DIGEST} AND NOT coalesce({MAY_BE_LISTED}, false))"
    " AND NOT EXISTS (SELECT FROM notice n WHERE n.notice_id = d.message_id"
    f" AND NOT {notice_may_be_told('n.recipient')}))"
)
"""That what delivery `d` says of a restricted child goes to the mailbox of that child's named worker, and no other;
`:today` as above. Whoever else may see the child depends on a role, which is known only of who is signed in."""
