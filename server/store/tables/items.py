"""What the worker knows of items: observations, links, pairs, intents, tombstones."""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    false,
    text,
)

from server.domain.activity import Activity
from server.domain.content import Content, FieldName
from server.domain.event import Event
from server.domain.ids import PersonId
from server.domain.reasons import Reason
from server.domain.sent import Echo, SentValue
from server.domain.state import Base, IntentKind, IntentState, Origin, PairState, Payload, Role, Side
from server.store.tables.meta import code_column, firm_column, metadata, one_of
from server.store.types import ActivityKeyText, EventKeyText, Instant, Json, Sealed

seen_activity: Final = Table(
    "seen_activity",
    metadata,
    firm_column(),
    Column("key", ActivityKeyText, primary_key=True),
    Column("activity", Sealed(Activity, "seen_activity.activity"), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("gone_at", Instant),
    Column("hidden", Boolean, nullable=False),
)

seen_event: Final = Table(
    "seen_event",
    metadata,
    firm_column(),
    Column("mailbox", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("event", Sealed(Event, "seen_event.event"), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("gone_at", Instant),
)

#: ``is_open`` is kept by the store: true while a pair of the link is not closed.
link: Final = Table(
    "link",
    metadata,
    firm_column(),
    Column("id", Text, primary_key=True),
    code_column("origin", Origin),
    Column("activity", ActivityKeyText),
    Column("ical_uid", Text),
    Column("generation", Integer, nullable=False),
    Column("version", Integer),
    Column("own_saves", Integer, nullable=False),
    Column("sent", Sealed(tuple[SentValue, ...], "link.sent"), nullable=False),
    Column("echoes", Json(tuple[Echo, ...]), nullable=False, server_default="[]"),
    Column("attendee_persons", Json(tuple[PersonId, ...]), nullable=False),
    Column("masked", Boolean, nullable=False),
    Column("is_open", Boolean, nullable=False, server_default=false()),
    one_of("origin", Origin),
    Index("ix_link_firm_id_ical_uid", "firm_id", "ical_uid"),
    Index("ix_link_firm_id_activity", "firm_id", "activity"),
)
#: One activity, one meeting: a second open link for it cannot be stored.
Index(
    "uq_link_open_activity",
    link.c.firm_id,
    link.c.activity,
    unique=True,
    sqlite_where=text("is_open AND activity IS NOT NULL"),
    postgresql_where=text("is_open AND activity IS NOT NULL"),
)

pair: Final = Table(
    "pair",
    metadata,
    firm_column(),
    Column("id", Text, primary_key=True),
    Column("link_id", Text, nullable=False),
    Column("mailbox", Text, nullable=False),
    code_column("role", Role),
    code_column("origin", Origin),
    code_column("state", PairState),
    code_column("reason", Reason, nullable=True),
    Column("event", Text),
    Column("base", Sealed(Base, "pair.base")),
    Column("failures", Integer, nullable=False),
    Column("updated_at", Instant),
    ForeignKeyConstraint(["firm_id", "link_id"], ["link.firm_id", "link.id"], ondelete="CASCADE"),
    Index("ix_pair_firm_id_link_id", "firm_id", "link_id"),
    Index("ix_pair_firm_id_state", "firm_id", "state"),
    Index("ix_pair_firm_id_updated_at", "firm_id", "updated_at"),
    one_of("role", Role),
    one_of("origin", Origin),
    one_of("state", PairState),
)
#: One event, one open pair.
Index(
    "uq_pair_open_event",
    pair.c.firm_id,
    pair.c.mailbox,
    pair.c.event,
    unique=True,
    sqlite_where=text("state <> 'closed' AND event IS NOT NULL"),
    postgresql_where=text("state <> 'closed' AND event IS NOT NULL"),
)

intent: Final = Table(
    "intent",
    metadata,
    firm_column(),
    Column("id", Text, primary_key=True),
    Column("pass_id", Text, nullable=False),
    Column("link_id", Text, nullable=False),
    Column("pair_id", Text, nullable=False),
    code_column("kind", IntentKind),
    Column("payload", Sealed(Payload, "intent.payload"), nullable=False),
    Column("at", Instant, nullable=False),
    code_column("state", IntentState),
    Column("activity", ActivityKeyText),
    Column("event", EventKeyText),
    Column("expects", Sealed(Base, "intent.expects")),
    Column("before", Sealed(Content, "intent.before")),
    code_column("reason", Reason, nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("half_done", Boolean, nullable=False),
    Column("fields", Json(tuple[FieldName, ...]), nullable=False),
    Column("undone", Boolean, nullable=False),
    Index("ix_intent_firm_id_pass_id", "firm_id", "pass_id"),
    one_of("kind", IntentKind),
    one_of("state", IntentState),
)
Index(
    "ix_intent_open",
    intent.c.firm_id,
    intent.c.link_id,
    sqlite_where=text("state = 'open'"),
    postgresql_where=text("state = 'open'"),
)

tombstone: Final = Table(
    "tombstone",
    metadata,
    firm_column(),
    Column("key", Text, primary_key=True),
    code_column("side", Side),
    Column("expires_at", Instant, nullable=False),
    Column("hint", Sealed(str, "tombstone.hint"), nullable=False),
    Column("kind", Text, nullable=False),
    one_of("side", Side),
)
