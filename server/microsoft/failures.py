"""What a reply that is no success means, as an exception of :mod:`server.errors`. Pure.

Fact: compare ``error.code`` without regard to case, never the message [doc], §19. A reply without Graph's error
envelope comes from something between us and Graph (proxy, gateway): it proves nothing and is asked again later.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from server.errors import Changed, Denied, Gone, Rejected, Remote, Scope, Throttled, TokenLost, Unavailable
from server.microsoft.codes import GraphCode
from server.microsoft.exchange import Call, Json, Reply, default_retry_at, retry_at

#: A vendor's code, as opposed to free text that might name people.
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,79}")

#: Fact: [doc][seen], §13; 410 by itself says the same.
_TOKEN_LOST: Final = frozenset(
    {"syncstatenotfound", "resyncrequired", "fullsyncrequired", "syncstateinvalid", "invaliddeltatoken"}
)
#: Fact: [seen][doc], §17; 429 by itself says the same.
_THROTTLED: Final = frozenset({"applicationthrottled", "toomanyrequests", "activitylimitreached"})
#: Fact: transient whatever their status; a mailbox move can last hours [doc], §19, §23.
_MAILBOX_MOVING: Final = frozenset({"errormailboxmoveinprogress", "errormailboxstoreunavailable"})
_TRANSIENT: Final = frozenset(
    {
        "errorinternalservererror",
        "errorinternalservertransienterror",
        "errorserverbusy",
        "errortimeoutexpired",
        "serviceunavailable",
        "generalexception",
        "unknownerror",
    }
)
_UNKNOWN_USER: Final = frozenset({"errorinvaliduser", "resourcenotfound", "request_resourcenotfound"})
_MOVED: Final = frozenset({"errorirresolvableconflict", "errorchangekeyrequired"})


def vendor_code(reply: Reply) -> str | None:
    """``error.code`` as Graph spells it, None without the envelope or where it is no code."""
    return next(vendor_codes(reply), None)


def vendor_codes(reply: Reply) -> Iterator[str]:
    """``error.code`` and the codes of the inner errors, outermost first."""
    node: Json = reply.members.get("error")
    for _ in range(5):
        if not isinstance(node, dict):
            return
        code = node.get("code")
        if isinstance(code, str) and _CODE.fullmatch(code):
            yield code
        node = node.get("innerError") or node.get("innererror")


def existing_event_id(reply: Reply) -> str | None:
    """The event that used a transaction id before, where Graph names it.

    Fact: the error may carry ``@event.existingEventId`` [seen], §12.
    """
    node: Json = reply.members.get("error")
    for _ in range(5):
        if not isinstance(node, dict):
            return None
        named = node.get("@event.existingEventId")
        if isinstance(named, str) and named:
            return named
        node = node.get("innerError") or node.get("innererror")
    return None


def failure(reply: Reply, call: Call, now: datetime) -> Remote | None:
    """The error that this reply means, None for a success."""
    if 200 <= reply.status < 300:
        return None
    code = vendor_code(reply)
    known = {one.lower() for one in vendor_codes(reply)}
    if reply.status == 429 or known & _THROTTLED:
        until = retry_at(reply, now) or default_retry_at(now)
        return Throttled(until=until, scope=_lane_scope(call), status=reply.status, detail=code)
    if call.is_link and (reply.status == 410 or (reply.status in (400, 404) and known & _TOKEN_LOST)):
        return TokenLost(scope=Scope.MAILBOX, status=reply.status, detail=code)
    if known & _MAILBOX_MOVING:
        return _unavailable(reply, call, GraphCode.MAILBOX_MOVING, code)
    if reply.status == 401 and (code is not None or "www-authenticate" in reply.headers):
        return Denied(GraphCode.UNAUTHORISED.value, scope=Scope.FIRM, status=401, detail=code)
    if code is None or reply.status >= 500 or reply.status < 400 or known & _TRANSIENT:
        return _by_quota(reply, code) or _unavailable(reply, call, None, code)
    return _answered(reply, call, code, known)


def _answered(reply: Reply, call: Call, code: str, known: set[str]) -> Remote:
    """A refusal in Graph's own words."""
    status = reply.status
    if status == 403:
        denied = GraphCode.NO_ACCESS if call.mailbox is not None else GraphCode.DIRECTORY_DENIED
        return Denied(denied.value, scope=_lane_scope(call), status=status, detail=code)
    if status == 404:
        return _not_found(reply, call, code, known)
    if status in (409, 412) or known & _MOVED:
        return Changed(status=status, detail=code)
    if status in (408, 410, 423, 424, 425):
        return _unavailable(reply, call, None, code)
    return Rejected(GraphCode.REFUSED.value, status=status, detail=code)


def _not_found(reply: Reply, call: Call, code: str, known: set[str]) -> Remote:
    """Only Graph's own *item not found* is proof that a record is gone."""
    if "erroritemnotfound" in known:
        return Gone(status=404, detail=code)
    if "mailboxnotenabledforrestapi" in known:
        return Denied(GraphCode.NO_MAILBOX.value, scope=Scope.MAILBOX, status=404, detail=code)
    if call.mailbox is not None and known & _UNKNOWN_USER:
        return Denied(GraphCode.UNKNOWN_USER.value, scope=Scope.MAILBOX, status=404, detail=code)
    return _unavailable(reply, call, None, code)


def _by_quota(reply: Reply, code: str | None) -> Remote | None:
    """Fact: 507 ErrorQuotaExceeded = mailbox full [doc], §19."""
    if reply.status == 507 and code is not None:
        return Rejected(GraphCode.MAILBOX_FULL.value, status=507, detail=code)
    return None


def _unavailable(reply: Reply, call: Call, code: GraphCode | None, detail: str | None) -> Unavailable:
    return Unavailable(
        code.value if code else None,
        scope=_lane_scope(call),
        status=reply.status,
        detail=detail,
        unknown_outcome=call.is_write,
    )


def _lane_scope(call: Call) -> Scope:
    return Scope.FIRM if call.mailbox is None else Scope.MAILBOX
