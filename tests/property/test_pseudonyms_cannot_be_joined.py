"""Two consumers' pseudonyms have nothing in common, and neither helps to find the other without the key.

What can be tested of the second is that a pseudonym is HMAC-SHA256, here written a second time as RFC 2104 has it, that
nothing of the key or of the child's id shows through, and that a change of either changes all of it. That HMAC-SHA256
cannot be turned round without its key is what everybody relies on, and no test shows it.
"""

import base64
import hashlib

from hypothesis import assume, given
from hypothesis import strategies as st

from send_integration.contracts.pseudonyms import Pseudonyms

KEYS = st.binary(min_size=32, max_size=32)
CHILDREN = st.text(min_size=1, max_size=40)
BITS = 160


def as_number(pseudonym: str) -> int:
    return int.from_bytes(base64.b32decode(pseudonym.upper()))


def by_the_rfc(key: bytes, message: bytes) -> bytes:
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


@given(KEYS, KEYS, st.sets(CHILDREN, min_size=1, max_size=20), st.sets(CHILDREN, min_size=1, max_size=20))
def test_no_pseudonym_of_one_consumer_is_one_of_another(
    one: bytes, other: bytes, children: set[str], others: set[str]
) -> None:
    assume(one != other)
    first, second = Pseudonyms(one), Pseudonyms(other)

    assert not {first.of(child) for child in children} & {second.of(child) for child in children | others}


@given(KEYS, st.sets(CHILDREN, min_size=2, max_size=20))
def test_for_one_consumer_each_child_is_always_the_same_and_none_is_another(key: bytes, children: set[str]) -> None:
    pseudonyms = [Pseudonyms(key).of(child) for child in children]

    assert len(set(pseudonyms)) == len(children)
    assert pseudonyms == [Pseudonyms(bytes(key)).of(child) for child in children]


@given(KEYS, CHILDREN)
def test_a_pseudonym_is_the_hash_that_the_rfc_writes(key: bytes, child: str) -> None:
    assert base64.b32decode(Pseudonyms(key).of(child).upper()) == by_the_rfc(key, child.encode())[:20]


@given(KEYS, KEYS, CHILDREN, CHILDREN)
def test_how_two_children_differ_for_one_consumer_says_nothing_of_how_they_differ_for_another(
    one: bytes, other: bytes, child: str, sibling: str
) -> None:
    """A key that were added or mixed in (exclusive or) after hashing would leave the difference as it is."""
    assume(one != other and child != sibling)
    first, second = ([as_number(Pseudonyms(key).of(each)) for each in (child, sibling)] for key in (one, other))

    assert first[0] ^ first[1] != second[0] ^ second[1]
    assert first[0] - first[1] != second[0] - second[1]


@given(KEYS, CHILDREN, st.integers(min_value=0, max_value=255))
def test_another_bit_of_the_key_changes_about_half_of_the_pseudonym(key: bytes, child: str, bit: int) -> None:
    other = (int.from_bytes(key) ^ (1 << bit)).to_bytes(32)
    changed = as_number(Pseudonyms(key).of(child)) ^ as_number(Pseudonyms(other).of(child))

    assert 30 < changed.bit_count() < BITS - 30  # by chance outside of it once in 10 to the 15th


@given(KEYS, CHILDREN)
def test_a_pseudonym_can_stand_in_any_file_name_or_address(key: bytes, child: str) -> None:
    pseudonym = Pseudonyms(key).of(child)

    assert len(pseudonym) == 32
    assert set(pseudonym) <= set("abcdefghijklmnopqrstuvwxyz234567")
