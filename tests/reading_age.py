"""The Flesch-Kincaid grade of a text (Kincaid and others, 1975): the American school year that reads it; add five for an age."""

import re


def grade(text: str) -> float:
    """0.39 words a sentence, and 11.8 syllables a word, less 15.59."""
    sentences = [part for part in re.split(r"[.!?]+(?:\s|$)", text) if re.search(r"\w", part)]
    words = re.findall(r"[A-Za-z][A-Za-z'’]*|\d+", text)
    syllables = sum(map(syllables_of, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def syllables_of(word: str) -> int:
    """Groups of vowels, but for an e at the end that is not spoken; of an abbreviation each letter, of a number one."""
    if word.isdigit():
        return 1
    if word in SPOKEN:
        return SPOKEN[word]
    if len(word) > 1 and word.isupper():
        return len(word)
    lower = re.sub(r"['’].*", "", word.lower())
    silent = r"(?<![td])ed$|(?<![sxzcg])(?<![cs]h)es$|(?<=[aeiouy][a-z])e$|(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e$"
    return max(len(re.findall(r"[aeiouy]+", re.sub(silent, "", lower))), 1)


SPOKEN = {"CAMHS": 1, "SENCO": 2, "SEN": 1}
"""Abbreviations that are said as words."""
