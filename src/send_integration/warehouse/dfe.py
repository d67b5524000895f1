"""The Department's headline counts for a calendar year, by the definitions of its tables on EHC plans."""

from sqlalchemy import Engine, text

REQUESTS = """
SELECT count(*) AS requests_received_in_year,
 count(*) FILTER (WHERE decision = 'yes') AS requests_decided_to_assess,
 count(*) FILTER (WHERE decision = 'no') AS requests_decided_not_to_assess,
 count(*) FILTER (WHERE decision IS NULL AND finalised_on IS NULL) AS requests_decision_not_made,
 count(*) FILTER (WHERE within_six_weeks) AS request_outcome_six_weeks,
 count(*) FILTER (WHERE NOT within_six_weeks) AS request_outcome_over_6_weeks
FROM warehouse.fact_ehc_request WHERE requested_on BETWEEN make_date(:year, 1, 1) AND make_date(:year, 12, 31)
"""

TIMELINESS = """
SELECT count(*) AS plans_issued_den,
 count(*) FILTER (WHERE NOT has_exception) AS plans_issued_den_ex,
 count(*) FILTER (WHERE within_twenty_weeks) AS plans_issued_within_20_weeks,
 count(*) FILTER (WHERE within_twenty_weeks AND NOT has_exception) AS plans_issued_20_weeks_ex,
 count(*) FILTER (WHERE NOT within_twenty_weeks AND finalised_on - requested_on <= 365)
  AS "plans_issued_gt20weeks_ltYear",
 count(*) FILTER (WHERE finalised_on - requested_on > 365) AS plans_issued_gt_1_year
FROM warehouse.fact_ehc_request WHERE finalised_on BETWEEN make_date(:year, 1, 1) AND make_date(:year, 12, 31)
"""
"""Columns ending in _ex leave out plans to which a lawful exception applied."""


def headline_counts(engine: Engine, year: int) -> dict[str, dict[str, int]]:
    """The tables 'requests' and 'timeliness_20_week' for the whole authority, column by column."""
    with engine.connect() as connection:
        return {
            name: dict(connection.execute(text(query), {"year": year}).mappings().one())
            for name, query in (("requests", REQUESTS), ("timeliness_20_week", TIMELINESS))
        }
