"""Who really sent a Graph notification: its subscription, secret and tenant are ours."""

import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from server.api.metrics import Metrics
from server.api.notify.bodies import GraphNotice
from server.store.inbox import KnownSubscription

#: Compared with where there is nothing to compare with, so that both take the same time.
_NOBODYS: Final = secrets.token_hex(32)


def genuine(
    known: Mapping[str, KnownSubscription], metrics: Metrics, entries: Sequence[GraphNotice]
) -> Iterator[tuple[GraphNotice, KnownSubscription]]:
    """The entries that are ours. The others are counted and get no other answer than these."""
    for entry in entries:
        found = known.get(entry.subscription)
        outcome = _outcome(entry, found)
        if found is not None and outcome is None:
            yield entry, found
        else:
            metrics.notification("graph", outcome or "unknown")


def _outcome(entry: GraphNotice, found: KnownSubscription | None) -> str | None:
    """Why the entry is not believed; None when it is."""
    expected = found.client_state if found is not None else _NOBODYS
    matches = same_secret(entry.client_state, expected)
    if found is None:
        return "unknown"
    if not matches:
        return "wrong_secret"
    return None if entry.tenant.lower() == found.tenant_id.lower() else "wrong_tenant"


def same_secret(given: str, expected: str) -> bool:
    """In a time that tells nothing about ``expected``."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
