"""What a rule is called on pages and in letters: its id in words, with the sector's own capitals."""

from functools import lru_cache

IN_CAPITALS = {
    "ehc": "EHC",
    "ehcp": "EHC",
    "camhs": "CAMHS",
    "ndd": "NDD",
    "sen": "SEN",
    "gp": "GP",
    "cin": "CIN",
    "neet": "NEET",
    "pfa": "PFA",
    "chc": "CHC",
}


@lru_cache(maxsize=1024)
def rule_name(code: str) -> str:
    """A rule's id in words: 'ehc-final-plan' is 'EHC final plan'."""
    words = " ".join(IN_CAPITALS.get(word, word) for word in code.replace("_", "-").split("-"))
    return words[:1].upper() + words[1:]
