"""The application factory: dependencies in, a WSGI application out. gunicorn, the tests and the demo call it."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

import falcon
from argon2 import PasswordHasher

from server.admin.alerts import AlertWatch
from server.admin.consent import ConsentDesk
from server.admin.directory import DirectoryDesk
from server.api.addin.every import add_addin
from server.api.addin.parts import Desk, PanelSignIn, desk_of
from server.api.guides import add_guides
from server.api.health import Alive, Ready
from server.api.metrics import Metrics, MetricsPage
from server.api.middleware.headers import SecurityHeaders
from server.api.middleware.request_log import RequestLog
from server.api.middleware.size_limit import SizeLimit
from server.api.notify.graph import GraphDoorbell
from server.api.notify.lifecycle import LifecycleDoorbell
from server.api.notify.raynet import RaynetDoorbell
from server.api.panel.files import add_panel
from server.api.problems import App, handle_problems
from server.api.public.consent_return import add_consent_return
from server.api.rest.serving import add_routes
from server.api.services import Identify, NoRemotes, Remotes, Services, Site
from server.api.v1.every import BASE, every_route, openapi_document
from server.store.admin.administration import Administration
from server.store.database import Database
from server.store.inbox import Inbox
from server.store.pulse import Pulse


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """What the application works with. The database belongs to the caller, who closes it."""

    database: Database
    now: Callable[[], datetime] = _utc_now
    #: A worker that was not seen for this long counts as gone.
    worker_grace_seconds: float = 120.0
    metrics: Metrics = field(default_factory=Metrics)
    #: How the outside reaches this server, and its registration at Entra ID; the guides name them.
    public_url: str = "https://ros.vitkovice.cz"
    client_id: str | None = None
    #: What the admin API tells of this server, and what it can ask outside.
    site: Site = field(default_factory=Site)
    remotes: Remotes = field(default_factory=NoRemotes)
    #: None: nobody signs in with Entra ID.
    identify: Identify | None = None
    #: Of administrators' passwords; None: as strong as the library advises today.
    hasher: PasswordHasher | None = None
    #: None: no panel; its pages are served all the same.
    panel: PanelSignIn | None = None
    #: Reads ahead for the panel's search; None: while somebody waits.
    executor: Executor | None = None


def services_of(parts: ApiParts) -> Services:
    """What routes work with."""
    administration = Administration(parts.database, parts.now, parts.hasher)
    remotes, now = parts.remotes, parts.now
    firms = administration.firms
    return Services(
        database=parts.database,
        administration=administration,
        now=parts.now,
        site=parts.site,
        remotes=parts.remotes,
        identify=parts.identify,
        consent=ConsentDesk(administration.consents, firms, remotes.graph, now),
        directory=DirectoryDesk(administration.directories, firms, remotes.raynet, remotes.graph, now),
        alerts=AlertWatch(parts.database, administration.alerts, now, parts.site.credential),
        openapi=cache(lambda: openapi_document(parts.site.version)),
    )


def _desk(parts: ApiParts, sign_in: PanelSignIn) -> Desk:
    return desk_of(
        parts.database,
        now=parts.now,
        remotes=parts.remotes,
        site=parts.site,
        sign_in=sign_in,
        executor=parts.executor,
    )


def create_app(parts: ApiParts) -> App:
    """The whole application."""
    app: App = falcon.App(media_type=falcon.MEDIA_JSON)
    app.add_middleware(RequestLog(parts.metrics))
    app.add_middleware(SecurityHeaders())
    app.add_middleware(SizeLimit())
    app.req_options.auto_parse_form_urlencoded = False
    app.req_options.strip_url_path_trailing_slash = True
    # What cannot be read or routed is answered in the same shape as what we refuse.
    handle_problems(app)
    inbox, pulse = Inbox(parts.database), Pulse(parts.database)
    app.add_route("/notify/graph", GraphDoorbell(inbox, parts.metrics, parts.now))
    app.add_route("/notify/graph/lifecycle", LifecycleDoorbell(inbox, parts.metrics, parts.now))
    app.add_route("/notify/raynet/{path_secret}", RaynetDoorbell(inbox, parts.metrics, parts.now))
    app.add_route("/healthz", Alive())
    app.add_route("/readyz", Ready(parts.database, pulse, parts.worker_grace_seconds))
    app.add_route("/metrics", MetricsPage(parts.metrics, pulse))
    services = services_of(parts)
    add_routes(app, BASE, services, every_route())
    add_consent_return(app, services.consent)
    if parts.panel is not None:
        add_addin(app, _desk(parts, parts.panel))
    add_panel(app, public_url=parts.public_url, client_id=parts.client_id)
    add_guides(app, public_url=parts.public_url, client_id=parts.client_id)
    return app
