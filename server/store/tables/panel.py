"""The panel's rows: drafts, changes, open forms, registrations, consents, and tickets of the sign-in dialog."""

from enum import StrEnum
from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, UniqueConstraint, text

from server.domain.panel import ChangeAction, Changes, ChangeState, Choices, DraftState, Fingerprint
from server.domain.reasons import Reason
from server.store.tables.meta import code_column, firm_column, metadata, one_of
from server.store.types import Id, Instant, Sealed


class RegistrationState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class TicketKind(StrEnum):
    #: A sign-in under way: from the dialog's start to Entra's answer.
    SIGN_IN = "sign_in"
    #: Entra has answered: the one-time code that the dialog hands to the panel.
    CODE = "code"
    #: The panel's bearer token.
    TOKEN = "token"  # noqa: S105  # a kind, no secret


registration: Final = Table(
    "registration",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    firm_column(primary_key=False),
    #: Who asks: object id in the firm's tenant.
    Column("tid", Text, nullable=False),
    Column("oid", Text, nullable=False),
    #: As the tenant's directory said then, never as a token did.
    Column("email", Sealed(str, "registration.email"), nullable=False),
    Column("name", Sealed(str, "registration.name"), nullable=False),
    code_column("state", RegistrationState),
    Column("requested_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Text),
    UniqueConstraint("firm_id", "tid", "oid"),
    one_of("state", RegistrationState),
    sqlite_autoincrement=True,
)

panel_consent: Final = Table(
    "panel_consent",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    firm_column(primary_key=False),
    Column("tid", Text, nullable=False),
    Column("oid", Text, nullable=False),
    #: Which wording was agreed to, and in which language it was read.
    Column("version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("firm_id", "tid", "oid", "version"),
    sqlite_autoincrement=True,
)

panel_draft: Final = Table(
    "panel_draft",
    metadata,
    firm_column(),
    Column("id", Text, primary_key=True),
    Column("mailbox", Text, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("choices", Sealed(Choices, "panel_draft.choices"), nullable=False),
    Column("fingerprint", Sealed(Fingerprint, "panel_draft.fingerprint"), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),
    Column("client", Text, nullable=False),
    Column("secret_digest", Text),
    Column("form_open", Boolean, nullable=False),
    code_column("state", DraftState),
    Column("event", Text),
    Column("bound", Sealed(Choices, "panel_draft.bound")),
    Column("bound_rev", Integer),
    code_column("reason", Reason, nullable=True),
    Index("ix_panel_draft_firm_id_mailbox", "firm_id", "mailbox"),
    one_of("state", DraftState),
)
#: One event, one draft.
Index(
    "uq_panel_draft_event",
    panel_draft.c.firm_id,
    panel_draft.c.mailbox,
    panel_draft.c.event,
    unique=True,
    sqlite_where=text("event IS NOT NULL AND state <> 'expired'"),
    postgresql_where=text("event IS NOT NULL AND state <> 'expired'"),
)

panel_change: Final = Table(
    "panel_change",
    metadata,
    firm_column(),
    Column("id", Text, primary_key=True),
    Column("mailbox", Text, nullable=False),
    Column("event", Text, nullable=False),
    code_column("action", ChangeAction),
    Column("changes", Sealed(Changes, "panel_change.changes"), nullable=False),
    Column("choices", Sealed(Choices, "panel_change.choices")),
    Column("at", Instant, nullable=False),
    code_column("state", ChangeState),
    code_column("reason", Reason, nullable=True),
    Column("done_at", Instant),
    Index("ix_panel_change_firm_id_event", "firm_id", "mailbox", "event"),
    one_of("action", ChangeAction),
    one_of("state", ChangeState),
)

open_form: Final = Table(
    "open_form",
    metadata,
    firm_column(),
    Column("mailbox", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("opened_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
)

#: Of no firm: asked for before anybody knows whose it is. Found by the digest of a secret that is stored nowhere.
ticket: Final = Table(
    "ticket",
    metadata,
    Column("digest", Text, primary_key=True),
    code_column("kind", TicketKind),
    Column("content", Sealed(dict[str, str], "ticket.content"), nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    one_of("kind", TicketKind),
)
