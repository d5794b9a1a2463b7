"""Keys by which our own writes are recognised again: deterministic, short, URL-safe, telling nothing about people."""

import base64
import hashlib
import re
from uuid import UUID, uuid5

from server.domain.ids import ActivityKey, EventId, LinkId, MailboxId, PairId

_NAMESPACE = UUID("6c1f7f0e-7d0b-4c1e-9a53-51f2a7d0c3aa")
#: How each of our external ids in Raynet begins.
_EXT = "olsync:"
#: A placeholder shows nothing but that the sync is at work; the token makes it findable by its exact title.
_PLACEHOLDER = re.compile(r"^Outlook · probíhá zápis · ([A-Z2-7]{12})$")


def _digest(*parts: object) -> bytes:
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass")).digest()


def _base32(raw: bytes, length: int) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=")[:length]


def pair_id(link: LinkId, mailbox: MailboxId, generation: int | EventId) -> PairId:
    """The pair of a link in a mailbox; a new generation, or another found event, is a new pair."""
    return PairId(_digest("pair", link, mailbox, generation).hex()[:32])


def transaction_id(pair: PairId) -> str:
    """Graph's ``transactionId`` of the create of this pair's event: repeating it never makes a second event."""
    return str(uuid5(_NAMESPACE, pair))


def own_key(activity: ActivityKey, pair: PairId, mailbox: MailboxId) -> str:
    """Value of our extended property. The mailbox is in it because copies may travel (graph-calendar §14)."""
    return f"1|{activity}|{mailbox}|{pair}"


def activity_of_own_key(value: str | None, mailbox: MailboxId) -> ActivityKey | None:
    """The activity an event was created for, when the property is ours and of this mailbox; else None."""
    parts = (value or "").split("|")
    if len(parts) != 4 or parts[0] != "1" or parts[2] != mailbox:
        return None
    try:
        return ActivityKey.parse(parts[1])
    except ValueError:
        return None


def ext_id(tenant: str, mailbox: MailboxId, event: EventId, generation: int) -> str:
    """Raynet ``extId`` of the activity made from this event. Fact: short and URL-safe, raynet-api §17, §22 no. 2."""
    return _EXT + _base32(_digest("ext", tenant, mailbox, event, generation), 26)


def draft_ext_id(draft: str, generation: int) -> str:
    """As :func:`ext_id`, of the activity that a draft of the panel becomes: the draft is its key."""
    return _EXT + _base32(_digest("draft", draft, generation), 26)


def is_ext_id(text: str) -> bool:
    """Whether it is one of ours."""
    return text.startswith(_EXT)


def placeholder_title(ext: str) -> str:
    """Neutral title of a half-made activity; unique per ``extId``."""
    return f"Outlook · probíhá zápis · {_base32(_digest('placeholder', ext), 12)}"


def is_placeholder(title: str) -> bool:
    return _PLACEHOLDER.match(title) is not None


def value_digest(value: object) -> str:
    """Digest of a normal value, so that what was sent can be recognised without keeping the text."""
    return _digest("value", repr(getattr(value, "plain", value))).hex()[:24]


def conflict_id(pair: PairId, field: str, kept: str, lost: str, *, side: str, activity: str) -> str:
    """The same loss is journalled once, however often it is planned; not so the other side's, or a later record's."""
    return _digest("conflict", pair, field, kept, lost, side, activity).hex()[:20]
