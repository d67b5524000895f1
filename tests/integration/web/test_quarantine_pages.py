"""Data stewards at the quarantine's pages: what they see, what is hidden, and that nothing happens unawares."""

import json
import re

import pytest
from sqlalchemy import Engine, text

from send_integration import clock
from send_integration.store.backfill import lock_backfill
from send_integration.store.backfill_letting_in import hold_identity
from send_integration.store.quarantine import awaiting_checks, groups
from tests.builders import sent
from tests.integration.families import ANNA, MIRA, OLENA_BY_NUMBER, SECRET_NUMBER, audited, child_of, settle
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn, outbox_size
from tests.integration.web.test_who_sees_whom import ACTORS, QUARANTINE

STEWARDS = ("manager", "steward")
WRONG_NUMBER = {**ANNA, "nhs_number": "9990000019"}
ORIGIN = (("origin", b'{"file": "march.csv", "line": 7}'),)


@pytest.fixture
def items(engine: Engine, pipe: Pipe) -> dict[str, int]:
    """Items by what they are: two with a wrong number of Anna's, one of Mira's, bytes of nobody, and one that is held."""
    lines = {
        "anna": sent("school.suspended", "2025-05-01", event_id="x1", source="urn:send:schools", person=WRONG_NUMBER),
        "again": sent("school.suspended", "2025-05-02", event_id="x2", source="urn:send:schools", person=WRONG_NUMBER),
        "mira": sent("school.suspended", "2025-05-03", event_id="x3", source="urn:send:schools",
                     person={**MIRA, "restricted": None, "nhs_number": "9990000019"}),
        "broken": b'{"data": \xff <script>',
    }  # fmt: skip
    for raw in lines.values():
        pipe.send("school", raw, headers=ORIGIN)
    settle(pipe)
    with engine.connect() as connection:
        found = {bytes(raw): number for number, raw in connection.execute(text("SELECT id, raw FROM quarantine"))}
        held = connection.execute(
            text("SELECT min(id) FROM quarantine WHERE person_record_id IS NOT NULL AND status = 'open'")
        )
        return {**{name: found[raw] for name, raw in lines.items()}, "held": held.scalar_one()}


def token(engine: Engine, code: str) -> str:
    return next(group.token for group in groups(engine, clock.now().date()) if group.code == code)


def hidden_fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def statuses(engine: Engine) -> dict[int, str]:
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text("SELECT id, status FROM quarantine"))}


@pytest.mark.parametrize("actor", ACTORS)
def test_stewards_and_managers_alone_come_in_and_every_refusal_is_written_down(
    sign_in: SignIn, engine: Engine, items: dict[str, int], actor: str
) -> None:
    person = sign_in(actor)
    given = {"item": items["anna"], "group": token(engine, "not-utf-8")}

    for method, page in sorted(QUARANTINE):
        address = page.format(**given)
        answer = person.get(address) if method == "GET" else person.post(address)
        expected = (200 if method == "GET" else 400) if actor in STEWARDS else 403
        assert answer.status_code == expected, page
        assert audited(engine)[-1][3] is (actor in STEWARDS), page


def test_the_list_says_whose_it_is_how_many_since_when_and_what_to_do(sign_in: SignIn, items: dict[str, int]) -> None:
    page = sign_in("steward").get("/quarantine").text

    row = page.partition("The NHS number is not ten digits")[2].partition("</tr>")[0]
    assert "schools" in row
    assert ">3</td>" in row
    assert "3 in the last 7 days, 0 in the 7 before" in row, "though another day is rehearsed"
    assert "Correct the NHS number, or leave it out until it is known" in row
    assert "Kowalska" not in page


def test_an_item_shows_every_byte_with_its_fault_marked_and_the_look_is_written_down(
    sign_in: SignIn, engine: Engine, items: dict[str, int]
) -> None:
    steward, anna = sign_in("steward"), child_of(engine, "Anna", "Kowalska")

    page = steward.get(f"/quarantine/items/{items['anna']}").text

    assert "<mark>&#34;9990000019&#34;</mark>" in page
    assert "march.csv, line 7" in page
    assert ("steward", "see-quarantine", anna, True) in audited(engine)
    broken = steward.get(f"/quarantine/items/{items['broken']}").text
    assert "{&#34;data&#34;: <mark>\\xff</mark> &lt;script&gt;" in broken


