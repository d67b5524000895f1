"""The Department's tables on EHC plans that we reproduce: their columns in its order, what they add up to, and their shares."""

from collections.abc import Mapping
from typing import NamedTuple

from send_integration.warehouse.dfe_places import GROUPS, WORDS, group_of

NOT_KNOWN = "x"
"""The Department's sign for a figure that is not available; here one that no event tells."""

CALENDAR, ACADEMIC = "Calendar year", "Academic year"
KEYS = (
    "time_period", "time_identifier", "geographic_level", "old_la_code", "la_name", "breakdown_topic", "breakdown",
)  # fmt: skip
AGE = "Child or young persons age"
AGE_AT_START, AGE_CEASED = "Age when plan started", "Age plan ceased"
ETHNICITY, SEX, PLACE = "Ethnicity", "Sex", "Type of placement"
YEARS, YEARS_HELD = "Years EHC plan in place", "Years plan held"


class Share(NamedTuple):
    """A percentage: one column of the sum of others."""

    part: str
    of: tuple[str, ...]


class Table(NamedTuple):
    """A table; `totals` are columns that are the sums of others, `everybody` is what its row of all is called."""

    name: str
    period: str
    everybody: str
    columns: tuple[str, ...]
    totals: Mapping[str, tuple[str, ...]]
    shares: Mapping[str, Share]
    not_known: frozenset[str] = frozenset()


def _shares(of: str | tuple[str, ...], pairs: str) -> dict[str, Share]:
    whole = (of,) if isinstance(of, str) else of
    return {share: Share(part, whole) for share, part in (pair.split("=") for pair in pairs.split())}


REQUESTS = Table(
    "requests",
    CALENDAR,
    "All requests for EHC needs assessments",
    (
        "requests_received_in_year",
        "requests_rya",
        "requests_decided_to_assess",
        "requests_decided_not_to_assess",
        "requests_decision_not_made",
        "requests_withdrawn",
        "request_assess_pc",
        "request_not_assess_pc",
        "request_outstanding_pc",
        "request_withdrawn_pc",
        "request_outcome_six_weeks",
        "request_outcome_over_6_weeks",
        "request_outcome_six_weeks_pc",
        "request_outcome_over_6_weeks_pc",
        "mediation_related_request",
        "tribunal_related_request",
        "tribunal_after_mediation_request",
    ),
    {
        "requests_received_in_year": (
            "requests_decided_to_assess",
            "requests_decided_not_to_assess",
            "requests_decision_not_made",
            "requests_withdrawn",
        )
    },
    _shares(
        "requests_received_in_year",
        "request_assess_pc=requests_decided_to_assess request_not_assess_pc=requests_decided_not_to_assess"
        " request_outstanding_pc=requests_decision_not_made request_withdrawn_pc=requests_withdrawn",
    )
    | _shares(
        ("request_outcome_six_weeks", "request_outcome_over_6_weeks"),
        "request_outcome_six_weeks_pc=request_outcome_six_weeks request_outcome_over_6_weeks_pc=request_outcome_over_6_weeks",
    ),
)

ASSESSMENTS = Table(
    "assessments",
    CALENDAR,
    "All EHC needs assessments",
    (
        "assess_in_year",
        "assess_issued",
        "assess_issued_pc",
        "assess_not_issued",
        "assess_not_issued_pc",
        "assess_not_made",
        "assess_not_made_pc",
        "assess_withdrawn",
        "assess_withdrawn_pc",
        "outcome_decision_within_time",
        "outcome_decision_over_time",
        "outcome_decision_within_time_pc",
        "outcome_decision_over_time_pc",
        "number_assess_mediation",
        "number_assess_tribunal",
        "number_asssess_mediation_tribunal",
        "number_other_mediation",
        "number_other_tribunal",
        "number_other_mediation_tribunal",
    ),
    {"assess_in_year": ("assess_issued", "assess_not_issued", "assess_not_made", "assess_withdrawn")},
    _shares(
        "assess_in_year",
        "assess_issued_pc=assess_issued assess_not_issued_pc=assess_not_issued assess_not_made_pc=assess_not_made"
        " assess_withdrawn_pc=assess_withdrawn",
    )
    | _shares(
        ("outcome_decision_within_time", "outcome_decision_over_time"),
        "outcome_decision_within_time_pc=outcome_decision_within_time"
        " outcome_decision_over_time_pc=outcome_decision_over_time",
    ),
)

