"""What to do next about a reason, for stewards and senders; and why an expectation is there, from its suite."""

from functools import lru_cache
from typing import NamedTuple

from send_integration.contracts.fixes import Turn, fix_of
from send_integration.steps.suite_files import suite_file


class Advice(NamedTuple):
    """Whose turn it is, what to do next, and why the check is there, where its suite says so."""

    turn: Turn
    step: str
    why: str


def advice(feed: str, code: str) -> Advice:
    """What is likely to mend a reason."""
    turn, step = fix_of(code)
    return Advice(turn, step, _whys(feed).get(code, ""))


@lru_cache(maxsize=32)
def _whys(feed: str) -> dict[str, str]:
    metas = [expectation.get("meta", {}) for expectation in suite_file(feed).get("expectations", [])]
    return {meta["rule"]: meta["why"] for meta in metas if "rule" in meta and "why" in meta}
