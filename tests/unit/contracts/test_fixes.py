"""Every reason says what to do next, whether it is the contract's, an adapter's or a suite's."""

import pytest

from send_integration.contracts.fixes import FIXES, TOLD_TO_SENDERS, Turn, fix_of, sender_step
from send_integration.contracts.reasons import Code


def test_every_code_of_the_contract_has_its_next_step() -> None:
    assert set(FIXES) == set(Code)
    assert all(fix.step.endswith((".", "?")) for fix in FIXES.values())


@pytest.mark.parametrize(
    ("code", "turn"),
    [
        ("nhs-number-check-digit", Turn.SENDER),
        ("unknown-type", Turn.US),
        ("identity-conflict", Turn.PERSON),
        ("erased-record", Turn.PERSON),
        ("cin-8500", Turn.SENDER),
        ("annex-a-102b", Turn.SENDER),
        ("nhs-number-in-text", Turn.SENDER),
    ],
)
def test_a_reason_says_whose_turn_it_is(code: str, turn: Turn) -> None:
    assert fix_of(code).turn is turn


def test_what_is_ours_to_mend_is_said_otherwise_to_the_sender() -> None:
    ours = {code for code, fix in FIXES.items() if fix.turn is Turn.US}
    assert set(TOLD_TO_SENDERS) == {*ours, Code.ERASED_RECORD}, "of an erased record a sender can do something too"
    assert sender_step("nhs-number-check-digit") == fix_of("nhs-number-check-digit").step
    assert "replay" not in " ".join(map(sender_step, FIXES)), "a sender can replay nothing"
