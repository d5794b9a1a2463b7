"""Making an activity: placeholder, key, reveal. A crash between any two leaves a neutral record that its key finds.

Raynet cannot make a private record at once, so nothing is told before the one update that fills it (design §5).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from server.domain.activity import Activity, ActivityChange, ActivityDraft, Participant
from server.domain.ids import ActivityKey
from server.domain.state import Intent
from server.errors import Changed, Rejected
from server.flow import Flow, Now, want
from server.ports.raynet import AddExtId, CreateActivity, FindByExtId, GetActivity, UpdateActivity
from server.ports.store import Commit, Row
from server.sync.context import PassContext
from server.sync.secrecy import turned_private
from server.sync.typed import typed_into
from server.sync.work import LinkWork, full_list

#: A reading that took longer is too old to write upon: the record is read once more.
SLOW = timedelta(seconds=1)
#: Raynet's adapter: the external id belongs to another record.
DUPLICATE_KEY = "raynet_duplicate_key"


def create_activity(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[tuple[Row, ...]]:
    """Placeholder, key, reveal: a crash between any two leaves a neutral record that its key finds again."""
    draft = intent.payload.activity_draft
    assert draft is not None
    yield from still_open(ctx, work, intent)
    key = yield from _placeholder(ctx, draft)
    made = replace(intent, activity=key, half_done=True)
    yield from want(Commit(ctx.firm, (*work.activity_made(intent, key), *counted(ctx, 1))))
    return (yield from reveal(ctx, work, made, None))


def _placeholder(ctx: PassContext, draft: ActivityDraft) -> Flow[ActivityKey]:
    """The neutral record, its key sent along unless this instance does not take it so: then :func:`reveal` adds it.

    Fact: whether activities take an inline ``extId`` is open, raynet-api §22 no. 2. A refusal may mean just that, as
    long as none was ever taken. A key that a record carries already is used up, whatever was refused.
    """
    if ctx.sync.inline_ext_id is not False:
        try:
            return (yield from want(CreateActivity(ctx.firm, draft.type, draft)))
        except Rejected as refused:
            if ctx.sync.inline_ext_id:
                raise
            if (yield from want(FindByExtId(ctx.firm, draft.type, draft.ext_id))) is not None:
                raise Rejected(DUPLICATE_KEY, detail=refused.code) from refused
    return (yield from want(CreateActivity(ctx.firm, draft.type, replace(draft, ext_id=""))))


def counted(ctx: PassContext, more: int) -> tuple[Row, ...]:
    """The instance holds so many activities more: what somebody deletes before the next reading shows in the total."""
    cursor = ctx.sync.cursor
    if cursor is None or cursor.total is None:
        return ()
    ctx.put_sync(replace(ctx.sync, cursor=replace(cursor, total=max(0, cursor.total + more))))
    return (ctx.sync,)


def reveal(
    ctx: PassContext, work: LinkWork, intent: Intent, detail: Activity | None, read_at: datetime | None = None
) -> Flow[tuple[Row, ...]]:
    """Fill the placeholder by one update. ``detail`` is a fresh reading of it, if there is one, of ``read_at``."""
    draft, change, key = intent.payload.activity_draft, intent.payload.activity_change, intent.activity
    assert draft is not None and change is not None and key is not None
    owner = Participant(person=draft.owner, owner=True)
    known = detail or Activity(key=key, title=draft.title, participants=(owner,), created_by=ctx.sync.login)
    read_at = read_at or (yield from want(Now()))
    if detail is None and (ctx.sync.inline_ext_id is not True or change.participants):
        known = yield from _placeholder_seen(ctx, work, intent, key)
    if known.ext_ids is not None:
        inline = draft.ext_id in known.ext_ids
        if not inline:
            yield from want(AddExtId(ctx.firm, key, draft.ext_id))
            work.link = replace(work.link, own_saves=work.link.own_saves + 1)
        # In a repeated attempt the key may be there because an earlier one added it: that tells nothing.
        if ctx.sync.inline_ext_id is not inline and not (inline and (intent.attempts or detail is not None)):
            sync = replace(ctx.sync, inline_ext_id=inline)
            ctx.put_sync(sync)
            yield from want(Commit(ctx.firm, (sync,)))
    yield from still_open(ctx, work, intent)
    if (yield from want(Now())) - read_at > SLOW:
        known = yield from _placeholder_seen(ctx, work, intent, key)
        yield from still_open(ctx, work, intent)  # that may have taken long as well
    if known.place and change.place is None:
        # Typed into the placeholder, and in the journal by now: the update takes its place.
        change = replace(change, place="")
        intent = replace(intent, payload=replace(intent.payload, activity_change=change))
    yield from want(UpdateActivity(ctx.firm, key, resolved(change, known)))
    return work.activity_revealed(intent, known)


def _placeholder_seen(ctx: PassContext, work: LinkWork, intent: Intent, key: ActivityKey) -> Flow[Activity]:
    """The placeholder as it stands: what somebody typed into it since it was made goes to the journal."""
    fresh = yield from want(GetActivity(ctx.firm, key))
    typed = typed_into(ctx, work, intent, fresh)
    if typed:
        ctx.counts.conflicts += len(typed)
        yield from want(Commit(ctx.firm, typed))
    return fresh


def still_open(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[None]:
    """Raises Changed where the event has turned private since it was read: what is made of it is planned anew."""
    if (yield from turned_private(ctx, work, intent)):
        raise Changed(detail="turned private")


def resolved(change: ActivityChange, known: Activity) -> ActivityChange:
    """Participant writes name persons; ids exist in details only, so the full list is made now."""
    if change.participants is None:
        return change
    return replace(change, participants=full_list(known.participants, change.participants))
