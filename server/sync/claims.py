"""Claims on what a create that was given up, or delivered twice, may still leave in a calendar (hazard H3)."""

from dataclasses import replace
from datetime import datetime, timedelta

from server.domain import keys
from server.domain.event import Event, EventDraft
from server.domain.ids import EventKey, FirmId, MailboxId
from server.domain.state import Origin, Pair, Side, Tombstone

#: A lost create may arrive for so long.
CLAIMED_FOR = timedelta(hours=24)
#: So long is a second delivery of a create expected after its event was deleted by people.
DELIVERED_LATE = timedelta(minutes=10)
_ENDED = "ended"
_TAKEN_AWAY = "taken away"
_DELETION = "deletion"
_SAID = "said:"


def claimed_create(firm: FirmId, mailbox: MailboxId, transaction_id: str, now: datetime) -> Tombstone:
    """The claim on whatever a create with this key makes from now on."""
    until = now + CLAIMED_FOR
    return Tombstone(firm_id=firm, key=transaction_id, side=Side.GRAPH, expires_at=until, hint=mailbox)


def noting_draft(stone: Tombstone, known: Tombstone | None, draft: EventDraft) -> Tombstone:
    """The claim with what its create said; of several that were given up, the first may be the one that arrived."""
    before = known.kind if known is not None and known.kind.startswith(_SAID) else None
    return replace(stone, kind=before or _said(draft))


def said_otherwise(stone: Tombstone | None, draft: EventDraft) -> bool:
    """Whether a create that was given up said something else than this next try with its key."""
    return stone is not None and stone.kind.startswith(_SAID) and stone.kind != _said(draft)


def _said(draft: EventDraft) -> str:
    """A byte of a digest: it stands unsealed in the database, and must not confirm a guess of what was said."""
    said = (draft.subject, draft.times, draft.description.plain, draft.location, draft.importance)
    return f"{_SAID}{keys.value_digest(said)[:2]}"


def left_by_its_user(pair: Pair, now: datetime) -> tuple[Tombstone, ...]:
    """The claim where people ended the pair of an event of ours: on what is made after that, they may take theirs back.

    Fact: whether Graph remembers the key of a create after its event was deleted is not known, graph-calendar §23.
    """
    if pair.origin is not Origin.RAYNET or pair.event is None:
        return ()
    until = now + DELIVERED_LATE
    transaction_id = keys.transaction_id(pair.id)
    stone = Tombstone(
        firm_id=pair.firm_id, key=transaction_id, side=Side.GRAPH, expires_at=until, hint=pair.mailbox, kind=_ENDED
    )
    return (stone,)


def is_late_create(stone: Tombstone | None, event: Event) -> bool:
    """Whether the create that this claims has left the event."""
    if stone is None or stone.kind != _ENDED:
        return stone is not None
    return event.created_at is not None and event.created_at >= stone.expires_at - DELIVERED_LATE


def sent_deletion(firm: FirmId, key: EventKey, now: datetime) -> Tombstone:
    """The note that a deletion of this event was sent, got no answer and may still arrive (hazard H4)."""
    until = now + DELIVERED_LATE
    return Tombstone(
        firm_id=firm, key=deletion_of(key), side=Side.GRAPH, expires_at=until, hint=key.mailbox, kind=_DELETION
    )


def deletion_of(key: EventKey) -> str:
    """Under which key :func:`sent_deletion` is found."""
    return f"{_DELETION}:{keys.value_digest((key.mailbox, key.id))}"


def taken_away(stone: Tombstone | None) -> tuple[Tombstone, ...]:
    """The claim whose event we remove: whoever uses the create's key again must not take that for its user's deed."""
    is_claim = stone is not None and (not stone.kind or stone.kind.startswith(_SAID))
    return (replace(stone, kind=_TAKEN_AWAY),) if stone is not None and is_claim else ()


def is_taken_away(stone: Tombstone | None) -> bool:
    return stone is not None and stone.kind == _TAKEN_AWAY
