"""Which changes of flags are owed to records that moved: those that would not be without the moves."""

from dataclasses import replace

from send_integration.rules.flags import Flag, changes, owed_to_moves
from tests.unit.alerts.test_route import FLAG

OTHER = replace(FLAG, flag_id="f2")
HIGHER, LOWER = replace(FLAG, level="high"), replace(FLAG, level="watch")


def owed(before: list[Flag], now: list[Flag], unmoved: list[Flag]) -> list[tuple[str, str, str]]:
    changed = changes({flag.flag_id: flag for flag in before}, now)
    return [(c.flag.flag_id, c.change, c.because) for c in owed_to_moves(changed, now, unmoved, "moved")]


def test_a_flag_that_only_the_moves_raise_or_clear_is_owed_to_them() -> None:
    assert owed([], [FLAG], []) == [("f1", "raised", "moved")]
    assert owed([FLAG], [], [FLAG]) == [("f1", "cleared", "moved")]


def test_a_flag_that_would_have_changed_alike_anyway_is_not() -> None:
    assert owed([], [FLAG], [FLAG]) == [("f1", "raised", "")]
    assert owed([FLAG], [], []) == [("f1", "cleared", "")]


def test_a_flag_that_the_moves_made_higher_than_it_would_be_is() -> None:
    assert owed([], [HIGHER], [LOWER]) == [("f1", "raised", "moved")]
    assert owed([LOWER], [HIGHER], [LOWER]) == [("f1", "updated", "moved")]
    assert owed([LOWER], [HIGHER], [HIGHER]) == [("f1", "updated", "")]


def test_one_flags_cause_is_not_anothers() -> None:
    assert owed([], [FLAG, OTHER], [OTHER]) == [("f1", "raised", "moved"), ("f2", "raised", "")]
