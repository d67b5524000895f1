"""Lets Python's collector look seldom: it finds rings of objects that nobody else holds, and steps make none."""

import gc

OF_A_WORKER = 500_000
"""Objects that a worker makes before a collection: more than a batch's, for of a batch all are held until its end. Python's own
700 took a third of a batch's time, and 100,000 a fourteenth of deciding who is whom; a worker took 26 MB more by these."""

OF_A_LOAD = 1_000_000
"""More than a transaction's objects where thousands of children are worked through: each collection finds nothing, and all
together took a tenth of the time."""


def collect_seldom(objects: int) -> None:
    """Leave what there is for good out of collections, and let there be one each time that so many more objects were made than
    let go; to be said once a process is ready."""
    gc.freeze()
    gc.set_threshold(objects, 20, 50)
