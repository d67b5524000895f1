"""Meetings through the pages: quorum and attendance, whom each form lets in, and whatever is typed."""

import re

import pytest
from sqlalchemy import Engine

from tests.integration.families import TODAY
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import SEATS, Person, SignIn
from tests.integration.web.meeting_desk import GIVEN, count, hidden, listed


def test_the_quorum_is_said_and_two_who_say_otherwise_of_a_seat_are_shown_both(chair: Person, sign_in: SignIn) -> None:
    manager = sign_in("manager")
    page = chair.get(f"/meetings/{TODAY}").text
    assert "No quorum: nobody is marked present for the chair, education, health and social care" in page
    seats = re.findall(r'name="seat" value="([0-9]+)"', page)
    shown = {"seat": seats, "shown": ["open"] * len(seats)}
    for person, word, other in ((chair, "yes", "yes"), (manager, "no", "open")):
        said = {f"said-{seat}": word if seat == seats[0] else other for seat in seats}
        answer = person.post(f"/meetings/{TODAY}/attendance", **shown, **said)

    assert answer.status_code == 409
    assert "Cass Example</bdi>: chair says present; you say apologies" in answer.text
    assert "Quorum: met." in answer.text, (
        "the manager left the other three as they were shown, which is no word of theirs"
    )
    again = manager.post(f"/meetings/{TODAY}/attendance", seat=seats[0], shown="yes", **{f"said-{seats[0]}": "no"})
    assert again.status_code == 303
    assert "No quorum: nobody is marked present for the chair, and 3 of the 4" in chair.get(f"/meetings/{TODAY}").text


BAD = ("<script>alert(1)</script>", "'; DROP TABLE meeting; --", "{{ 7 * 7 }}", "\x00", "\u202eright", "x" * 30_000,
       "javascript:alert(1)", "../../etc/passwd", "9990000018")  # fmt: skip


def test_nothing_that_is_typed_runs_breaks_or_gets_further_than_its_field(
    chair: Person, engine: Engine, pipe: Pipe, anna: str
) -> None:
    listed(chair, anna)
    pipe.settle()
    form = chair.get(f"/meetings/{TODAY}/children/{anna}").text
    forms = {
        "/meetings": ("meeting_on", "place", "chair", "education", "quorum"),
        f"/children/{anna}/list": ("meeting_on", "reason", "presenter"),
        f"/meetings/{TODAY}/attendance": ("name", "part", "seat", "shown", "said-1"),
        f"/meetings/{TODAY}/order": ("child_id", "go"),
        f"/meetings/{TODAY}/carry": ("child_id", "why"),
        f"/meetings/{TODAY}/take-off": ("child_id",),
        f"/meetings/{TODAY}/children/{anna}": (
            "mark", "corrects", "attendee", "others", "discussion", "decision", "rationale", "voice_followed", "education",
            "owner", "what", "due_on", "review_on", "basis", "do",
        ),
        f"/children/{anna}/actions/complete": ("action", "decision"),
    }  # fmt: skip
    right = {f"/meetings/{TODAY}/children/{anna}": {**GIVEN, "mark": hidden(form, "mark")}}
    for address, names in forms.items():
        typed = [dict.fromkeys(names, bad) for bad in BAD] + [
            {name: bad} for name in names for bad in BAD if len(bad) < 2
        ]
        for fields in typed:
            answer = chair.post(address, **{**right.get(address, {}), **fields})
            assert answer.status_code in (200, 303, 400, 403, 404, 409), (address, str(fields)[:200])
            assert "<script>alert" not in answer.text
    for bad in BAD[:-1]:
        for address in ("/meetings/{}", "/decisions/{}", "/meetings/{}/children/x", "/decisions/{}/correct"):
            assert chair.get(address.format(bad.replace("\x00", "%00")[:2000])).status_code in (400, 404), (
                address,
                bad,
            )
    assert count(engine, "meeting") >= 2


