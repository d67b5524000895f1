"""The rows of the tables that are the same for every child."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, get_args

from send_integration.contracts.codes import Service
from send_integration.rules.model import RuleBook
from send_integration.timeline.episodes import PATHWAYS
from send_integration.timeline.model import EpisodeStatus
from send_integration.timeline.titles import sector_of_service
from send_integration.warehouse.row_keys import Rows
from send_integration.when.periods import is_working_day
from send_integration.when.school_years import school_year_start

FIRST_DAY, LAST_DAY = date(1995, 1, 1), date(2050, 12, 31)
"""Of the table of days: from before anybody was born who can have a plan."""

_REFERRAL = "referral"
"""The pathway whose episodes go by the service that was asked."""


def shared_rows(rules: RuleBook) -> Mapping[str, Rows]:
    """Every row of these tables, by the view in which it is seen, in the order of the table's columns."""
    services = sorted(get_args(Service))
    pathways = sorted({*services, *(pathway.name for pathway in PATHWAYS)} - {_REFERRAL})
    return {
        "dim_rule": [
            (rule.id, rule.kind, rule.area, rule.version, rule.basis, rule.citation, rule.why)
            for _, rule in sorted(rules.rules.items())
        ],
        "dim_service": [(service, sector_of_service(service)) for service in services],
        "dim_pathway_stage": [
            (f"{pathway} {status}", pathway, status, place)
            for pathway in pathways
            for place, status in enumerate(EpisodeStatus, start=1)
        ],
        "dim_date": list(_days()),
    }


def _days() -> Iterator[tuple[Any, ...]]:
    for number in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(number)
        week = day.isocalendar()
        financial_year = day.year if day >= date(day.year, 4, 1) else day.year - 1
        yield (
            day,
            day.replace(day=1),
            day.year,
            financial_year,
            school_year_start(day).year,
            f"{week.year}-W{week.week:02}",
            is_working_day(day),
        )
