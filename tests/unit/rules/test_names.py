"""What rules are called in words, on pages and in letters."""

import pytest

from send_integration.rules.names import rule_name
from send_integration.steps.catalogue import load_rules


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ehc-final-plan", "EHC final plan"),
        ("ld-health-check", "Learning disability health check"),
        ("camhs-adult-transfer", "CAMHS adult transfer"),
        ("pfa-year-9-review", "Preparing for adulthood: year 9 review"),
    ],
)
def test_a_rules_id_in_words(code: str, words: str) -> None:
    assert rule_name(code) == words


def test_no_rules_name_has_an_abbreviation_in_small_letters() -> None:
    """A word without a vowel is one."""
    words = {word for rule_id in load_rules().rules for word in rule_name(rule_id).split()}
    assert {word for word in words if not word.isupper() and not set(word.lower()) & set("aeiouy0123456789")} == set()
