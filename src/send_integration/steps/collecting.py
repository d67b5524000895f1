"""Lets Python's collector look seldom: it finds rings of objects that nobody else holds, and steps make none."""

import gc

OBJECTS_BEFORE_A_COLLECTION = 1_000_000
"""More than a batch's or a transaction's objects and what a process keeps at hand: all of that is held, and a collection finds
nothing in it. Python's own 700 took a third of a batch's time, and 100,000 a fourteenth of deciding who is whom. A worker's
memory is 26 MB larger than by 100,000."""


def collect_seldom() -> None:
    """Leave what there is for good out of collections, and let these be few; to be said once a process is ready."""
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_A_COLLECTION, 20, 50)
