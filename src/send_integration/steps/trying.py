"""Tries other rules on the histories of all children before they go live; nothing is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from send_integration.rules.model import RuleBook
from send_integration.rules.trial import ChildTrial, try_on
from send_integration.steps.looking_back import in_batches, read_histories
from send_integration.store.engine import open_database
from send_integration.store.histories import reading


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: of both books the rules that differ, from the first day to the last, both included.

    `anyway` are the rules that do not, where it is asked what people are told of by them too.
    """

    in_force: RuleBook
    tried: RuleBook
    anyway: RuleBook
    first: date
    last: date


def try_rules(
    trial: Trial, address: str, children: Sequence[str], processes: int
) -> Iterator[tuple[int, list[ChildTrial]]]:
    """How many children were looked at, batch by batch, and the trials of those for whom there was anything."""
    return in_batches(partial(try_batch, trial, address), children, processes)


def try_batch(trial: Trial, address: str, children: Sequence[str]) -> list[ChildTrial]:
    """The trials of those of some children for whom there is anything; opens the database for itself."""
    engine = open_database(address)
    try:
        with reading(engine) as connection:
            histories = read_histories(connection, children)
    finally:
        engine.dispose()
    found = (
        try_on(history, trial.in_force, trial.tried, trial.anyway, trial.first, trial.last) for history in histories
    )
    return [child for child in found if any(child)]
