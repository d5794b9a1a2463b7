"""What a reply means: the envelope's data, or the one error of :mod:`server.errors` it stands for. Pure.

Classified by the body, not by the status alone: Raynet dresses permanent business errors as 500, and a proxy or a
maintenance page may answer with any status (§7). Vendor texts are looked at for markers and never kept.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final

from server.errors import Changed, Denied, Gone, Rejected, Remote, Scope, Unavailable
from server.raynet.codes import RaynetCode
from server.raynet.wire import Json, is_true, whole_number


class Subject(Enum):
    """What a call is about, hence what its refusal means."""

    #: Checks the connection itself.
    LOGIN = auto()
    #: A list the firm cannot be synchronised without.
    LIST = auto()
    #: Something we can do without: users, persons, webhooks.
    EXTRA = auto()
    #: One record.
    RECORD = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply as it came, its body read once. ``headers`` keys are lower case.

    ``value`` is the body's JSON, also None where the body is empty or no JSON: ``is_json`` tells them apart.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    value: Json = field(default=None, repr=False)
    is_json: bool = False
    is_empty: bool = True

    @property
    def error(self) -> Mapping[str, Json] | None:
        """Raynet's own error body, None for a foreign page.

        Fact: ``type``, ``message``, ``translatedMessage``, ``status`` [seen]; examples show no ``type`` [spec], §7.
        """
        value = self.value
        has_text = isinstance(value, dict) and isinstance(value.get("message", value.get("type")), str)
        return value if has_text else None


def reply_of(status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    """A reply from its raw parts. Total: what is no JSON (NaN and absurd nesting too) is told by ``is_json``."""
    if not body.strip():
        return Reply(status=status, headers=headers)
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return Reply(status=status, headers=headers, is_empty=False)
    return Reply(status=status, headers=headers, value=value, is_json=True, is_empty=False)


def _no_constant(name: str) -> Json:
    raise ValueError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Rows of a list as they came. ``total`` counts what the filter matches in the whole instance."""

    rows: tuple[Json, ...]
    total: int
    #: Raynet's own clock when it answered, a second at most too early; None where it does not say.
    read_at: datetime | None = None


#: Parts of ``type`` and ``message`` that say an error is permanent, in the order in which they are looked for.
#: Fact: [spec] for 403, duplicateKey, stillReferenced, IllegalArgument; [seen] for ConversionFailed and not found, §7.
#: ``lock`` is [inferred], §11: an instance that answers a write to a locked record without that word disproves it, and
#: then the record is parked as forbidden.
_MARKERS: Final = (
    (re.compile("duplicatekey"), RaynetCode.DUPLICATE_KEY),
    (re.compile("stillreferenced"), RaynetCode.STILL_REFERENCED),
    (re.compile("(?<!b)(?<!un)locked"), RaynetCode.LOCKED),
    (re.compile("accessdenied"), RaynetCode.FORBIDDEN),
    (re.compile("entitynotfound"), RaynetCode.UNKNOWN_REFERENCE),
    (re.compile("conversionfailed"), RaynetCode.CONVERSION),
    (re.compile("illegalargument"), RaynetCode.ILLEGAL_ARGUMENT),
    (re.compile("translatedapplicationexception"), RaynetCode.BUSINESS_RULE),
)
_NOT_FOUND: Final = "entitynotfound"
_LOGIN_MARKERS: Final = ("badcredentials", "authentication", "unauthorized", "unauthorised")


class BrokenReplyError(Exception):
    """The body is not what Raynet's envelope promises. ``args`` = (short static word,)."""


def _markers_in(error: Mapping[str, Json] | None) -> str:
    """What to look for markers in: the language-independent parts, lower case."""
    if error is None:
        return ""
    return " ".join(value.lower() for value in (error.get("type"), error.get("message")) if isinstance(value, str))


def _marker(text: str) -> RaynetCode | None:
    return next((code for pattern, code in _MARKERS if pattern.search(text)), None)


def is_login_refusal(reply: Reply, subject: Subject, *, is_write: bool) -> bool:
    """Whether the reply counts as a bad login (or as our address being blocked), which nobody may repeat.

    Every 401 does. A 403 does unless Raynet itself says that only this right is missing; for a write it never does,
    because a filter before Raynet may dislike one text. Fact: the form of the block is unknown, §22 no. 6.
    """
    if reply.status == 401:
        return True
    if reply.status != 403 or is_write:
        return False
    text = _markers_in(reply.error)
    return reply.error is None or subject is Subject.LOGIN or any(part in text for part in _LOGIN_MARKERS)


def error_of(reply: Reply, subject: Subject, *, is_write: bool) -> Remote | None:
    """The error a reply stands for, None for a success. 429 and refused logins are the caller's to tell first."""
    if 200 <= reply.status < 300:
        return _refused_success(reply, subject, is_write=is_write)
    marker = _marker(_markers_in(reply.error))
    status = reply.status
    if status == 403 or (status == 500 and marker is RaynetCode.FORBIDDEN):
        return _forbidden(status, marker, subject, is_write=is_write)
    if status == 404:
        return _not_found(reply.error, subject, is_write=is_write)
    if status == 409:
        return Changed(scope=Scope.ITEM, status=status)
    if status == 423:
        return Rejected(RaynetCode.LOCKED, status=status)
    if status == 500 and marker is not None:
        return Rejected(marker, scope=_scope(subject), status=status, detail=_static_detail(marker))
    if 400 <= status < 500 and status not in (408, 425):
        code = marker if marker in (RaynetCode.DUPLICATE_KEY, RaynetCode.LOCKED) else RaynetCode.BAD_REQUEST
        return Rejected(code, scope=_scope(subject), status=status)
    # 5xx without a marker, redirects, anything never seen: nobody knows whether a write was applied.
    return Unavailable(status=status, unknown_outcome=is_write)


