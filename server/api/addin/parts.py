"""What the panel's routes work with; put together once by the application factory."""

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import urlsplit

from server.api.addin.bounds import Bounded, Limiter
from server.api.addin.index import RecordIndex
from server.api.services import Identify, Remotes, Site
from server.domain.ids import EventId
from server.identity.verifier import SCOPE
from server.ports.graph import GraphUser
from server.store.admin.administration import Administration
from server.store.admin.registrations import Registrations
from server.store.database import Database
from server.store.panel.drafts import Drafts
from server.store.panel.people import PanelPeople
from server.store.panel.sight import Sights
from server.store.panel.tickets import Tickets

#: Begins every opaque panel token, so that nobody takes one for Entra's.
TOKEN_PREFIX: Final = "ros_panel_"  # noqa: S105  # a mark, no secret


class Redeem(Protocol):
    """Swaps the code of a finished sign-in for an access token. Raises Denied for a code that is not good."""

    def __call__(self, code: str, *, verifier: str, redirect_uri: str, scope: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSignIn:
    """Where people sign in: who a token is, and the dialog's way to one. ``redeem`` None: no dialog."""

    identify: Identify
    redeem: Redeem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One per application; every part is thread-safe."""

    administration: Administration
    registrations: Registrations
    people: PanelPeople
    drafts: Drafts
    sights: Sights
    tickets: Tickets
    remotes: Remotes
    sign_in: PanelSignIn
    site: Site
    index: RecordIndex
    now: Callable[[], datetime]
    limiter: Limiter
    #: What Graph said of Outlook's ids and of people, for a while.
    events: Bounded[tuple[str, str], EventId] = field(default_factory=lambda: Bounded(10_000))
    #: Drafts that were counted.
    forms: Bounded[tuple[str, str], bool] = field(default_factory=lambda: Bounded(20_000))
    accounts: Bounded[tuple[int, str], GraphUser] = field(default_factory=lambda: Bounded(2_000, seconds=600))

    @property
    def client_id(self) -> str:
        return self.site.client_id or ""

    @property
    def host(self) -> str:
        """The server as people read its name."""
        return urlsplit(self.site.public_url).netloc

    @property
    def scope(self) -> str:
        """Fact: the registration's URI holds the domain of the pages and its own id [doc], outlook-addin §2.7, §6."""
        return f"api://{self.host}/{self.client_id}/{SCOPE}"

    @property
    def redirect_uri(self) -> str:
        return f"{self.site.public_url}/addin/v1/auth/callback"


def desk_of(
    database: Database,
    *,
    now: Callable[[], datetime],
    remotes: Remotes,
    site: Site,
    sign_in: PanelSignIn,
    executor: Executor | None = None,
) -> Desk:
    """All parts over one database. ``executor`` reads ahead; without one it is done at once."""
    return Desk(
        administration=Administration(database, now),
        registrations=Registrations(database, now),
        people=PanelPeople(database, now),
        drafts=Drafts(database, now),
        sights=Sights(database),
        tickets=Tickets(database, now),
        remotes=remotes,
        sign_in=sign_in,
        site=site,
        index=RecordIndex(remotes, now=now, executor=executor),
        now=now,
        limiter=Limiter(time.monotonic),
    )