@pytest.mark.parametrize(("actor", "sees"), [("steward", False), ("manager", True)])
def test_bytes_that_could_be_a_restricted_childs_are_a_managers_alone(
    sign_in: SignIn, engine: Engine, items: dict[str, int], actor: str, sees: bool
) -> None:
    """They do not say so themselves: the source's local id leads to a child who is restricted."""
    page = sign_in(actor).get(f"/quarantine/items/{items['mira']}").text

    assert ("Hidden" in page) is sees
    assert ("only a manager sees them" in page) is not sees
    secret = child_of(engine, "Mira", "Hidden")
    assert ((actor, "see-quarantine", secret, True) in audited(engine)) is sees


@pytest.mark.parametrize(
    "raw",
    [
        sent("school.suspended", "2025-05-04", event_id="x4", source="urn:send:clinic",
             person={**ANNA, "local_id": "999", "nhs_number": SECRET_NUMBER, "postcode": "nowhere"}),
        b'{"source": "urn:send:clinic", "id": "x5", "forename": "Mira", "surname": "Hidden"}',
        b'{"source": "urn:send:schools", "id": "x6", "subject": "local:7", "data": {}}',
        b'{"source": "urn:send:schools", "id": "x7", "data": {"person": {"local_id": "70", "given_name": "Una"',
    ],
)  # fmt: skip
def test_bytes_that_name_a_restricted_child_otherwise_are_a_managers_alone_too(
    sign_in: SignIn, engine: Engine, pipe: Pipe, raw: bytes
) -> None:
    """By her number, her name, the subject; or they break off before they could say that somebody is restricted."""
    pipe.send("school", raw)
    settle(pipe)
    with engine.connect() as connection:
        item = connection.execute(text("SELECT id FROM quarantine WHERE raw = :raw"), {"raw": raw}).scalar_one()

    assert "only a manager sees them" in sign_in("steward").get(f"/quarantine/items/{item}").text
    assert "Restricted." in sign_in("manager").get(f"/quarantine/items/{item}").text


