"""One call to Graph and one reply, whether it travelled alone or inside a ``$batch``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote

from server.domain.ids import MailboxId

#: A parsed JSON value; it never leaves this package.
Json = Any

#: Fact: each holds only for the request that carries it, every page and every batch entry included [doc], §6, §13.
IMMUTABLE_IDS: Final = 'IdType="ImmutableId"'
UTC_TIMES: Final = 'outlook.timezone="UTC"'

#: Lane of calls that no mailbox owns: users, organisation, subscriptions.
DIRECTORY: Final = "directory"

_DEFAULT_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request. ``url`` is a path below the base, beginning with ``/``, or a checked absolute link.

    ``mailbox`` None: a call to the directory or about subscriptions. ``is_link``: Graph may answer that the place in
    the changes is lost.
    """

    method: str
    url: str
    mailbox: MailboxId | None = None
    body: Mapping[str, Json] | None = field(default=None, repr=False)
    if_match: str | None = None
    max_page_size: int | None = None
    #: Sent by POST though nothing is changed by it.
    only_asks: bool = False
    is_link: bool = False

    @property
    def is_write(self) -> bool:
        return self.method != "GET" and not self.only_asks

    @property
    def lane(self) -> str:
        """What a wait that Graph demands is about: this mailbox, or the tenant's directory."""
        return self.mailbox or DIRECTORY

    def headers(self) -> dict[str, str]:
        """The headers that belong to this call alone: also inside a batch entry."""
        wishes = [IMMUTABLE_IDS, UTC_TIMES]
        if self.max_page_size is not None:
            wishes.append(f"odata.maxpagesize={self.max_page_size}")
        headers = {"Prefer": ", ".join(wishes)}
        if self.if_match is not None:
            headers["If-Match"] = self.if_match
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        return headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply. Header names in lower case. ``document`` is the parsed JSON, None where there is no valid JSON."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    document: Json = field(default=None, repr=False)

    @property
    def members(self) -> Mapping[str, Json]:
        """The JSON object, empty where the reply is none."""
        return self.document if isinstance(self.document, dict) else {}


def user_path(mailbox: MailboxId, *parts: str) -> str:
    """``/users/{id}/…`` with every part percent-encoded. Fact: ids may hold ``-``, ``_``, ``=`` [doc], §6."""
    return "/".join(("/users", quote(mailbox, safe=""), *(quote(part, safe="") for part in parts)))


def retry_at(reply: Reply, now: datetime) -> datetime | None:
    """The instant until which Graph asks us to wait; None without a readable ``Retry-After``."""
    text = reply.headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return _http_date(text, now)
    if not 0 <= seconds <= _LONGEST_WAIT.total_seconds():
        return None
    return now + timedelta(seconds=seconds)


def default_retry_at(now: datetime) -> datetime:
    """When to ask again after a 429 that names no time."""
    return now + _DEFAULT_WAIT


def _http_date(text: str, now: datetime) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.utcoffset() is None:
        return None
    return min(max(moment, now), now + _LONGEST_WAIT)
