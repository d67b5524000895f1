"""The closed code lists of the contract (contracts.md 2), as types."""

from typing import Literal

Service = Literal[
    "school", "gp", "health-visitor", "parent", "social-care", "salt", "sensory-ot", "ot", "physiotherapy",
    "community-paediatrics", "camhs", "mhst", "ndd-pathway", "early-help", "flying-start", "talking-takes-off",
    "portage", "short-breaks", "sen-team", "youth-justice", "educational-psychology", "voluntary-sector",
]  # fmt: skip
NeedType = Literal[
    "SPLD", "MLD", "SLD", "PMLD", "SEMH", "SLCN", "HI", "VI", "MSI", "PD", "ASD", "DS", "OTH", "NSA"
]  # fmt: skip
SenSetting = Literal["OLA", "OPA", "EHE", "EYP", "OTH", "NEET", "NIEC", "NIEO"]
"""Where a plan's child is other than at a school or college (the Department's SEN2 survey)."""

Gender = Literal["M", "F", "U", "N"]
Restriction = Literal["adoption", "protected-person"]
"""Why a record is restricted: a new identity after adoption, or one that must not be found (witness protection, flight)."""

Ethnicity = Literal[
    "WBRI", "WIRI", "WIRT", "WROM", "WOTH", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH", "BCRB",
    "BAFR", "BOTH", "CHNE", "OOTH", "REFU", "NOBT",
]  # fmt: skip
"""The Department's main ethnicity codes (Common basic data set)."""

RoleForChild = Literal[
    "ehc-coordinator", "senco", "ndd-clinician", "camhs-care-coordinator", "lead-practitioner", "social-worker",
    "transition-worker", "family-worker",
]  # fmt: skip
RelationKind = Literal["sibling", "half-sibling", "step-sibling", "carer", "household"]
SectorCode = Literal["education", "health", "care"]
SupportKind = Literal[
    "respite", "after-school", "leisure", "travel-assistance", "personal-budget", "direct-payment",
    "personal-health-budget", "family-worker", "equipment", "therapy",
]  # fmt: skip
