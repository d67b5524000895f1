"""How a manager is told that somebody broke the glass: a reference and a link; nothing of the child, nor of the reason."""

from send_integration.alerts.letters import Letter


def glass_letter(glass_id: int) -> Letter:
    """Somebody sees a child who is not theirs."""
    return Letter(
        f"Somebody broke the glass: {glass_id}",
        "Somebody sees, for an hour and with a reason, a child who is not theirs. Sign in to read who, of whom and why, and to"
        " say that you have read it:",
        "/alerts",
        kind="the glass was broken",
    )
