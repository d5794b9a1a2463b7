"""The whole way of a consent over real sockets: the server's own wiring, the simulated Microsoft behind https."""

from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from falcon import testing

from server.admin.consent import ConsentDesk, OwnApp
from server.api.app import ApiParts, create_app
from server.domain.consent import ConsentState
from server.settings import load_settings
from server.store.admin.administration import Administration
from server.store.admin.firms import NewFirm
from server.store.database import open_database
from server.wiring import WiredRemotes, build_remotes
from simulator.serve import SimServer
from simulator.world import World
from tests.support.consent_page import decide
from tests.support.databases import BACKENDS, KEYS, drop, fresh_url

PUBLIC_URL = "https://ros.example"
CLIENT_ID = "5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11"
TENANT = "0c5a2f3e-8d41-4b7e-a6c0-2f9f3f6f7d01"


def world(url: str) -> World:
    """A tenant in which nobody has consented yet, and who may."""
    made = World(lambda: datetime.now(UTC), base_url=url)
    tenant = made.entra.add_tenant("Válce", "valce.example", tenant_id=TENANT)
    made.entra.register_app(
        "ROS", client_id=CLIENT_ID, secret="s3cret", redirect_uris=(f"{PUBLIC_URL}/souhlas/navrat",)
    )
    right = frozenset({"Global Administrator"})
    made.entra.add_user(tenant, "admin@valce.example", "Správce", directory_roles=right)
    jana = made.entra.add_user(tenant, "jana@valce.example", "Jana Nová")
    made.graph.add_mailbox(jana)
    return made


def _firm(server: SimServer) -> NewFirm:
    return NewFirm(
        name="Válce",
        tenant_id=TENANT,
        raynet_url=server.world.raynet_url,
        raynet_instance="valce",
        raynet_user="sync@valce.example",
        raynet_key="key",
        seats=3,
        valid_until=date(2030, 1, 1),
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_consent_travels_over_sockets_from_the_link_to_the_proof(tmp_path: Path, backend: str) -> None:
    url = fresh_url(backend, tmp_path)
    database = open_database(url, KEYS)
    try:
        with SimServer(world, tmp_path / "sim") as server:
            environ = {
                "ROS_DATA_DIR": str(tmp_path),
                "ROS_GRAPH_URL": server.world.graph_url,
                "ROS_AUTHORITY_URL": server.world.authority_url,
                "ROS_CLIENT_ID": CLIENT_ID,
                "ROS_CLIENT_SECRET": "s3cret",
                "ROS_CA_BUNDLE": str(server.certificates.ca),
                "ROS_RAYNET_URLS": server.world.raynet_url,
            }
            settings = load_settings(environ)
            administration = Administration(database)
            firm = administration.firms.add(_firm(server), actor="test").id
            administration.seats.add(firm, "jana@valce.example", actor="test")
            remotes = build_remotes(settings, database)
            client = testing.TestClient(create_app(ApiParts(database=database, remotes=remotes)))
            desk = ConsentDesk(administration.consents, administration.firms, remotes.graph, lambda: datetime.now(UTC))
            app = OwnApp(authority_url=settings.authority_url, client_id=CLIENT_ID, public_url=PUBLIC_URL)
            back = decide(server, TENANT, desk.link(firm, app, actor="admin:7").url)
            assert back.startswith(f"{PUBLIC_URL}/souhlas/navrat?")
            answer = client.simulate_get("/souhlas/navrat", params=dict(parse_qsl(urlsplit(back).query)))
            assert "Souhlas byl udělen a ověřen" in answer.text
            found = administration.consents.get(firm)
            assert found.state is ConsentState.OK
            assert found.steps[-1].id == "mailbox"
            assert isinstance(remotes, WiredRemotes)
            remotes.close()
    finally:
        database.close()
        drop(url)
