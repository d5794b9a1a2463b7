"""The session token between two starts: in the system's key store, or nowhere. It never touches a file of ours.

Blocking (a key store may ask the person to unlock it): used from job threads.
"""

import logging
from enum import StrEnum
from typing import Final

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.errors import KeyringError

_SERVICE: Final = "Raynet Outlook Sync console"
_LOG = logging.getLogger("console.keystore")


class Place(StrEnum):
    """Where a token is kept."""

    KEY_STORE = "key_store"
    MEMORY = "memory"


class KeyStore:
    """One token per server address. Without a usable key store, tokens live as long as the program."""

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._backend = backend
        self._memory: dict[str, str] = {}
        self._is_out_of_order = False

    @property
    def place(self) -> Place:
        """Known for sure only after the first reading or writing."""
        return Place.MEMORY if self._is_out_of_order or not _is_real(self._chosen()) else Place.KEY_STORE

    def read(self, url: str) -> str | None:
        if url in self._memory:
            return self._memory[url]
        if self.place is Place.MEMORY:
            return None
        try:
            return self._chosen().get_password(_SERVICE, url)
        except (KeyringError, OSError, RuntimeError) as error:
            self._failed(error)
            return None

    def write(self, url: str, token: str) -> Place:
        """Where it went."""
        if self.place is Place.KEY_STORE:
            try:
                self._chosen().set_password(_SERVICE, url, token)
            except (KeyringError, OSError, RuntimeError) as error:
                self._failed(error)
            else:
                return Place.KEY_STORE
        self._memory[url] = token
        return Place.MEMORY

    def forget(self, url: str) -> None:
        """Also when there is none."""
        self._memory.pop(url, None)
        if self.place is Place.MEMORY:
            return
        try:
            if self._chosen().get_password(_SERVICE, url) is not None:
                self._chosen().delete_password(_SERVICE, url)
        except (KeyringError, OSError, RuntimeError) as error:
            self._failed(error)

    def _chosen(self) -> KeyringBackend:
        if self._backend is None:
            self._backend = keyring.get_keyring()
        return self._backend

    def _failed(self, error: Exception) -> None:
        self._is_out_of_order = True
        _LOG.info("key_store_failed kind=%s", type(error).__name__)


def _is_real(backend: KeyringBackend) -> bool:
    """``fail`` and ``null`` stand where the system has none; a chain is as real as its first link."""
    if isinstance(backend, chainer.ChainerBackend):
        return any(_is_real(link) for link in backend.backends)
    return not isinstance(backend, (fail.Keyring, null.Keyring))


def forgetful() -> KeyStore:
    """Keeps nothing beyond the program: for the demo and for tests of packages."""
    return KeyStore(null.Keyring())  # type: ignore[no-untyped-call]  # keyring's own backends are not annotated
