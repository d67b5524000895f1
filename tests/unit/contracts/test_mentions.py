"""Bytes that name somebody who has to stay hidden are known for it, whatever is wrong with them."""

import json

import pytest

from send_integration.contracts.mentions import Somebody, mentions
from tests.builders import sent

MIRA = Somebody("urn:send:schools", "7", "Mira", "Hidden", "9990000026", "T821000000001")
OF_ANOTHER = {"local_id": "1", "given_name": "Anna", "family_name": "Kowalska", "nhs_number": None}
SCHOOLS = {"source": "urn:send:schools"}


@pytest.mark.parametrize(
    "raw",
    [
        sent("school.suspended", source="urn:send:clinic", person={**OF_ANOTHER, "nhs_number": "9990000026"}),
        sent("school.suspended", person=OF_ANOTHER, note="See 999 000 0026."),
        sent("school.suspended", person=OF_ANOTHER, note="Her sister is MIRA  HIDDEN, now at another school."),
        sent("people.related", **SCHOOLS, kind="sibling", other={"local_id": "7"}, person=OF_ANOTHER),
        b'{"source": "urn:send:schools", "subject": "local:7"}',
        b'{"upn": "T821000000001"}',
        b'{"surname": "Hidden", "forename": "Mira"}',
        b'"Hidden","Mira","03/02/2012"',
        b'{"local_id": "7", "given_na',
        b'{"number": "\\u0039990000026"}',
        "7;Mira;Hidden".encode("utf-16"),
        b"\xff Mira Hidden",
    ],
)
def test_who_is_named_by_number_local_id_or_name_is_found(raw: bytes) -> None:
    assert mentions(raw, [MIRA])


@pytest.mark.parametrize(
    "raw",
    [
        sent("school.suspended", **SCHOOLS, person=OF_ANOTHER),
        sent("school.suspended", source="urn:send:clinic", person={**OF_ANOTHER, "local_id": "7"}),
        sent("school.suspended", **SCHOOLS, person=OF_ANOTHER, note="Miracles hidden in 7 words."),
        b'{"local_id": "77", "given_na',
        b"[" * 100_000,
        b"",
    ],
)
def test_nobody_else_is_taken_for_them(raw: bytes) -> None:
    assert not mentions(raw, [MIRA])


def test_a_person_without_numbers_is_not_in_everything() -> None:
    assert not mentions(json.dumps(OF_ANOTHER).encode(), [MIRA._replace(nhs_number="", upn="", local_id="x")])
