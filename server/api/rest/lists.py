"""Lists over HTTP: the opaque cursor, and pages of shapes."""

import base64
import binascii
import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from server.api.rest.shapes import ListQuery, Page, Shape
from server.errors import Invalid
from server.store.listing import Listed, Place, Wanted

T = TypeVar("T")
S = TypeVar("S", bound=Shape)


def wanted(query: ListQuery, sort: str | None = None) -> Wanted:
    """Which part of the list is asked for. ``sort`` where the query itself has none. Raises Invalid ``cursor``."""
    given: str = sort if sort is not None else query.sort  # type: ignore[attr-defined]  # lists declare theirs
    after = None
    if query.cursor is not None:
        of, after = _opened(query.cursor)
        if of != given:
            raise Invalid(field="cursor")
    return Wanted(sort=given.removeprefix("-"), descending=given.startswith("-"), limit=query.limit, after=after)


def page(found: Listed[T], asked: Wanted, shape: Callable[[T], S]) -> Page[S]:
    """The list as it goes out."""
    given = f"-{asked.sort}" if asked.descending else asked.sort
    cursor = _closed(given, found.next) if found.next is not None else None
    # The annotation's own class, so that the published schema is the one that was declared.
    return Page[Any](items=tuple(shape(one) for one in found.items), next=cursor, total=found.total)


def folded(text: str) -> str:
    """As it is searched: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one)).strip()


def _closed(sort: str, place: Place) -> str:
    text = json.dumps([sort, *(_plain(one) for one in place)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.astimezone(UTC).isoformat()}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _opened(cursor: str) -> tuple[str, Place]:
    """What :func:`_closed` made; anything else is Invalid."""
    try:
        read = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        sort, value, key = read
        if not isinstance(sort, str) or not isinstance(key, str | int) or isinstance(key, bool):
            raise TypeError
        return sort, (_value(value), _bounded(key))
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError):
        raise Invalid(field="cursor") from None


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"day"}:
            return date.fromisoformat(value["day"])
        at = datetime.fromisoformat(value["at"])
        if at.tzinfo is None:
            raise ValueError
        return at
    return _bounded(value)


def _bounded(value: Any) -> Any:
    """Plain values that both databases take."""
    if value is None or isinstance(value, list):
        raise TypeError
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError
    if isinstance(value, str) and ("\0" in value or not value.isprintable()):
        raise ValueError
    return value
