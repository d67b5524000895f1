"""Scores an answer against the truth, by pairs of local ids and by whole persons, for all and for each group of people.

What one source keeps under one local id counts once, however often its record changed. Two local ids under which one list
keeps one person count neither as right nor as wrong: that is for the list's owner to mend.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from benchmarks.identity.answers import Answer, Pair, joined
from benchmarks.identity.corpus import Corpus, Known
from send_integration.identity.records import PersonRef

HEADER = (
    f"{'':<44}{'records':>8}{'prec.':>8}{'recall':>8}{'F1':>8}{'exact':>7}{'false':>7}{'house':>6}"
    f"{'asked':>7}{'right':>6}{'held':>6}{'rec/s':>9}"
)
KEY = """\
prec., recall, F1: of pairs of local ids. exact: the share of persons whose group is theirs alone and whole. false: links
of two persons; house: of those, of one household. asked: pairs put to a person; right: the share of them that are one
person. held: local ids that lead to two persons and wait. rec/s: person records a second, deciding only."""


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs right, wrong and missed; persons exactly right; what is put to a person."""

    records: int
    links: int
    right: int
    true_pairs: int
    in_household: int
    exact: float
    asked: int
    asked_rightly: int
    held: int
    seconds: float

    @property
    def precision(self) -> float:
        """The share of links that are right."""
        return self.right / self.links if self.links else 1.0

    @property
    def recall(self) -> float:
        """The share of true pairs that are linked."""
        return self.right / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def false_links(self) -> int:
        """Links of two persons."""
        return self.links - self.right

    def row(self, name: str) -> str:
        """A line of the printed table."""
        rightly = f"{self.asked_rightly / self.asked:>6.2f}" if self.asked else f"{'-':>6}"
        return (
            f"{name:<44}{self.records:>8,}{self.precision:>8.4f}{self.recall:>8.4f}{self.f1:>8.4f}{self.exact:>7.3f}"
            f"{self.false_links:>7,}{self.in_household:>6,}{self.asked:>7,}{rightly}{self.held:>6,}"
            f"{self.records / self.seconds:>9,.0f}"
        )


class Scorer:
    """Knows a corpus' truth, and scores any number of answers."""

    def __init__(self, corpus: Corpus) -> None:
        self._records = len({known.record for known in corpus})
        self.of: dict[PersonRef, Known] = {known.record.ref: known for known in corpus}
        people: dict[str, list[PersonRef]] = defaultdict(list)
        for ref, known in self.of.items():
            people[known.truth].append(ref)
        self._people = people
        self.truth = {
            frozenset(pair)
            for refs in people.values()
            for pair in combinations(refs, 2)
            if pair[0].source != pair[1].source
        }

    def score(self, answer: Answer) -> Score:
        """How right an answer is."""
        links = self._links(answer)
        wrong = links - self.truth
        exact = sum(
            len(group) == len(self._people[self.of[group[0]].truth]) and len({self.of[ref].truth for ref in group}) == 1
            for group in answer.groups
        )
        return Score(
            records=self._records,
            links=len(links),
            right=len(links & self.truth),
            true_pairs=len(self.truth),
            in_household=sum(self._one_household(pair) for pair in wrong),
            exact=exact / len(self._people),
            asked=len(answer.asked),
            asked_rightly=len(answer.asked & self.truth),
            held=answer.held,
            seconds=answer.seconds,
        )

    def wrong(self, answer: Answer) -> list[tuple[PersonRef, PersonRef]]:
        """The links of two persons, in a fixed order."""
        return sorted((min(pair), max(pair)) for pair in self._links(answer) - self.truth)

    def after_review(self, answer: Answer) -> Answer:
        """The answer once people have answered every question rightly: what is one person is joined."""
        right = [tuple(pair) for pair in answer.asked & self.truth]
        return answer._replace(groups=joined(self.of, [*answer.groups, *right]), asked=set(), held=0)

    def by_group(self, answer: Answer, kind: str) -> dict[str, tuple[int, float, float]]:
        """For each group of people of a kind: its true pairs, precision and recall."""
        links = self._links(answer)
        true, found, made = Counter[str](), Counter[str](), Counter[str]()
        for pair in self.truth:
            true.update(self._groups(pair, kind))
        for pair in links:
            groups = self._groups(pair, kind)
            made.update(groups)
            if pair in self.truth:
                found.update(groups)
        return {
            group: (count, found[group] / made[group] if made[group] else 1.0, found[group] / count)
            for group, count in sorted(true.items())
        }

    def _links(self, answer: Answer) -> set[Pair]:
        return {
            pair
            for pair in pairs_of(answer.groups)
            if pair in self.truth or len({self.of[ref].truth for ref in pair}) == 2
        }

    def _groups(self, pair: Pair, kind: str) -> set[str]:
        return {self.of[ref].groups[kind] for ref in pair}

    def _one_household(self, pair: Pair) -> bool:
        one, other = (self.of[ref].household for ref in pair)
        return one == other != ""


def pairs_of(groups: Iterable[Iterable[PersonRef]]) -> set[Pair]:
    """Every two local ids of a group."""
    return {frozenset(pair) for group in groups for pair in combinations(group, 2)}


def gap(groups: Mapping[str, tuple[int, float, float]], fewest_pairs: int = 100) -> tuple[float, float]:
    """The largest difference in precision and in recall between groups that have pairs enough to tell."""
    told = [shares for shares in groups.values() if shares[0] >= fewest_pairs]
    precisions, recalls = [shares[1] for shares in told], [shares[2] for shares in told]
    return (max(precisions) - min(precisions), max(recalls) - min(recalls)) if told else (0.0, 0.0)
