"""Agencies: which numbers, addresses and scripts each keeps, and who works there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agency:
    """A source of events. `knows` are the identifiers that it holds: 'nhs', 'upn', both or neither.

    `script` is one other than Latin in which it writes the names of those who use it. An agency that must act by birth
    dates (`needs_birth_dates`) fills none in.
    """

    name: str
    knows: tuple[str, ...]
    team: str
    role: str
    holds_addresses: bool = True
    needs_birth_dates: bool = False
    script: str = "Latin"

    @property
    def source(self) -> str:
        """The source as its events name it."""
        return f"urn:send:luton:{self.name}"


REGISTER = Agency("register", ("nhs", "upn"), "records", "records officer", needs_birth_dates=True)
MATERNITY = Agency("maternity", ("nhs",), "maternity", "midwife")
SCHOOLS = Agency("schools", ("upn",), "schools", "senco")
EHC_TEAM = Agency("ehc-team", ("upn",), "ehc-team", "ehc coordinator", holds_addresses=False, needs_birth_dates=True)
COMMUNITY_HEALTH = Agency("community-health", ("nhs",), "ndd-team", "clinician")
CAMHS = Agency("camhs", ("nhs",), "camhs-team", "clinician")
EARLY_HELP = Agency("early-help", ("nhs", "upn"), "early-help-team", "family worker", script="Cyrillic")
SOCIAL_CARE = Agency("social-care", ("upn",), "social-care-team", "social worker", script="Arabic")
PANEL = Agency("panel", ("nhs", "upn"), "panel", "panel chair", holds_addresses=False)
HR = Agency("directory", (), "records", "records officer")

AGENCIES = (
    REGISTER, MATERNITY, SCHOOLS, EHC_TEAM, COMMUNITY_HEALTH, CAMHS, EARLY_HELP, SOCIAL_CARE, PANEL,
)  # fmt: skip
"""Those that know children."""

AGENCY_OF_FEED = {
    "referrals": COMMUNITY_HEALTH,
    "ndd-triage": COMMUNITY_HEALTH,
    "camhs": CAMHS,
    "early-help": EARLY_HELP,
    "ehcp": EHC_TEAM,
    "school": SCHOOLS,
    "transition": EHC_TEAM,
    "support": SOCIAL_CARE,
    "panel": PANEL,
    "people": REGISTER,
    "workers": HR,
}


GIVEN_NAMES = ("Amara", "Ben", "Carys", "Dev", "Ewa", "Femi", "Grace", "Hana", "Imran", "Joan")
FAMILY_NAMES = ("Okoye", "Bennett", "Rees", "Mistry", "Nowak", "Adeyemi", "Marsh", "Kaur", "Rahman", "Whitfield")


def worker_of(agency: Agency, number: int) -> dict[str, str]:
    """One of an agency's ten workers; no two workers of the authority have one name."""
    number %= 10
    turn = len(GIVEN_NAMES) - [*AGENCIES, HR].index(agency) + number
    return {
        "id": f"{agency.name}-w{number}",
        "name": f"{GIVEN_NAMES[number]} {FAMILY_NAMES[turn % len(FAMILY_NAMES)]}",
        "role": agency.role,
        "team": agency.team,
        "email": f"{agency.name}.w{number}@example.org",
    }
