"""The checks of an area SEND inspection's lists that need more than one event: over what stands on the timelines."""

from typing import NamedTuple

from sqlalchemy import Engine, text


class Found(NamedTuple):
    """A child of whom an inspection would ask, by the check's code."""

    check: str
    child_id: str


UPN_TWICE = """
SELECT 'upn-twice' AS check, child_id FROM (SELECT child_id, upn FROM person_record WHERE upn <> '') AS held
 WHERE child_id IS NOT NULL AND upn IN (SELECT upn FROM person_record WHERE upn <> '' AND child_id IS NOT NULL
 GROUP BY upn HAVING count(DISTINCT child_id) > 1)"""

STANDING = """
SELECT child_id, body ->> 'type' AS type, body -> 'data' AS data, cast(body ->> 'time' AS timestamptz) AS time FROM (
 SELECT child_id, convert_from(body, 'UTF8')::jsonb AS body FROM event WHERE shown_since IS NOT NULL) AS told"""

ISSUED_AFTER = """
SELECT 'issued-after-update-or-review' AS check, child_id FROM standing WHERE type = ANY(ARRAY[
 'send.ehcp.finalised.v1', 'send.ehcp.amended_final_issued.v1', 'send.ehcp.review_decided.v1'])
 GROUP BY child_id, data ->> 'plan_id' HAVING min(time) FILTER (WHERE type = 'send.ehcp.finalised.v1')
 > min(time) FILTER (WHERE type <> 'send.ehcp.finalised.v1')"""

NO_ESTABLISHMENT = """
SELECT 'school-age-without-establishment' AS check, s.child_id FROM (SELECT child_id, type, time,
 CASE WHEN type = 'send.school.left.v1' THEN data ? 'destination_urn' WHEN type = 'send.school.enrolled.v1'
 OR data ? 'placement_urn' OR data ->> 'placement_type' = 'eotas' THEN true END AS has FROM standing) AS s
 JOIN child c ON c.child_id = s.child_id
 WHERE extract(year FROM age(cast(:today AS date), c.date_of_birth)) BETWEEN 5 AND 16 GROUP BY s.child_id
 HAVING bool_or(s.type = ANY(ARRAY['send.ehcp.finalised.v1', 'send.school.sen_support_started.v1']))
 AND NOT coalesce((array_agg(has ORDER BY time DESC, has DESC) FILTER (WHERE has IS NOT NULL))[1], false)"""
"""What was last said of a school decides: who has left one without another has none."""


def list_checks(engine: Engine, today: str) -> list[Found]:
    """Every child whom a check finds, restricted children left out; reads all events, so it is for now and then."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"WITH standing AS ({STANDING}) SELECT DISTINCT found.check, found.child_id"  # noqa: S608 - constants of ours
                f" FROM ({UPN_TWICE} UNION ALL {ISSUED_AFTER} UNION ALL {NO_ESTABLISHMENT}) AS found"
                " JOIN child ON child.child_id = found.child_id AND NOT child.restricted ORDER BY 1, 2"
            ),
            {"today": today},
        )
        return [Found(*row) for row in rows]
