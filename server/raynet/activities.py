"""Reading and writing activities."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from server.domain.activity import Activity
from server.domain.ids import ActivityKey, ActivityType
from server.domain.text import clean
from server.errors import Gone, Rejected, Unavailable
from server.ports.raynet import (
    ActivitiesById,
    ActivityPage,
    AddExtId,
    CreateActivity,
    DeadlineTasks,
    DeleteActivity,
    FindActivity,
    FindByExtId,
    FindByTitle,
    GetActivity,
    NewestActivities,
    UpdateActivity,
    WindowActivities,
)
from server.raynet.access import MOST_ROWS, Access, understood
from server.raynet.client import Call
from server.raynet.codes import RaynetCode
from server.raynet.quota import Lane
from server.raynet.replies import Listed, confirm, created_id
from server.raynet.translate import (
    UnreadableError,
    change_body,
    draft_body,
    id_of,
    read_activity,
    written_instant,
)
from server.raynet.wire import Json

#: The mixed list of all six types.
_MIXED: Final = "activity/"
_BY_ID: Final = (("sortColumn", "id"), ("sortDirection", "ASC"))
_TOO_LONG: Final = frozenset({400, 414})

Query = tuple[tuple[str, str], ...]


def _path(key: ActivityKey) -> str:
    return f"{key.type.value}/{key.id}/"


# --- lists ----------------------------------------------------------------------------------------------------------


def newest(access: Access, op: NewestActivities) -> ActivityPage:
    """Fact: ``rowInfo.lastModifiedAt`` is sortable though never returned [spec], §5."""
    limit = max(1, min(op.limit, MOST_ROWS))
    query = (("sortColumn", "rowInfo.lastModifiedAt"), ("sortDirection", "DESC"))
    found = access.page(_MIXED, query, lane=Lane.POLL, offset=op.offset, limit=limit)
    page = _page(access, found.rows, total=found.total, more=len(found.rows) >= limit)
    return replace(page, read_at=found.read_at)


def window(access: Access, op: WindowActivities) -> ActivityPage:
    """What begins in the window, with or without an end, and what began before and reaches into it.

    Two calls, because no filter finds a missing ``scheduledTill`` [spec], §8.3, and a bare margin before the window
    would lose whatever lasts longer than the margin. Together they hold each activity of the window once. The page ends
    where the first of the two full lists ends, and never between two rows of the same id (§8: ids of two types may be
    equal), so that going on after the last row skips nothing. The second list, a short one as a rule, is asked for
    until it has shown all it holds.
    """
    zone = access.zone
    start, end = written_instant(op.start, zone), written_instant(op.end, zone)
    after: Query = (("id[GT]", str(op.after_id)), *_BY_ID)
    begins = access.page(_MIXED, (("scheduledFrom[GE]", start), ("scheduledFrom[LT]", end), *after), lane=Lane.SWEEP)
    lists = [begins]
    if op.reaching:
        into = (("scheduledFrom[LT]", start), ("scheduledTill[GT]", start), *after)
        lists.append(access.page(_MIXED, into, lane=Lane.SWEEP))
    bounds = [bound for bound in map(_page_end, lists) if bound is not None]
    rows = sorted((row for one in lists for row in one.rows), key=lambda row: id_of(row) or 0)
    if bounds:
        rows = [row for row in rows if (id_of(row) or 0) <= min(bounds)]
    page = _page(access, rows, total=sum(one.total for one in lists), more=bool(bounds))
    if page.more and op.reaching:
        shown = max((id_of(row) or 0 for row in lists[1].rows), default=0) <= min(bounds)
        page = replace(page, reaching=not shown or _page_end(lists[1]) is not None)
    if page.more and not page.activities:
        # A page nobody can read gives the caller no id to go on from.
        raise Unavailable(RaynetCode.BROKEN_REPLY, detail="no_readable_row")
    return page


def _page_end(found: Listed) -> int | None:
    """The id up to which a full page is surely complete; None when it is the last one."""
    if len(found.rows) < MOST_ROWS:
        return None
    ids = [row_id for row in found.rows if (row_id := id_of(row)) is not None]
    if not ids:
        raise Unavailable(RaynetCode.BROKEN_REPLY, detail="no_ids")
    return max((one for one in ids if one < max(ids)), default=max(ids))


def deadlines(access: Access, op: DeadlineTasks) -> tuple[Activity, ...]:
    """Fact: ``deadline`` can be filtered by on ``/task/`` only [spec], rows are not known to show it, §8.2, §8.3."""
    zone, after = access.zone, 0
    found: list[Activity] = []
    bounds = (("deadline[GE]", written_instant(op.start, zone)), ("deadline[LT]", written_instant(op.end, zone)))
    while True:
        query = (*bounds, ("status[EQ]", "NEW"), ("id[GT]", str(after)), *_BY_ID)
        page = access.page(f"{ActivityType.TASK.value}/", query, lane=Lane.SWEEP)
        found += _readable(access, page.rows, ActivityType.TASK)
        end = _page_end(page)
        if end is None:
            return tuple(replace(one, detailed=False) for one in {one.key: one for one in found}.values())
        after = end


def by_id(access: Access, op: ActivitiesById) -> tuple[Activity, ...]:
    """Fact: ``id[IN]`` is known on ``/activity/`` in the newer edition [doc], §8.3: where it answers 400 fewer ids are
    asked for, in the end one by one; the instance's size is remembered."""
    wanted = list(dict.fromkeys(op.ids))
    found: list[Activity] = []
    while wanted:
        size = access.learnt.ids_per_call
        chunk = wanted[:size]
        try:
            rows = access.page(_MIXED, (_ids_filter(chunk, single=size == 1), *_BY_ID), lane=Lane.POLL).rows
        except Rejected as refused:
            if refused.status not in _TOO_LONG or size == 1:
                raise
            access.learnt.ids_per_call = max(1, size // 4)
            continue
        found += _readable(access, (row for row in rows if id_of(row) in chunk))
        wanted = wanted[size:]
    return tuple(found)


def _ids_filter(ids: list[int], *, single: bool) -> tuple[str, str]:
    return ("id", str(ids[0])) if single else ("id[IN]", ",".join(map(str, ids)))


def find(access: Access, op: FindActivity) -> Activity | None:
    """The one row of this id. None only on an answer that is surely complete; a row that cannot be understood, or
    several, is no absence: Rejected."""
    rows = _with_id(access, op.id)
    if not rows:
        return None
    if len(rows) > 1:
        raise Rejected(RaynetCode.AMBIGUOUS_ID)
    try:
        return read_activity(rows[0], zone=access.zone)
    except UnreadableError as odd:
        access.note_odd_row(odd.args[0], odd.args[1])
        raise Rejected(RaynetCode.UNREADABLE, detail=odd.args[0]) from None


def _with_id(access: Access, row_id: int) -> tuple[Json, ...]:
    rows = access.page(_MIXED, (("id", str(row_id)),), lane=Lane.USER, limit=10).rows
    if any(id_of(row) != row_id for row in rows):
        raise Unavailable(RaynetCode.BROKEN_REPLY, detail="foreign_rows")
    return rows


def by_title(access: Access, op: FindByTitle) -> tuple[Activity, ...]:
    """Compared once more here: whether Raynet's filter minds case is not known."""
    found: list[Activity] = []
    after = 0
    while True:
        query = (
            ("title", op.title),
            ("rowInfo.createdAt[GE]", written_instant(op.created_from, access.zone)),
            ("id[GT]", str(after)),
            *_BY_ID,
        )
        listed = access.page(_MIXED, query, lane=Lane.USER)
        found += _readable(access, listed.rows)
        end = _page_end(listed)
        if end is None:
            wanted = clean(op.title)
            return tuple(dict.fromkeys(one for one in found if one.title == wanted))
        after = end


def _page(access: Access, rows: Iterable[Json], *, total: int, more: bool) -> ActivityPage:
    # What moved between two calls may come twice: the later row counts.
    readable = {one.key: one for one in _readable(access, rows)}
    return ActivityPage(activities=tuple(readable.values()), total=total, more=more)


def _readable(access: Access, rows: Iterable[Json], kind: ActivityType | None = None) -> Iterable[Activity]:
    """The rows that can be understood; each other one is noted by its id and left out."""
    for row in rows:
        try:
            yield read_activity(row, kind=kind, zone=access.zone)
        except UnreadableError as odd:
            access.note_odd_row(odd.args[0], odd.args[1])


# --- single records -------------------------------------------------------------------------------------------------


def get(access: Access, op: GetActivity) -> Activity:
    activity = _detail(access, _path(op.key), op.key.type)
    if activity.key != op.key:
        raise Unavailable(RaynetCode.BROKEN_REPLY, detail="foreign_record")
    return activity


def by_ext_id(access: Access, op: FindByExtId) -> Activity | None:
    """Fact: 404 when unknown [doc][seen], §17."""
    try:
        return _detail(access, f"{op.type.value}/ext/{quote(op.ext_id, safe='')}/", op.type)
    except Gone:
        return None


def _detail(access: Access, path: str, kind: ActivityType) -> Activity:
    data = access.detail(path)
    try:
        return read_activity(data, kind=kind, zone=access.zone)
    except UnreadableError as odd:
        access.note_odd_row(odd.args[0], odd.args[1])
        raise Rejected(RaynetCode.UNREADABLE, detail=odd.args[0]) from None


# --- writes ---------------------------------------------------------------------------------------------------------


def create(access: Access, op: CreateActivity) -> ActivityKey:
    body = draft_body(op.type, op.draft, access.zone)
    reply = access.send(Call(method="PUT", path=f"{op.type.value}/", body=body))
    return ActivityKey(op.type, understood(reply, lambda: created_id(reply), is_write=True))


def update(access: Access, op: UpdateActivity) -> None:
    """Nothing is sent when nothing of the change applies to the type."""
    body = change_body(op.key.type, op.change, access.zone)
    if body:
        _write(access, Call(method="POST", path=_path(op.key), body=body))


def delete(access: Access, op: DeleteActivity) -> None:
    _write(access, Call(method="DELETE", path=_path(op.key)), may_be_empty=True)


def add_ext_id(access: Access, op: AddExtId) -> None:
    """Fact: a duplicate is 500 ``duplicateKey`` [spec], to be read as "already there", §22 no. 2."""
    try:
        _write(access, Call(method="PUT", path=f"{_path(op.key)}extId/", body={"extId": op.ext_id}), may_be_empty=True)
    except Rejected as refused:
        if refused.code != RaynetCode.DUPLICATE_KEY:
            raise


def _write(access: Access, call: Call, *, may_be_empty: bool = False) -> None:
    reply = access.send(call)
    understood(reply, lambda: confirm(reply, may_be_empty=may_be_empty), is_write=True)
