"""Both ways of judging look at the same columns: numbers as floats, texts as they are with None for a gap."""

import numpy as np

from send_integration.quality.checks import RowChecks
from send_integration.quality.frame import cells_of, frame_of
from send_integration.quality.held import Window
from tests.builders import event


def test_texts_stay_what_they_are() -> None:
    columns = RowChecks("people").columns
    cells = cells_of([event("people.registered"), event("people.registered", event_id="b", note="rang")], columns)
    window = Window()
    window.hold(cells)

    kinds = {"number": np.dtype(np.float64), "text": np.dtype(object)}
    assert dict(frame_of(cells).dtypes) == {column.name: kinds[column.kind] for column in columns}
    assert frame_of(cells)["long_text"].tolist() == [None, "rang"]
    for names in (("source", "local_id"), ("said", "event_id"), ("long_text",)):
        assert dict(window.look_at(names, "any gap").dtypes) == {name: cells[name].dtype for name in names}
