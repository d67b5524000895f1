"""What wrong and hostile hands send to the pages on identity: every form is kept, told of plainly, and changes nothing."""

import pytest
from sqlalchemy import Engine

from tests.integration.families import PAGE_SCRIPT, audited, child_of, pair_of
from tests.integration.web.conftest import SignIn, outbox_size

WHY = "seen on two birth certificates"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"choice": "one", "why": ""}, "Give the reason"),
        ({"choice": "one", "why": " \r\n\t "}, "Give the reason"),
        ({"choice": "", "why": WHY}, "Say whether they are one child or two"),
        ({"choice": "three", "why": WHY}, "Say whether they are one child or two"),
        ({"choice": "one", "why": "x" * 201}, "200 characters or fewer; it has 201"),
        ({"choice": "one", "why": "x" * 500_000}, "200 characters or fewer; it has 500,000"),
        ({"choice": "one", "why": "a\x00b"}, "characters that cannot be seen"),
        ({"choice": "one", "why": "a\u202eb"}, "characters that cannot be seen"),
    ],
)
def test_a_wrong_form_is_shown_again_with_what_is_wrong_first_and_what_was_typed(
    sign_in: SignIn, engine: Engine, fields: dict[str, str], words: str
) -> None:
    answer = sign_in("steward").post(f"/identity/pairs/{pair_of(engine, 'Anna')}", **fields)

    assert answer.status_code == 400
    assert words in answer.text
    assert answer.text.index("There is a problem") < answer.text.index("<h1")
    assert "<title>Error:" in answer.text
    kept = " ".join(fields["why"].replace("\x00", "").replace("\u202e", "").split())
    assert f">{kept}</textarea>" in answer.text
    assert outbox_size(engine) == 0


@pytest.mark.parametrize(
    "name",
    ["1", "1-", "-1-2", "1-1", "a-b", "1-2-3", "9" * 30 + "-1", "1-%00", "1-2%27%20OR%201=1", "999998-999999", "١-٢"],
)
def test_what_is_no_pairs_name_is_no_page(sign_in: SignIn, name: str) -> None:
    steward = sign_in("steward")

    assert steward.get(f"/identity/pairs/{name}").status_code == 404
    assert steward.post(f"/identity/pairs/{name}", choice="one", why=WHY).status_code == 404


@pytest.mark.parametrize(
    "child_id",
    ["c0", "c" + "0" * 15, "c" + "G" * 15, "%00", "c%27%3B%20DROP%20TABLE%20child%3B--", "%3Cscript%3E", "x" * 5000],
)
def test_what_is_no_childs_id_is_no_page_and_is_not_quoted(sign_in: SignIn, engine: Engine, child_id: str) -> None:
    steward = sign_in("steward")

    for page in (f"/identity/children/{child_id}", f"/children/{child_id}"):
        answer = steward.get(page)
        assert answer.status_code == (404 if "identity" in page else 403)
        assert "script" not in answer.text.replace(PAGE_SCRIPT, "")
    for form in ("split", "merge"):
        assert steward.post(f"/identity/children/{child_id}/{form}", why=WHY).status_code == 404
    assert {row[2] for row in audited(engine)} <= {None, "c" + "0" * 15}


@pytest.mark.parametrize(
    "other", ["", "c0", "'; DROP TABLE child; --", "<script>alert(1)</script>", "c\x00", "c" * 100_000]
)
def test_another_child_who_is_not_there_is_told_at_the_field(sign_in: SignIn, engine: Engine, other: str) -> None:
    anna = child_of(engine, "Anna", "Kowalska")

    answer = sign_in("steward").post(f"/identity/children/{anna}/merge", other=other, why=WHY)

    assert answer.status_code == 400
    assert ("There is no child with that id" if other else "Give the other child&#39;s id") in answer.text
    assert "<script>" not in answer.text
    assert f">{WHY}</textarea>" in answer.text


@pytest.mark.parametrize("records", [[], ["99999"], ["x"], ["1e5"], ["-1"], ["9" * 40], ["\x00"]])
def test_records_that_are_not_the_childs_are_told_at_the_field(
    sign_in: SignIn, engine: Engine, records: list[str]
) -> None:
    anna = child_of(engine, "Anna", "Kowalska")

    answer = sign_in("steward").post(f"/identity/children/{anna}/split", record=records, why=WHY)

    assert answer.status_code == 400
    assert ("Tick the records" if not records else "One of the records is not this child&#39;s") in answer.text


@pytest.mark.parametrize("decision", ["x", "%00", "00000000-0000-0000-0000-000000000000", "1%27--"])
def test_what_is_no_decision_is_no_page(sign_in: SignIn, decision: str) -> None:
    steward = sign_in("steward")

    assert steward.get(f"/identity/decisions/{decision}").status_code == 404
    assert steward.post(f"/identity/decisions/{decision}", why=WHY).status_code == 404
    assert "Done" not in steward.get(f"/identity?done={decision}").text


@pytest.mark.parametrize("token", ["", "x", "é", "\u2028"])
def test_a_form_that_is_not_ours_decides_nothing_and_is_written_down(
    sign_in: SignIn, engine: Engine, token: str
) -> None:
    steward, anna = sign_in("steward"), child_of(engine, "Anna", "Kowalska")
    pages = (
        f"/identity/pairs/{pair_of(engine, 'Anna')}",
        f"/identity/children/{anna}/split",
        f"/identity/children/{anna}/merge",
        "/identity/decisions/00000000-0000-0000-0000-000000000000",
        "/sign-out",
    )

    for page in pages:
        answer = steward.client.post(page, data={"csrf": token, "choice": "one", "why": WHY}, follow_redirects=False)
        assert answer.status_code == 403

    assert outbox_size(engine) == 0
    assert [row for row in audited(engine) if row[1] == "send-form"] == [("steward", "send-form", None, False)] * 5


@pytest.mark.parametrize("page", ["/identity?page=0", "/identity?page=x", "/identity?page=100001", "/children?page=-1"])
def test_a_page_number_that_is_none_is_told_on_a_page(sign_in: SignIn, page: str) -> None:
    answer = sign_in("manager").get(page)

    assert answer.status_code == 400
    assert "That could not be read" in answer.text


def test_a_form_larger_than_any_of_ours_is_refused(sign_in: SignIn, engine: Engine) -> None:
    answer = sign_in("steward").post(f"/identity/pairs/{pair_of(engine, 'Anna')}", choice="one", why="x" * 2_000_000)

    assert answer.status_code == 413
    assert outbox_size(engine) == 0


def test_a_page_past_the_last_says_so(sign_in: SignIn) -> None:
    assert "none on this page" in sign_in("steward").get("/identity?page=7").text


def test_nobody_decides_without_signing_in(sign_in: SignIn, engine: Engine) -> None:
    stranger = sign_in("nobody").client

    for page in ("/identity", "/identity/decisions", f"/identity/pairs/{pair_of(engine, 'Anna')}"):
        answer = stranger.get(page, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
