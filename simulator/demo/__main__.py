"""``python -m simulator.demo``: the simulated world, the front before the API, and the page or a played day.

Started by ``ros demo``, which reads our stdout and closes our stdin to end us.
"""

import _thread
import argparse
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from simulator.clock import RunningClock
from simulator.demo.day import Day, DayLength
from simulator.demo.front import Front
from simulator.demo.items import Calendars
from simulator.demo.outlook import OutlookForm
from simulator.demo.page import Page
from simulator.demo.parent import Parent
from simulator.demo.watch import Watch
from simulator.seed import SmallFirm, small_firm
from simulator.serve import SimServer
from simulator.world import World

_LOOK_SECONDS = 0.5


def main() -> None:
    """Ends when stdin is closed, on TERM, and after a played day."""
    given = _arguments()
    stopping = stopped_by_signals()
    firms: list[SmallFirm] = []

    def world_for(url: str) -> World:
        world = World(RunningClock(), seed=given.seed, base_url=url)
        firms.append(small_firm(world))
        return world

    with ExitStack() as stack:
        server = stack.enter_context(SimServer(world_for, given.ca_dir))
        firm, world = firms[-1], server.world
        if not given.push:
            _switch_push_off(world, firm)
        front = stack.enter_context(Front(server.certificates.server_context(), given.api_port))
        parent = Parent(sys.stdin, sys.stdout, stopping.set)
        calendars = Calendars(world, firm.instance)
        watch = Watch(calendars, parent).start()
        stack.callback(watch.stop)
        outlook = OutlookForm(world, firm, given.api_port)
        page = Page(calendars, watch, firm, outlook, given.page_port).start()
        stack.callback(page.stop)
        parent.say({"ready": _described(server, firm, front, page)})
        if given.play is None:
            stopping.wait()
            return
        # The product is being started; who ends us meanwhile is not kept waiting.
        while not (parent.running.wait(_LOOK_SECONDS) or stopping.is_set()):
            pass
        if not stopping.is_set():
            # The older edition's pace, one ring a second: the newer one would ring for minutes after a busy one.
            world.raynet.instance(firm.instance).switches.webhook_pacing = "older"
            day = Day(firm, page, lambda: parent.say({"resting": True}), stopping)
            parent.say({"done": day.play(DayLength(given.play), push=given.push)})
            stopping.wait()


def stopped_by_signals() -> threading.Event:
    """Set by TERM. An interruption of the terminal is for the program that started us, which then ends us."""
    stopping = threading.Event()

    def stop(*_: object) -> None:
        # Not from the handler itself: it may interrupt this very thread inside the event, which would wait for itself.
        _thread.start_new_thread(stopping.set, ())

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)
    return stopping


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator.demo")
    parser.add_argument("--ca-dir", type=Path, required=True)
    parser.add_argument("--api-port", type=int, required=True)
    parser.add_argument("--page-port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--play", choices=[length.value for length in DayLength])
    parser.add_argument("--push", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


def _switch_push_off(world: World, firm: SmallFirm) -> None:
    """Subscriptions and webhooks can be made, nothing is ever delivered."""
    world.graph.switches.notify_loss_probability = 1.0
    world.raynet.instance(firm.instance).switches.webhook_loss = 1.0


def _described(server: SimServer, firm: SmallFirm, front: Front, page: Page) -> dict[str, object]:
    """All that connects the product."""
    world = server.world
    return {
        "page_url": page.url,
        "settings": {
            "ROS_PUBLIC_URL": front.url,
            "ROS_GRAPH_URL": world.graph_url.removesuffix("/v1.0"),
            "ROS_AUTHORITY_URL": world.authority_url,
            "ROS_RAYNET_URLS": world.raynet_url.rstrip("/"),
            "ROS_CLIENT_ID": firm.client_id,
            "ROS_CLIENT_SECRET": firm.client_secret,
            "ROS_CA_BUNDLE": str(server.certificates.ca.absolute()),
        },
        "firm": {
            "name": firm.name,
            "tenant_id": firm.tenant_id,
            "raynet_url": world.raynet_url.rstrip("/"),
            "raynet_instance": firm.instance,
            "raynet_user": firm.api_login,
            "raynet_key": firm.api_key,
        },
        # Whose sign-in is another address is assigned by the administrator.
        "seats": [
            {"email": user.mailbox, "person_id": None if user.login == user.mailbox else user.person}
            for user in firm.users
        ],
    }


if __name__ == "__main__":
    main()
