"""What stands around administrators' accounts: sessions, recovery codes, limits of sign-in."""

from enum import StrEnum
from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from server.store.tables.meta import code_column, metadata, one_of
from server.store.types import Id, Instant


class SignInMethod(StrEnum):
    """How a session began."""

    PASSWORD = "password"  # noqa: S105  # a word, no secret
    ENTRA = "entra"


def _administrator() -> Column[int]:
    return Column("administrator_id", Id, ForeignKey("administrator.id", ondelete="CASCADE"), nullable=False)


#: ``id`` is shown to its owner; the token itself is stored nowhere, only its digest.
session: Final = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("firm_id", Id, ForeignKey("firm.id")),
    _administrator(),
    Column("token_digest", Text, nullable=False, unique=True),
    code_column("method", SignInMethod),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_session_administrator_id", "administrator_id"),
    Index("ix_session_expires_at", "expires_at"),
    one_of("method", SignInMethod),
)

recovery_code: Final = Table(
    "recovery_code",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("firm_id", Id, ForeignKey("firm.id")),
    _administrator(),
    Column("digest", Text, nullable=False),
    UniqueConstraint("administrator_id", "digest"),
    sqlite_autoincrement=True,
)

#: ``key`` is a digest of an address or a login: neither stands here. ``full_until``: when the bucket is empty again.
sign_in_gate: Final = Table(
    "sign_in_gate",
    metadata,
    Column("key", Text, primary_key=True),
    Column("full_until", Instant, nullable=False),
    Index("ix_sign_in_gate_full_until", "full_until"),
)
