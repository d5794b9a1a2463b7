"""Records whose type somebody changed: the same id under another path, never two records."""

from collections import Counter
from typing import TypeVar

from server.domain.activity import Activity
from server.domain.ids import ActivityKey, ActivityType
from server.errors import Gone, Remote
from server.flow import Flow, want
from server.ports.raynet import GetActivity
from server.ports.store import LoadSeen
from server.sync.context import PassContext, concerns_side
from server.sync.pages import Made
from server.sync.proofs import prove_activity

_Row = TypeVar("_Row", Activity, Made)


def under_one_type(ctx: PassContext, rows: dict[ActivityKey, _Row]) -> Flow[dict[ActivityKey, _Row]]:
    """Without what was read twice, because it got another type between two pages: its old path answers no more.

    Fact: a type change keeps the id, maker and time [inferred]; equal ids alone prove nothing, raynet-api §8, §10.
    """
    if len({key.id for key in rows}) == len(rows):
        return rows
    made = Counter((key.id, row.created_at, row.created_by) for key, row in rows.items())
    twice = [key for key, row in rows.items() if made[key.id, row.created_at, row.created_by] > 1]
    for key in twice:
        try:
            yield from want(GetActivity(ctx.firm, key))
        except Gone:
            rows = {other: row for other, row in rows.items() if other != key}
        except Remote as error:
            if concerns_side(error):
                raise
            ctx.error(str(key), error)  # one that may not be looked at, or not be read, proves nothing
    return rows


def was_overtaken(ctx: PassContext, key: ActivityKey) -> bool:
    """Whether the same pass has read the record under yet another type since."""
    return any(new.id == key.id and new != key for new in ctx.moved.values())


def follow_types(ctx: PassContext, new: list[Activity]) -> Flow[None]:
    """A row nobody knew may be a known one whose type was changed: the old key is asked for before a twin is made.

    Fact: a type change keeps the id [inferred], ids of different types may also be equal by chance, raynet-api §8, §10.
    """
    rows = {ActivityKey(kind, one.key.id): one for one in new for kind in ActivityType if kind is not one.key.type}
    if not rows:
        return
    stored, _ = yield from want(LoadSeen(ctx.firm, activities=tuple(rows)))
    for old in stored:
        if old.gone_at is None:
            proved = yield from prove_activity(ctx, old.key, rows[old.key])
            if proved is not None and proved.gone_at is None and not proved.hidden:
                yield from _drop_if_set_back(ctx, proved.activity, rows[old.key])


def _drop_if_set_back(ctx: PassContext, standing: Activity, row: Activity) -> Flow[None]:
    """The old path answers: the row is another record of an equal id, or got its old type back since it was read."""
    if row.key not in (yield from under_one_type(ctx, {standing.key: standing, row.key: row})):
        ctx.moved[row.key] = standing.key