def test_one_item_is_replayed_once_however_often_the_form_is_sent(
    sign_in: SignIn, engine: Engine, pipe: Pipe, items: dict[str, int]
) -> None:
    steward, address = sign_in("steward"), f"/quarantine/items/{items['anna']}"
    knows = hidden_fields(steward.get(address).text)["latest"]

    answers = [steward.post(f"{address}/replay", why="the check", latest=knows) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert outbox_size(engine) == 1
    assert ("steward", "replay-quarantined", None, True) in audited(engine)
    settle(pipe)
    page = steward.get(address).text
    assert "Replayed by steward" in page
    assert "Refused again" in page


def test_whoever_acts_on_an_item_that_changed_is_told_and_keeps_what_was_typed(
    sign_in: SignIn, engine: Engine, items: dict[str, int]
) -> None:
    steward, manager, address = sign_in("steward"), sign_in("manager"), f"/quarantine/items/{items['anna']}"
    knows = hidden_fields(steward.get(address).text)["latest"]
    manager.post(f"{address}/discard", why="a test file", latest=knows)

    answer = steward.post(f"{address}/replay", why="the check was mended", latest=knows)

    assert answer.status_code == 409
    assert "Discarded by manager" in answer.text
    assert "the check was mended" in answer.text
    assert outbox_size(engine) == 0


def test_a_group_is_discarded_after_a_look_at_how_many_and_not_if_it_has_changed(
    sign_in: SignIn, engine: Engine, pipe: Pipe, items: dict[str, int]
) -> None:
    steward, address = sign_in("steward"), f"/quarantine/groups/{token(engine, 'nhs-number-check-digit')}"
    check = steward.post(f"{address}/discard", why="a test file")
    assert "Discard 3 items?" in check.text
    assert set(statuses(engine).values()) == {"open"}
    seen = hidden_fields(check.text)
    raw = sent("school.suspended", "2025-05-09", event_id="x9", source="urn:send:schools", person=WRONG_NUMBER)
    pipe.send("school", raw)
    settle(pipe)

    late = steward.post(f"{address}/discard", why="a test file", items=seen["items"], latest=seen["latest"])
    assert late.status_code == 409
    assert "Discard 4 items?" in late.text
    assert set(statuses(engine).values()) == {"open"}

    seen = hidden_fields(late.text)
    done = steward.post(f"{address}/discard", why="a test file", items=seen["items"], latest=seen["latest"])
    assert done.headers["location"] == "/quarantine?done=4&act=discarded"
    assert sorted(statuses(engine).values()).count("discarded") == 4
    assert "Nothing is left of this group" in steward.get(address).text


def test_while_history_is_let_in_a_steward_is_told_so_and_keeps_what_was_typed(
    sign_in: SignIn, engine: Engine, items: dict[str, int]
) -> None:
    steward, address = sign_in("steward"), f"/quarantine/items/{items['anna']}"
    knows = hidden_fields(steward.get(address).text)["latest"]
    group = f"/quarantine/groups/{token(engine, 'nhs-number-check-digit')}"
    seen = hidden_fields(steward.post(f"{group}/discard", why="a test file").text)

    with engine.connect() as loading:
        lock_backfill(loading)
        hold_identity(loading)
        answers = [
            steward.post(f"{address}/replay", why="the check was mended", latest=knows),
            steward.post(f"{group}/discard", why="the check was mended", items=seen["items"], latest=seen["latest"]),
        ]
        loading.invalidate()

    for answer in answers:
        assert answer.status_code == 400
        assert "History is being let in" in answer.text
        assert "the check was mended" in answer.text


def test_what_is_held_for_identity_can_be_neither_replayed_nor_discarded(
    sign_in: SignIn, engine: Engine, items: dict[str, int]
) -> None:
    steward, address = sign_in("steward"), f"/quarantine/items/{items['held']}"
    page = steward.get(address).text
    assert "waits for a person's decision on identity" in page
    assert "why-replay" not in page

    with engine.connect() as connection:
        latest = connection.execute(text("SELECT max(id) FROM quarantine_act WHERE item = :id"), {"id": items["held"]})
        knows = latest.scalar_one()
    answer = steward.post(f"{address}/replay", why="try", latest=knows)

    assert answer.status_code == 400
    assert outbox_size(engine) == 0


@pytest.mark.parametrize("number", ["0", "99999999999999999999999", "1e3", "²", "-1", "none"])
def test_an_item_that_is_not_there_is_a_plain_page(sign_in: SignIn, number: str) -> None:
    assert sign_in("steward").get(f"/quarantine/items/{number}").status_code == 404


def test_a_childs_page_says_what_awaits_checks_and_from_whom_without_content(
    sign_in: SignIn, engine: Engine, items: dict[str, int]
) -> None:
    page = sign_in("chair").get(f"/children/{child_of(engine, 'Anna', 'Kowalska')}").text

    assert re.search(r"Awaiting checks: 2 items from schools, since \d+ \w+ \d{4}", page)
    assert "9990000019" not in page


def test_an_item_held_between_children_awaits_checks_on_each_unless_one_is_restricted(
    sign_in: SignIn, engine: Engine, items: dict[str, int]
) -> None:
    with engine.connect() as connection:
        held_between = connection.execute(text("SELECT held_between FROM person_record WHERE held_between IS NOT NULL"))
        one, other = held_between.scalar_one()
    chair = sign_in("chair")
    for child in (one, other):
        assert "Awaiting checks: 2 items from social care" in chair.get(f"/children/{child}").text

    with engine.begin() as connection:
        connection.execute(text("UPDATE child SET restricted = true WHERE child_id = :child"), {"child": other})

    assert "Awaiting checks" not in chair.get(f"/children/{one}").text
    assert "Awaiting checks: 2 items" in sign_in("manager").get(f"/children/{one}").text
    assert "Awaiting checks: 2 items" in sign_in("manager").get(f"/children/{other}").text


def test_bytes_that_say_a_child_is_restricted_are_not_told_to_those_who_may_not_know(
    engine: Engine, pipe: Pipe
) -> None:
    raw = sent("school.suspended", "2025-05-01", event_id="x1", source="urn:send:schools",
               person={**WRONG_NUMBER, "restricted": "adoption"})  # fmt: skip
    pipe.send("school", raw)
    settle(pipe)
    anna = child_of(engine, "Anna", "Kowalska")

    assert awaiting_checks(engine, anna, restricted=False) == []
    (waits,) = awaiting_checks(engine, anna, restricted=True)
    assert (waits.agency, waits.items) == ("urn:send:schools", 1)


def test_nothing_that_was_sent_stands_in_an_address(sign_in: SignIn, engine: Engine, pipe: Pipe) -> None:
    body = json.loads(sent("school.suspended", "2025-05-01", event_id="x1", person=OLENA_BY_NUMBER))
    pipe.send("school", json.dumps({**body, "source": "Olena Bondar", "Zofia": 1, "data": {}}).encode())
    settle(pipe)
    steward: Person = sign_in("steward")

    page = steward.get("/quarantine").text

    addresses = re.findall(r'href="([^"]+)"', page)
    assert not [address for address in addresses if "Olena" in address or "Zofia" in address]
    assert "Olena Bondar" in page, "a steward can see who claims to have sent it"
