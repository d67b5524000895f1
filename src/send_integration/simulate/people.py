"""Children and their families as the truth is, over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from send_integration.simulate.homes import Home
from send_integration.simulate.names import Community, Name


@dataclass(frozen=True, slots=True)
class Phase:
    """What is true of a child from a day on, until the next phase; `upn` is '' before the child has one."""

    since: date
    family_name: Name
    home: Home
    nhs_number: str
    upn: str
    is_adopted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Child:
    """A made-up child. `number` is the truth's own; `twin` the other twin's; `phases` begin with the birth.

    Of a step-family's children those are alike in `came_with_step_parent` who are brothers and sisters.
    """

    number: int
    given_names: tuple[Name, ...]
    date_of_birth: date
    gender: str
    ethnicity: str
    community: Community
    household: int
    twin: int | None
    named_on: date | None
    need: str
    came_with_step_parent: bool
    phases: tuple[Phase, ...]

    @property
    def ref(self) -> str:
        """The truth's own name for the child."""
        return ref(self.number)

    def on(self, day: date) -> Phase:
        """What is true of the child on a day."""
        return [phase for phase in self.phases if phase.since <= day or phase is self.phases[0]][-1]


def ref(number: int) -> str:
    """The truth's own name for a child, by its number."""
    return f"child-{number:05d}"


@dataclass(frozen=True)
class Town:
    """Every child, by number."""

    children: Sequence[Child]

    @cached_property
    def households(self) -> Mapping[int, tuple[int, ...]]:
        """The numbers of the children of every household."""
        found: dict[int, list[int]] = {}
        for child in self.children:
            found.setdefault(child.household, []).append(child.number)
        return {household: tuple(numbers) for household, numbers in found.items()}

    def family_of(self, child: Child) -> list[Child]:
        """The other children of the household."""
        return [self.children[number] for number in self.households[child.household] if number != child.number]

    def sibling_of(self, child: Child) -> Child | None:
        """The child's twin, else the next older or younger child of the household; None for an only child."""
        if child.twin is not None:
            return self.children[child.twin]
        numbers = self.households[child.household]
        if len(numbers) == 1:
            return None
        place = numbers.index(child.number)
        return self.children[numbers[place - 1 if place else 1]]
