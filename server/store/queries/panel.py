"""The worker's side of the panel: what users want, and binding a draft to its event once."""

from typing import Final

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update

from server.domain.panel import DRAFT_FOR, ChangeState, DraftState
from server.domain.panel_binding import BEAT_FOR
from server.domain.state import PairState, SeenEvent
from server.ports.store import BindDraft, Commit, LoadPanel, PanelDesk, Prune, RecentEvents
from server.store import shapes
from server.store.locks import Lease, fence
from server.store.queries.commit import commit
from server.store.scope import FirmScope, Prepared
from server.store.tables import items, panel
from server.store.tables.meta import firm_criterion

#: A pass looks at no more; what is left comes next time.
_MOST: Final = 2_000
_MOST_EVENTS: Final = 100


_draft, _change, _form = panel.panel_draft.c, panel.panel_change.c, panel.open_form.c
_DRAFTS: Final = Prepared(
    select(*shapes.PANEL_DRAFT.columns())
    .where(
        _draft.state.in_((DraftState.OPEN, DraftState.BOUND)),
        or_(_draft.state == DraftState.BOUND, _draft.touched_at > bindparam("touched_after")),
    )
    .order_by(_draft.opened_at, _draft.id)
    .limit(_MOST)
)
_CHANGES: Final = Prepared(
    select(*shapes.PANEL_CHANGE.columns())
    .where(_change.state == ChangeState.OPEN)
    .order_by(_change.at, _change.id)
    .limit(_MOST)
)
_FORMS: Final = Prepared(
    select(*shapes.OPEN_FORM.columns()).where(_form.beat_at > bindparam("beat_after")).limit(_MOST)
)


def load_panel(scope: FirmScope, op: LoadPanel) -> PanelDesk:
    return PanelDesk(
        drafts=scope.values(shapes.PANEL_DRAFT, _DRAFTS, touched_after=op.now - DRAFT_FOR),
        changes=scope.values(shapes.PANEL_CHANGE, _CHANGES),
        forms=scope.values(shapes.OPEN_FORM, _FORMS, beat_after=op.now - BEAT_FOR),
    )


def bind_draft(scope: FirmScope, op: BindDraft, lease: Lease) -> bool:
    """Compare and set: only the revision that the caller has seen is bound."""
    fence(scope, lease)
    draft = panel.panel_draft
    this = select(*shapes.PANEL_DRAFT.columns()).where(draft.c.id == op.draft).with_for_update()
    found = scope.values(shapes.PANEL_DRAFT, this)
    if not found or found[0].state is not DraftState.OPEN or found[0].rev != op.rev:
        return False
    if found[0].event not in (None, op.event):
        return False
    other = select(draft.c.id).where(
        draft.c.mailbox == found[0].mailbox, draft.c.event == op.event, draft.c.state != DraftState.EXPIRED
    )
    taken = [row[0] for row in scope.rows(other.with_for_update()) if row[0] != op.draft]
    if taken:
        return False
    values = {"state": DraftState.BOUND, "event": op.event, "bound": found[0].choices, "bound_rev": op.rev}
    bound = scope.change(update(draft).where(draft.c.id == op.draft).values(values)) == 1
    if bound and op.rows:
        commit(scope, Commit(op.firm, op.rows), lease)
    return bound


def recent_events(scope: FirmScope, op: RecentEvents) -> tuple[SeenEvent, ...]:
    event = items.seen_event
    statement = select(*shapes.SEEN_EVENT.columns()).where(
        event.c.mailbox == op.mailbox, event.c.seen_at >= op.since, event.c.gone_at.is_(None)
    )
    return scope.values(shapes.SEEN_EVENT, statement.order_by(event.c.seen_at).limit(_MOST_EVENTS))


def prune_panel(scope: FirmScope, op: Prune) -> None:
    """Forget what nobody can ask for any more. A bound draft stays as long as its event may still be carried."""
    draft, change, form = panel.panel_draft, panel.panel_change, panel.open_form
    scope.change(delete(form).where(form.c.beat_at < op.before))
    scope.change(delete(change).where(change.c.at < op.before, change.c.state != ChangeState.OPEN))
    paired = exists().where(
        firm_criterion(items.pair, scope.firm),
        items.pair.c.mailbox == draft.c.mailbox,
        items.pair.c.event == draft.c.event,
        items.pair.c.state != PairState.CLOSED,
    )
    needed = and_(draft.c.state == DraftState.BOUND, paired)
    scope.change(delete(draft).where(draft.c.touched_at < op.before, ~needed))
