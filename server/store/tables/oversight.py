"""What administrators watch over: licences' past, consent, alerts, figures over time, jobs, directories."""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, ForeignKey, Index, Integer, Table, Text, text

from server.domain.alerts import Section, Severity
from server.domain.consent import ConsentState, MailboxLimit, StepVerdict
from server.domain.people import Entry
from server.domain.state import Side
from server.store.tables.meta import code_column, firm_column, metadata, one_of
from server.store.types import Id, Instant, Json, Sealed


class JobKind(StrEnum):
    PREVIEW = "preview"
    RUN = "run"


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: One row for each state that a licence had, with who made it so.
licence_change: Final = Table(
    "licence_change",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    firm_column(primary_key=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("grace_days", Integer, nullable=False),
    Index(None, "firm_id", "id"),
    sqlite_autoincrement=True,
)

#: ``digest`` finds a one-time state without the state standing in the database.
admin_consent_request: Final = Table(
    "admin_consent_request",
    metadata,
    Column("digest", Text, primary_key=True),
    firm_column(primary_key=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("used_at", Instant),
    Index(None, "firm_id"),
)

admin_consent: Final = Table(
    "admin_consent",
    metadata,
    firm_column(),
    code_column("state", ConsentState),
    Column("steps", Json(tuple[StepVerdict, ...]), nullable=False),
    Column("tenant_id", Text),
    Column("checked_at", Instant),
    Column("next_check_at", Instant),
    #: When an administrator was last seen to consent.
    Column("granted_at", Instant),
    Column("refused_code", Text),
    code_column("mailbox_limit", MailboxLimit),
    Column("limit_group", Sealed(str, "admin_consent.limit_group")),
    Column("limit_changed_at", Instant),
    Column("revision", Integer, nullable=False, server_default="1"),
    one_of("state", ConsentState),
    one_of("mailbox_limit", MailboxLimit),
)

#: ``firm_id`` None: a matter of the whole server. ``place`` names the cause: one open alert for each.
alert: Final = Table(
    "alert",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("firm_id", Id, ForeignKey("firm.id")),
    Column("place", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("subject", Text, nullable=False),
    code_column("severity", Severity),
    code_column("section", Section),
    Column("data", Json(dict[str, Any]), nullable=False),
    Column("since", Instant, nullable=False),
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", Text),
    Column("resolved_at", Instant),
    Index(None, "firm_id", "resolved_at"),
    one_of("severity", Severity),
    one_of("section", Section),
    sqlite_autoincrement=True,
)
Index(
    "uq_alert_open",
    alert.c.place,
    unique=True,
    sqlite_where=text("resolved_at IS NULL"),
    postgresql_where=text("resolved_at IS NULL"),
)

#: ``seat_id`` 0: the whole firm.
series: Final = Table(
    "series",
    metadata,
    firm_column(),
    Column("seat_id", Id, primary_key=True, autoincrement=False),
    Column("span_seconds", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, primary_key=True),
    Column("counts", Json(tuple[int, ...]), nullable=False),
    Column("most_seconds", Float, nullable=False),
    Column("to_raynet", Integer, nullable=False),
    Column("to_outlook", Integer, nullable=False),
)

#: ``lease_ms`` is of the database's clock: until then its ``runner`` is believed to work on it.
job: Final = Table(
    "job",
    metadata,
    firm_column(),
    Column("id", Text, primary_key=True),
    code_column("kind", JobKind),
    code_column("state", JobState),
    Column("full", Boolean, nullable=False),
    Column("done", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    Column("result", Json(dict[str, Any])),
    Column("problem", Text),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("cancel_at", Instant),
    Column("runner", Text),
    Column("lease_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Index("ix_job_state", "state", "made_at"),
    one_of("kind", JobKind),
    one_of("state", JobState),
)

#: A directory as last read, whole, so that typing in a search field asks nobody.
directory: Final = Table(
    "directory",
    metadata,
    firm_column(),
    Column("side", Text, primary_key=True),
    Column("connection_revision", Integer, nullable=False),
    Column("read_at", Instant, nullable=False),
    Column("entries", Sealed(tuple[Entry, ...], "directory.entries"), nullable=False),
    one_of("side", Side),
)
