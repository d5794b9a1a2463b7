"""Runtime state: places in the outside systems' changes, what wakes a worker, who works on which firm."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from server.domain.cursor import RaynetCursor
from server.domain.rules import Rules
from server.domain.state import Breaker, MailboxState, NoticeKind, Side
from server.store.dialects import database_ms
from server.store.tables.meta import code_column, firm_column, metadata, one_of
from server.store.types import ActivityKeyText, Id, Instant, Json, Sealed

firm_sync: Final = Table(
    "firm_sync",
    metadata,
    firm_column(),
    Column("zone", Text),
    Column("login", Sealed(str, "firm_sync.login")),
    Column("own_source", Text),
    Column("cursor", Json(RaynetCursor)),
    Column("inline_ext_id", Boolean),
    Column("raynet_breaker", Json(Breaker)),
    Column("graph_breaker", Json(Breaker)),
    Column("raynet_wait_until", Instant),
    Column("graph_wait_until", Instant),
    Column("raynet_failures", Integer, nullable=False),
    Column("graph_failures", Integer, nullable=False),
    Column("last_full_at", Instant),
    Column("last_pass_at", Instant),
    Column("last_read_at", Instant),
    Column("graph_read_at", Instant),
    Column("unannounced_at", Instant),
    Column("queued_until", Instant),
    Column("planned_rules", Json(Rules)),
    Column("licensed", Boolean, nullable=False),
)

mailbox_sync: Final = Table(
    "mailbox_sync",
    metadata,
    firm_column(),
    Column("seat_id", Id, primary_key=True),
    Column("email", Text, nullable=False),
    code_column("state", MailboxState),
    Column("mailbox", Text),
    Column("person", Id),
    Column("addresses", Sealed(tuple[str, ...], "mailbox_sync.addresses"), nullable=False),
    Column("delta_link", Sealed(str, "mailbox_sync.delta_link")),
    Column("window_from", Instant),
    Column("window_till", Instant),
    Column("matched", Boolean, nullable=False),
    Column("wait_until", Instant),
    Column("failures", Integer, nullable=False),
    Column("last_read_at", Instant),
    Column("unannounced_at", Instant),
    Column("checked_at", Instant),
    Index("ix_mailbox_sync_firm_id_mailbox", "firm_id", "mailbox"),
    one_of("state", MailboxState),
)

#: ``seq`` is the order of arrival; ``stored_ms`` the database's clock, against which a lease's ``claimed_ms`` is held.
notice: Final = Table(
    "notice",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=True),
    firm_column(primary_key=False),
    Column("dedupe", Text, nullable=False),
    code_column("kind", NoticeKind),
    Column("received_at", Instant, nullable=False),
    Column("mailbox", Text),
    Column("activity", ActivityKeyText),
    Column("hint", Text, nullable=False),
    Column("subscription_id", Text),
    Column("event", Text),
    Column("etag", Text),
    Column("source", Text),
    Column("changed_at", Instant),
    Column("stored_ms", BigInteger, nullable=False, default=database_ms()),
    UniqueConstraint("firm_id", "dedupe"),
    one_of("kind", NoticeKind),
    sqlite_autoincrement=True,
)

attention: Final = Table(
    "attention",
    metadata,
    firm_column(),
    Column("link_id", Text, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Index("ix_attention_firm_id_due_at", "firm_id", "due_at"),
)

subscription: Final = Table(
    "subscription",
    metadata,
    firm_column(),
    Column("id", Text, primary_key=True),
    Column("mailbox", Text, nullable=False),
    Column("client_state", Sealed(str, "subscription.client_state"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("needs", Text, nullable=False),
    UniqueConstraint("id"),
)

#: ``path_digest`` finds the firm of a call without the secret standing in the database.
webhook: Final = Table(
    "webhook",
    metadata,
    firm_column(),
    Column("token", Sealed(str, "webhook.token"), nullable=False),
    Column("path_secret", Sealed(str, "webhook.path_secret"), nullable=False),
    Column("path_digest", Text, nullable=False, unique=True),
    Column("id", Text),
    Column("checked_at", Instant),
    Column("failed_code", Text),
)

person_hit: Final = Table(
    "person_hit",
    metadata,
    firm_column(),
    Column("digest", Text, primary_key=True),
    Column("person", Id),
    Column("at", Instant, nullable=False),
)

push_sample: Final = Table(
    "push_sample",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    firm_column(primary_key=False),
    code_column("side", Side),
    Column("at", Instant, nullable=False),
    Column("delay_seconds", Float),
    Index("ix_push_sample_firm_id_side_at", "firm_id", "side", "at"),
    one_of("side", Side),
    sqlite_autoincrement=True,
)

#: Who works on a firm. Times are milliseconds of the database's clock, so no machine's own clock matters.
lease: Final = Table(
    "lease",
    metadata,
    Column("firm_id", Id, ForeignKey("firm.id"), primary_key=True),
    Column("owner", Text),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("claimed_ms", BigInteger, nullable=False),
    Index("ix_lease_due_ms", "due_ms"),
)

#: One sealed constant: a wrong master key is found before anything is read or written with it.
key_check: Final = Table(
    "key_check",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sealed", Sealed(str, "key_check.sealed"), nullable=False),
)