TIMELY = ("plans_issued_within_20_weeks", "plans_issued_gt20weeks_ltYear", "plans_issued_gt_1_year")
TIMELY_EX = ("plans_issued_20_weeks_ex", "plans_issued_gt20weeks_ltYear_ex", "plans_issued_gt_1_year_ex")
TIMELINESS = Table(
    "timeliness_20_week",
    CALENDAR,
    "All EHC plans issued",
    (
        "plans_issued_den", "plans_issued_den_ex",
        TIMELY[0], TIMELY_EX[0], "pc_plans_issued_within_20_weeks", "PC_plans_issued_20_weeks_ex",
        TIMELY[1], TIMELY_EX[1], "pc_plans_issued_gt20weeks_ltYear", "PC_plans_issued_gt20weeks_ltYear_ex",
        TIMELY[2], TIMELY_EX[2], "pc_plans_issued_gt_1_year", "PC_plans_issued_gt_1_year_ex",
    ),
    {},
    {f"pc_{part}": Share(part, ("plans_issued_den",)) for part in TIMELY}
    | {f"PC_{part}": Share(part, ("plans_issued_den_ex",)) for part in TIMELY_EX},
)  # fmt: skip


def _placed(name: str, period: str, everybody: str, whole: str) -> Table:
    """A table with a column for every kind of place."""
    groups: dict[str, list[str]] = {}
    for place in WORDS:
        groups.setdefault(group_of(place) or place, []).append(place)
    columns: list[str] = [whole]
    totals: dict[str, tuple[str, ...]] = {}
    shares: dict[str, Share] = {}
    for group, places in groups.items():
        total, share, _ = GROUPS.get(group, (group, f"{group}_pc", ""))
        columns += [*places, total, share] if group in GROUPS else [*places, share]
        if group in GROUPS:
            totals[total] = tuple(places)
        shares[share] = Share(total, (whole,))
    totals[whole] = tuple(WORDS)
    absent = ("w_settings", "other_schools", "await_prov_2022", "perm_ex_2022")
    order = _DEPARTMENT_ORDER.split()
    ordered = (whole, *(name for name in order if name in columns or name in absent))
    return Table(name, period, everybody, ordered, totals, shares, frozenset(absent))


_DEPARTMENT_ORDER = (
    "mainstream_la_maintained mainstream_la_maintained_resourced_provision mainstream_la_maintained_senunit"
    " mainstream_academy mainstream_academy_resourced_provision mainstream_academy_senunit mainstream_free_school"
    " mainstream_free_school_resourced_provision mainstream_free_school_senunit mainstream_independent mainstream_total"
    " mainstream_total_pc special_la_maintained special_academy_free special_independent special_non_maintained"
    " special_total special_total_pc ap_pru_academy ap_pru_free_school ap_pru_la_maintained ap_pru_total"
    " AP_PRU_total_pc general_fe_tertiary_colleges specialist_post_16_institutions ukrlp_provider fe_total fe_total_pc"
    " elective_home_education other_arrangements_la other_arrangements_parents online_provider w_settings other_schools"
    " other_placement_settings neet neet_ntci neet_other neet_other_csa ed_elsewhere ed_elsewhere_pc nm_early_years"
    " nm_early_years_pc placement_unknown placement_unknown_pc await_prov_2022 perm_ex_2022"
)
NEW_PLANS = _placed("newplans", CALENDAR, "New EHC plans", "new_ehc_plans")
CASELOAD = _placed("caseload", ACADEMIC, "All EHC plans", "ehcplans")

NEEDS: Mapping[str, str] = {
    code: f"number_{code.lower()}"
    for code in ("ASD", "HI", "MLD", "MSI", "OTH", "PD", "PMLD", "SEMH", "SLCN", "SLD", "SPLD", "VI")
} | {"DS": "number_oth", "NSA": "number_need_unknown"}
"""The column of each need type; the Department's tables of this year have none for Down syndrome."""


