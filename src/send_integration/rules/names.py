"""What rules, feeds and agencies are called on pages and in letters: their codes in words, with the sector's own capitals."""

from functools import lru_cache

AS_WRITTEN = {
    "ehc": "EHC",
    "ehcp": "EHC",
    "camhs": "CAMHS",
    "ndd": "NDD",
    "sen": "SEN",
    "sen2": "SEN2",
    "send": "SEND",
    "gp": "GP",
    "cin": "CIN",
    "neet": "NEET",
    "pfa": "preparing for adulthood:",
    "chc": "CHC",
    "ld": "learning disability",
}


@lru_cache(maxsize=1024)
def rule_name(code: str) -> str:
    """A rule's id in words: 'ehc-final-plan' is 'EHC final plan'."""
    return with_a_capital(in_words(code))


@lru_cache(maxsize=1024)
def in_words(code: str) -> str:
    """A code in words: 'camhs-team' is 'CAMHS team'."""
    return " ".join(AS_WRITTEN.get(word, word) for word in code.replace("_", "-").split("-"))


def with_a_capital(words: str) -> str:
    """Words as a sentence begins: the first letter large, and the others as they are."""
    return words[:1].upper() + words[1:]