def _static_detail(marker: RaynetCode) -> str:
    return marker.value.removeprefix("raynet_")


def _scope(subject: Subject) -> Scope:
    return Scope.FIRM if subject in (Subject.LOGIN, Subject.LIST) else Scope.ITEM


def _forbidden(status: int, marker: RaynetCode | None, subject: Subject, *, is_write: bool) -> Remote:
    """A missing right: reads are denied (the record is hidden), writes park the record. Fact: §7, §22 no. 5."""
    if is_write and subject is Subject.RECORD:
        code = RaynetCode.LOCKED if marker is RaynetCode.LOCKED else RaynetCode.FORBIDDEN
        return Rejected(code, status=status)
    return Denied(RaynetCode.FORBIDDEN, scope=_scope(subject), status=status)


def _not_found(error: Mapping[str, Json] | None, subject: Subject, *, is_write: bool) -> Remote:
    """404: proof for a single record only, and only in Raynet's own words; a page of a proxy proves nothing."""
    text = _markers_in(error)
    is_own = _NOT_FOUND in text or (
        error is not None
        and all(isinstance(error.get(member), str) and error[member] for member in ("type", "message"))
    )
    if not is_own:
        return Unavailable(status=404, unknown_outcome=is_write)
    if subject is Subject.LOGIN:
        return Denied(RaynetCode.UNKNOWN_INSTANCE, scope=Scope.FIRM, status=404)
    if subject is Subject.RECORD:
        return Gone(scope=Scope.ITEM, status=404)
    # Fact: a filter by a referenced id that does not exist gives 404 [seen], §5.
    return Rejected(RaynetCode.UNKNOWN_REFERENCE, scope=_scope(subject), status=404)


def _refused_success(reply: Reply, subject: Subject, *, is_write: bool) -> Remote | None:
    """Fact: a 2xx with ``success`` false is a failure all the same [seen], §7."""
    value = reply.value
    if not isinstance(value, dict) or "success" not in value or is_true(value["success"]):
        return None
    marker = _marker(_markers_in(value))
    if marker is RaynetCode.FORBIDDEN:
        return _forbidden(reply.status, marker, subject, is_write=is_write)
    if marker is not None or is_write:
        return Rejected(marker or RaynetCode.REFUSED, scope=_scope(subject), status=reply.status)
    return Unavailable(RaynetCode.BROKEN_REPLY, status=reply.status, detail="success_false")


# --- envelopes --------------------------------------------------------------------------------------------------------


def bare(reply: Reply) -> Mapping[str, Json]:
    """A reply without envelope: any object. Fact: ``security/info`` [seen], §3."""
    if not reply.is_json:
        raise BrokenReplyError("not_json")
    if not isinstance(reply.value, dict):
        raise BrokenReplyError("not_an_object")
    return reply.value


def data_of(reply: Reply) -> Json:
    """``data`` of an envelope; a missing one is never read as empty. Fact: §7 [seen]."""
    data = bare(reply).get("data")
    if data is None:
        raise BrokenReplyError("no_data")
    return data


def listed(reply: Reply, *, offset: int, limit: int) -> Listed:
    """A page that holds as many rows as its own ``totalCount`` promises; BrokenReplyError ``truncated`` otherwise.

    Fact: ``totalCount`` honours the filter [seen], §5. That it counts only what the API user may see is [inferred]: an
    instance where it counts more would have every last page refused here, and then this check has to go. A total
    below the rows that came (something was created between the two queries) is raised to them.
    """
    rows = data_of(reply)
    total = whole_number(bare(reply).get("totalCount"))
    if not isinstance(rows, list) or total is None:
        raise BrokenReplyError("no_list")
    if len(rows) < min(limit, max(0, total - offset)):
        raise BrokenReplyError("truncated")
    total = max(total, offset + len(rows)) if rows else total
    return Listed(rows=tuple(rows), total=total, read_at=_dated(reply.headers.get("date", "")))


def _dated(header: str) -> datetime | None:
    """Fact: every origin server with a clock dates its replies, to the second [doc], RFC 9110 §6.6.1."""
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None else None


def created_id(reply: Reply) -> int:
    """The new record's id. Fact: ``data.id`` [spec], elsewhere the bare ``data`` [doc], §3."""
    data = data_of(reply)
    found = whole_number(data.get("id") if isinstance(data, dict) else data)
    if not found:
        raise BrokenReplyError("no_id")
    return found


def confirm(reply: Reply, *, may_be_empty: bool) -> None:
    """A write's success is said, not guessed. Fact: a delete declares no body [spec], §3."""
    if reply.is_empty:
        if may_be_empty or reply.status == 204:
            return
        raise BrokenReplyError("empty")
    if not is_true(bare(reply).get("success")):
        raise BrokenReplyError("no_success")
