"""Compares what the gate said of a faulty window with what it said of the same rows while they were clean."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from benchmarks.quality.gating import Said
from send_integration.contracts.reasons import Code

BY_STORE = "told as a repeat"
BY_REVIEW = "identity put to people"
A_TENTH = 0.1
"""Of the faulty rows so many more questions must be put to people before the fault counts as found by them."""


class Score(NamedTuple):
    """What was found of one kind of fault at one rate.

    `rule` is the rule that spoke of most faulty rows among those that spoke first, `after` the number of rows when it
    did. `refused` and `remarked` count faulty rows; `stopped` counts good rows that were refused, `held` those that wait
    for a person's decision on identity, `noted` those that were remarked on. `hours` instead of rows it took where the
    clock spoke.
    """

    faulty: int
    rule: str
    after: int
    refused: int
    remarked: int
    stopped: int
    held: int
    noted: int
    hours: int = 0

    @property
    def detected(self) -> bool:
        """Whether anything spoke."""
        return bool(self.rule)


def score(faulty: frozenset[int], said: Said, clean: Said) -> Score:
    """The score of a window in which the rows at some offsets are faulty, by the same offsets' verdicts when clean."""
    refused = _new(said.refused, clean.refused)
    remarked = _new(said.remarked, clean.remarked)
    spoken = {at: refused.get(at, ()) or remarked.get(at, ()) for at in sorted({*refused, *remarked} & faulty)}
    rule, after = "", 0
    if spoken:
        first = min(spoken)
        counted = Counter(code for codes in spoken.values() for code in codes)
        rule, after = max(spoken[first], key=lambda code: (counted[code], code)), first + 1
    elif batch := [rule for rule in said.batch if rule not in clean.batch]:
        rule, after = batch[0], said.batch_after
    elif said.repeats > clean.repeats:
        rule = BY_STORE
    elif said.reviews - clean.reviews >= max(1, A_TENTH * len(faulty)):
        rule = BY_REVIEW
    good = refused.keys() - faulty
    held = [at for at in good if set(refused[at]) <= {Code.IDENTITY_CONFLICT}]
    return Score(
        len(faulty),
        rule,
        after,
        len(refused.keys() & faulty),
        len(remarked.keys() & faulty - refused.keys()),
        len(good) - len(held),
        len(held),
        len(remarked.keys() - faulty),
    )


def _new(now: Mapping[int, tuple[str, ...]], before: Mapping[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    """The codes that an offset has now and had not before."""
    found = {at: tuple(code for code in codes if code not in before.get(at, ())) for at, codes in now.items()}
    return {at: codes for at, codes in found.items() if codes}
