"""The one exception tree. Each class says when it is raised; sentences live in catalogues keyed by ``code``.

Nothing here carries a subject, a title, a body, a name, an address, a key or a token: only codes, ids and counts.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum


class RosError(Exception):
    """Root of the tree. ``code`` is stable and keys the sentence a person reads; ``data``: ids, counts, codes."""

    code: str = "error"

    def __init__(self, code: str | None = None, **data: str | int | float | bool | None) -> None:
        self.code = code or type(self).code
        self.data: Mapping[str, str | int | float | bool | None] = data
        super().__init__(self.code, *(f"{name}={value}" for name, value in sorted(data.items())))


class Misconfigured(RosError):
    """A setting is wrong or missing: the process refuses to start. ``data['setting']`` names it."""

    code = "misconfigured"


class Refused(RosError):
    """The caller asks for what cannot be; never retried."""

    code = "refused"


class NotFound(Refused):
    """The object does not exist, or not for this caller."""

    code = "not_found"


class Invalid(Refused):
    """A value is malformed or impossible. ``data['field']`` names it."""

    code = "invalid"


class NotSignedIn(Refused):
    """No session, or one that has ended; which of both is not told."""

    code = "sign_in_required"


class Forbidden(Refused):
    """The caller may not do this."""

    code = "forbidden"


class Outdated(Refused):
    """The caller edits a version that is no longer the newest, or a worker lost its lease."""

    code = "outdated"


class Scope(StrEnum):
    """What a remote refusal is about, hence what has to wait or be shown."""

    SERVER = "server"
    FIRM = "firm"
    MAILBOX = "mailbox"
    ITEM = "item"


class Remote(RosError):
    """A remote system did not do what it was asked. ``detail`` is the vendor's own code, never its free text."""

    code = "remote"

    def __init__(
        self,
        code: str | None = None,
        *,
        scope: Scope = Scope.ITEM,
        status: int | None = None,
        detail: str | None = None,
    ) -> None:
        self.scope = scope
        self.status = status
        self.detail = detail
        super().__init__(code, scope=scope.value, status=status, detail=detail)


class Unavailable(Remote):
    """Time-out, lost connection, 5xx without a permanent marker, a broken or truncated reply: ask again later.

    ``unknown_outcome`` is true where a write was sent and no valid reply came: it may have been applied.
    """

    code = "unavailable"

    def __init__(
        self,
        code: str | None = None,
        *,
        scope: Scope = Scope.FIRM,
        status: int | None = None,
        detail: str | None = None,
        unknown_outcome: bool = False,
    ) -> None:
        self.unknown_outcome = unknown_outcome
        super().__init__(code, scope=scope, status=status, detail=detail)


class Throttled(Remote):
    """Quota or rate limit: ``scope`` waits until ``until`` (aware UTC), exactly."""

    code = "throttled"

    def __init__(self, *, until: datetime, scope: Scope, status: int | None = 429, detail: str | None = None) -> None:
        self.until = until
        super().__init__(None, scope=scope, status=status, detail=detail)


class Denied(Remote):
    """Credentials, consent or permission: no retry by itself; an administrator is told what to do."""

    code = "denied"


class Changed(Remote):
    """The record moved meanwhile (409, 412): read and plan again."""

    code = "changed"


class Gone(Remote):
    """The single record was answered with the vendor's own *not found*: input to a proof of deletion."""

    code = "gone"


class Spent(Gone):
    """A create's key was used before, by a record that is gone since; ``detail`` is that record's id, where named."""


class Rejected(Remote):
    """This item will never be accepted as it is: park it with its reason and go on."""

    code = "rejected"


class TokenLost(Remote):
    """A delta token is no longer known to Graph, or its rounds do not end: start a full round."""

    code = "token_lost"
