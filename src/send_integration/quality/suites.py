"""Reads a feed's suite from `expectations/<feed>.json` and refuses one that would guard less than it says."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from great_expectations import ExpectationSuite
from great_expectations.expectations.expectation import Expectation

import send_integration.quality.expectations  # noqa: F401 - importing it registers our own expectations
from send_integration.errors import BadSetting

SEVERITIES = ("reject", "warn")
SCOPES = ("row", "batch")
TRIALS = ("fail", "pass")
"""What a batch rule that only warns does to a feed on trial: it fails it, where `meta.trial` does not say otherwise."""

FOLDER_IN_WHEEL = Path(__file__).parents[1] / "expectations"
FOLDER_IN_CHECKOUT = Path(__file__).parents[3] / "expectations"


@dataclass(frozen=True, slots=True)
class Rule:
    """One expectation of a suite with what we add to it: our code, whether it rejects, and the sentence for people.

    `why` says what harm a failing row does; `owner` is the role that answers for the rule; `fails_trial` whether a batch
    rule sends a feed on trial back.
    """

    code: str
    scope: str
    rejects: bool
    sentence: str
    why: str
    owner: str
    expectation: Expectation
    fails_trial: bool = True


def folder() -> Path:
    """Where the suites are: beside the code in an installed package, at the root of a checkout."""
    return FOLDER_IN_WHEEL if FOLDER_IN_WHEEL.is_dir() else FOLDER_IN_CHECKOUT


@lru_cache(maxsize=32)
def rules_of(feed: str, directory: Path | None = None) -> tuple[Rule, ...]:
    """Every rule of a feed's suite, in the file's order. Raises BadSetting where the feed would be left unguarded."""
    path = (directory or folder()) / f"{feed}.json"
    written = _read(path)
    try:
        suite = ExpectationSuite(**written)
    except ValueError as wrong:
        words = " ".join(str(wrong).split())
        raise _bad(path, f"an expectation's kwargs are wrong: {words}", "Correct them.") from wrong
    # An expectation of unknown type is logged and dropped by the library; that must not pass for a shorter suite.
    if len(suite.expectations) != len(written["expectations"]):
        raise _bad(path, "an expectation's type is unknown", "Correct its type, or register it.")
    rules = tuple(_rule(path, expectation) for expectation in suite.expectations)
    if not any(rule.scope == "row" for rule in rules):
        raise _bad(path, "no row expectation", "Add one: a feed without any is not guarded.")
    codes = [rule.code for rule in rules]
    if len(set(codes)) != len(codes):
        raise _bad(path, "a code is used twice", "Give each expectation a code of its own.")
    return rules


def _read(path: Path) -> dict[str, Any]:
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _bad(path, "the feed has no suite", "Add one (docs/adding-an-expectation.md).") from None
    except ValueError as broken:
        raise _bad(path, "the file is no JSON", "Correct it.") from broken
    if not isinstance(written, dict) or not isinstance(written.get("expectations"), list):
        raise _bad(path, "the file holds no list of expectations", "Correct it.")
    return written


def _rule(path: Path, expectation: Expectation) -> Rule:
    meta = expectation.meta or {}
    code, why, owner, severity = meta.get("rule", ""), meta.get("why", ""), meta.get("owner", ""), meta.get("severity")
    missing = not (code and why and owner and expectation.description)
    if missing or meta.get("scope") not in SCOPES or severity not in SEVERITIES:
        raise _bad(
            path,
            f"expectation {code or expectation.expectation_type} lacks rule, scope, severity, why, owner or description",
            "Add what is missing to its meta.",
        )
    trial = meta.get("trial", "fail")
    if trial not in TRIALS:
        raise _bad(path, f"the trial of batch expectation {code} is unknown", "Correct its meta.")
    rejects, sentence = severity == "reject", str(expectation.description)
    return Rule(code, meta["scope"], rejects, sentence, why, owner, expectation, trial == "fail")


def _bad(path: Path, what: str, next_step: str) -> BadSetting:
    return BadSetting(what, where=f"expectations/{path.name}", next_step=next_step)
