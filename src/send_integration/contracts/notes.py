"""Takes what people wrote freely out of an event's bytes, for somebody who may see the rest; every byte keeps its place."""

import re

FREE_TEXTS = ("note", "text", "rationale")
"""The names of members in which people write as much as they like (`contracts.envelope.Note`)."""

COVER = b"*"

_STRING = rb'"(?:[^"\\]|\\.)*(?:"|$)'
_MEMBER = re.compile(rb'(?P<name>"(?:[^"\\]|\\.)*")\s*:\s*(?P<value>' + _STRING + rb")", re.DOTALL)


def without_notes(raw: bytes) -> bytes:
    """The same bytes with free texts covered, whether or not the bytes are whole JSON; a name can be written in escapes,
    so that any such name is taken for a free text's."""
    return _MEMBER.sub(_covered, raw)


def _covered(found: re.Match[bytes]) -> bytes:
    name, value = found["name"], found["value"]
    if name[1:-1].decode("utf-8", "replace") not in FREE_TEXTS and b"\\" not in name:
        return found[0]
    inner = value[1:-1] if value.endswith(b'"') and len(value) > 1 else value[1:]
    start = found.start("value") - found.start() + 1
    return found[0][:start] + COVER * len(inner) + found[0][start + len(inner) :]
