"""`python -m benchmarks.identity`: how well people are matched, beside Splink's batch answer and exact matching.

Writes nothing into the repository; the public corpora are made once, in a cache folder. The same arguments give the
same table, but for the times.
"""

import argparse
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.identity import report
from benchmarks.identity.answers import exact_answer, our_answer
from benchmarks.identity.corpus import Corpus, Known, latest, read_corpus, with_numbers, without_numbers
from benchmarks.identity.graded import graded_cases, table
from benchmarks.identity.public import cache_folder, make_corpora
from benchmarks.identity.scoring import HEADER, KEY, Scorer
from benchmarks.identity.simulated import REGISTER, simulated_corpus
from benchmarks.identity.splink_batch import splink_answers
from send_integration.identity.model import Model, Thresholds, default_model
from send_integration.identity.records import features_of
from send_integration.training.splink_training import train

SECTIONS = ("febrl", "households", "graded", "authority")
DIRT = ("none", "usual", "heavy")
FOR_STRANGERS = Thresholds(link=2, hold=0, review=-2)
"""Where there are no families, a weight of 2 is sure enough: nobody shares a home and a name by birth."""

TO_BEAT = {
    ("febrl1", "id"): 1.0, ("febrl1", "no id"): 0.9940, ("febrl2", "id"): 0.9977, ("febrl2", "no id"): 0.9877,
    ("febrl3", "id"): 0.9972, ("febrl3", "no id"): 0.9904, ("febrl4", "id"): 0.9995, ("febrl4", "no id"): 0.9948,
}  # fmt: skip
"""The best F1 of recordlinkage 0.16's ECM and of Splink 5.0, both untuned, as measured before this was built."""

NHS_SHARES = {"all numbers": 1.0, "half the numbers": 0.5, "no NHS numbers": 0.0}


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure."""

    sections: Sequence[str]
    dirt: Sequence[str]
    children: int
    seed: int
    cache: Path
    others: bool


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    parser.add_argument("--only", choices=SECTIONS, action="append", help="a part of the table; may be repeated")
    parser.add_argument("--dirt", choices=DIRT, action="append", help="a level of dirt of the simulated authority")
    parser.add_argument("--children", type=int, default=10_000, help="children of the simulated authority")
    parser.add_argument("--seed", type=int, default=821, help="seed of the simulated authority")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="folder for the public corpora")
    parser.add_argument("--ours-only", action="store_true", help="leave out Splink and exact matching")
    given = parser.parse_args()
    options = Options(
        given.only or SECTIONS, given.dirt or DIRT, given.children, given.seed, given.cache, not given.ours_only
    )
    sections: dict[str, Callable[[Options], None]] = {
        "febrl": febrl, "households": households, "graded": graded, "authority": authority
    }  # fmt: skip
    print(f"{datetime.now(UTC):%d %B %Y}, Python {platform.python_version()}, {platform.machine()}\n{KEY}")  # noqa: TID251
    for name in options.sections:
        sections[name](options)


def febrl(options: Options) -> None:
    """FEBRL 1 to 4, with and without their number."""
    report.title("FEBRL 1-4: made-up adults, with slips; no families to speak of")
    print("The number stands where our UPN does; two different ones do not keep a pair apart. Trained without labels.")
    print(HEADER)
    folder = make_corpora(options.cache)
    for number in (1, 2, 3, 4):
        as_read = read_corpus(folder / f"febrl{number}.jsonl")
        for label, corpus in (("id", _as_upn(as_read)), ("no id", without_numbers(as_read))):
            scorer = Scorer(corpus)
            trained = replace(_trained(corpus, households=False), thresholds=FOR_STRANGERS)
            if number == 4:
                trained = replace(trained, lists_everyone=frozenset({"A", "B"}))
            answer, decided = our_answer(corpus, trained)
            report.row(scorer, f"FEBRL {number}, {label}: ours, trained", answer)
            beat, reached = TO_BEAT[f"febrl{number}", label], scorer.score(answer).f1
            _others(scorer, f"FEBRL {number}, {label}", corpus, options)
            print(
                f"  to beat: F1 {beat:.4f}; {'reached' if round(reached, 4) >= beat else 'not reached'} ({reached:.4f})"
            )
            report.false_links(scorer, answer, decided)


def households(options: Options) -> None:
    """Children in households, two noisy copies of one census."""
    report.title("Households: pseudopeople's census twice, people of 25 or under, with addresses")
    print("To beat: precision 0.995 at recall 0.98, and no false link within a household.")
    corpus = without_numbers(read_corpus(make_corpora(options.cache) / "households.jsonl"))
    everybody = frozenset({"A", "B"})
    shares = {"no numbers": corpus} | {
        label: with_numbers(corpus, share) for label, share in NHS_SHARES.items() if share
    }
    for label, numbered in shares.items():
        print(f"\n{HEADER}")
        scorer = Scorer(numbered)
        print(f"  {_two_numbers(scorer, numbered):.1%} of true pairs carry two different numbers, for a person to join")
        for name, model in (("ours", default_model()), ("ours, trained", _trained(numbered))):
            answer, decided = our_answer(numbered, replace(model, lists_everyone=everybody))
            report.row(scorer, f"Households, {label}: {name}", answer)
            report.row(scorer, "  after review", scorer.after_review(answer))
            report.false_links(scorer, answer, decided)
        _others(scorer, f"Households, {label}", numbered, options)
        report.gaps(scorer, answer, ("sex", "name length"))


def graded(_: Options) -> None:
    """The RecordLinker's graded cases."""
    report.title("Graded cases: the CDC RecordLinker's 234, the shipped model; grade down, our verdict across")
    cases = graded_cases(default_model())
    print(table(cases))
    for case in cases:
        if (case.grade == "no match" and case.verdict == "link") or (
            case.grade == "possible" and case.verdict != "review"
        ):
            print(f"  case {case.case}: {case.grade}, but {case.verdict}; {dict(case.differences)}")
            print(f"    {report.explained(case.judgement)}")


