"""What of that which is held of a child is another person's, and what a person must read before it is given to anybody."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Rule(StrEnum):
    """Why something is withheld, or has to be read by somebody first."""

    OTHER_PERSON = "another-person"
    CONTACT = "contact-of-a-worker"
    READER = "who-merely-looked"
    OTHER_CHILD = "now-another-childs"
    FREE_TEXT = "free-text"
    HEALTH = "health-data"
    CARE = "social-work-data"
    EDUCATION = "education-data"


class Reason(NamedTuple):
    """A rule in words, and the law on which it rests."""

    words: str
    law: str


WITHHELD: Mapping[Rule, Reason] = {
    Rule.OTHER_PERSON: Reason(
        "Who somebody else is: brothers, sisters, carers and those of one household, by name, number or reference.",
        "Data Protection Act 2018 Schedule 2 paragraph 16: not without their consent, unless it is reasonable",
    ),
    Rule.CONTACT: Reason(
        "How a worker is reached. Their name, role and team are given, for they wrote or acted as professionals.",
        "Schedule 2 paragraphs 16 and 17",
    ),
    Rule.READER: Reason(
        "The name of whoever looked and neither wrote nor acted. Their role, the day and the reason are given.",
        "Schedule 2 paragraph 16; UK GDPR article 15(1)(c): recipients or categories of recipient",
    ),
    Rule.OTHER_CHILD: Reason(
        "What rests on entries that were once on this child's timeline and are now another child's; and what was not let in"
        " under a number that its source gave another child as well.",
        "Schedule 2 paragraph 16; UK GDPR article 5(1)(d)",
    ),
}
"""What is left out, and marked where it would stand."""

TO_BE_READ: Mapping[Rule, Reason] = {
    Rule.HEALTH: Reason(
        "Data concerning health. A controller who is no health professional gives it only with the opinion of the"
        " appropriate health professional that it would do no serious harm to the child or anybody else, unless the child"
        " knows it already; and withholds it only with such an opinion.",
        "Schedule 3 Part 2 paragraphs 2 and 4 to 6",
    ),
    Rule.CARE: Reason(
        "Social work data. It is withheld as far as giving it would be likely to prejudice social work, because it would be"
        " likely to do serious harm to the child or anybody else.",
        "Schedule 3 Part 3",
    ),
    Rule.EDUCATION: Reason(
        "Education data. It is withheld as far as giving it would be likely to do serious harm to the child or anybody"
        " else. What an education, health and care plan says is given under its own law.",
        "Schedule 3 Part 4; Schedule 4; SEND Regulations 2014 regulation 17",
    ),
    Rule.FREE_TEXT: Reason(
        "Words that somebody wrote freely. Names of the child's known family were taken out by machine; others, and what"
        " was said in confidence, only a reader finds.",
        "Schedule 2 paragraph 16; Schedule 3 paragraphs 4 and 21 where a parent asks",
    ),
}
"""What is given and marked, and must be read by a person before it leaves the authority."""

SECTORS = {"health": [Rule.HEALTH], "care": [Rule.CARE], "education": [Rule.EDUCATION]}
FREE_TEXT = frozenset(
    {"note", "text", "rationale", "why", "what", "because", "concern", "raw", "how", "reason"}
    | {"carried_why", "attendees", "presenter", "owner"}
)
SHORTEST_PART = 3
"""Letters that a part of a name must have to be looked for by itself: 'de' is in half of all texts of some families."""
ANOTHER = "[another person]"
_CHILD_ID = re.compile(r"(?<!\w)c[0-9a-f]{15}(?!\w)", re.ASCII)


@dataclass
class Marks:
    """Withholds and marks, and counts both by rule; `names` are what another person is known by, `ids` the child's own."""

    names: re.Pattern[str] | None
    ids: Collection[str]
    withheld: Counter[Rule] = field(default_factory=Counter)
    to_be_read: Counter[Rule] = field(default_factory=Counter)

    def withhold(self, rule: Rule) -> dict[str, str]:
        """What stands in the place of something that is left out."""
        self.withheld[rule] += 1
        return {"withheld": rule.value}

    def read(self, rules: Iterable[Rule]) -> list[str]:
        """The marks of something that a person must read."""
        found = sorted(set(rules))
        self.to_be_read.update(found)
        return [rule.value for rule in found]

    def without_others(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """The same with other people's names and numbers taken out of every text."""
        if isinstance(value, str):
            found = _CHILD_ID.sub(lambda met: met[0] if met[0] in self.ids else ANOTHER, value)
            found = self.names.sub(ANOTHER, found) if self.names else found
            self.withheld[Rule.OTHER_PERSON] += found.count(ANOTHER) - value.count(ANOTHER)
            return found
        if isinstance(value, Mapping):
            return {key: self.without_others(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.without_others(one) for one in value]
        return value


def names_of(others: Iterable[Mapping[str, str]], own: Collection[str]) -> re.Pattern[str] | None:
    """What finds other people in a text, as whole words: by each of their names and numbers, and by each word of a name of
    several; a name that is the child's own too finds nobody."""
    fields = ("given_name", "family_name", "nhs_number", "upn")
    own_words = {word.casefold() for name in own for word in (name, *re.findall(r"\w+", name))}
    known = {one[name] for one in others for name in fields if one[name]}
    words = {word for name in known for word in re.findall(r"\w+", name) if len(word) >= SHORTEST_PART}
    names = {name for name in known | words if name.casefold() not in own_words}
    wanted = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)", re.IGNORECASE) if wanted else None


def has_free_text(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether somebody wrote freely in it: a text under a name that holds such, of more than a word."""
    if isinstance(value, Mapping):
        return any((key in FREE_TEXT and _is_free(one)) or has_free_text(one) for key, one in value.items())
    return isinstance(value, list) and any(map(has_free_text, value))


def _is_free(value: Any) -> bool:  # noqa: ANN401 - JSON
    return any(map(_is_free, value)) if isinstance(value, list) else isinstance(value, str) and " " in value
