"""Code lists of the children in need census (the Department's CIN census code sets) in our contract's words."""

from typing import NamedTuple


class ReferralSource(NamedTuple):
    """Who referred: the nearest service of the contract's closed list, and the census's own meaning in words."""

    service: str
    meaning: str


REFERRAL_SOURCES = {
    "1A": ReferralSource("parent", "family member, relative or carer"),
    "1B": ReferralSource("parent", "acquaintance of the family"),
    "1C": ReferralSource("parent", "the child or young person"),
    "1D": ReferralSource("parent", "another individual"),
    "2A": ReferralSource("school", "school"),
    "2B": ReferralSource("school", "education services"),
    "3A": ReferralSource("gp", "general practitioner"),
    "3B": ReferralSource("health-visitor", "health visitor"),
    "3C": ReferralSource("health-visitor", "school nurse"),
    "3D": ReferralSource("gp", "other primary health services"),
    "3E": ReferralSource("community-paediatrics", "emergency department"),
    "3F": ReferralSource("community-paediatrics", "other health services"),
    "4": ReferralSource("voluntary-sector", "housing"),
    "5A": ReferralSource("social-care", "social care of this authority"),
    "5B": ReferralSource("early-help", "other service of this authority"),
    "5C": ReferralSource("social-care", "another authority"),
    "6": ReferralSource("youth-justice", "police"),
    "7": ReferralSource("youth-justice", "other legal agency"),
    "8": ReferralSource("voluntary-sector", "other agency"),
    "9": ReferralSource("parent", "anonymous"),
    "10": ReferralSource("parent", "not known"),
}
"""The contract has no service for the police, housing, the anonymous and the unknown; the meaning goes along."""

PRIMARY_NEEDS = frozenset({"N0", "N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9"})

CLOSURE_REASONS = {
    "RC1": "adopted",
    "RC2": "died",
    "RC3": "child arrangements order",
    "RC4": "special guardianship order",
    "RC5": "moved to another authority's services",
    "RC6": "moved to adult social care",
    "RC7": "no longer in need, or ended for another reason",
    "RC8": "closed after assessment, no further action",
    "RC9": "closed after assessment, referred to early help",
}

GENDERS = {"1": "M", "2": "F", "0": "U", "9": "N", "M": "M", "F": "F", "U": "U"}
"""0 is not known and 9 not specified; letters since the 2024 census, which asks for sex."""
