"""The whole outside world in one object: Raynet, Microsoft Graph and Entra ID on one clock, with faults before them.

Over HTTPS and in process alike the systems are told apart by the first folder of the path: ``/raynet/api/v2/...``
(and deep links ``/raynet/<instance>/...``), ``/graph/v1.0/...``, ``/entra/<tenant>/...``.
"""

import threading
from collections.abc import Callable
from datetime import datetime

from simulator.entra.service import EntraService
from simulator.faults import FaultLayer, Outcome, Reply, system_of
from simulator.graph.service import GraphService
from simulator.raynet import RaynetService
from simulator.wire import Clock, PushSender, SimRequest, SimResponse

DEFAULT_BASE_URL = "https://sim.localhost"


class World:
    """One simulated outside. Thread-safe by one lock; people's actions from other threads must hold ``lock`` too."""

    def __init__(self, clock: Clock, *, seed: int = 0, base_url: str = DEFAULT_BASE_URL) -> None:
        self.clock = clock
        self.seed = seed
        self.base_url = base_url.rstrip("/")
        self.lock = threading.RLock()
        self.raynet = RaynetService(clock, seed=seed)
        self.entra = EntraService(clock, self.base_url, seed=seed)
        self.graph = GraphService(clock, f"{self.base_url}/graph", self.entra, seed=seed)
        self.faults = FaultLayer(self, clock, seed=seed)
        self.graph.wrap_entry = self.faults.entry

    # -- addresses -----------------------------------------------------------------------------------------------

    @property
    def raynet_url(self) -> str:
        """Base of the Raynet API, as an administrator enters it."""
        return f"{self.base_url}/raynet/api/v2/"

    @property
    def graph_url(self) -> str:
        return f"{self.base_url}/graph/v1.0"

    @property
    def authority_url(self) -> str:
        """Base of the authority; the tenant follows."""
        return f"{self.base_url}/entra"

    # -- time and pushes -----------------------------------------------------------------------------------------

    def use_sender(self, sender: PushSender) -> None:
        """Who carries the handshakes of new Graph subscriptions."""
        self.graph.subscriptions.sender = sender

    def settle(self) -> None:
        """Everything the systems do by themselves up to now: late effects, later saves, deliveries of meetings."""
        with self.lock:
            self.faults.advance()
            self.graph.settle()

    def pump(self, sender: PushSender) -> int:
        """Settles and delivers what is due, without the lock while a push is on its way; gives the attempts."""
        self.settle()
        with self.lock:
            due = self.raynet.due_pushes(self.clock())
        for one in due:
            answer = sender.send(one.push)
            with self.lock:
                self.raynet.settle(one, answer)
        return len(due) + self.graph.pump(sender)

    def next_change_at(self) -> datetime | None:
        """When something happens by itself next, as far as known; for drivers that jump in time."""
        with self.lock:
            known = (
                self.faults.next_effect_at(),
                self.raynet.next_push_at(),
                self.graph.notifications.next_due(),
            )
            return min((moment for moment in known if moment is not None), default=None)

    # -- requests ------------------------------------------------------------------------------------------------

    def handle(self, request: SimRequest) -> SimResponse:
        """One exchange without faults."""
        with self.lock:
            system = system_of(request.path)
            if system == "raynet":
                return self.raynet.handle(request)
            if system == "graph":
                return self.graph.handle(request)
            if system == "entra":
                return self.entra.handle(request)
            return SimResponse(status=404, headers={"Content-Type": "text/plain"}, body=b"no such simulated system\n")

    def exchange(self, request: SimRequest) -> Outcome:
        """One exchange through the fault layer, taking no time."""
        with self.lock:
            return self.faults.exchange(request)

    def serve(self, request: SimRequest, wait: Callable[[float], None] | None = None) -> Outcome:
        """Like ``exchange``, but counted as running while it lasts: overlapping calls meet Raynet's limit.

        ``wait`` spends the delay of a slow reply, in seconds.
        """
        refusal = self._begin(request)
        if refusal is not None:
            return Reply(response=refusal)
        try:
            outcome = self.exchange(request)
            if wait is not None and outcome.delay_seconds > 0:
                wait(outcome.delay_seconds)
            return outcome
        finally:
            self._end(request)

    def _begin(self, request: SimRequest) -> SimResponse | None:
        if system_of(request.path) != "raynet":
            return None
        with self.lock:
            return self.raynet.begin(request)

    def _end(self, request: SimRequest) -> None:
        if system_of(request.path) == "raynet":
            with self.lock:
                self.raynet.end(request)
