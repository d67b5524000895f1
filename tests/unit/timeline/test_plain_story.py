"""The story that a family's copy tells: every type is decided, nobody else is in it, and an eleven-year-old can read it."""

import re
from datetime import date

import pytest

from send_integration.contracts.codes import RoleForChild, Service, SupportKind
from send_integration.contracts.registry import EVENT_TYPES
from send_integration.timeline import plain_words
from send_integration.timeline.plain_story import SPOKEN, Story, sentence_of, story_of
from send_integration.timeline.plain_words import (
    BY_CODE,
    HELPERS,
    KINDS_OF_SUPPORT,
    LEFT_OUT,
    SENTENCES,
    SERVICES,
    WITHHELD_SERVICES,
)
from tests.builders import WORKER, all_types, event
from tests.reading_age import grade

AS_OF = date(2025, 6, 2)
EASY = 6.0
"""Flesch-Kincaid grade 6 is read by children of eleven."""


def whats() -> set[str]:
    """Every type as the rules name it."""
    return {name.replace("ndd-triage.", "ndd.") for name in all_types()}


def told(*events: object, **rest: object) -> Story:
    return story_of(events, [], AS_OF, **rest)  # type: ignore[arg-type]


def sentences(story: Story) -> list[str]:
    return [part.sentence for _, parts in story.years for part in parts]


def test_every_type_of_event_is_told_or_left_out_for_a_reason() -> None:
    decided = [*SENTENCES, *BY_CODE, *SPOKEN, *LEFT_OUT]

    assert set(decided) == whats()
    assert len(decided) == len(set(decided))


def test_every_service_kind_and_role_is_decided() -> None:
    assert SERVICES.keys() | WITHHELD_SERVICES.keys() == set(Service.__args__)
    assert not SERVICES.keys() & WITHHELD_SERVICES.keys()
    assert KINDS_OF_SUPPORT.keys() == set(SupportKind.__args__)
    assert HELPERS.keys() == set(RoleForChild.__args__)


@pytest.mark.parametrize("what", [what for what in BY_CODE if BY_CODE[what][0]])
def test_every_code_that_is_told_is_one_of_the_contracts(what: str) -> None:
    field, said = BY_CODE[what]
    data = EVENT_TYPES[f"send.{what.replace('ndd.', 'ndd-triage.')}.v1"].model_fields["data"].annotation
    assert data is not None

    assert said.keys() <= set(data.model_fields[field].annotation.__args__)


@pytest.mark.parametrize("what", sorted(set(SENTENCES) | set(SPOKEN)))
def test_an_ordinary_event_of_every_type_that_is_told_has_a_sentence(what: str) -> None:
    assert sentence_of(event(what), {("urn:send:referrals", "F1"): "salt"})


def test_a_child_of_eleven_can_read_every_sentence_that_there_is() -> None:
    said = [*SENTENCES.values(), *plain_words.HELPERS.values(), *plain_words.MEANINGS.values()]
    said += [
        sentence.format(service="your doctor", Service="Your doctor")
        for _, codes in BY_CODE.values()
        for sentence in codes.values()
    ]
    said += [f"By 3 March 2025, {words}." for words in plain_words.MILESTONES.values()]
    said += [
        f"{service[:1].upper()}{service[1:]} asked {other} to help you."
        for service, other in zip(SERVICES.values(), reversed(SERVICES.values()), strict=True)
    ]

    assert grade(" ".join(said)) <= EASY
    hard = {sentence: grade(sentence) for sentence in said if grade(sentence) > EASY + 4}
    assert not hard


def test_what_came_of_a_referral_names_the_service_that_was_asked() -> None:
    story = told(
        event("referrals.received", "2025-01-06", from_service="school", to_service="salt"),
        event("referrals.rejected", "2025-01-20", signposted_to="Ms Otherbody"),
    )

    assert sentences(story) == [
        "Your school asked the speech and language team to help you.",
        "The speech and language team could not take you on.",
    ]


@pytest.mark.parametrize(
    "asked", [{"to_service": "social-care"}, {"from_service": "social-care"}, {"to_service": "youth-justice"}]
)
def test_nothing_is_said_of_a_withheld_service_nor_of_what_came_of_asking_it(asked: dict[str, str]) -> None:
    story = told(event("referrals.received", "2025-01-06", **asked), event("referrals.accepted", "2025-01-20"))

    assert sentences(story) == []


def test_nothing_is_said_of_a_referral_of_which_it_is_not_known_whom_it_asked() -> None:
    assert sentences(told(event("referrals.accepted", "2025-01-20"))) == []


def test_a_diagnosis_a_reason_and_a_rationale_are_not_told() -> None:
    story = told(
        event("ndd.assessment_completed", "2025-01-06", diagnosis_codes=["F84.0"]),
        event("camhs.referred", "2025-01-07", primary_reason="self-harm"),
        event("panel.decided", "2025-01-08", rationale="His father Tom drinks."),
        event("school.suspended", "2025-01-09", reason="hit Jack Smith"),
    )

    assert not re.search("diagnos|F84|harm|Tom|drink|Jack", repr(story))


