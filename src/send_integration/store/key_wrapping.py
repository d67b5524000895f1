"""Wraps keys by a master key, and unwraps them by the one that wrapped them."""

import secrets
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from send_integration.errors import BadSetting, Broken

Masters = Callable[[], Mapping[str, bytes]]
"""Reads the master keys by their names."""

_NAME_BYTES, _NONCE_BYTES = 8, 12


class Wrapping:
    """The master keys of a process; it reads them again where one is asked for that it does not know."""

    def __init__(self, masters: Masters) -> None:
        """Raises BadSetting where there is none."""
        self._read = masters
        self._ciphers: Mapping[str, AESGCM] = {name: AESGCM(key) for name, key in masters().items()}

    @property
    def names(self) -> list[str]:
        """The names of the master keys that it knows."""
        return sorted(self._ciphers)

    def wrapped(self, master: str, name: str, key: bytes) -> bytes:
        """A key as it is kept: the master key's name, a nonce, and the key, bound to its own name."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return bytes.fromhex(master) + nonce + self._cipher(master).encrypt(nonce, key, name.encode())

    def unwrapped(self, name: str, wrapped: bytes) -> bytes:
        """The key that was kept under a name. Raises BadSetting where its master key is not there, Broken where it is another."""
        rest = wrapped[_NAME_BYTES:]
        try:
            cipher = self._cipher(master_of(wrapped))
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise Broken(
                "The key of a person record is not as it was kept",
                where="schema keys",
                next_step="Restore it from a copy.",
            ) from None

    def _cipher(self, name: str) -> AESGCM:
        if name not in self._ciphers:  # another has taken its place since this process began
            self._ciphers = {known: AESGCM(key) for known, key in self._read().items()}
        if name not in self._ciphers:
            raise BadSetting(
                f"The master key {name} of the records' keys is not there, and this database needs it",
                where="the folder of keys",
                next_step="Put back its file; where it is lost for ever, docs/record-keys.md says what that means.",
            )
        return self._ciphers[name]


def master_of(wrapped: bytes) -> str:
    """The name of the master key by which a key is wrapped."""
    return wrapped[:_NAME_BYTES].hex()
