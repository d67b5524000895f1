"""In which column of the Department's tables a placement counts: by the setting that was told, or by the school's kind."""

from collections.abc import Mapping

from send_integration.warehouse.sen2_modules import Row

UNKNOWN = "placement_unknown"

SETTINGS: Mapping[str, str] = {
    "EHE": "elective_home_education",
    "OLA": "other_arrangements_la",
    "OPA": "other_arrangements_parents",
    "EYP": "nm_early_years",
    "OTH": "other_placement_settings",
    "NEET": "neet",
    "NIEC": "neet_ntci",
    "NIEO": "neet_other",
}
"""The return's codes; NIEC is not in education with a notice to cease, NIEO without."""

COMPULSORY_SCHOOL_AGE = "neet_other_csa"
LAST_AGE_AT_SCHOOL = 15

KINDS: Mapping[str, str] = {
    **dict.fromkeys(("1", "2", "3", "5", "15"), "mainstream_la_maintained"),
    **dict.fromkeys(("6", "28", "34", "45", "46"), "mainstream_academy"),
    **dict.fromkeys(("35", "39", "40", "41"), "mainstream_free_school"),
    "11": "mainstream_independent",
    **dict.fromkeys(("7", "12"), "special_la_maintained"),
    **dict.fromkeys(("33", "36", "44"), "special_academy_free"),
    "10": "special_independent",
    "8": "special_non_maintained",
    "14": "ap_pru_la_maintained",
    **dict.fromkeys(("42", "43"), "ap_pru_academy"),
    "38": "ap_pru_free_school",
    **dict.fromkeys(("18", "31"), "general_fe_tertiary_colleges"),
    "32": "specialist_post_16_institutions",
    "49": "online_provider",
}
"""The kinds of establishment in the Department's register (Get Information about Schools), by its own numbers."""

WITH_UNITS = frozenset({"mainstream_la_maintained", "mainstream_academy", "mainstream_free_school"})

WORDS: Mapping[str, str] = {
    "mainstream_la_maintained": "Mainstream - LA maintained",
    "mainstream_la_maintained_resourced_provision": "Mainstream - LA maintained (resourced provision)",
    "mainstream_la_maintained_senunit": "Mainstream - LA maintained (SEN unit)",
    "mainstream_academy": "Mainstream - academy",
    "mainstream_academy_resourced_provision": "Mainstream - academy (resourced provision)",
    "mainstream_academy_senunit": "Mainstream - academy (SEN unit)",
    "mainstream_free_school": "Mainstream - free school",
    "mainstream_free_school_resourced_provision": "Mainstream - free school (resourced provision)",
    "mainstream_free_school_senunit": "Mainstream - free school (SEN unit)",
    "mainstream_independent": "Mainstream - independent",
    "special_la_maintained": "Special - LA maintained",
    "special_academy_free": "Special - academy/free school",
    "special_independent": "Special - independent",
    "special_non_maintained": "Special - non-maintained",
    "ap_pru_academy": "AP/PRU - academy",
    "ap_pru_free_school": "AP/PRU - free school",
    "ap_pru_la_maintained": "AP/PRU - LA maintained",
    "general_fe_tertiary_colleges": "FE - general FE and tertiary colleges",
    "specialist_post_16_institutions": "FE - specialist post-16 institutions",
    "ukrlp_provider": "FE - UKRLP provider",
    "elective_home_education": "Educated elsewhere - elective home education",
    "other_arrangements_la": "Educated elsewhere - other arrangements by LA",
    "other_arrangements_parents": "Educated elsewhere - other arrangements by parents",
    "online_provider": "Educated elsewhere - online provider",
    "other_placement_settings": "Educated elsewhere - other",
    "neet": "Educated elsewhere - NEET",
    "neet_ntci": "Educated elsewhere - not in education or training (notice to cease issued)",
    "neet_other": "Educated elsewhere - not in education or training (other)",
    "neet_other_csa": "Educated elsewhere - not in education or training (compulsory school age)",
    "nm_early_years": "Non-maintained early years",
    UNKNOWN: "Placement not recorded",
}
"""Every place in the order of the Department's columns, with its words in tables broken down by placement."""

GROUPS: Mapping[str, tuple[str, str, str]] = {
    "mainstream": ("mainstream_total", "mainstream_total_pc", "Mainstream - total"),
    "special": ("special_total", "special_total_pc", "Special - total"),
    "ap_pru": ("ap_pru_total", "AP_PRU_total_pc", "AP/PRU - total"),
    "fe": ("fe_total", "fe_total_pc", "FE - total"),
    "elsewhere": ("ed_elsewhere", "ed_elsewhere_pc", "Educated elsewhere - total"),
}
"""Each group's column of its total and of its share, and the words of its total."""


def group_of(place: str) -> str | None:
    """The group whose total a place is part of; None for the two that stand alone."""
    for prefix in ("mainstream", "special_", "ap_pru"):
        if place.startswith(prefix):
            return prefix.rstrip("_")
    if WORDS[place].startswith("FE - "):
        return "fe"
    return "elsewhere" if WORDS[place].startswith("Educated elsewhere") else None


def place_of(row: Row | None, schools: Mapping[str, str], age: int) -> str:
    """The column of a placement, a row of `plandetail` or `placementdetail`; `schools` gives each URN's kind by number."""
    if row is None:
        return UNKNOWN
    setting = row.get("sensetting", "")
    if setting:
        place = SETTINGS.get(setting, UNKNOWN)
        return COMPULSORY_SCHOOL_AGE if place == "neet_other" and age <= LAST_AGE_AT_SCHOOL else place
    kind = KINDS.get(schools.get(row.get("urn", ""), ""), "")
    if not kind:
        return "ukrlp_provider" if row.get("ukprn") and not row.get("urn") else UNKNOWN
    if kind in WITH_UNITS:
        if row.get("senunitindicator") == "1":
            return f"{kind}_senunit"
        if row.get("resourcedprovisionindicator") == "1":
            return f"{kind}_resourced_provision"
    return kind
