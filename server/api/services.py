"""What routes work with; put together once by :mod:`server.api.app`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from server.admin.alerts import AlertWatch
from server.admin.consent import ConsentDesk
from server.admin.directory import DirectoryDesk
from server.domain.consent import Credential
from server.domain.ids import FirmId
from server.errors import Unavailable
from server.flow import Op
from server.identity.caller import Caller
from server.ports.raynet import RaynetIdentity
from server.store.admin.administration import Administration
from server.store.database import Database

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RaynetTrial:
    """Access data to be tried without storing them."""

    url: str
    instance: str
    user: str
    key: str = field(repr=False)


class Remotes(Protocol):
    """Both remote systems, for what an administrator waits for. Raises only :mod:`server.errors`."""

    def raynet(self, op: Op[T]) -> T:
        """An operation of :mod:`server.ports.raynet` with the firm's stored access."""

    def graph(self, op: Op[T]) -> T:
        """An operation of :mod:`server.ports.graph`."""

    def try_raynet(self, firm: FirmId, trial: RaynetTrial) -> RaynetIdentity:
        """Who the given access data are. Denied when refused, Invalid when they cannot be."""

    def try_tenant(self, firm: FirmId, tenant_id: str) -> str:
        """The tenant id that Graph names with our registration there. Denied without consent."""


class NoRemotes:
    """A server that was started without our registration: everything local works, nothing outside can be asked."""

    def raynet(self, op: Op[T]) -> T:
        raise Unavailable("remotes_not_configured")

    def graph(self, op: Op[T]) -> T:
        raise Unavailable("remotes_not_configured")

    def try_raynet(self, firm: FirmId, trial: RaynetTrial) -> RaynetIdentity:
        raise Unavailable("remotes_not_configured")

    def try_tenant(self, firm: FirmId, tenant_id: str) -> str:
        raise Unavailable("remotes_not_configured")


#: From an Entra access token to its person. Raises NotSignedIn for any token that is not exactly for us.
Identify = Callable[[str], Caller]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the operator's settings say to callers."""

    version: str = "0.1.0"
    public_url: str = "https://ros.vitkovice.cz"
    raynet_urls: tuple[str, ...] = ()
    #: Sign-in with Entra ID is offered where our registration is known.
    client_id: str | None = None
    authority_url: str = "https://login.microsoftonline.com"
    #: With what our registration proves itself, and until when.
    credential: Credential | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One per application; every part is thread-safe."""

    database: Database
    administration: Administration
    now: Callable[[], datetime]
    site: Site
    remotes: Remotes
    identify: Identify | None
    #: The services that both the API and the worker use.
    consent: ConsentDesk
    directory: DirectoryDesk
    alerts: AlertWatch
    #: The published description, made once from the routes.
    openapi: Callable[[], dict[str, Any]]
