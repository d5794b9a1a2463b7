"""Search as one types: what the user chose lately and what belongs to the attendees first, then by name."""

from collections.abc import Iterable
from typing import Final

from server.api.addin import models
from server.api.addin.bounds import Rate
from server.api.addin.call import PanelCall
from server.api.addin.views import Viewer
from server.domain.concern import Concern, ConcernKind
from server.domain.record import Record, rank, search_text, words_of

_SEARCHES: Final = Rate(180, 60.0)
_RECENT_DRAFTS: Final = 30


def search(call: PanelCall, body: models.SearchQuery) -> models.SearchResult:
    """Raises Unavailable only when nothing is known and Raynet does not answer."""
    call.desk.limiter.check("search", call.caller.oid, _SEARCHES)
    viewer = Viewer(call.firm, call.desk.index, call.desk.now())
    found = [call.desk.index.search(call.firm_id, kind, body.q, body.limit) for kind in body.kinds]
    suggested = [*_of_attendees(call, body), *_recent(call, body)]
    matches = [(models.Suggested.MATCH, one) for one in _mixed(body, [part.records for part in found])]
    hits: dict[tuple[ConcernKind, int], models.SearchHit] = {}
    for why, record in (*suggested, *matches):
        hits.setdefault((record.kind, record.id), _hit(viewer, record, why))
    ages = [part.fresh_at for part in found if part.fresh_at is not None]
    return models.SearchResult(
        items=tuple(hits.values())[: body.limit],
        complete=all(part.complete for part in found) and len(hits) <= body.limit,
        fresh_at=min(ages, default=None),
    )


def _of_attendees(call: PanelCall, body: models.SearchQuery) -> list[tuple[models.Suggested, Record]]:
    """Records of the people the event is with, as far as the words allow."""
    addresses = frozenset(one.strip().lower() for one in body.attendees if one.strip())
    if not addresses:
        return []
    call.desk.index.warm(call.firm_id, (ConcernKind.PERSON, ConcernKind.COMPANY))
    records = call.desk.index.of_addresses(call.firm_id, body.kinds, addresses)
    return [(models.Suggested.ATTENDEE, one) for one in _fitting(body.q, records)]


def _recent(call: PanelCall, body: models.SearchQuery) -> list[tuple[models.Suggested, Record]]:
    """What the user chose lately, newest first; only records that are still there."""
    drafts = call.desk.sights.recent_drafts(call.firm_id, call.mailbox, _RECENT_DRAFTS)
    chosen = [one for draft in drafts for one in draft.choices.concerns if one.kind in body.kinds]
    known = (call.desk.index.known(call.firm_id, one.kind, one.id) for one in dict.fromkeys(chosen))
    return [(models.Suggested.RECENT, one) for one in _fitting(body.q, (one for one in known if one is not None))]


def _fitting(query: str, records: Iterable[Record]) -> list[Record]:
    """Those with all the words, in the order given."""
    words = words_of(query)
    return [one for one in records if rank(words, search_text(one), one) is not None]


def _mixed(body: models.SearchQuery, parts: list[tuple[Record, ...]]) -> list[Record]:
    """Several kinds at once: the best of all of them first."""
    if len(parts) == 1:
        return list(parts[0])
    words = words_of(body.q)
    every = [one for part in parts for one in part]
    placed = [(rank(words, search_text(one), one) or (3, True, 0, one.label), one.id, one) for one in every]
    return [one for _, _, one in sorted(placed, key=lambda item: item[:2])]


def _hit(viewer: Viewer, record: Record, why: models.Suggested) -> models.SearchHit:
    shown = viewer.concern(Concern(kind=record.kind, id=record.id, label=record.label))
    return models.SearchHit(
        kind=record.kind,
        id=record.id,
        label=record.label,
        detail=record.detail,
        open_url=shown.open_url,
        why=why,
        company=viewer.concern(record.company) if record.company is not None else None,
    )
