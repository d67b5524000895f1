"""A scorecard is read on a terminal of 80 columns."""

from datetime import date

import pytest

from send_integration.cli.feed_scorecard import print_scorecards
from send_integration.steps.scorecard import Scorecard
from send_integration.watch.agencies import AgencyTally


def test_nothing_of_a_busy_agencys_marks_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    busy = AgencyTally(
        messages=1_234_567,
        accepted=1_200_000,
        refused=4_567,
        kept=1_200_000,
        wanted=2_400_000,
        present=2_300_000,
        timely=1_100_000,
    )

    print_scorecards([Scorecard("urn:send:luton:community-health", {date(2026, 11, 1): busy}, {})])

    printed = capsys.readouterr().out
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= 80
    assert all(
        f" {title} " in printed for title in ("completeness", "validity", "timeliness", "uniqueness", "consistency")
    )
