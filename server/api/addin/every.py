"""All routes of the panel in one table; a test compares it with the contract."""

from typing import Final

from server.api.addin import drafts, events, models, people, search
from server.api.addin.parts import Desk
from server.api.addin.serving import Needs, PanelRoute, add_panel_routes
from server.api.addin.signin import add_sign_in
from server.api.problems import App

ROUTES: Final = (
    PanelRoute(method="GET", path="/bootstrap", needs=Needs.SIGN_IN, handler=people.bootstrap),
    PanelRoute(method="POST", path="/consent", needs=Needs.SIGN_IN, handler=people.consent, body=models.ConsentGiven),
    PanelRoute(method="POST", path="/register", needs=Needs.SIGN_IN, handler=people.register),
    PanelRoute(method="POST", path="/events/state", needs=Needs.READY, handler=events.state, body=models.EventQuery),
    PanelRoute(method="POST", path="/events/change", needs=Needs.READY, handler=events.change, body=models.ChangePut),
    PanelRoute(method="POST", path="/events/unlink", needs=Needs.READY, handler=events.unlink, body=models.LinkSwitch),
    PanelRoute(method="POST", path="/events/relink", needs=Needs.READY, handler=events.relink, body=models.LinkSwitch),
    PanelRoute(
        method="POST", path="/events/sync-now", needs=Needs.READY, handler=events.sync_now, body=models.EventQuery
    ),
    PanelRoute(method="POST", path="/events/trail", needs=Needs.READY, handler=events.trail, body=models.EventQuery),
    PanelRoute(
        method="PUT", path="/drafts/{draft_id}", needs=Needs.READY, handler=drafts.put_draft, body=models.DraftPut
    ),
    PanelRoute(method="GET", path="/drafts/{draft_id}", needs=Needs.READY, handler=drafts.get_draft),
    PanelRoute(method="DELETE", path="/drafts/{draft_id}", needs=Needs.READY, handler=drafts.delete_draft),
    PanelRoute(method="POST", path="/search", needs=Needs.READY, handler=search.search, body=models.SearchQuery),
    PanelRoute(method="POST", path="/conflicts/{conflict_id}/restore", needs=Needs.READY, handler=events.restore),
)


def add_addin(app: App, desk: Desk) -> None:
    """``/addin/v1`` as a whole."""
    add_sign_in(app, desk)
    add_panel_routes(app, desk, ROUTES)
    drafts.add_beacon(app, desk)
