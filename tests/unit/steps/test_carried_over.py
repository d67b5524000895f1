"""Why a child is listed who was carried over: what it was listed for is never lost, however often it is not reached."""

from datetime import date

import pytest

from send_integration.steps.meetings import LONGEST_LINE, reason_carried

DAY = date(2025, 6, 2)


def test_it_says_from_when_and_why() -> None:
    assert reason_carried("No plan", DAY, "Not reached") == "No plan (carried over from 2025-06-02: Not reached)"


def test_of_several_times_the_last_is_said() -> None:
    reason = "No plan (yet)"
    for month in range(1, 13):
        reason = reason_carried(reason, date(2025, month, 2), "Not reached (again)")

    assert reason == "No plan (yet) (carried over from 2025-12-02: Not reached (again))"


@pytest.mark.parametrize("length", [1, 150, 170, 175, 176, 200])
def test_the_reason_goes_along_though_the_line_is_too_long(length: int) -> None:
    first = "x" * length
    found = reason_carried(first, DAY, "y" * 200)

    assert len(found) <= LONGEST_LINE
    assert found.startswith(first[:168])
    assert found.endswith(" (carried over from 2025-06-02)")
