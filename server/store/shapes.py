"""Domain values as rows and back: which table keeps which value, and what an upsert may overwrite."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Table, and_, case, func, literal_column

from server.domain.ids import EventId, EventKey, MailboxId
from server.domain.panel import OpenForm, PanelChange, PanelDraft
from server.domain.state import (
    Attention,
    Conflict,
    FirmSync,
    Hold,
    Intent,
    Link,
    MailboxSync,
    Notice,
    Pair,
    Pass,
    PersonHit,
    PushSample,
    SeenActivity,
    SeenEvent,
    Subscription,
    Tombstone,
    Trail,
    Webhook,
)
from server.store.crypto import lookup_digest
from server.store.tables import items, journal, panel, runtime

V = TypeVar("V")
Columns = dict[str, Any]
#: From the existing row's columns and the new row's: what to store.
Merge = Callable[[Any, Any], ColumnElement[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape(Generic[V]):
    """How values of ``kind`` stand in ``table``.

    Members have columns of their own name; ``split`` and ``join`` translate where they do not. ``kept`` are columns
    that an existing row keeps whatever comes, ``merged`` those that both rows decide. ``appended`` values have no key:
    each is a new row. ``ignored`` ones stay as they were stored first.
    """

    kind: type[V]
    table: Table
    key: tuple[str, ...]
    split: Callable[[V], Columns]
    join: Callable[[Columns], V]
    read: tuple[str, ...]
    kept: frozenset[str] = frozenset()
    merged: Mapping[str, Merge] = field(default_factory=dict)
    appended: bool = False
    ignored: bool = False

    def columns(self, table: Any = None) -> Sequence[Column[Any]]:
        """The columns to select (of ``table``, an alias of ours) for :meth:`value`."""
        source = self.table if table is None else table
        return [source.c[name] for name in self.read]

    def value(self, row: Sequence[Any], start: int = 0) -> V:
        """The value of a selected row, whose columns begin at ``start``."""
        return self.join(dict(zip(self.read, row[start : start + len(self.read)], strict=True)))

    def values(self, rows: Iterable[Sequence[Any]]) -> tuple[V, ...]:
        return tuple(self.value(row) for row in rows)

    def identity(self, value: V) -> tuple[Any, ...]:
        """What a value's key is besides its firm."""
        columns = self.split(value)
        return tuple(columns[name] for name in self.key if name != "firm_id")

    def sort_key(self, columns: Columns) -> tuple[Any, ...]:
        """Rows are locked in this order everywhere."""
        return tuple(columns[name] for name in self.key)


def _shape(kind: type[V], table: Table, *key: str, **more: Any) -> Shape[V]:
    names = tuple(one.name for one in fields(kind))  # type: ignore[arg-type]  # always a dataclass

    def split(value: V) -> Columns:
        return {name: getattr(value, name) for name in names}

    def join(columns: Columns) -> V:
        return kind(**columns)

    members: dict[str, Any] = {"split": split, "join": join, "read": names}
    return Shape(kind=kind, table=table, key=key, **(members | more))


# --- the ones that are not member by member ----------------------------------------------------------------------


def _split_event(seen: SeenEvent) -> Columns:
    return {
        "firm_id": seen.firm_id,
        "mailbox": seen.key.mailbox,
        "event_id": seen.key.id,
        "event": seen.event,
        "seen_at": seen.seen_at,
        "gone_at": seen.gone_at,
    }


def _join_event(columns: Columns) -> SeenEvent:
    mailbox, event_id = MailboxId(columns.pop("mailbox")), EventId(columns.pop("event_id"))
    return SeenEvent(key=EventKey(mailbox, event_id), **columns)


def _split_webhook(webhook: Webhook) -> Columns:
    columns = {one.name: getattr(webhook, one.name) for one in fields(Webhook)}
    return columns | {"path_digest": lookup_digest(webhook.path_secret)}


# --- merges --------------------------------------------------------------------------------------------------------


def _earlier_due(old: Any, new: Any) -> ColumnElement[Any]:
    """A fresh mark never postpones what is due already; a verdict after an attempt (attempts > 0) decides alone."""
    return case((and_(new.attempts == literal_column("0"), old.due_at < new.due_at), old.due_at), else_=new.due_at)


