"""How processes work through many children: sparing with their collector, all but the first deaf to the terminal."""

import gc
import signal

CHILDREN_AT_ONCE = 500
"""Children of one transaction: enough that its own cost is small, few enough that the stream waits a second at most."""

_OBJECTS_BEFORE_A_COLLECTION = 1_000_000
"""More than a transaction's objects, of which none are a ring: a collector finds nothing and takes a tenth of the time."""


def heed_no_terminal() -> None:
    """Let a terminal's Ctrl-C, which goes to all, be heard by the first process alone: it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def collect_seldom() -> None:
    """Leave what there is for good out of collections, and let these be few; to be said once a process is ready."""
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_A_COLLECTION, 20, 50)
