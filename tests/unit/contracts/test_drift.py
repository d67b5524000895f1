"""What a source has outgrown is proposed with its shape, its count and what to change."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from send_integration.contracts.drift import HIDDEN, Proposal, Refused, proposals, shape_of
from tests.builders import sent

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def changed(what: str, times: int = 5, without: str = "", kind: str = "", **fields: Any) -> list[Refused]:
    """As many events an hour apart, with fields of their own and perhaps without one."""
    body = json.loads(sent(what))
    body["data"].pop(without, None)
    body["data"] |= fields
    body["type"] = kind or body["type"]
    return [Refused("camhs", json.dumps(body).encode(), FIRST + timedelta(hours=n)) for n in range(times)]


def only(refused: list[Refused], known: frozenset[str] = frozenset()) -> Proposal:
    """The one proposal that there is."""
    (found,) = proposals(refused, {("urn:send:camhs", "send.camhs.triaged.v1"): known})
    return found


def test_a_new_field_is_proposed_with_where_it_belongs() -> None:
    found = only(changed("camhs.triaged", seen_by="2026-01-31"))

    assert (found.source, found.what, found.where, found.name) == (
        "urn:send:camhs", "unknown field", "send.camhs.triaged.v1 data", "seen_by",
    )  # fmt: skip
    assert (found.events, found.first_seen, found.last_seen) == (5, FIRST, FIRST + timedelta(hours=4))
    assert found.shapes == ("text of 10: 9999-99-99",)
    assert "contracts/feeds/camhs.py (class Triaged)" in found.change


def test_a_demanded_field_that_stopped_coming_is_what_the_new_one_was_called() -> None:
    found = only(changed("camhs.triaged", without="outcome", result="accepted"))

    assert (found.name, found.likely_rename_of) == ("result", "outcome")


def test_a_persons_demanded_field_is_found_under_its_new_name_too() -> None:
    refused = changed("camhs.triaged")
    renamed = [message._replace(raw=message.raw.replace(b'"date_of_birth"', b'"birth_date"')) for message in refused]

    found = only(renamed)

    assert (found.name, found.likely_rename_of) == ("birth_date", "date_of_birth")
    assert found.change.startswith("the source seems to call data.person.date_of_birth birth_date now")


def test_an_optional_field_is_a_former_name_only_where_it_used_to_come() -> None:
    refused = changed("camhs.triaged", sent_on_to="salt")

    assert only(refused).likely_rename_of == ""
    assert only(refused, frozenset({"data.redirected_to"})).likely_rename_of == "redirected_to"


def test_a_new_code_names_the_list_that_lacks_it() -> None:
    found = only(
        [message._replace(feed="ndd-triage") for message in changed("ndd.referred", referrer_service="dietetics")]
    )

    assert (found.what, found.name) == ("unknown code", "dietetics")
    assert found.change.startswith("add the code to code list Service in contracts/codes.py")


def test_a_new_type_is_proposed_by_its_name() -> None:
    found = only(changed("camhs.triaged", kind="send.camhs.waiting.v1"))

    assert (found.what, found.name) == ("unknown type", "send.camhs.waiting.v1")


@pytest.mark.parametrize("code", ["Kowalska, Anna", "9990000018", "Anna"])
def test_what_does_not_look_like_a_code_or_is_a_value_is_not_told(code: str) -> None:
    assert only(changed("camhs.triaged", outcome=code)).name == HIDDEN


def test_a_word_that_came_seldom_is_not_told() -> None:
    assert only(changed("camhs.triaged", times=4, outcome="waiting")).name == HIDDEN


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("LU1 9ZZ", "text of 7: AA9 9AA"),
        ("Zoë", "text of 3: AAA"),
        (True, "true or false"),
        ("x" * 25, "text of over 24"),
    ],
)
def test_a_shape_tells_the_kind_and_no_value(value: Any, shape: str) -> None:
    assert shape_of(value) == shape


@pytest.mark.parametrize(("outcome", "shape"), [(3, "whole number"), (None, "nothing")])
def test_a_code_that_is_no_text_is_reported_by_its_shape(outcome: int | None, shape: str) -> None:
    found = only(changed("camhs.triaged", outcome=outcome))

    assert (found.what, found.name, found.where, found.shapes) == (
        "unknown code", HIDDEN, "send.camhs.triaged.v1 data.outcome", (shape,),
    )  # fmt: skip


def test_a_new_field_in_the_entries_of_a_list_is_one_proposal() -> None:
    body = json.loads(sent("identity.decided"))
    body["data"]["pairs"] = [{**body["data"]["pairs"][0], "sure": True}] * 3
    refused = [Refused("identity", json.dumps(body).encode(), FIRST)] * 5

    (found,) = proposals(refused, {})

    assert (found.name, found.where, found.events) == ("sure", "send.identity.decided.v1 data.pairs", 15)
