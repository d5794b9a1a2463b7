"""The simulated Microsoft and Raynet behind a house, and what people do there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from simulator.seed import SmallFirm, small_firm
from simulator.serve import SimServer
from simulator.world import World
from tests.support.consent_page import decide

PUBLIC_URL = "https://ros.example"


class Outside:
    """The simulated Microsoft and Raynet, and what an administrator needs to know of them."""

    def __init__(self, server: SimServer, seeded: SmallFirm) -> None:
        self.server = server
        self.seeded = seeded

    def decide(self, link: str, *, is_granted: bool) -> str:
        """The tenant's administrator opens the link and presses a button: where the browser is sent."""
        return decide(self.server, self.seeded.tenant_id, link, is_granted=is_granted)

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
