"""Secrets at rest: AES-256-GCM under keys derived from the operator's master keys.

A sealed value is ``version | key id | nonce | ciphertext``; the place it was sealed for (``table.column``) is
authenticated with it, so a value moved to another column does not open. Several master keys may be known: the first
seals, each opens what it once sealed, and :func:`server.store.rotation.rotate` moves everything to the first.
"""

import hashlib
import os
import zlib
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.errors import Misconfigured, RosError

MASTER_KEY_BYTES = 32
KEY_ID_BYTES = 4
_VERSION = b"\x01"
_NONCE_BYTES = 12
_NONCE_AT = len(_VERSION) + KEY_ID_BYTES
_TEXT_AT = _NONCE_AT + _NONCE_BYTES
_PLAIN, _PACKED = b"\x00", b"\x01"
#: Below this size packing costs more than it saves.
_PACK_FROM_BYTES = 512


class SealBrokenError(RosError):
    """A sealed value does not open with the key that sealed it: it was altered, or moved from another column."""

    code = "seal_broken"


def _derived(master: bytes, purpose: bytes, length: int) -> bytes:
    info = b"raynet-outlook-sync store " + purpose
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(master)


class KeyRing:
    """The master keys of this process, newest first. Immutable and safe to share between threads."""

    def __init__(self, masters: Sequence[bytes]) -> None:
        """``masters`` of 32 bytes each. Raises :class:`Misconfigured` when there is none or one is of another size."""
        if not masters or any(len(one) != MASTER_KEY_BYTES for one in masters):
            raise Misconfigured("setting_key_malformed", setting="ROS_SECRET_KEY")
        self._ciphers = {
            _derived(one, b"key id", KEY_ID_BYTES): AESGCM(_derived(one, b"sealing", MASTER_KEY_BYTES))
            for one in reversed(masters)
        }
        #: Id of the key that seals; not secret.
        self.newest_id = next(reversed(self._ciphers))
        self._newest = self._ciphers[self.newest_id]

    def seal(self, plain: bytes, place: str) -> bytes:
        """``plain`` for ``place``; two calls never give the same bytes."""
        text = _PACKED + zlib.compress(plain, 1) if len(plain) >= _PACK_FROM_BYTES else _PLAIN + plain
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + self.newest_id + nonce + self._newest.encrypt(nonce, text, place.encode())

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """What was sealed for ``place``.

        Raises :class:`Misconfigured` when its key is none of ours, :class:`SealBrokenError` when it was tampered with.
        """
        cipher = self._ciphers.get(sealed_key_id(sealed))
        if cipher is None or sealed[: len(_VERSION)] != _VERSION:
            raise Misconfigured("setting_key_unknown_to_store", setting="ROS_SECRET_KEY")
        try:
            text = cipher.decrypt(sealed[_NONCE_AT:_TEXT_AT], sealed[_TEXT_AT:], place.encode())
        except InvalidTag:
            raise SealBrokenError(place=place) from None
        return zlib.decompress(text[1:]) if text[:1] == _PACKED else text[1:]


def sealed_key_id(sealed: bytes) -> bytes:
    """The id of the key that sealed it."""
    return sealed[len(_VERSION) : _NONCE_AT]


def lookup_digest(secret: str) -> str:
    """Hex digest by which a random secret (256 bits, never a password) is found without standing in the database."""
    return hashlib.sha256(b"ros look-up " + secret.encode()).hexdigest()
