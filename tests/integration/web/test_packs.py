"""A panel's papers: each listed child is there, who took them stands on every page, and nobody sees more than on the page."""

import re
from datetime import date

import pytest
from sqlalchemy import Engine, text

from send_integration.settings import Settings
from send_integration.store.engine import open_database
from send_integration.store.notices import all_notices
from send_integration.web import packs
from send_integration.web.app import build_app
from send_integration.web.printing.press import NoPress
from tests.builders import sent
from tests.integration.databases import a_database
from tests.integration.families import ANNA, FEEDS, MIRA, SECRET_NUMBER, TODAY, child_of, town
from tests.integration.paper import letters, pages_of, require_press
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import Person, SignIn, signed_in

DAY = "2025-06-12"
MEETING = f"/meetings/{DAY}/pack.pdf"
LONG = {"local_id": "91", "given_name": "Maximiliana-Theodosia " * 8, "family_name": "Featherstonehaugh", "nhs_number": None,
        "date_of_birth": "2013-02-01"}  # fmt: skip
SCRIPT = {"local_id": "92", "given_name": "<b>Bold</b>", "family_name": '"><img src=file:///etc/passwd>', "nhs_number": None,
          "date_of_birth": "2013-03-01"}  # fmt: skip
RIGHT_TO_LEFT = {"local_id": "93", "given_name": "مريم", "family_name": "الأحمد", "nhs_number": None,
                 "date_of_birth": "2013-04-01"}  # fmt: skip
HOSTILE = (LONG, SCRIPT, RIGHT_TO_LEFT)
MARK = re.compile(r"Taken by Cass Example, panel chair, on \d+ \w+ \d{4} at \d\d:\d\d")


def settle(pipe: Pipe) -> None:
    pipe.relay()
    pipe.drain_gate([*FEEDS, "panel"])
    pipe.drain_timeline()


def put_on_an_agenda(pipe: Pipe) -> Pipe:
    """A meeting's agenda with Anna, Mira who is restricted, and three with hostile names."""
    people = (
        ("a", {**ANNA, "nhs_number": "9990000018"}),
        ("m", MIRA),
        *((str(n), child) for n, child in enumerate(HOSTILE)),
    )
    for number, person in people:
        pipe.send(
            "panel",
            sent("panel.listed", "2025-05-20", event_id=f"l{number}", source="urn:send:schools", person=person,
                 meeting_on=DAY, reason=f"reason {number} <i>"),
        )  # fmt: skip
    pipe.send(
        "panel",
        sent("panel.voice_recorded", "2025-05-21", event_id="v", source="urn:send:schools", person=ANNA,
             text="I want <u>quiet</u>"),
    )  # fmt: skip
    settle(pipe)
    return pipe


@pytest.fixture
def listed(pipe: Pipe) -> Pipe:
    """The agenda in this test's own town."""
    return put_on_an_agenda(pipe)


@pytest.fixture(scope="module")
def chairs(server: str) -> list[str]:
    """The pages of the chair's pack of that agenda, printed once."""
    require_press()
    with a_database(server, "ready") as address:
        engine = open_database(address)
        put_on_an_agenda(town(engine))
        pages = pack(signed_in(build_app(engine, Settings(sign_in="development", as_of=TODAY)), "chair"))
        engine.dispose()
    return pages


def pack(person: Person, address: str = MEETING) -> list[str]:
    require_press()
    answer = person.get(address)
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    return pages_of(answer.content)


