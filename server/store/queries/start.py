"""Everything a pass asks first, in one transaction."""

from server.domain.state import Side
from server.ports.store import (
    LiveTombstones,
    LoadFirm,
    LoadPanel,
    Notices,
    OpenIntents,
    PassStart,
    PushSamples,
    RestoreRequests,
    StartPass,
    UndoRequests,
)
from server.store.queries.firms import load_firm, push_samples
from server.store.queries.items import live_tombstones, open_intents
from server.store.queries.journal import notices, restore_requests, undo_requests
from server.store.queries.panel import load_panel
from server.store.scope import FirmScope


def start_pass(scope: FirmScope, op: StartPass) -> PassStart:
    """As the questions one by one, without a transaction for each."""
    firm, since = op.firm, op.samples_since
    return PassStart(
        state=load_firm(scope, LoadFirm(firm)),
        notices=notices(scope, Notices(firm)),
        tombstones=live_tombstones(scope, LiveTombstones(firm)),
        panel=load_panel(scope, LoadPanel(firm, op.now)),
        intents=open_intents(scope, OpenIntents(firm)),
        restores=restore_requests(scope, RestoreRequests(firm)),
        undos=undo_requests(scope, UndoRequests(firm)),
        samples=tuple(one for side in Side for one in push_samples(scope, PushSamples(firm, side, since))),
    )
