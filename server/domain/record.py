"""A Raynet record as people look for it, and looking for it: whatever the case and the accents."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.concern import Concern, ConcernKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """``emails`` lower case. ``company`` is the client it belongs to. ``active``: not closed, won, lost or invalid."""

    kind: ConcernKind
    id: int
    label: str = field(repr=False)
    detail: str = field(default="", repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    company: Concern | None = None
    active: bool = True
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """An activity category of the instance's code list; ``color`` six hex digits, or None."""

    id: int
    label: str
    color: str | None = None


def folded(text: str) -> str:
    """Lower case without accents: ``Žižka`` is ``zizka``."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one))


def words_of(query: str) -> tuple[str, ...]:
    """The words that must all occur."""
    return tuple(folded(query).split())


def search_text(record: Record) -> str:
    """What words are looked for in."""
    company = record.company.label if record.company is not None else ""
    return folded(" ".join((record.label, record.detail, company)))


def rank(words: Sequence[str], text: str, record: Record) -> tuple[int, bool, int, str] | None:
    """The place of a record in the answer, the smaller the better; None where a word does not occur.

    A name that begins with the words comes first, then one with a word that does, then the rest; closed ones later.
    """
    if not all(word in text for word in words):
        return None
    begins = 0 if not words or text.startswith(words[0]) else 1 if any(f" {one}" in text for one in words[:1]) else 2
    return begins, not record.active, len(text), record.label


def merged(known: Iterable[Record], newer: Iterable[Record], most: int) -> tuple[Record, ...]:
    """Both, the newer reading of each record, at most ``most``: those changed last."""
    by_id = {one.id: one for one in known} | {one.id: one for one in newer}
    order = sorted(by_id.values(), key=lambda one: (one.modified_at is not None, one.modified_at, one.id), reverse=True)
    return tuple(order[:most])
