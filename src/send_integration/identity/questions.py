"""What a person is asked about two children: the strongest pair of their records, where it is worth a question."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from send_integration.contracts.event import ChildId
from send_integration.identity.judge import FAMILY_CONDITIONS, Judgement, Verdict
from send_integration.identity.records import PersonRecord, PersonRef


@dataclass(frozen=True, slots=True)
class Review:
    """Two records of different children that a person is asked about."""

    one: PersonRecord
    other: PersonRecord
    judgement: Judgement


def review_of(one: PersonRecord, other: PersonRecord, judgement: Judgement) -> Review:
    """The review of two records, whichever is named first."""
    first, second = (one, other) if one < other else (other, one)
    return Review(first, second, judgement)


def strength(review: Review) -> tuple[int, float, PersonRecord, PersonRecord]:
    """How strongly a pair says that two children are one: by its verdict, then its weight."""
    return int(review.judgement.verdict), review.judgement.weight, review.one, review.other


def is_like_family(judgement: Judgement) -> bool:
    """Whether two are no more alike than twins or brother and sister are: no question where a source that knows both
    tells them apart."""
    return judgement.verdict is Verdict.REVIEW and judgement.because in FAMILY_CONDITIONS


def are_told_apart(
    one: Iterable[PersonRecord],
    other: Collection[PersonRecord],
    said: Callable[[PersonRef, PersonRef], bool | None] = lambda _one, _other: None,
) -> bool:
    """Whether one source keeps them under two local ids, and no person has `said` that these are one."""
    return any(
        mine.source == their.source and mine.local_id != their.local_id and not said(mine.ref, their.ref)
        for mine in one
        for their in other
    )


class Questions:
    """What is open between children on whom no person has decided, kept while records join them one after the other."""

    def __init__(self, opened: Iterable[tuple[ChildId, ChildId, Review]]) -> None:
        self._before = {frozenset((one, other)): review for one, other, review in opened}
        self._open = dict(self._before)

    def join(
        self,
        record: PersonRecord,
        child: tuple[ChildId, Sequence[PersonRecord]],
        other: tuple[ChildId, Sequence[PersonRecord]],
        edges: Mapping[PersonRecord, Judgement],
    ) -> bool:
        """Ask anew about two children, each with its records so far, of which one gets another record with edges to the
        second. False where the answer depends on a pair of theirs that was not worth a question before."""
        (child_id, members), (other_id, others) = child, other
        pair = frozenset((child_id, other_id))
        asked = self._open.get(pair)
        found = [review_of(record, their, edge) for their in others if (edge := edges.get(their)) is not None]
        if asked is not None:
            found.append(asked)
        if not found:
            return True
        strongest = max(found, key=strength)
        apart_before = are_told_apart(members, others)
        worth_it = not is_like_family(strongest.judgement)
        if asked is None and apart_before and worth_it and strongest.judgement.verdict is Verdict.REVIEW:
            return False  # a pair of theirs that is like family may be the stronger, and then there is no question
        if worth_it or not (apart_before or are_told_apart([record], others)):
            self._open[pair] = strongest
        else:
            self._open.pop(pair, None)
        return True

    def settled(self) -> list[Review]:
        """What was asked at first, and is no more."""
        return [review for pair, review in self._before.items() if self._open.get(pair) != review]

    def raised(self) -> list[Review]:
        """What is asked, and was not at first."""
        return [review for pair, review in self._open.items() if self._before.get(pair) != review]
