"""Children in families: siblings, twins, names as diverse as the town's, NHS numbers from the test range."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from send_integration.contracts.identifiers import nhs_number_with_check_digit, upn_with_check_letter
from send_integration.simulate.profile import Profile

GIVEN = (
    "Aisha", "Yusuf", "Zainab", "Ibrahim", "Maryam", "Hamza", "Fatima", "Bilal", "Amelia", "Oliver", "Isla", "Harry",
    "Zofia", "Jakub", "Oliwia", "Kacper", "Andrei", "Ioana", "Matei", "Elena", "Chidi", "Ngozi", "Kwame", "Ama",
    "Shanice", "Jerome", "Tia", "Malachi", "Priya", "Arjun", "Siân", "Éabha", "Mohammed", "Khadija", "Leo", "Maya",
)  # fmt: skip
FAMILY = (
    "Khan", "Begum", "Ahmed", "Hussain", "Chowdhury", "Miah", "Smith", "Jones", "Taylor", "Brown-Wilson", "Kowalski",
    "Nowak", "Wiśniewska", "Popescu", "Ionescu", "Okafor", "Mensah", "Campbell", "Grant-Lewis", "Patel", "Sharma",
    "O'Connor", "Walsh", "Ali",
)  # fmt: skip
SPELLINGS = {
    "Mohammed": "Muhammad", "Yusuf": "Yousef", "Aisha": "Ayesha", "Zofia": "Sofia", "Wiśniewska": "Wisniewska",
    "Siân": "Sian", "Éabha": "Eabha", "Chowdhury": "Choudhury", "Brown-Wilson": "Brown Wilson", "O'Connor": "OConnor",
    "Hussain": "Hussein", "Fatima": "Fatimah",
}  # fmt: skip
"""How another agency spells the same name."""

ETHNICITIES = ("WBRI", "APKN", "ABAN", "BAFR", "BCRB", "WOTH", "AIND", "MOTH")


@dataclass(frozen=True, slots=True)
class Child:
    """A made-up child, as the truth is."""

    number: int
    given_name: str
    family_name: str
    date_of_birth: date
    gender: str
    ethnicity: str
    postcode: str
    nhs_number: str
    upn: str
    need: str

    @property
    def ref(self) -> str:
        """The truth's own name for the child."""
        return f"child-{self.number:05d}"


def make_children(chance: Random, profile: Profile, count: int, until: date) -> list[Child]:
    """`count` children aged 1 to 22 on `until`; about a third share a family, and some of those are twins."""
    needs, need_weights = profile.weights("needs")
    children: list[Child] = []
    nhs_numbers = _nhs_numbers()
    for number in range(count):
        sibling = children[-1] if children and chance.random() < 0.3 else None
        family = sibling.family_name if sibling else chance.choice(FAMILY)
        born = until - timedelta(int(365.25 * chance.triangular(1.5, 22, 9)))
        if sibling is not None and chance.random() < 0.12:
            born = sibling.date_of_birth
        given = chance.choice([name for name in GIVEN if sibling is None or name != sibling.given_name])
        children.append(
            Child(
                number,
                given,
                family,
                born,
                chance.choice("MMMF"),
                sibling.ethnicity if sibling else chance.choice(ETHNICITIES),
                sibling.postcode if sibling else f"LU{chance.randint(1, 4)} {chance.randint(1, 9)}{_letters(chance)}",
                next(nhs_numbers),
                upn_with_check_letter(f"821{chance.randint(1000, 9999)}{number:05d}"),
                chance.choices(needs, need_weights)[0],
            )
        )
    return children


def _letters(chance: Random) -> str:
    return "".join(chance.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))


def _nhs_numbers() -> Iterator[str]:
    return (number for n in range(1_000_000) if (number := nhs_number_with_check_digit(f"999{n:06d}")))
