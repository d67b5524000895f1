"""A file of history is cut into parts of whole lines, whatever its lines are, and little of it is held at a time."""

import tracemalloc
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from send_integration.ingest.raw_event import LARGEST_VALUE_BYTES
from send_integration.steps import backfill_reading
from send_integration.steps.backfill_reading import ReadPart, find_parts, messages_of

MEGABYTE = 1 << 20


def read_whole(path: Path) -> tuple[list[tuple[int, bytes]], int]:
    """Line and bytes of every message of all parts, and how many lines were too long."""
    found = [messages_of(ReadPart(path, "ehcp", 1, chunk)) for chunk in find_parts(path)[1]]
    return [(one.offset, one.value) for messages, _ in found for one in messages], sum(long for _, long in found)


@given(
    st.lists(st.sampled_from([b"", b" ", b"{}", b"{", b"x" * 40, b"y\r"]), max_size=12),
    st.integers(1, 60),
    st.booleans(),
)
def test_all_lines_are_read_once_with_their_numbers(lines: list[bytes], size: int, ended: bool) -> None:
    content = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    with pytest.MonkeyPatch.context() as patched, TemporaryDirectory() as folder:
        path = Path(folder) / "ehcp.jsonl"
        path.write_bytes(content)
        patched.setattr(backfill_reading, "CHUNK_BYTES", size)
        digest, _ = find_parts(path)
        messages, too_long = read_whole(path)

    assert digest == sha256(content).digest()
    assert too_long == 0
    assert messages == [
        (number, line.removesuffix(b"\r")) for number, line in enumerate(content.split(b"\n")) if line.strip()
    ]


@pytest.mark.parametrize("end", [b"", b"\n{}"])
def test_of_a_line_without_end_no_more_is_held_than_a_message_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    monkeypatch.setattr(backfill_reading, "CHUNK_BYTES", MEGABYTE)
    path = tmp_path / "ehcp.jsonl"
    with path.open("wb") as file:
        file.write(b"{}\n")
        for _ in range(10 * LARGEST_VALUE_BYTES // MEGABYTE + 10):
            file.write(b"x" * MEGABYTE)
        file.write(end)
    tracemalloc.start()

    messages, too_long = read_whole(path)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert messages == [(0, b"{}"), *([(2, b"{}")] if end else [])]
    assert too_long == 1
    assert most < 4 * LARGEST_VALUE_BYTES + 4 * MEGABYTE
