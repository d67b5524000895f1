"""The simulated authority's person records as a corpus."""

from datetime import date
from random import Random

from benchmarks.identity.corpus import WRONG_NUMBERS, Known, name_length
from send_integration.identity.records import PersonRecord
from send_integration.simulate.clerks import Clerks, written_rates
from send_integration.simulate.families import make_town
from send_integration.simulate.known_people import KnownPerson, known_people
from send_integration.simulate.profile import load_profile

UNTIL = date(2025, 1, 16)
REGISTER = "urn:send:luton:register"


def simulated_corpus(children: int, *, seed: int, dirt: str, nhs_share: float) -> list[Known]:
    """A town's records in the order in which its agencies wrote them, with a share of the NHS numbers, 1 % of them wrong."""
    profile = load_profile("luton-2024")
    town = make_town(Random(seed), profile, children, UNTIL)
    rates = written_rates(profile, dirt) | {
        "nhs_number_missing": 1 - nhs_share,
        "nhs_number_of_another": WRONG_NUMBERS,
    }
    clerks = Clerks(town, str(seed), rates)
    born_here = profile.share("pathways", "born_here")
    known = known_people(town, clerks, Random(f"{seed}/contacts"), born_here=born_here, until=UNTIL)
    return [_known(person) for person in sorted(known, key=lambda person: (person.since, person.agency.name))]


def _known(known: KnownPerson) -> Known:
    said, child = known.person, known.child
    record = PersonRecord(
        known.agency.source,
        said["local_id"],
        said["given_name"],
        said["family_name"],
        date.fromisoformat(said["date_of_birth"]),
        said.get("nhs_number", ""),
        said.get("upn", ""),
        said.get("postcode", ""),
        said.get("address", ""),
        said.get("gender", ""),
        "restricted" in said,
    )
    groups = {
        "sex": child.gender,
        "name length": name_length(child.given_names[0].latin),
        "script": child.community.script or "Latin",
        "community": child.community.name,
    }
    return Known(record, child.ref, str(child.household), groups)
