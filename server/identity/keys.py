"""Microsoft's public signing keys: fetched once, kept, fetched again when a token names one that is not known."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import jwt

from server.errors import Remote, Unavailable

#: How long keys are believed without looking again. Microsoft publishes new ones days ahead.
KEEP_FOR: Final = timedelta(hours=24)
#: An unknown key id makes us look, but not more often than this: strangers can invent ids.
LOOK_AGAIN_AFTER: Final = timedelta(minutes=5)
#: After a failed fetch without any keys in hand.
RETRY_AFTER: Final = timedelta(seconds=10)

#: The parsed document of ``…/discovery/v2.0/keys``; raises :class:`server.errors.Remote`.
Fetch = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """``issuer``: the only issuer that may use it, where the key set names one (None: a key of the whole cloud)."""

    public_key: Any
    issuer: str | None


class SigningKeys:
    """The keys by id. Thread-safe; one thread at a time fetches, the others wait for it."""

    def __init__(self, fetch: Fetch, *, now: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._now = now
        self._lock = threading.Lock()
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None

    def key(self, kid: str) -> SigningKey | None:
        """The key of this id; None when Microsoft does not publish it. Unavailable when there are no keys at all."""
        known = self._keys.get(kid)
        if known is not None and not self._is_due(KEEP_FOR):
            return known
        with self._lock:
            if self._may_fetch(kid):
                self._fetch_now()
        if self._fetched_at is None:
            raise Unavailable("signing_keys_unavailable")
        return self._keys.get(kid)

    def _is_due(self, after: timedelta) -> bool:
        return self._fetched_at is None or self._now() - self._fetched_at >= after

    def _may_fetch(self, kid: str) -> bool:
        tried, now = self._tried_at, self._now()
        if self._fetched_at is None:
            return tried is None or now - tried >= RETRY_AFTER
        if kid in self._keys and not self._is_due(KEEP_FOR):
            return False  # another thread was faster
        return tried is None or now - tried >= LOOK_AGAIN_AFTER

    def _fetch_now(self) -> None:
        """Old keys stay when new ones cannot be had: a disturbance at Microsoft locks nobody out."""
        self._tried_at = self._now()
        try:
            found = _parsed(self._fetch())
        except Remote:
            return
        if found:
            self._keys, self._fetched_at = found, self._tried_at


def _parsed(document: Mapping[str, Any]) -> dict[str, SigningKey]:
    """RSA signing keys of the set; anything else in it is left out."""
    rows = document.get("keys")
    found: dict[str, SigningKey] = {}
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict) or row.get("kty") != "RSA" or row.get("use", "sig") != "sig":
            continue
        kid, issuer = row.get("kid"), row.get("issuer")
        if not isinstance(kid, str):
            continue
        try:
            parsed = jwt.PyJWK({"kty": "RSA", "n": row.get("n"), "e": row.get("e")}, algorithm="RS256")
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        # A key of all tenants names its issuer with a place holder. Fact: [doc] of the key set's ``issuer``.
        own = issuer if isinstance(issuer, str) and "{tenantid}" not in issuer else None
        found[kid] = SigningKey(public_key=parsed.key, issuer=own)
    return found
