"""Asks a feed's batch expectations of what a window measures: one row of shares and ratios, a column each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from send_integration.errors import Broken
from send_integration.quality.columns import COLUMNS
from send_integration.quality.held import Window
from send_integration.quality.masks import Mask, mask_of, try_out
from send_integration.quality.suites import Rule, rules_of
from send_integration.quality.watched import ABSENT, codes_of
from send_integration.watch.breaker import Failure
from send_integration.watch.measures import CODE_DRIFT, NULL_RATE, NULL_RISE, Measures, Usual, measures
from send_integration.watch.window import Tally


@dataclass(frozen=True, slots=True)
class _Asked:
    rule: Rule
    mask: Mask
    measure: str
    limit: str


class BatchRules:
    """The batch expectations of one feed, made ready once; belongs to one thread."""

    def __init__(self, feed: str, directory: Path | None = None) -> None:
        self._window = Window()
        self._names = measure_names(feed)
        rules = [rule for rule in rules_of(feed, directory) if rule.scope == "batch"]
        masks = [mask_of(rule, self._window, frozenset(self._names)) for rule in rules]
        try_out(masks, self._window, dict.fromkeys(self._names, "number"))
        self._asked = [_asked(mask.rule, mask) for mask in masks]

    def failures(self, measured: Measures) -> tuple[Failure, ...]:
        """The rules that a window fails, a rule that could not be asked among them; a measure of None fails none."""
        row = ((name, measured.get(name)) for name in self._names)
        self._window.hold({name: np.array([value], dtype=np.float64) for name, value in row})
        found = ((asked, self._fails(asked)) for asked in self._asked)
        return tuple(_failure(asked, measured, could_ask=fails is True) for asked, fails in found if fails is not False)

    def _fails(self, asked: _Asked) -> bool | None:
        """Whether the row is unexpected; None where Great Expectations could not say."""
        try:
            return bool(len(asked.mask.failing(self._window)))
        except Broken:
            return None


def measure_names(feed: str) -> Sequence[str]:
    """Every measure that a feed's batch expectations may look at."""
    nothing = measures(Tally(), Tally(), Usual())
    absent = [f"{of}{column.name}" for of in (NULL_RATE, NULL_RISE) for column in (*COLUMNS[feed], *ABSENT)]
    return [*nothing, *absent, *(f"{CODE_DRIFT}{column.name}" for column in codes_of(feed))]


def _asked(rule: Rule, mask: Mask) -> _Asked:
    least, most = (mask.values.get(name) for name in ("min_value", "max_value"))
    words = [f"at least {least:g}"] if least is not None else []
    words += [f"at most {most:g}"] if most is not None else []
    return _Asked(rule, mask, mask.columns[0], " and ".join(words) or "what the suite says")


def _failure(asked: _Asked, measured: Measures, *, could_ask: bool) -> Failure:
    rule = asked.rule
    value = measured.get(asked.measure) if could_ask else None
    return Failure(
        rule.code, rule.owner, asked.measure, value, asked.limit, rule.sentence, rule.rejects or not could_ask,
        rule.fails_trial,
    )  # fmt: skip
