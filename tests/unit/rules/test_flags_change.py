"""What becomes of a flag from one answer to the next: each change once, and no news where only the words changed."""

from dataclasses import replace
from datetime import date

import pytest

from send_integration.contracts.event import EventKey
from send_integration.rules.flags import Flag, Handled, changes, flag_as_json, flag_from_json, reworded
from tests.unit.alerts.test_route import FLAG

SEEN = Handled("acknowledged", "w1", date(2025, 5, 3), "")
NO_NEED = Handled("dismissed", "w2", date(2025, 5, 4), "the family moved")


def told(before: Flag | None, now: Flag | None) -> list[str]:
    found = changes({before.flag_id: before} if before else {}, [now] if now else [])
    return [change.change for change in found]


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        pytest.param(None, FLAG, ["raised"], id="raised"),
        pytest.param(FLAG, FLAG, [], id="stands"),
        pytest.param(FLAG, None, ["cleared"], id="cleared"),
        pytest.param(replace(FLAG, handled=SEEN), None, ["cleared"], id="cleared though somebody acts on it"),
        pytest.param(replace(FLAG, status="due-soon", level="watch"), FLAG, ["updated"], id="more serious"),
        pytest.param(FLAG, replace(FLAG, due_on=date(2025, 5, 9)), ["updated"], id="another date"),
        pytest.param(FLAG, replace(FLAG, stands_since=date(2025, 5, 9)), ["updated"], id="came anew"),
        pytest.param(FLAG, replace(FLAG, role="senco"), ["updated"], id="another role"),
        pytest.param(FLAG, replace(FLAG, evidence=(*FLAG.evidence, EventKey("urn:send:b", "e2"))), ["updated"], id="rests on more"),
        pytest.param(replace(FLAG, evidence=(EventKey("", "e1"),)), FLAG, [], id="kept by a release that wrote no sources"),
        pytest.param(FLAG, replace(FLAG, reason="2 of them", arithmetic="x", next_step="y"), [], id="other words"),
        pytest.param(FLAG, replace(FLAG, version="2", citation="x", basis="G"), [], id="a new version of the rule"),
        pytest.param(FLAG, replace(FLAG, expected=()), [], id="something else would settle it"),
        pytest.param(FLAG, replace(FLAG, handled=SEEN), ["acknowledged"], id="acknowledged"),
        pytest.param(FLAG, replace(FLAG, handled=NO_NEED), ["dismissed"], id="dismissed"),
        pytest.param(
            replace(FLAG, handled=SEEN), replace(FLAG, handled=NO_NEED), ["dismissed"], id="acknowledged, then dismissed"
        ),
        pytest.param(replace(FLAG, handled=SEEN), replace(FLAG, handled=SEEN), [], id="still acknowledged"),
        pytest.param(replace(FLAG, handled=SEEN), FLAG, ["reopened"], id="what was said fell away"),
        pytest.param(
            replace(FLAG, level="watch", status="due-soon", handled=SEEN), FLAG, ["reopened"], id="lapsed, more serious"
        ),
        pytest.param(None, replace(FLAG, handled=SEEN), ["raised", "acknowledged"], id="both came at once"),
        pytest.param(
            FLAG, replace(FLAG, evidence=(EventKey("urn:send:b", "e2"),), handled=NO_NEED), ["updated", "dismissed"], id="changed, then dismissed"
        ),
    ],
)  # fmt: skip
def test_each_change_is_told_once_in_the_order_in_which_it_came_about(
    before: Flag | None, now: Flag | None, said: list[str]
) -> None:
    assert told(before, now) == said


def test_of_two_changes_the_first_carries_the_flag_as_it_was_before_the_second() -> None:
    raised, seen = changes({}, [replace(FLAG, handled=SEEN)])
    updated, dismissed = changes({"f1": replace(FLAG, handled=SEEN)}, [replace(FLAG, role="senco", handled=NO_NEED)])

    assert [change.flag.handled for change in (raised, seen)] == [None, SEEN]
    assert [change.flag.handled for change in (updated, dismissed)] == [SEEN, NO_NEED]


def test_a_flag_in_other_words_is_kept_up_to_date_and_a_changed_one_is_no_such_flag() -> None:
    before = {"f1": FLAG}
    other_words = replace(FLAG, version="2")

    assert reworded(before, [other_words]) == [other_words]
    assert reworded(before, [replace(other_words, due_on=None)]) == []
    assert reworded(before, [FLAG]) == []
    assert reworded({}, [FLAG]) == []


def test_a_flag_kept_without_sources_is_read_and_one_with_them_comes_back_whole() -> None:
    kept = flag_as_json(FLAG)
    older = {name: value for name, value in kept.items() if name != "rests_on"}

    assert kept["evidence"] == ["e1"]
    assert flag_from_json(kept) == FLAG
    assert flag_from_json(older) == replace(FLAG, evidence=(EventKey("", "e1"),))
