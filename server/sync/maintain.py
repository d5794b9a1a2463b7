"""Housekeeping of one firm: subscriptions, the webhook, pruning. Called now and then; each call does what is due."""

from dataclasses import replace
from datetime import datetime, timedelta

from server.domain.ids import FirmId, MailboxId
from server.domain.state import MailboxState, Notice, NoticeKind, Subscription, Webhook
from server.errors import Gone, Remote, RosError
from server.flow import Flow, NewId, Note, Now, want
from server.ports.graph import RenewSubscription, Subscribe, Unsubscribe
from server.ports.raynet import CreateWebhook, DeleteWebhook, ListWebhooks
from server.ports.store import Commit, FirmState, Forget, LoadFirm, Notices, Prune, Subscriptions, Webhooks

#: Fact: at most 10,080 minutes for events [doc], graph-calendar §16; asked for with a quarter of an hour to spare.
SUBSCRIPTION_LIFE = timedelta(minutes=10_080 - 15)
RENEW_WITHIN = timedelta(hours=48)
#: Raynet removes a webhook after seven days of failures without telling. Fact: raynet-api §18 [spec].
WEBHOOK_CHECK = timedelta(hours=24)
WEBHOOK_RETRY = timedelta(hours=1)
SUBSCRIBE_RETRY = timedelta(minutes=15)
KEEP_HISTORY = timedelta(days=90)
#: Pruning walks over all that is old: it follows the nightly comparison, once or twice.
PRUNE_WITHIN = timedelta(minutes=10)
#: Lifecycle events after which the subscription itself needs something. Fact: graph-calendar §16 [doc].
REAUTHORIZE, REMOVED = "reauthorizationRequired", "subscriptionRemoved"


def maintain(firm: FirmId, public_url: str) -> Flow[tuple[str, ...]]:
    """Bring push up to date; codes of what failed. Polling carries on whatever happens here."""
    now = yield from want(Now())
    yield from _heed(firm)
    state = yield from want(LoadFirm(firm))
    if state.firm.paused or not state.sync.licensed:
        return ()
    failed: list[str] = []
    failed += yield from _subscriptions(state, now)
    failed += yield from _webhook(state, now, public_url)
    if state.sync.last_full_at is None or now - state.sync.last_full_at < PRUNE_WITHIN:
        yield from want(Prune(firm, now - KEEP_HISTORY))
    return tuple(failed)


def is_urgent(firm: FirmId) -> Flow[bool]:
    """Whether Graph has told of a subscription that needs care at once."""
    notices = yield from want(Notices(firm))
    return bool(notices) and any(notice.kind is NoticeKind.LIFECYCLE for notice in notices)


# --- Graph --------------------------------------------------------------------------------------------------------


def _heed(firm: FirmId) -> Flow[None]:
    """Lifecycle notices become the needs of their subscriptions, which stay until they are met.

    A ``missed`` one needs nothing: the mailbox notice that came with it makes the pass look.
    """
    told = [one for one in (yield from want(Notices(firm))) if one.kind is NoticeKind.LIFECYCLE]
    if not told:
        return
    # A removal says more than a renewal, whatever came first.
    needs = {one.subscription_id: one.hint for one in told if one.hint == REAUTHORIZE}
    needs |= {one.subscription_id: one.hint for one in told if one.hint == REMOVED}
    rows = yield from want(Subscriptions(firm))
    changed = tuple(replace(row, needs=needs[row.id]) for row in rows if row.id in needs)
    yield from want(Commit(firm, changed, Forget(notices=tuple(one.dedupe for one in told))))
    yield from want(Note("subscriptions_need_care", (("firm", firm), ("count", len(changed)))))


def _subscriptions(state: FirmState, now: datetime) -> Flow[list[str]]:
    """One subscription per calendar that takes part; others end."""
    firm = state.firm.id
    rows = yield from want(Subscriptions(firm))
    ready = {one.mailbox for one in state.mailboxes if one.state is MailboxState.READY and one.mailbox is not None}
    failed: list[str] = []
    have: set[MailboxId] = set()
    for row in rows:
        if row.mailbox not in ready or row.mailbox in have:
            yield from _end(firm, row)
            continue
        have.add(row.mailbox)
        if row.needs == REMOVED:
            code = yield from _replace(firm, row, now)
            failed += [code] if code else []
        elif row.expires_at - now < RENEW_WITHIN or row.needs:
            code = yield from _renew(firm, row, now)
            failed += [code] if code else []
    for mailbox in sorted(ready - have):
        code = yield from _subscribe(firm, mailbox, now)
        failed += [code] if code else []
    return failed