@pytest.mark.parametrize(
    "path", ["/meetings", "/children/{}/list", "/meetings/{day}/children/{}", "/meetings/{day}/carry"]
)
def test_a_form_that_is_not_one_of_ours_does_nothing(chair: Person, engine: Engine, anna: str, path: str) -> None:
    before = count(engine, "outbox WHERE topic <> 'send.audit'"), count(engine, "meeting")
    address = path.replace("{day}", TODAY.isoformat()).format(anna)
    assert chair.client.post(address, data={"csrf": "forged", **GIVEN}).status_code == 403
    assert (count(engine, "outbox WHERE topic <> 'send.audit'"), count(engine, "meeting")) == before


@pytest.mark.parametrize("quorum", ["00051", "0004000000", "51", "0", "-1", "4.0", ""])
def test_a_quorum_that_no_panel_has_is_refused_at_its_field(chair: Person, engine: Engine, quorum: str) -> None:
    before = count(engine, "meeting")
    answer = chair.post("/meetings", meeting_on="2025-08-01", chair="Cass Example", quorum=quorum)
    assert answer.status_code == 400
    assert "The quorum must be a number from 1 to 50" in answer.text
    assert count(engine, "meeting") == before


def test_somebody_who_is_said_to_be_here_twice_sits_once_and_counts_once(chair: Person, engine: Engine) -> None:
    seats = count(engine, "meeting_seat")
    for name in ("Pat Example", "pat  example"):
        chair.post(f"/meetings/{TODAY}/attendance", name=name, part="health")
    chair.post(f"/meetings/{TODAY}/attendance", name=SEATS["chair"], part="chair")

    assert count(engine, "meeting_seat") == seats + 1
    assert count(engine, "meeting_seat WHERE present") == 2


def test_each_role_reads_runs_lists_and_decides_as_the_policy_grants(
    chair: Person, sign_in: SignIn, pipe: Pipe, anna: str
) -> None:
    """Of a child on today's agenda; a form that is let in is refused for what it does not say, or leads on."""
    listed(chair, anna)
    form = chair.get(f"/meetings/{TODAY}/children/{anna}").text
    pipe.settle()
    chair.post(f"/meetings/{TODAY}/children/{anna}", mark=hidden(form, "mark"), **GIVEN)
    event_id = re.findall(r'href="/decisions/([0-9a-f-]{36})\?', chair.get(f"/meetings/{TODAY}").text)[0]
    pipe.settle()
    panel = {"chair", "member", "member-health", "member-care"}
    reads, runs = panel | {"manager"}, {"chair", "manager"}
    pages = {
        ("GET", "/meetings"): reads,
        ("GET", f"/meetings/{TODAY}"): reads,
        ("GET", f"/decisions/{event_id}"): reads,
        ("GET", f"/children/{anna}/list"): reads,
        ("POST", f"/children/{anna}/list"): reads,
        ("POST", f"/meetings/{TODAY}/take-off"): reads,
        ("POST", "/meetings"): runs,
        ("POST", f"/meetings/{TODAY}/attendance"): runs,
        ("POST", f"/meetings/{TODAY}/order"): runs,
        ("POST", f"/meetings/{TODAY}/carry"): runs,
        ("GET", f"/meetings/{TODAY}/children/{anna}"): panel,
        ("POST", f"/meetings/{TODAY}/children/{anna}"): panel,
        ("GET", f"/decisions/{event_id}/correct"): panel,
        ("POST", f"/decisions/{event_id}/correct"): panel,
        ("POST", f"/children/{anna}/actions/complete"): panel,
    }
    everybody = (*sorted(reads), "worker", "steward", "analyst", "administrator", "agency")
    for actor in everybody:
        person = sign_in(actor)
        for (method, address), granted in pages.items():
            answer = person.get(address) if method == "GET" else person.post(address, child_id=anna)
            allowed = answer.status_code not in (403, 404)
            assert allowed is (actor in granted), (actor, method, address, answer.status_code)
    assert sign_in("chair").get(f"/decisions/{event_id}").text.count("Needs meet in all three sectors.") == 1