@pytest.fixture
def pressed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have gone to the press, which has tests of its own and takes seconds."""
    pages: list[str] = []

    def keep(page: str, _sheet: str) -> bytes:
        pages.append(page)
        return b"%PDF"

    monkeypatch.setattr(packs, "print_pdf", keep)
    return pages


def test_every_page_says_who_took_it_when_and_as_at_which_day(chairs: list[str]) -> None:
    pages = chairs

    for number, page in enumerate(pages, start=1):
        assert MARK.search(page), number
        assert "As at 2 June 2025" in page
        assert f"Page {number} of {len(pages)}" in page
        assert page.count("Cass Example") >= 2  # the foot, and the mark across the page


def test_each_child_who_is_listed_begins_a_page_that_the_contents_name(chairs: list[str]) -> None:
    pages = chairs
    contents = letters(pages[1])

    for child in (ANNA, *HOSTILE):
        name = letters(f"{child['given_name']} {child['family_name']}")
        at = next(
            number
            for number, page in enumerate(pages[2:], start=3)
            if "In their own words" in page and name in letters(page)
        )
        assert name in contents
        assert re.search(rf"{re.escape(name)}.*?{at}", contents), child
    assert len([page for page in pages if "In their own words" in page]) == 4


def test_days_are_written_as_people_write_them(chairs: list[str]) -> None:
    assert not [day for page in chairs for day in re.findall(r"\b20\d\d-\d\d-\d\d\b", page)]


def test_no_name_of_a_child_is_on_the_cover_nor_in_a_running_head(chairs: list[str]) -> None:
    pages = chairs

    assert not any(child["given_name"].split()[0] in pages[0] for child in (ANNA, *HOSTILE))
    for page in pages[2:]:
        assert "Complex Care panel, 12 June 2025" in page
        assert re.search(r"Item \d of 4", page)
        if "In their own words" not in page:
            assert not any(child["family_name"] in page for child in (ANNA, *HOSTILE))


def test_names_reasons_and_words_are_printed_as_they_are_and_never_read_as_markup(chairs: list[str]) -> None:
    whole = letters(" ".join(chairs))

    assert letters('<b>Bold</b> "><img src=file:///etc/passwd>') in whole
    assert letters("reason a <i>") in whole
    assert letters("I want <u>quiet</u>") in whole
    assert "root:x" not in whole


def test_a_restricted_child_is_in_nobodys_pack_who_may_not_know_of_her(
    listed: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    mira = child_of(engine, "Mira", "Hidden")

    for actor in ("chair", "member", "manager"):
        sign_in(actor).get(MEETING)
    chairs, members, managers = pressed

    for page in (chairs, members):
        assert not [word for word in ("Mira", "Hidden", mira, SECRET_NUMBER, "reason m", "Item 1 of 5") if word in page]
    assert "Mira Hidden" in managers
    assert "Item 1 of 5" in managers
    with engine.connect() as connection:
        seen = connection.execute(
            text("SELECT actor FROM audit WHERE child_id = :c AND action = 'print-pack'"), {"c": mira}
        ).scalars()
        assert list(seen) == ["manager"]


def test_what_is_printed_of_a_restricted_child_is_not_there_either(chairs: list[str]) -> None:
    whole = " ".join(chairs)

    assert not [word for word in ("Mira", "Hidden", SECRET_NUMBER, "reason m") if word in whole]
    assert "Item 1 of 4" in whole


def test_a_pack_holds_the_fields_that_its_taker_sees_and_no_others(
    listed: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")

    for actor in ("chair", "member"):
        sign_in(actor).get(MEETING)
        sign_in(actor).get(f"/children/{anna}/pack.pdf?purpose=review")

    assert ["9990000018" in page for page in pressed] == [True, True, False, False]


@pytest.mark.parametrize("actor", ["worker", "steward", "analyst", "administrator", "agency"])
def test_who_may_not_take_packs_gets_none_and_that_is_written_down(
    listed: Pipe, sign_in: SignIn, engine: Engine, actor: str
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    person = sign_in(actor)

    for address in (MEETING, f"/children/{anna}/pack.pdf?purpose=panel", f"/children/{anna}/pack"):
        assert person.get(address).status_code == 403

    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT action, allowed FROM audit WHERE actor = :a AND action LIKE '%pack%'"), {"a": actor}
        )
        assert [tuple(row) for row in rows] == [("take-pack", False)] * 3


def test_a_pack_is_written_down_with_who_whom_and_why_before_it_is_made(
    listed: Pipe, sign_in: SignIn, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    chair = sign_in("chair")

    def nowhere(*_: object) -> bytes:
        raise NoPress("This machine cannot print PDF yet: install it")

    monkeypatch.setattr(packs, "print_pdf", nowhere)
    answers = [chair.get(MEETING), chair.get(f"/children/{anna}/pack.pdf?purpose=complaint")]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert all("This machine cannot print PDF yet: install it." in answer.text for answer in answers)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT child_id, why FROM audit WHERE actor = 'chair' AND action = 'print-pack' ORDER BY id")
        ).all()
    assert (None, f"pack of the meeting on {DAY}") in rows
    assert (anna, f"pack of the meeting on {DAY}") in rows
    assert (anna, "pack of one child, for a complaint, a mediation or an appeal") in rows


def test_who_printed_an_entry_is_told_when_it_leaves_and_who_only_asked_is_not(
    listed: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    sign_in("chair").get(f"/children/{anna}/pack.pdf?purpose=panel")
    sign_in("member").get(f"/children/{anna}/pack")

    listed.send(
        "school",
        sent("school.suspended", "2025-03-01", event_id="gone", source="urn:send:schools", person=ANNA, retracts="a"),
    )
    settle(listed)

    told = {notice.recipient: notice for notice in all_notices(engine, 10, restricted=True) if notice.child_id == anna}
    assert set(told) == {"chair"}
    (entry,) = told["chair"].entries
    assert (entry.ways, entry.on) == (("pack",), date(2025, 3, 1))
    assert "put the paper right" in sign_in("chair").get("/alerts").text


def test_the_name_of_a_file_tells_nothing_of_anybody(
    listed: Pipe, sign_in: SignIn, engine: Engine, pressed: list[str]
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")
    chair = sign_in("chair")

    named = [
        chair.get(address).headers["content-disposition"]
        for address in (MEETING, f"/children/{anna}/pack.pdf?purpose=panel")
    ]

    assert named == [f'attachment; filename="panel-pack-{DAY}.pdf"', 'attachment; filename="child-pack.pdf"']


@pytest.mark.parametrize("purpose", ["", "curiosity", "panel%0d%0aSet-Cookie:x=y"])
def test_a_purpose_is_one_of_those_that_there_are(listed: Pipe, sign_in: SignIn, engine: Engine, purpose: str) -> None:
    anna = child_of(engine, "Anna", "Kowalska")

    assert sign_in("chair").get(f"/children/{anna}/pack.pdf?purpose={purpose}").status_code == 400


def test_the_pack_of_a_meeting_with_nobody_on_its_agenda_says_so(pipe: Pipe, sign_in: SignIn) -> None:
    chair = sign_in("chair")
    chair.post("/meetings", meeting_on="2025-07-10", quorum="4", chair="Cass Example")

    pages = pack(chair, "/meetings/2025-07-10/pack.pdf")

    assert "No child is listed for this meeting." in pages[1]


@pytest.mark.parametrize("day", ["2025-07-11", "0", "1752105600", "20250710", "2025-02-30", "today"])
def test_of_a_day_on_which_nobody_meets_there_is_no_pack(
    pipe: Pipe, sign_in: SignIn, pressed: list[str], day: str
) -> None:
    assert sign_in("chair").get(f"/meetings/{day}/pack.pdf").status_code == 404
    assert pressed == []


def test_a_childs_pack_names_its_purpose_and_nobody_on_the_cover(listed: Pipe, sign_in: SignIn, engine: Engine) -> None:
    anna = child_of(engine, "Anna", "Kowalska")

    pages = pack(sign_in("chair"), f"/children/{anna}/pack.pdf?purpose=visit")

    assert "a visit to the child or the family" in pages[0]
    assert "Anna" not in pages[0]
    assert "Anna Kowalska" in pages[1]