def _subscribe(firm: FirmId, mailbox: MailboxId, now: datetime) -> Flow[str | None]:
    secret = (yield from want(NewId())) + (yield from want(NewId()))
    try:
        made = yield from want(Subscribe(firm, mailbox, secret, now + SUBSCRIPTION_LIFE))
    except Remote as error:
        yield from want(Note("subscription_failed", (("firm", firm), ("code", error.code)), "warning"))
        return error.code
    # What happened before the subscription existed was not announced: look once.
    yield from want(Commit(firm, (made, look_at(firm, mailbox, now, f"subscribed:{made.id}"))))
    return None


def _renew(firm: FirmId, row: Subscription, now: datetime) -> Flow[str | None]:
    try:
        until = yield from want(RenewSubscription(firm, row.id, now + SUBSCRIPTION_LIFE))
    except Gone:
        return (yield from _replace(firm, row, now))
    except Remote as error:
        return error.code
    yield from want(Commit(firm, (replace(row, expires_at=until, needs=""),)))
    return None


def _replace(firm: FirmId, row: Subscription, now: datetime) -> Flow[str | None]:
    """The old one is gone at Microsoft's side; what happened meanwhile is looked for once the new one stands."""
    yield from want(Commit(firm, (), Forget(subscriptions=(row.id,))))
    return (yield from _subscribe(firm, row.mailbox, now))


def _end(firm: FirmId, row: Subscription) -> Flow[None]:
    try:
        yield from want(Unsubscribe(firm, row.id))
    except RosError as error:
        # It runs out by itself within days; what still arrives is only a doorbell.
        yield from want(Note("unsubscribe_failed", (("firm", firm), ("code", error.code)), "info"))
    yield from want(Commit(firm, (), Forget(subscriptions=(row.id,))))


def look_at(firm: FirmId, mailbox: MailboxId, now: datetime, why: str) -> Notice:
    """A wake-up of our own for one calendar."""
    return Notice(firm_id=firm, dedupe=f"own:{why}", kind=NoticeKind.MAILBOX, received_at=now, mailbox=mailbox)


# --- Raynet -------------------------------------------------------------------------------------------------------


def _webhook(state: FirmState, now: datetime, public_url: str) -> Flow[list[str]]:
    """The firm's webhook stands, once, with our address; it is looked for daily."""
    firm = state.firm.id
    rows = yield from want(Webhooks(firm))
    row = rows[0] if rows else None
    if row is not None and row.checked_at is not None:
        wait = WEBHOOK_RETRY if row.failed_code else WEBHOOK_CHECK
        if now - row.checked_at < wait:
            return []
    if row is None:
        row = Webhook(firm_id=firm, token=(yield from want(NewId())), path_secret=(yield from want(NewId())))
        # Known before it can ring: its secrets are stored first.
        yield from want(Commit(firm, (row,)))
    try:
        row = yield from _stands(row, now, public_url)
    except Remote as error:
        yield from want(Commit(firm, (replace(row, checked_at=now, failed_code=error.code),)))
        yield from want(Note("webhook_failed", (("firm", firm), ("code", error.code)), "warning"))
        return [error.code]
    yield from want(Commit(firm, (row,)))
    return []


def _stands(row: Webhook, now: datetime, public_url: str) -> Flow[Webhook]:
    url = webhook_url(public_url, row)
    seen = yield from want(ListWebhooks(row.firm_id))
    ours = [one for one in seen if one.url == url]
    stale = [one for one in seen if one.url.startswith(f"{public_url}/notify/raynet/") and one.url != url]
    for old in [*stale, *ours[1:]]:
        yield from want(DeleteWebhook(row.firm_id, old.id))
    if ours:
        return replace(row, id=ours[0].id, checked_at=now, failed_code=None)
    made = yield from want(CreateWebhook(row.firm_id, url, row.token))
    return replace(row, id=made, checked_at=now, failed_code=None)


def webhook_url(public_url: str, row: Webhook) -> str:
    """Where Raynet rings: the unguessable path is a second factor beside the token."""
    return f"{public_url}/notify/raynet/{row.path_secret}"
