"""The warehouse's tables of what is the same for every child: rules, services, stages, days."""

from sqlalchemy import Boolean, Column, Date, Integer, Text

from send_integration.warehouse.history import of_all

dim_rule = of_all(
    "dim_rule",
    "one row a rule in force: milestones and risks.",
    Column("rule", Text, nullable=False, comment="its id"),
    Column("kind", Text, nullable=False, comment="milestone or risk"),
    Column("area", Text, nullable=False, comment="the part of the catalogue that it is in"),
    Column(
        "version", Text, nullable=False, comment="the catalogue's, and the authority's own where it changed the rule"
    ),
    Column("basis", Text, nullable=False, comment="S law or statutory guidance, G national guidance, L local default"),
    Column("citation", Text, nullable=False, comment="what it rests on"),
    Column("why", Text, nullable=False, comment="why it is"),
)

dim_service = of_all(
    "dim_service",
    "one row a service that refers or is referred to.",
    Column("service", Text, nullable=False, comment="as the schemas have it"),
    Column("sector", Text, nullable=False, comment="education, health or care"),
)

dim_pathway_stage = of_all(
    "dim_pathway_stage",
    "one row a stage of a pathway, as fact_episode has them.",
    Column("stage", Text, nullable=False, comment="pathway and status: camhs waiting"),
    Column("pathway", Text, nullable=False, comment="the service or process; of a referral to a service `referral`"),
    Column("status", Text, nullable=False, comment="waiting, active or closed"),
    Column("place", Integer, nullable=False, comment="the how-manyeth of the pathway"),
)

dim_date = of_all(
    "dim_date",
    "one row a day.",
    Column("day", Date, nullable=False, comment="the day"),
    Column("month", Date, nullable=False, comment="the first of its month"),
    Column("calendar_year", Integer, nullable=False, comment="its year"),
    Column("financial_year", Integer, nullable=False, comment="the year in which its financial year began, on 1 April"),
    Column("school_year", Integer, nullable=False, comment="the year in which its school year began, on 1 September"),
    Column("iso_week", Text, nullable=False, comment="its week as ISO 8601 has it: 2025-W07"),
    Column("working_day", Boolean, nullable=False, comment="Monday to Friday outside England's bank holidays"),
)
