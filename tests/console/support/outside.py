"""The simulated Microsoft and Raynet behind a house, and what people do there."""

import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from simulator.seed import SmallFirm, small_firm
from simulator.serve import SimServer
from simulator.world import World

PUBLIC_URL = "https://ros.example"


class Outside:
    """The simulated Microsoft and Raynet, and what an administrator needs to know of them."""

    def __init__(self, server: SimServer, seeded: SmallFirm) -> None:
        self.server = server
        self.seeded = seeded

    def decide(self, link: str, *, is_granted: bool) -> str:
        """The tenant's administrator opens the link and presses a button: where the browser is sent."""
        context = ssl.create_default_context(cafile=str(self.server.certificates.ca))
        with urllib.request.urlopen(link, context=context) as page:  # noqa: S310 (our own loopback)
            assert page.status == 200
        tenant = self.server.world.entra.tenants[self.seeded.tenant_id]
        admin = next(one for one in tenant.users.values() if one.may_consent)
        parts = urlsplit(link)
        form = dict(parse_qsl(parts.query)) | {"decision": "consent-v2", "choice": admin.id if is_granted else "cancel"}
        connection = HTTPSConnection(str(parts.hostname), parts.port, context=context)
        path = parts.path.replace("/v2.0/adminconsent", "/decision")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, body=urlencode(form), headers=headers)
        answer = connection.getresponse()
        connection.close()
        assert answer.status == 302
        return str(answer.headers["Location"])

    def environ(self) -> dict[str, str]:
        """Settings of a server that talks to it."""
        world = self.server.world
        return {
            "ROS_PUBLIC_URL": PUBLIC_URL,
            "ROS_GRAPH_URL": world.graph_url,
            "ROS_AUTHORITY_URL": world.authority_url,
            "ROS_CLIENT_ID": self.seeded.client_id,
            "ROS_CLIENT_SECRET": self.seeded.client_secret,
            "ROS_CA_BUNDLE": str(self.server.certificates.ca),
            "ROS_RAYNET_URLS": world.raynet_url,
            "ROS_POLL_SECONDS": "5",
        }


@contextmanager
def outside_world(folder: Path, *, consent: bool = False) -> Iterator[Outside]:
    """A small firm on both sides; its administrator's consent stands only where ``consent`` says so."""
    seeded: list[SmallFirm] = []

    def world(url: str) -> World:
        made = World(lambda: datetime.now(UTC), base_url=url)
        seeded.append(small_firm(made, consent=consent))
        app = made.entra.registrations[seeded[-1].client_id]
        app.redirect_uris = (*app.redirect_uris, f"{PUBLIC_URL}/souhlas/navrat")
        return made

    with SimServer(world, folder) as server:
        yield Outside(server, seeded[-1])
