"""The outcome of a checked token."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person, known by (``tid``, ``oid``) and nothing else.

    ``name`` is what the token says for display: never an identity, never compared with an e-mail address.
    """

    #: Entra tenant, a lower-case GUID.
    tid: str
    #: Object id of the user in that tenant, a lower-case GUID; the id of the user's mailbox in Graph as well.
    oid: str
    #: Application that asked for the token.
    client: str
    scopes: frozenset[str]
    expires_at: datetime
    name: str = field(default="", repr=False)
