"""Every id of a child: what is kept by a child's id and not by events is found by all of them, before and after a merge."""


def ids_of(child: str) -> str:
    """The ids of a child, present and former, as a query; `child` is an SQL expression.

    A former id is its record's, wherever that goes: what was kept under it is the joined child's, and its own again once the
    two are parted.
    """
    return (
        f"(SELECT cast({child} AS text) UNION ALL SELECT f.child_id FROM former_child_id f"  # noqa: S608 - ours
        f" JOIN person_record r ON r.id = f.person_record_id WHERE r.child_id = {child})"
    )


def present_id(child: str) -> str:
    """The id by which a child is known now whose id, an SQL expression, may be a former one; the same where nobody is known."""
    return (
        f"coalesce((SELECT c.child_id FROM child c WHERE c.child_id = {child}), (SELECT r.child_id FROM former_child_id f"  # noqa: S608 - ours
        f" JOIN person_record r ON r.id = f.person_record_id WHERE f.child_id = {child}), {child})"
    )
