"""A firm whose tenant has not consented yet, the people who could consent, and the whole application over it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from falcon import testing

from server.admin.consent import ConsentDesk, OwnApp
from server.api.app import ApiParts, create_app
from server.api.services import RaynetTrial
from server.domain.ids import FirmId
from server.errors import Unavailable
from server.flow import Op
from server.ports.raynet import RaynetIdentity
from server.store.admin.consents import Consent
from server.wiring import Engine
from simulator.entra.directory import User
from tests.support.rig import CLIENT_ID, Rig, rig

T = TypeVar("T")
PUBLIC_URL = "https://ros.example"
RETURN = f"{PUBLIC_URL}/souhlas/navrat"


class EngineRemotes:
    """The remote systems of an engine, as the API sees them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def raynet(self, op: Op[T]) -> T:
        return cast(T, self._engine.raynet.perform(op))

    def graph(self, op: Op[T]) -> T:
        return cast(T, self._engine.graph.perform(op))

    def try_raynet(self, firm: FirmId, trial: RaynetTrial) -> RaynetIdentity:
        raise Unavailable

    def try_tenant(self, firm: FirmId, tenant_id: str) -> str:
        raise Unavailable


@dataclass(slots=True)
class Consented:
    """``admin`` may consent for the firm's tenant, ``clerk`` may not, ``stranger`` may for another tenant."""

    rig: Rig
    client: testing.TestClient
    desk: ConsentDesk
    admin: User
    clerk: User
    stranger: User

    def link(self) -> str:
        app = OwnApp(authority_url=self.rig.world.authority_url, client_id=CLIENT_ID, public_url=PUBLIC_URL)
        return self.desk.link(self.rig.firm, app, actor="admin:7").url

    def decide(self, url: str, who: User | None) -> dict[str, str]:
        """What Microsoft's redirect carries after ``who`` has decided; None cancels."""
        redirect = self.rig.world.entra.pages.decide_consent(url, who)
        assert redirect.url.startswith(RETURN)
        return dict(parse_qsl(urlsplit(redirect.url).query))

    def come_back(self, query: dict[str, str], **headers: str) -> testing.Result:
        return self.client.simulate_get("/souhlas/navrat", params=query, headers=headers)

    def consent(self) -> Consent:
        return self.rig.administration.consents.get(self.rig.firm)

    def check(self) -> Consent:
        return self.desk.check(self.rig.firm, actor="admin:7")


@contextmanager
def consented(folder: Path, *, backend: str = "sqlite") -> Iterator[Consented]:
    """Before anybody has consented."""
    with rig(folder, people=("jana",), backend=backend) as made:
        entra = made.world.entra
        entra.registrations[CLIENT_ID].redirect_uris = (RETURN,)
        entra.revoke(made.tenant, CLIENT_ID)
        right = frozenset({"Global Administrator"})
        other = entra.add_tenant("Cizí", "cizi.example")
        remotes = EngineRemotes(made.engine)
        administration = made.administration
        yield Consented(
            rig=made,
            client=testing.TestClient(create_app(ApiParts(database=made.database, now=made.clock, remotes=remotes))),
            desk=ConsentDesk(administration.consents, administration.firms, remotes.graph, made.clock),
            admin=entra.add_user(made.tenant, f"admin@{made.domain}", "Správce", directory_roles=right),
            clerk=entra.add_user(made.tenant, f"clerk@{made.domain}", "Úředník"),
            stranger=entra.add_user(other, "admin@cizi.example", "Cizí", directory_roles=right),
        )
