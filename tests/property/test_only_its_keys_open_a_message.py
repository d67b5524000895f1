"""What is protected comes back byte for byte under its own keys, and never where anything of it, or a key, is another."""

import json

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OctKey

from send_integration.contracts.key_files import key_line, keys_in
from send_integration.contracts.protected import (
    EVENT,
    OWN,
    PROTECTED,
    ContentKey,
    NotOpened,
    Protected,
    is_protected,
    key_name,
    sealed_in,
    where_protected,
)
from send_integration.contracts.schema import schema_of

secret = st.binary(min_size=32, max_size=32)
name = st.from_regex(r"[A-Za-z0-9_-]{20}", fullmatch=True)
keys = st.dictionaries(name, secret, min_size=1, max_size=4)
values = st.one_of(
    st.binary(min_size=1, max_size=200),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    ).map(lambda told: json.dumps(told).encode()),
)


LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/="
SCHEMA = jsonschema.Draft202012Validator(schema_of(PROTECTED))


@given(keys, values, st.sampled_from([EVENT, OWN]))
def test_it_comes_back_byte_for_byte_and_is_said_again_in_the_same_bytes(
    own: dict[str, bytes], value: bytes, holds: str
) -> None:
    told = ContentKey(own).protect(value, holds)

    sealed = sealed_in(told)
    assert ContentKey(dict(reversed(own.items()))).opened(sealed) == value
    assert ContentKey(own).protect(value, holds) == told
    assert sealed.name.split(".") == sorted(own)
    assert is_protected(told)
    body = json.loads(told)
    Protected.model_validate_json(told)
    SCHEMA.validate(body)
    assert where_protected(b"child=c1\t" + told + b"\n") == (9, 9 + len(told))


@given(keys, values, st.data())
def test_any_other_byte_anywhere_is_refused(own: dict[str, bytes], value: bytes, data: st.DataObject) -> None:
    told = bytearray(ContentKey(own).protect(value))
    at = data.draw(st.integers(0, len(told) - 1))
    told[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(NotOpened):
        ContentKey(own).opened(sealed_in(bytes(told)))


@given(keys, values)
@settings(deadline=None)
def test_there_is_one_way_to_write_a_message(own: dict[str, bytes], value: bytes) -> None:
    """Not with the letters of another base64, not with its padding, not with bits in the last letter that stand for nothing."""
    told = ContentKey(own).protect(value)
    start, end = told.index(b'"data":"') + 8, len(told) - 2
    data = told[start:end]
    others = {data.replace(b"-", b"+"), data.replace(b"_", b"/"), data + b"==", data.replace(b".", b"=.")}
    for part in data.split(b"."):
        others |= {data.replace(part, part[:-1] + bytes([letter])) for letter in LETTERS if part}
    for other in others - {data}:
        body = {**json.loads(told), "data": other.decode(), "id": other.split(b".")[2].decode()}
        with pytest.raises(NotOpened):
            ContentKey(own).opened(sealed_in(json.dumps(body, separators=(",", ":")).encode()))


@given(keys, values, st.data())
def test_what_is_cut_off_or_put_in_is_refused(own: dict[str, bytes], value: bytes, data: st.DataObject) -> None:
    told = ContentKey(own).protect(value)
    at = data.draw(st.integers(0, len(told) - 1))
    other = data.draw(st.sampled_from([told[:at], told[at + 1 :], told[:at] + told[at : at + 1] + told[at:]]))

    with pytest.raises(NotOpened):
        ContentKey(own).opened(sealed_in(other))


@given(keys, values, st.data())
def test_any_other_key_is_refused(own: dict[str, bytes], value: bytes, data: st.DataObject) -> None:
    told = ContentKey(own).protect(value)
    which = data.draw(st.sampled_from(sorted(own)))
    place, flipped = data.draw(st.integers(0, 31)), data.draw(st.integers(1, 255))
    other = bytearray(own[which])
    other[place] ^= flipped

    with pytest.raises(NotOpened):
        ContentKey({**own, which: bytes(other)}).opened(sealed_in(told))


@given(keys, values, values)
def test_parts_of_two_messages_make_no_third(own: dict[str, bytes], one: bytes, other: bytes) -> None:
    """A writer without keys can put nothing together: not one's head, id, text or mark with another's."""
    first, second = (json.loads(ContentKey(own).protect(value)) for value in (one, other))
    if first == second:
        return
    parts, others = first["data"].split("."), second["data"].split(".")
    for at in (2, 3, 4):
        mixed = [*parts[:at], others[at], *parts[at + 1 :]]
        if mixed == parts:
            continue
        told = {**first, "id": mixed[2], "data": ".".join(mixed)}
        with pytest.raises(NotOpened):
            ContentKey(own).opened(sealed_in(json.dumps(told, separators=(",", ":")).encode()))


@given(name, secret, values)
def test_any_library_for_jwe_opens_it(kid: str, key: bytes, value: bytes) -> None:
    told = json.loads(ContentKey({kid: key}).protect(value))

    found = jwe.decrypt_compact(told["data"], OctKey.import_key(key), algorithms=["dir", "A256GCM"])

    assert found.plaintext == value
    assert found.protected["kid"] == kid


@given(secret, st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
@example(bytes(32), ("a", "b\x1fc"), ("a\x1fb", "c"))
def test_two_records_have_keys_of_two_names(mark: bytes, one: tuple[str, str], other: tuple[str, str]) -> None:
    if any("\x1f" in part for part in (*one, *other)):
        return  # the contract takes no id with it
    assert (key_name(mark, *one) == key_name(mark, *other)) == (one == other)


@given(st.dictionaries(name, st.none() | secret))
def test_a_file_of_keys_comes_back(told: dict[str, bytes | None]) -> None:
    assert keys_in(key_line(kid, key, None) for kid, key in told.items()) == told


@given(st.text())
def test_what_is_no_file_of_keys_is_refused_and_not_quoted(line: str) -> None:
    with pytest.raises(ValueError, match=r"^line 1 is no key$"):
        keys_in([f"{line} "])


def test_a_key_is_never_shown_nor_written_down() -> None:
    key = ContentKey({"a" * 20: bytes(range(32))})

    assert repr(key) == "ContentKey(a key, not shown)"
    with pytest.raises(TypeError):
        key.__reduce__()
    with pytest.raises(ValueError, match="32 bytes"):
        ContentKey({"a" * 20: b"short"})
    with pytest.raises(ValueError, match="one key or more"):
        ContentKey({})
