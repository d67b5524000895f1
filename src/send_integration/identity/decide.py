"""Decides which child each person record is, explained by what it rests on, and free of the order of arrival.

Records are taken in the order in which agencies wrote them down, whatever order they reached us in, so a late file or a
replay gives the partition that a prompt one would have given:

1. What one source keeps under one local id is one person, unless the id was plainly given to another; so are two whom a
   person has decided to be one. These groups stay together.
2. A group joins the child to whom a link leads, unless anything in that child speaks against it. Where links lead to two
   children who do not resemble each other it is held: a wrong join shows one family another's secrets, and a person can
   undo a wait but not that. Who has no given name yet comes after all who have: it could be any of a family's.
3. Two children whose records are likely the same join where a list that names every child knows one of them and nobody
   else comes into question for either.
4. What is left between two children is put to a person, whose decision is not asked again.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, count

from send_integration.contracts.event import ChildId
from send_integration.identity.edges import Edges, components, edges_among
from send_integration.identity.groups import Groups
from send_integration.identity.judge import Judgement, Verdict, holds
from send_integration.identity.model import Model
from send_integration.identity.pairs import (
    a_number_agrees_between,
    another_person_under_one_id,
    between,
    is_named,
    numbers_differ,
)
from send_integration.identity.questions import Review, are_told_apart, is_like_family, review_of, strength
from send_integration.identity.records import FirstSeen, PersonRecord, PersonRef, child_id_of
from send_integration.identity.statements import Statement

ONE_LOCAL_ID, A_PERSON_DECIDED, EVIDENCE, LIKELY = "one local id", "a person decided", "evidence", "likely"
"""Why two records are one child's; `LIKELY`: and a list that names every child knows nobody else who could be it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A record that leads to two or more children, who are named for the reviewer."""

    between: tuple[ChildId, ...]


Decision = ChildId | Held