def _needs(name: str, period: str) -> Table:
    numbers = tuple(dict.fromkeys((*NEEDS.values(), "number_need_unknown")))
    shares = {number.removeprefix("number_").removeprefix("need_") + "_pc": number for number in numbers}
    return Table(
        name,
        period,
        "All EHC plans",
        ("ehc_plans", *numbers, *shares),
        {"ehc_plans": numbers},
        {share: Share(number, ("ehc_plans",)) for share, number in shares.items()},
    )


NEEDS_OF_NEW = _needs("sen_need_newplans", CALENDAR)
NEEDS_OF_ALL = _needs("sen_needs_all_plans", ACADEMIC)


def reviews_of(year: int) -> Table:
    """The table of annual reviews, whose columns name the year and the January after it."""
    this, after = f"{year % 100:02}", f"{(year + 1) % 100:02}"
    meetings = (f"review_meeting_{after}", f"review_meeting_{this}", f"review_meeting_prior_{this}")
    decided = (f"review_decision{after}", f"review_decision{this}", f"review_decision_prior{this}")
    undecided = ("review_decision_not_due", "review_decision_outstanding")
    outcomes = ("outcome_amend", "outcome_cease", "outcome_maintan")
    speed = ("number_decsion_4weeks", "number_decision_gt_4weeks")
    return Table(
        "annual_reviews",
        CALENDAR,
        "All annual reviews",
        (
            "total_ehc_plans", "review_expected", "review_not_expected", *meetings, f"review_meeting_prior_{this}.1",
            "total_review_meeting", "no_review_meeting", *decided, *undecided, *outcomes, "no_outcome", *speed,
            "pc_decsion_4weeks", "pc_decision_gt_4weeks",
        ),
        {
            "total_ehc_plans": ("review_expected", "review_not_expected"),
            "review_expected": ("total_review_meeting", "no_review_meeting"),
            "total_review_meeting": (*decided, *undecided),
            f"review_meeting_prior_{this}.1": (f"review_meeting_prior_{this}",),
        },
        _shares(speed, f"pc_decsion_4weeks={speed[0]} pc_decision_gt_4weeks={speed[1]}"),
    )  # fmt: skip


REASONS = (
    "max_age", "needs_met", "he", "employ", "transfer", "no_engage", "moved_outside_eng", "deceased", "not_rec", "other",
)  # fmt: skip
CEASED = Table(
    "ceased_plans", CALENDAR, "All ceased EHC plans", (*REASONS, "total_ceased"), {"total_ceased": REASONS}, {}
)
BUDGETS = Table(
    "personal_budgets",
    ACADEMIC,
    "All personal budgets",
    (
        "personal_budget",
        "org_arrangments",
        "pb_health",
        "pb_education",
        "pb_social",
        "pb_integrated",
    ),
    {},
    {},
    frozenset({"pb_education", "pb_social", "pb_integrated"}),
)


def tables_of(year: int) -> tuple[Table, ...]:
    """Every table that we reproduce."""
    return (
        REQUESTS, ASSESSMENTS, TIMELINESS, NEW_PLANS, CASELOAD, NEEDS_OF_NEW, NEEDS_OF_ALL, reviews_of(year), CEASED, BUDGETS,
    )  # fmt: skip


def counted(table: Table, counts: Mapping[str, int]) -> dict[str, int]:
    """The columns that are counts, totals among them, from what was counted one by one.

    Totals of totals come last in each table's own list, and so find what they are made of.
    """
    found = {column: counts.get(column, 0) for column in table.columns if column not in table.shares}
    for total, parts in reversed(tuple(table.totals.items())):
        found[total] = sum(found[part] for part in parts)
    return {column: value for column, value in found.items() if column not in table.not_known}


def shares_of(table: Table, counts: Mapping[str, int]) -> dict[str, str]:
    """The columns that are percentages; of nobody there is none."""
    return {share: percent(counts, made) for share, made in table.shares.items()}


def percent(counts: Mapping[str, int], made: Share) -> str:
    """To one place; a half is rounded up, as the Department does."""
    whole = sum(counts[column] for column in made.of)
    return f"{(2000 * counts[made.part] + whole) // (2 * whole) / 10:g}" if whole else NOT_KNOWN