def test_what_a_parent_said_is_told_of_and_not_quoted() -> None:
    story = told(event("panel.voice_recorded", "2025-01-06", of="parent-carer", text="My sister Jane helps."))

    assert story.quotes == ()
    assert sentences(story) == ["Your family told us what they think."]


@pytest.mark.parametrize(
    ("text", "may_be_told"),
    [
        ("I like maths.", True),
        ("I am Anna and I like maths.", True),
        ("Mr WREN shouts.", False),
        ("I play with Kofi.", False),
        ("Priya never rings.", False),
        ("The chair is hard.", True),
        ("Jose\u0301 is loud.", False),
        ("jose is loud.", False),
        ("\u092a\u094d\u0930\u093f\u092f\u093e is loud.", False),
    ],
)
def test_a_quote_that_names_somebody_known_cannot_be_put_in(text: str, may_be_told: bool) -> None:
    story = told(
        event("panel.voice_recorded", "2025-01-06", text=text),
        event("camhs.referred", "2025-01-06", worker=WORKER),
        event("panel.action_agreed", "2025-01-06", owner="Priya Nair"),
        event("panel.discussed", "2025-01-06", attendees=["chair"]),
        relatives=["Kofi Example", "Jos\u00e9 Example", "\u092a\u094d\u0930\u093f\u092f\u093e Example"],
    )

    chosen = story.as_chosen([], [quote.ref for quote in story.quotes])
    assert [quote.text for quote in chosen.quotes] == ([text] if may_be_told else [])


def test_a_quote_goes_in_only_where_it_is_ticked_and_a_part_goes_out_where_it_is() -> None:
    story = told(event("panel.voice_recorded", "2025-01-06"), event("camhs.referred", "2025-02-03"))
    refs = {part.sentence: part.ref for _, parts in story.years for part in parts}

    chosen = story.as_chosen([refs["CAMHS was asked to help you."]], [])

    assert chosen.quotes == ()
    assert sentences(chosen) == ["You told us what you think."]


def test_a_story_is_marked_anew_by_whatever_is_told_newly() -> None:
    one = event("camhs.referred", "2025-02-03")
    other = event("camhs.triaged", "2025-03-03")

    assert told(one).mark == told(one).mark
    assert told(one).mark != told(one, other).mark


@pytest.mark.parametrize(
    ("agreed", "done", "said"),
    [
        (0, 0, ""),
        (1, 0, "The panel agreed 1 thing to do for you. We do not know yet if it is done."),
        (1, 1, "The panel agreed 1 thing to do for you. It is done."),
        (2, 0, "The panel agreed 2 things to do for you. We do not know yet if they are done."),
        (2, 1, "The panel agreed 2 things to do for you. So far, 1 is done."),
        (3, 2, "The panel agreed 3 things to do for you. So far, 2 are done."),
        (2, 2, "The panel agreed 2 things to do for you. All are done."),
    ],
)
def test_actions_are_counted_and_the_story_is_marked_anew_by_each(agreed: int, done: int, said: str) -> None:
    told_so_far = [event("camhs.referred", "2025-02-03")]
    told_so_far += [event("panel.action_agreed", "2025-02-03", action_id=f"A{n}") for n in range(agreed)]
    told_so_far += [event("panel.action_completed", "2025-02-04", action_id=f"A{n}") for n in range(done)]
    story = told(*told_so_far)

    assert story.of_actions == said
    assert not said or (said in story.sentences() and grade(said) <= 6)
    assert story.mark != told(*told_so_far, event("panel.action_agreed", "2025-02-05", action_id="more")).mark


def test_what_should_happen_is_told_with_what_is_late_and_nothing_between_agencies() -> None:
    due = [
        {"milestone": "ehc-final-plan", "status": "missed", "due_on": "2025-05-01"},
        {"milestone": "ehc-advice", "status": "missed", "due_on": "2025-05-01"},
        {"milestone": "ehc-annual-review", "status": "pending", "due_on": "2026-05-01"},
        {"milestone": "ndd-triage", "status": "met", "due_on": "2025-01-01"},
    ]

    story = story_of([event("camhs.referred", "2025-02-03")], due, AS_OF)

    assert [(item.what, item.late) for item in story.to_come] == [
        ("your EHC plan should be ready", True),
        ("we should look at your plan with you and say what comes next", False),
    ]


def test_helpers_are_told_by_role() -> None:
    story = told(event("workers.assigned", "2025-01-06", role_for_child="senco", worker=WORKER))

    assert story.helpers == (HELPERS["senco"],)
    assert WORKER["name"] not in repr(story)


def test_of_a_child_who_died_nothing_is_to_be_told() -> None:
    assert told(event("camhs.referred", "2025-02-03")).told
    assert not told(event("people.died", "2025-02-03")).told
