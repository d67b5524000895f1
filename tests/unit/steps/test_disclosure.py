"""What of a text is another person's, and what a person must read, as the machine can tell."""

import pytest

from send_integration.steps.disclosure import ANOTHER, Marks, has_free_text, names_of
from send_integration.web.subject_access import pages_of


def person(given_name: str, family_name: str) -> dict[str, str]:
    return {"given_name": given_name, "family_name": family_name, "nhs_number": "9990000042", "upn": ""}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Mary Ann hit him", f"{ANOTHER} hit him"),
        ("Mary hit him", f"{ANOTHER} hit him"),
        ("ask ann or de Souza", f"ask {ANOTHER} or {ANOTHER}"),
        ("his de facto carer", "his de facto carer"),
        ("9990000042", ANOTHER),
        ("Van Dyke is his own name", "Van Dyke is his own name"),
    ],
)
def test_another_person_is_found_by_each_of_their_names_and_never_the_child(text: str, left: str) -> None:
    others = [person("Mary Ann", "de Souza"), person("Otto", "Van Dyke")]
    marks = Marks(names_of(others, ["Tom", "Van Dyke"]), ())

    assert marks.without_others(text) == left


@pytest.mark.parametrize(
    "value",
    [
        {"carried_why": "his mother was ill"},
        {"attendees": ["Mrs Example, mother"]},
        {"presenter": "Wren Example"},
        {"data": {"owner": "Mrs Example, mother"}},
    ],
)
def test_words_in_which_somebody_can_be_named_are_marked_to_be_read(value: dict[str, object]) -> None:
    assert has_free_text(value)
    assert not has_free_text(dict.fromkeys(value, "one"))


def test_the_copy_is_made_on_a_day_in_london() -> None:
    copy = {
        "child_id": "c0", "former_child_ids": [], "authority": "Luton", "made_at": "2025-06-30T23:30:00+00:00",
        "withheld": [], "read_before_giving": [], "held": {},
    }  # fmt: skip

    assert "Made on 1 July 2025" in pages_of(copy)["read-me-first.html"]
