"""A short plain title for every type of event, and the sector whose piece of the story it is."""

from send_integration.contracts.event import Event
from send_integration.timeline.model import Sector

SECTOR_OF_FEED = {
    "ndd-triage": Sector.HEALTH,
    "camhs": Sector.HEALTH,
    "early-help": Sector.CARE,
    "ehcp": Sector.EDUCATION,
    "school": Sector.EDUCATION,
    "transition": Sector.EDUCATION,
    "support": Sector.CARE,
    "panel": Sector.PANEL,
    "people": Sector.EDUCATION,
    "workers": Sector.EDUCATION,
}

SECTOR_OF_SERVICE = {
    "school": Sector.EDUCATION,
    "sen-team": Sector.EDUCATION,
    "educational-psychology": Sector.EDUCATION,
    "portage": Sector.EDUCATION,
    "flying-start": Sector.CARE,
    "early-help": Sector.CARE,
    "social-care": Sector.CARE,
    "short-breaks": Sector.CARE,
    "youth-justice": Sector.CARE,
    "parent": Sector.CARE,
    "voluntary-sector": Sector.CARE,
}
"""Services whose sector is not health."""

SECTOR_OF_ROLE = {
    "ehc-coordinator": Sector.EDUCATION,
    "senco": Sector.EDUCATION,
    "ndd-clinician": Sector.HEALTH,
    "camhs-care-coordinator": Sector.HEALTH,
    "lead-practitioner": Sector.CARE,
    "social-worker": Sector.CARE,
    "transition-worker": Sector.CARE,
    "family-worker": Sector.CARE,
}

PATHWAY_NAMES = {
    "referrals": "Referral",
    "ndd": "NDD pathway",
    "camhs": "CAMHS",
    "early-help": "Early help",
    "ehcp": "EHC plan",
    "school": "School",
    "transition": "Transition",
    "support": "Support",
    "panel": "Panel",
    "people": "Register",
    "workers": "Worker",
}

DETAILS = (
    "to_service", "urgency", "priority", "outcome", "decision", "attended", "conclusion", "kind", "response",
    "from_service", "progress", "placement_type", "destination", "setting", "role_for_child", "to",
    "service",
)  # fmt: skip
"""Fields whose code says what a reader wants to know of an event at once, in the order in which they are said."""

_PLACE_OF_DETAIL = {name: place for place, name in enumerate(DETAILS)}


def sector_of(event: Event) -> Sector:
    """Education, health, care or the panel itself."""
    if event.feed == "referrals":
        return sector_of_service(event.text("to_service"))
    if event.what == "people.not_known":
        return sector_of_service(event.text("service"))
    if event.what.startswith("workers."):
        return SECTOR_OF_ROLE.get(event.text("role_for_child"), Sector.EDUCATION)
    return SECTOR_OF_FEED[event.feed]


def sector_of_service(service: str) -> Sector:
    """A service's sector; most of them are health."""
    return SECTOR_OF_SERVICE.get(service, Sector.HEALTH)


def title_of(event: Event) -> str:
    """For example 'CAMHS: referred, urgent'; it holds codes only, never free text."""
    pathway, _, word = event.what.partition(".")
    details = sorted(event.data.keys() & _PLACE_OF_DETAIL.keys(), key=_PLACE_OF_DETAIL.__getitem__)
    codes = [
        code.replace("-", " ") for name in details if isinstance(code := event.data[name], str) and len(code) <= 30
    ]
    return ", ".join([f"{PATHWAY_NAMES[pathway]}: {word.replace('_', ' ')}", *codes])


def title_of_pattern(pattern: str) -> str:
    """The same of an event that has not come, as a rule writes it: 'camhs.triaged outcome=declined|redirected' is
    'CAMHS: triaged, declined or redirected'."""
    what, *conditions = pattern.split()
    pathway, _, word = what.partition(".")
    codes = [_condition_in_words(condition) for condition in conditions]
    return ", ".join([f"{PATHWAY_NAMES.get(pathway, pathway)}: {word.replace('_', ' ')}", *codes])


def _condition_in_words(condition: str) -> str:
    """The codes that are asked for, or are to be any other; of what must be true, its name."""
    field, _, said = condition.partition("=")
    if said == "true":
        return field.replace("_", " ")
    codes = said.replace("-", " ").replace("|", " or ")
    return f"not {codes}" if field.endswith("!") else codes
