"""What to do next about a reason, for stewards and senders; and why an expectation is there, from its suite."""

import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import send_integration
from send_integration.contracts.fixes import Turn, fix_of

_PACKAGE = Path(send_integration.__file__).parent
_FOLDERS = (_PACKAGE / "expectations", _PACKAGE.parents[1] / "expectations")
"""Of an installed package, and of a checkout; `quality` knows them too, but takes seconds to import."""


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
    path = next((folder / f"{feed}.json" for folder in _FOLDERS if (folder / f"{feed}.json").is_file()), None)
    if path is None:
        return {}
    metas = [expectation.get("meta", {}) for expectation in json.loads(path.read_text())["expectations"]]
    return {meta["rule"]: meta["why"] for meta in metas if "rule" in meta and "why" in meta}
