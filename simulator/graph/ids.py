"""Event ids: two forms for one item, both opaque to clients and readable here.

A *normal* id names the item in its folder and changes with every move; an *immutable* one does not. Fact: [doc],
graph-calendar §12. Both start differently, are case-sensitive and may contain ``-``, ``_`` and ``=``.
"""

import base64
import functools
import uuid
from dataclasses import dataclass
from datetime import date

from simulator.graph.errors import malformed_id

_NORMAL, _IMMUTABLE = "AAMkAG", "AAkALg"
_EWS_FROM_REST = str.maketrans("-_", "/+")
_REST_FROM_EWS = str.maketrans("/+", "-_")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventId:
    """What an id says. ``generation`` counts the item's moves, None if immutable; ``day`` is an occurrence."""

    mailbox: str
    number: int
    generation: int | None
    day: date | None = None


@functools.lru_cache(maxsize=65536)
def encode(mailbox: str, number: int, generation: int | None, day: date | None = None) -> str:
    """The wire form; ``generation`` None makes it immutable."""
    payload = uuid.UUID(mailbox).bytes + number.to_bytes(6, "big")
    payload += (0 if day is None else day.toordinal()).to_bytes(4, "big")
    if generation is not None:
        payload += generation.to_bytes(3, "big") + b"\x01\x00\x00\x00\x00\x09\x0e"
    else:
        payload += b"\x00\x00\x0a"
    prefix = _IMMUTABLE if generation is None else _NORMAL
    return prefix + base64.urlsafe_b64encode(payload).decode()


@functools.lru_cache(maxsize=65536)
def decode(text: str) -> EventId:
    """What a wire id says, in either form; raises ``ErrorInvalidIdMalformed``."""
    immutable = text.startswith(_IMMUTABLE)
    if not immutable and not text.startswith(_NORMAL):
        raise malformed_id()
    try:
        payload = base64.b64decode(text[6:], altchars=b"-_", validate=True)
    except ValueError:
        raise malformed_id() from None
    if len(payload) != (29 if immutable else 36):
        raise malformed_id()
    ordinal = int.from_bytes(payload[22:26], "big")
    if ordinal > date.max.toordinal():
        raise malformed_id()
    found = EventId(
        mailbox=str(uuid.UUID(bytes=payload[:16])),
        number=int.from_bytes(payload[16:22], "big"),
        generation=None if immutable else int.from_bytes(payload[26:29], "big"),
        day=date.fromordinal(ordinal) if ordinal else None,
    )
    if encode(found.mailbox, found.number, found.generation, found.day) != text:
        raise malformed_id()
    return found


def to_ews(rest_id: str) -> str:
    """The EWS spelling of a normal id."""
    return rest_id.translate(_EWS_FROM_REST)


def from_ews(ews_id: str) -> str:
    """The REST spelling of an EWS id."""
    return ews_id.translate(_REST_FROM_EWS)


def to_entry_id(rest_id: str) -> str:
    """The hexadecimal MAPI form, base64url without prefix here: Graph's ``entryId``."""
    return base64.urlsafe_b64encode(rest_id.encode()).decode().rstrip("=")


def from_entry_id(entry_id: str) -> str:
    """Back from ``to_entry_id``; raises ``ErrorInvalidIdMalformed``."""
    try:
        return base64.urlsafe_b64decode(entry_id + "=" * (-len(entry_id) % 4)).decode()
    except ValueError:
        raise malformed_id() from None