def authority(options: Options) -> None:
    """The simulated authority at each level of dirt and with each share of the NHS numbers, 1 % of them wrong."""
    report.title(
        f"Simulated authority: {options.children:,} children, nine agencies, 1 % of NHS numbers another child's"
    )
    print("To reach at dirt 'usual': no two children joined.")
    for dirt in options.dirt:
        for label, share in NHS_SHARES.items():
            corpus = simulated_corpus(options.children, seed=options.seed, dirt=dirt, nhs_share=share)
            _authority(f"{dirt}, {label}", corpus, options)
        _authority(f"{dirt}, neither NHS number nor UPN", without_numbers(corpus), options)


def _authority(name: str, corpus: list[Known], options: Options) -> None:
    print(f"\n{name}\n{HEADER}", flush=True)
    scorer = Scorer(corpus)
    everybody = frozenset({REGISTER})
    shipped = default_model()
    answer, decided = our_answer(corpus, shipped)
    report.row(scorer, "ours", answer)
    report.row(scorer, "  after review", scorer.after_review(answer))
    report.false_links(scorer, answer, decided)
    for label, model in (
        ("ours, register lists everybody", replace(shipped, lists_everyone=everybody)),
        ("ours, trained", _trained(corpus)),
    ):
        other, others_decided = our_answer(corpus, model)
        report.row(scorer, label, other)
        report.false_links(scorer, other, others_decided)
    _others(scorer, "", corpus, options)
    report.gaps(scorer, answer, ("sex", "name length", "script", "community"))


def _others(scorer: Scorer, name: str, corpus: Corpus, options: Options) -> None:
    """Splink's batch answer at 0.99 and at the threshold that is best by the truth, and exact matching."""
    if not options.others:
        return
    start = f"{name}: " if name else ""
    answers = splink_answers(corpus)
    report.row(scorer, f"{start}Splink at 0.99", answers[0.99])
    best = max(answers, key=lambda threshold: scorer.score(answers[threshold]).f1)
    report.row(scorer, f"{start}Splink at {best}, the best", answers[best])
    report.row(scorer, f"{start}exact matching", exact_answer(corpus))


def _trained(corpus: Corpus, *, households: bool = True) -> Model:
    people = [features_of(record) for record in latest(corpus)]
    return train(people, default_model(), "bench", households=households)


def _as_upn(corpus: Corpus) -> list[Known]:
    return [replace(k, record=k.record._replace(nhs_number="", upn=k.record.nhs_number)) for k in corpus]


def _two_numbers(scorer: Scorer, corpus: Corpus) -> float:
    """The share of true pairs of which each record has another NHS number."""
    number = {known.record.ref: known.record.nhs_number for known in corpus}
    told = [[number[ref] for ref in pair] for pair in scorer.truth]
    return sum("" not in pair and pair[0] != pair[1] for pair in told) / len(told)


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    print(f"\n{time.perf_counter() - began:,.0f} s in all")
