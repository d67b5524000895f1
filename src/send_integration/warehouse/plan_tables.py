"""The warehouse's tables on plans: the plans, their reviews, the needs and places that were told."""

from sqlalchemy import Boolean, Column, Date, Integer, Text

from send_integration.warehouse.history import locates, of_a_child

dim_plan = of_a_child(
    "dim_plan",
    "one row an EHC plan.",
    "plan_key",
    "names the plan among all",
    Column("request_key", Text, nullable=False, comment="the request that it came of, as in fact_ehc_request"),
    Column("finalised_on", Date, nullable=False, comment="the day of the final plan"),
    Column("amended_on", Date, comment="the day of the latest amended final plan"),
    Column("ceased_on", Date, comment="the day on which the authority ceased it"),
    Column("cease_reason", Text, comment="why, by the codes of the SEN2 return"),
    Column("placement_type", Text, nullable=False, comment="the kind of place that the final plan names"),
    locates("urn", "the school that it names, by the Department's number, as last told; empty of a restricted child"),
)

dim_placement = of_a_child(
    "dim_placement",
    "one row a school that a child joined.",
    "placement_key",
    "names the joining among all",
    locates("urn", "the school, by the Department's number; empty of a restricted child"),
    Column("year_group", Integer, comment="the national curriculum year in which the child joined; 0 is reception"),
    Column("joined_on", Date, nullable=False, comment="the day on which the child joined"),
    Column("left_on", Date, comment="the day on which it left, or joined another"),
)

dim_need = of_a_child(
    "dim_need",
    "one row a type of need that was ever told of a child, by a referral or a school.",
    "need_key",
    "names the child's need among all",
    Column("need_type", Text, nullable=False, comment="by the Department's codes"),
    Column("first_told_on", Date, nullable=False, comment="the first day on which it was told"),
    Column("last_told_on", Date, nullable=False, comment="the latest"),
)

fact_review = of_a_child(
    "fact_review",
    "one row a review meeting of a plan.",
    "review_key",
    "names the meeting among all",
    Column("plan_key", Text, nullable=False, comment="the plan, as in dim_plan"),
    Column("held_on", Date, nullable=False, comment="the day of the meeting"),
    Column("kind", Text, nullable=False, comment="annual, early or phase-transfer"),
    Column("pfa_discussed", Boolean, nullable=False, comment="whether preparing for adulthood was discussed"),
    Column("decided_on", Date, comment="the day of the decision that followed, before the next meeting"),
    Column("decision", Text, comment="maintain, amend or cease"),
)
