"""What people decide: firms, seats, administrators, and the audit log of all of it."""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, false, true

from server.domain.rules import Rules
from server.store.tables.meta import code_column, firm_column, metadata, one_of
from server.store.types import Id, Instant, Json, Sealed


class AdministratorRole(StrEnum):
    """Who may do what; only a central administrator belongs to no firm."""

    CENTRAL_ADMIN = "central_admin"
    FIRM_ADMIN = "firm_admin"
    FIRM_AUDITOR = "firm_auditor"


firm: Final = Table(
    "firm",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", Sealed(str, "firm.name"), nullable=False),
    Column("tenant_id", Text, nullable=False, index=True),
    Column("raynet_url", Text, nullable=False),
    Column("raynet_instance", Text, nullable=False),
    Column("raynet_user", Sealed(str, "firm.raynet_user"), nullable=False),
    Column("raynet_key", Sealed(str, "firm.raynet_key"), nullable=False),
    Column("seats", Integer, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("grace_days", Integer, nullable=False, server_default="14"),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("rules", Json(Rules), nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("connection_revision", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    #: The operator's own remarks; the firm's people never see them.
    Column("note", Sealed(str, "firm.note")),
    sqlite_autoincrement=True,
)

seat: Final = Table(
    "seat",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    firm_column(primary_key=False),
    Column("email", Text, nullable=False),
    Column("person_id", Id),
    Column("enabled", Boolean, nullable=False, server_default=true()),
    Column("revision", Integer, nullable=False, server_default="1"),
    UniqueConstraint("firm_id", "email"),
    sqlite_autoincrement=True,
)

administrator: Final = Table(
    "administrator",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("firm_id", Id, ForeignKey("firm.id"), index=True),
    Column("login", Text, nullable=False, unique=True),
    code_column("role", AdministratorRole),
    Column("password_hash", Text, nullable=False),
    Column("totp_secret", Sealed(str, "administrator.totp_secret")),
    Column("enabled", Boolean, nullable=False, server_default=true()),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    #: Somebody else has chosen the password.
    Column("must_change_password", Boolean, nullable=False, server_default=false()),
    #: Started, not yet confirmed by a first code.
    Column("totp_pending", Sealed(str, "administrator.totp_pending")),
    #: Time step of the last accepted code: none is accepted twice.
    Column("totp_step", Integer, nullable=False, server_default="0"),
    Column("entra_tenant_id", Text),
    Column("entra_object_id", Text),
    Column("last_sign_in_at", Instant),
    UniqueConstraint("entra_tenant_id", "entra_object_id"),
    one_of("role", AdministratorRole),
    sqlite_autoincrement=True,
)

audit: Final = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("firm_id", Id, ForeignKey("firm.id")),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    #: Names of what changed with old and new values where these are settings; never a secret or a text of people.
    Column("detail", Json(dict[str, Any]), nullable=False),
    Index(None, "firm_id", "id"),
    sqlite_autoincrement=True,
)