def _lost_again(old: Any, new: Any) -> ColumnElement[bool]:
    """The same value lost once more after it had been restored: as good as a new conflict."""
    return and_(old.restored_at.is_not(None), new.restored_at.is_(None), new.at > old.restored_at)


def _restored_at(old: Any, new: Any) -> ColumnElement[Any]:
    return case((_lost_again(old, new), None), else_=func.coalesce(new.restored_at, old.restored_at))


def _restore_requested_at(old: Any, new: Any) -> ColumnElement[Any]:
    """A person's, hence never the worker's; a fulfilled request ends when the value is lost again."""
    return case((_lost_again(old, new), None), else_=old.restore_requested_at)


# --- all of them, in the order in which a commit writes them --------------------------------------------------------

FIRM_SYNC: Final = _shape(FirmSync, runtime.firm_sync, "firm_id")
MAILBOX_SYNC: Final = _shape(MailboxSync, runtime.mailbox_sync, "firm_id", "seat_id")
SEEN_ACTIVITY: Final = _shape(SeenActivity, items.seen_activity, "firm_id", "key")
SEEN_EVENT: Final = _shape(
    SeenEvent,
    items.seen_event,
    "firm_id",
    "mailbox",
    "event_id",
    split=_split_event,
    join=_join_event,
    read=("firm_id", "mailbox", "event_id", "event", "seen_at", "gone_at"),
)
LINK: Final = _shape(Link, items.link, "firm_id", "id")
PAIR: Final = _shape(Pair, items.pair, "firm_id", "id")
INTENT: Final = _shape(Intent, items.intent, "firm_id", "id")
TOMBSTONE: Final = _shape(Tombstone, items.tombstone, "firm_id", "key")
TRAIL: Final = _shape(Trail, journal.trail, "firm_id", "link_id", appended=True)
CONFLICT: Final = _shape(
    Conflict,
    journal.conflict,
    "firm_id",
    "id",
    merged={"restored_at": _restored_at, "restore_requested_at": _restore_requested_at},
)
HOLD: Final = _shape(Hold, journal.hold, "firm_id", "id", kept=frozenset({"decision", "decided_at"}))
PASS: Final = _shape(Pass, journal.passes, "firm_id", "id", kept=frozenset({"undo_requested_at"}))
ATTENTION: Final = _shape(Attention, runtime.attention, "firm_id", "link_id", merged={"due_at": _earlier_due})
SUBSCRIPTION: Final = _shape(Subscription, runtime.subscription, "firm_id", "id")
WEBHOOK: Final = _shape(Webhook, runtime.webhook, "firm_id", split=_split_webhook)
PERSON_HIT: Final = _shape(PersonHit, runtime.person_hit, "firm_id", "digest")
PUSH_SAMPLE: Final = _shape(PushSample, runtime.push_sample, "firm_id", appended=True)
PANEL_DRAFT: Final = _shape(
    PanelDraft,
    panel.panel_draft,
    "firm_id",
    "id",
    # The worker's are the state, the event and what was bound; the rest is the panel's, and may be newer.
    kept=frozenset(
        {"rev", "choices", "fingerprint", "opened_at", "touched_at", "client", "secret_digest", "form_open", "mailbox"}
    ),
)
PANEL_CHANGE: Final = _shape(
    PanelChange,
    panel.panel_change,
    "firm_id",
    "id",
    kept=frozenset({"mailbox", "event", "action", "changes", "choices", "at"}),
)
OPEN_FORM: Final = _shape(OpenForm, panel.open_form, "firm_id", "mailbox", "event", kept=frozenset({"opened_at"}))
NOTICE: Final = _shape(Notice, runtime.notice, "firm_id", "dedupe", ignored=True)

#: A link stands before its pairs. Everybody writes in this order, so two transactions never wait for each other.
ORDER: Final[tuple[Shape[Any], ...]] = (
    FIRM_SYNC,
    MAILBOX_SYNC,
    SEEN_ACTIVITY,
    SEEN_EVENT,
    LINK,
    PAIR,
    INTENT,
    TOMBSTONE,
    TRAIL,
    CONFLICT,
    HOLD,
    PASS,
    ATTENTION,
    SUBSCRIPTION,
    WEBHOOK,
    PERSON_HIT,
    PUSH_SAMPLE,
    PANEL_DRAFT,
    PANEL_CHANGE,
    NOTICE,
)
