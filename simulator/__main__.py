"""``python -m simulator``: the simulated world with the small firm over HTTPS, until it is told to stop."""

import shlex
import signal
import tempfile
import threading
from pathlib import Path

import click

from simulator.clock import RunningClock
from simulator.seed import SmallFirm, small_firm
from simulator.serve import SimServer
from simulator.world import World


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8443)
@click.option("--ca-dir", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", type=int, default=0)
def main(port: int, ca_dir: Path | None, seed: int) -> None:
    """TERM and INT end it."""
    folder = ca_dir if ca_dir is not None else Path(tempfile.mkdtemp(prefix="ros-simulator-"))
    firms: list[SmallFirm] = []

    def world_for(url: str) -> World:
        world = World(RunningClock(), seed=seed, base_url=url)
        firms.append(small_firm(world))
        return world

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        server = SimServer(world_for, folder, port=port)
    except OSError as error:
        raise click.ClickException(
            f"Na portu {port} nebo ve složce {folder} simulátor spustit nejde ({error.strerror}); zkuste --port 0.\n"
            f"The simulator cannot start on port {port} or in {folder} ({error.strerror}); try --port 0."
        ) from None
    with server:
        click.echo(instructions(server, firms[-1]))
        stopping.wait()


def instructions(server: SimServer, firm: SmallFirm) -> str:
    """What stands where, and exactly how to connect the product."""
    world = server.world
    settings = {
        "ROS_GRAPH_URL": world.graph_url.removesuffix("/v1.0"),
        "ROS_AUTHORITY_URL": world.authority_url,
        "ROS_RAYNET_URLS": world.raynet_url.rstrip("/"),
        "ROS_CLIENT_ID": firm.client_id,
        "ROS_CLIENT_SECRET": firm.client_secret,
        "ROS_CA_BUNDLE": str(server.certificates.ca.absolute()),
    }
    exports = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
    add = (
        f"printf %s {shlex.quote(firm.api_key)} | ros firm add --name {shlex.quote(firm.name)}"
        f" --tenant-id {firm.tenant_id} --raynet-url {world.raynet_url.rstrip('/')} --raynet-instance {firm.instance}"
        f" --raynet-user {firm.api_login} --raynet-key-stdin --seats 10 --valid-until 2035-12-31"
    )
    # Whose sign-in is another address is assigned by the administrator.
    users = [
        f"ros user add --firm 1 --email {user.mailbox}"
        + ("" if user.login == user.mailbox else f" --person-id {user.person}")
        for user in firm.users
    ]
    head = [
        f"# Raynet       {world.raynet_url}  ({firm.instance})",
        f"# Graph        {world.graph_url}",
        f"# Entra ID     {world.authority_url}/{firm.tenant_id}",
        f"# ovládání / control   {server.url}/sim/",
        f"# autorita / authority {server.certificates.ca.absolute()}",
        "# Připojení produktu / to connect the product:",
    ]
    return "\n".join([*head, *exports, "ros migrate", add, *users])


if __name__ == "__main__":
    main()