@dataclass(frozen=True, slots=True)
class Link:
    """Why two records are one child's; only `EVIDENCE` and `LIKELY` have a judgement.

    The links of a child hang all its records together, with none to spare.
    """

    one: PersonRecord
    other: PersonRecord
    why: str
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision on every record, its component, the links that explain it, and what is to be reviewed."""

    decisions: Mapping[PersonRecord, Decision]
    components: tuple[tuple[PersonRecord, ...], ...]
    links: tuple[Link, ...]
    reviews: tuple[Review, ...]


def decide(records: Mapping[PersonRecord, FirstSeen], statements: Sequence[Statement], model: Model) -> Decided:
    """Decide every record. `records` must be whole components, with the statements in force about them."""
    edges = edges_among(records, model)
    found = components(records, edges, statements)
    said = {statement.pair: statement for statement in statements}
    decisions: dict[PersonRecord, Decision] = {}
    links: list[Link] = []
    reviews: list[Review] = []
    for component in found:
        part = _Component({record: records[record] for record in component}, edges, said, model)
        part.decide()
        decisions |= part.decisions()
        links += part.links
        reviews += part.reviews()
    return Decided(decisions, tuple(map(tuple, found)), tuple(links), tuple(reviews))


class _Component:
    """Decides one component; a child is a list of records in the order of deciding."""

    def __init__(
        self,
        seen: Mapping[PersonRecord, FirstSeen],
        edges: Edges,
        said: Mapping[frozenset[PersonRef], Statement],
        model: Model,
    ) -> None:
        self._seen = seen
        self._edges = edges
        self._said = said
        self._model = model
        self._order = sorted(seen, key=lambda record: (seen[record], record))
        self._position = {record: number for number, record in enumerate(self._order)}
        self._latest: dict[PersonRecord, PersonRecord] = {}
        self._children = Groups(self._order)
        self._held: dict[PersonRecord, tuple[PersonRecord, ...]] = {}
        self._placed: dict[int, list[PersonRecord]] = {}
        self._place_of: dict[PersonRecord, int] = {}
        self._numbers = count()
        self._open: Mapping[tuple[int, int], Review] | None = None
        self.links: list[Link] = []

    def decide(self) -> None:
        lineages = self._lineages()
        self._latest = {record: lineage[-1] for lineage in lineages for record in lineage}
        for unit in sorted(self._units(lineages), key=lambda unit: not any(map(is_named, unit))):
            self._place(unit)
        self._join_the_likely()

    def decisions(self) -> dict[PersonRecord, Decision]:
        names = {
            record: child_id_of(min(self._seen[member] for member in members))
            for members in self._children.all()
            for record in members
        }
        return {
            record: Held(tuple(sorted({names[child] for child in self._held[record]})))
            if record in self._held
            else names[record]
            for record in self._order
        }

    def reviews(self) -> list[Review]:
        """The strongest pair of every two children that could still be one."""
        near = self._in_question(self._children.all()) if self._open is None else self._open
        return list(near.values())

    def _in_question(self, children: Sequence[Sequence[PersonRecord]]) -> dict[tuple[int, int], Review]:
        """The strongest pair of every two of these children, by their places, that could be one. Left out are those whom
        a person has told apart, and those who are no more alike than twins or brother and sister are while a source that
        knows both tells them apart."""
        if len(children) < 2:
            return {}
        place = {record: number for number, child in enumerate(children) for record in child}
        found: dict[tuple[int, int], Review] = {}
        for i, child in enumerate(children):
            for j, strongest in sorted(self._strongest_of_each(child, place, beyond=i).items()):
                if self._may_be_asked(child, children[j], strongest.judgement):
                    found[i, j] = strongest
        return found

    def _may_be_asked(self, one: Sequence[PersonRecord], other: Sequence[PersonRecord], found: Judgement) -> bool:
        if self._stated_apart(one, other):
            return False
        return not (is_like_family(found) and are_told_apart(one, other, self._stated))

    def _lineages(self) -> list[list[PersonRecord]]:
        """What one source said, one after the other, of one person under one local id."""
        lineages = Groups(self._order)
        by_ref: dict[PersonRef, list[PersonRecord]] = {}
        for record in self._order:
            for earlier in by_ref.setdefault(record.ref, []):
                if not another_person_under_one_id(earlier, record):
                    lineages.join(earlier, record)
                    self._join(earlier, record, ONE_LOCAL_ID)
                    break
            by_ref[record.ref].append(record)
        return lineages.all()

    def _units(self, lineages: Sequence[list[PersonRecord]]) -> list[list[PersonRecord]]:
        """Records that stay together: one source's under one local id, and whom a person has decided to be one."""
        units = Groups(self._order)
        for lineage in lineages:
            for record in lineage[1:]:
                units.join(lineage[0], record)
        for statement in self._said.values():
            one, other = (self._meant(ref, statement, lineages) for ref in (statement.one, statement.other))
            if statement.same and one is not None and other is not None:
                units.join(one, other)
                self._join(one, other, A_PERSON_DECIDED)
        return units.all()

    def _meant(
        self, ref: PersonRef, statement: Statement, lineages: Iterable[list[PersonRecord]]
    ) -> PersonRecord | None:
        """Whom a person meant by a local id: the one who had it then, though it was given to another since."""
        had_it = [lineage[0] for lineage in lineages if lineage[0].ref == ref]
        by_then = [first for first in had_it if self._seen[first].recorded_at <= statement.recorded_at]
        return by_then[-1] if by_then else next(iter(had_it), None)

    def _place(self, unit: list[PersonRecord]) -> None:
        """Join a unit to the child that its links lead to, found a new one, or hold it."""
        led_to = {
            number: first
            for number, first in sorted(self._first_links(unit).items())
            if self._may_join(unit, self._placed[number])
        }
        meant = list(led_to)
        if led_to and not any(map(is_named, unit)):
            meant += sorted(self._who_share_a_number(unit) - set(meant))
        if not all(self._resemble(self._placed[one], self._placed[other]) for one, other in combinations(meant, 2)):
            for record in unit:
                self._held[record] = tuple(self._placed[number][0] for number in meant)
            return
        joined = list(unit)
        for number, first in led_to.items():
            self._join(first.one, first.other, EVIDENCE, first.judgement)
            joined = [*self._placed.pop(number), *joined]
        number = next(self._numbers)
        self._placed[number] = joined
        self._place_of.update(dict.fromkeys(joined, number))

    def _first_links(self, unit: Iterable[PersonRecord]) -> dict[int, Review]:
        """For each placed child the first pair that links it with the unit: the first, that a child's explanation stays
        what it was when a source says more of the same person."""
        found: dict[int, Review] = {}
        pairs = [
            Review(mine, their, judgement)
            for mine in unit
            for their, judgement in self._unstated(mine, self._place_of)
            if judgement.verdict is Verdict.LINK
        ]
        for pair in sorted(pairs, key=self._when_both_were_known):
            found.setdefault(self._place_of[pair.other], pair)
        return found

    def _when_both_were_known(self, pair: Review) -> tuple[int, int]:
        one, other = self._position[pair.one], self._position[pair.other]
        return max(one, other), min(one, other)

    def _unstated(self, mine: PersonRecord, among: Container[PersonRecord]) -> Iterator[tuple[PersonRecord, Judgement]]:
        """A record's edges to some others, but for those on whom a person has decided."""
        for their, judgement in self._edges.get(mine, {}).items():
            if their in among and not (self._said and self._stated(mine.ref, their.ref) is not None):
                yield their, judgement

    def _who_share_a_number(self, unit: Sequence[PersonRecord]) -> set[int]:
        """Placed children with whom a number is the same, for all that speaks against: it may be any of them, unnamed."""
        return {
            self._place_of[other]
            for one in unit
            for other in self._edges.get(one, ())
            if other in self._place_of and a_number_agrees_between(one, other)
        }

    def _may_join(self, unit: Sequence[PersonRecord], child: Sequence[PersonRecord]) -> bool:
        """Whether nothing speaks against it: no person's word, no second record of one source, no other NHS number, and
        no later word of the two sources that once agreed."""
        return not self._forbidden(unit, child) and self._still_meant(
            unit, child, lambda found: holds(found, self._model)
        )

    def _still_meant(
        self, one: Sequence[PersonRecord], other: Sequence[PersonRecord], enough: Callable[[Judgement], bool]
    ) -> bool:
        """Whether what the two sources say now is still enough, seen from either side."""
        return all(
            any(
                enough(between(self._latest[mine], their, self._model))
                for mine in a
                if self._near(mine, b)
                for their in b
            )
            for a, b in ((one, other), (other, one))
        )

    def _near(self, record: PersonRecord, others: Sequence[PersonRecord]) -> list[PersonRecord]:
        edges = self._edges.get(record, {})
        return [other for other in others if other in edges]

    def _forbidden(self, one: Iterable[PersonRecord], other: Iterable[PersonRecord]) -> bool:
        theirs = list(other)
        if self._stated_apart(one, theirs):
            return True
        return are_told_apart(one, theirs, self._stated) or _numbers_differ(one, theirs)

    def _stated_apart(self, one: Iterable[PersonRecord], other: Iterable[PersonRecord]) -> bool:
        if not self._said:
            return False
        theirs = {record.ref for record in other}
        return any(self._stated(ref, their) is False for ref in {record.ref for record in one} for their in theirs)

    def _stated(self, one: PersonRef, other: PersonRef) -> bool | None:
        said = self._said.get(frozenset((one, other)))
        return None if said is None else said.same

    def _resemble(self, one: Sequence[PersonRecord], other: Sequence[PersonRecord]) -> bool:
        """Whether two children can be one: nothing speaks against it and, where there are families, something for it."""
        if self._forbidden(one, other):
            return False
        strongest = self._strongest(one, other)
        no_families = self._model.household_prior is None
        return no_families or (strongest is not None and strongest.judgement.verdict >= Verdict.LIKELY)

    def _join_the_likely(self) -> None:
        """Join children that are all likely one, one of them on a list that names everybody, and for whom nobody else
        comes into question.

        Judged by all records at once, so that order plays no part.
        """
        children = [child for child in self._children.all() if child[0] not in self._held]
        near = self._in_question(children)
        in_question = Groups(range(len(children)))
        for i, j in near:
            in_question.join(i, j)
        joined_before = len(self.links)
        contested = {record for held in self._held.values() for record in held}
        for group in in_question.all():
            if contested.isdisjoint(record for number in group for record in children[number]):
                self._join_if_all_are_likely(group, children, near)
        if not self._held and len(self.links) == joined_before:
            self._open = near  # what was open is still

    def _join_if_all_are_likely(
        self,
        group: Sequence[int],
        children: Sequence[Sequence[PersonRecord]],
        near: Mapping[tuple[int, int], Review],
    ) -> None:
        found = [near.get(pair) for pair in combinations(group, 2)]
        if all(
            strongest is not None and _likely(strongest.judgement) and self._may_likely_join(children[i], children[j])
            for strongest, (i, j) in zip(found, combinations(group, 2), strict=True)
        ):
            for strongest in filter(None, found):
                self._join(strongest.one, strongest.other, LIKELY, strongest.judgement)

    def _may_likely_join(self, one: Sequence[PersonRecord], other: Sequence[PersonRecord]) -> bool:
        listed = any(record.source in self._model.lists_everyone for record in (*one, *other))
        return listed and not self._forbidden(one, other) and self._still_meant(one, other, _likely)

    def _strongest(self, one: Iterable[PersonRecord], other: Iterable[PersonRecord]) -> Review | None:
        """The strongest pair of two children; None where there is none."""
        return self._strongest_of_each(one, dict.fromkeys(other, 0)).get(0)

    def _strongest_of_each(
        self, unit: Iterable[PersonRecord], place: Mapping[PersonRecord, int], *, beyond: int = -1
    ) -> dict[int, Review]:
        """For each place `beyond` one to which an edge leads the pair with the highest verdict, then weight, of those on
        whom no person has decided. As long as there are edges, however many children there are."""
        led_to: dict[int, list[Review]] = {}
        for mine in unit:
            for their, judgement in self._unstated(mine, place):
                if (number := place[their]) > beyond:
                    led_to.setdefault(number, []).append(review_of(mine, their, judgement))
        return {number: max(found, key=strength) for number, found in led_to.items()}

    def _join(self, one: PersonRecord, other: PersonRecord, why: str, judgement: Judgement | None = None) -> None:
        first, second = (one, other) if one < other else (other, one)
        if self._children.join(first, second):
            self.links.append(Link(first, second, why, judgement))


def _numbers_differ(one: Iterable[PersonRecord], other: Iterable[PersonRecord]) -> bool:
    """Whether an NHS number of the one is not among the other's."""
    theirs = [record for record in other if record.nhs_number]
    known = {record.nhs_number for record in theirs}
    return any(numbers_differ(mine, their) for mine in one if mine.nhs_number not in known for their in theirs)


def _likely(judgement: Judgement) -> bool:
    return judgement.verdict >= Verdict.LIKELY
