"""How processes work through many children: so many at once, and all but the first deaf to the terminal."""

import signal

CHILDREN_AT_ONCE = 500
"""Children of one transaction: enough that its own cost is small, few enough that the stream waits a second at most."""


def heed_no_terminal() -> None:
    """Let a terminal's Ctrl-C, which goes to all, be heard by the first process alone: it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
