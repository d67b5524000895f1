"""Prints what the benchmark finds: rows of the table, gaps between groups, and the records behind every false link."""

from benchmarks.identity.answers import Answer
from benchmarks.identity.scoring import Scorer, gap
from send_integration.identity.decide import Decided
from send_integration.identity.judge import Judgement
from send_integration.identity.records import PersonRecord

MOST_CASES = 5


def title(text: str) -> None:
    """A heading."""
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def row(scorer: Scorer, name: str, answer: Answer) -> None:
    """One row of the table."""
    print(scorer.score(answer).row(name), flush=True)


def gaps(scorer: Scorer, answer: Answer, kinds: tuple[str, ...]) -> None:
    """Precision and recall of each group of people, before and after people have answered what is put to them."""
    after = scorer.after_review(answer)
    for kind in kinds:
        before_review, after_review = scorer.by_group(answer, kind), scorer.by_group(after, kind)
        print(f"  by {kind}:")
        for group, (pairs, precision, recall) in before_review.items():
            _, precision_after, recall_after = after_review[group]
            print(
                f"    {group:<22}{pairs:>9,} true pairs   precision {precision:.4f}, recall {recall:.4f};"
                f" after review {precision_after:.4f}, {recall_after:.4f}"
            )
        (precision, recall), (precision_after, recall_after) = gap(before_review), gap(after_review)
        print(
            f"    largest gap, groups of 100 pairs or more: precision {precision:.4f}, recall {recall:.4f};"
            f" after review {precision_after:.4f}, {recall_after:.4f}"
        )


def false_links(scorer: Scorer, answer: Answer, decided: Decided) -> None:
    """The pairs on whose evidence two persons were joined, with levels and weights; everybody is made up."""
    wrong = scorer.wrong(answer)
    if not wrong:
        return
    persons = {frozenset(scorer.of[ref].truth for ref in pair) for pair in wrong}
    print(f"  {len(wrong)} false links, of {len(persons)} pairs of persons:")
    told = [link for link in decided.links if scorer.of[link.one.ref].truth != scorer.of[link.other.ref].truth]
    for link in told[:MOST_CASES]:
        print(f"    {_words(link.one, scorer)}\n    {_words(link.other, scorer)}")
        print(f"      {link.why}: {explained(link.judgement)}")


def explained(judgement: Judgement | None) -> str:
    """A judgement's parts in one line."""
    if judgement is None:
        return ""
    parts = ", ".join(f"{part.field} {part.level} {part.weight:+.1f}" for part in judgement.parts)
    return f"{judgement.verdict.name.lower()} {judgement.weight:.1f} = {parts}. {judgement.because}".strip()


def _words(record: PersonRecord, scorer: Scorer) -> str:
    said = [str(value) for value in record[1:-1] if value]
    return f"{scorer.of[record.ref].truth} ({record.source}): {', '.join(said)}"
