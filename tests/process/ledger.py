"""Every request that reached the simulated world: when, from which process, for which firm, and whether it might write.

A write is compared with the database's lease at the moment it arrives: a process that writes for a firm which another
one owns is caught in the act, whatever it believes itself.
"""

import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from server.domain.ids import FirmId
from simulator.clock import RunningClock
from simulator.faults import Outcome, Reply
from simulator.wire import SimRequest
from simulator.world import World

_KINDS = "task|meeting|event|phoneCall|email|letter"
_RAYNET_WRITE = re.compile(rf"^/raynet/api/v2/({_KINDS})/")
_USER = re.compile(r"/users/([0-9a-f-]{36})", re.IGNORECASE)
_INODE = re.compile(r"socket:\[(\d+)\]")
#: A batch is a read of deltas, except for entries that are neither GET nor delta.
_BATCH = "/graph/v1.0/$batch"


@dataclass(slots=True)
class Exchange:
    """One request. Times are of the harness's monotonic clock; ``ended`` is 0 while it runs."""

    began: float
    pid: int
    system: str
    method: str
    path: str
    firm: FirmId | None
    mailboxes: frozenset[str]
    is_write: bool
    ended: float = 0.0
    status: int = 0


@dataclass(frozen=True, slots=True)
class Holder:
    """Who owns a firm, as the database says."""

    owner: str | None
    epoch: int


@dataclass(slots=True)
class Ledger:
    """Thread-safe. ``holder`` asks the database; None where it does not answer (it is being restarted, say)."""

    holder: Callable[[FirmId], Holder | None] = lambda _firm: None
    firm_of_instance: dict[str, FirmId] = field(default_factory=dict)
    firm_of_mailbox: dict[str, FirmId] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    #: Writes that arrived from a process which did not own the firm, in words.
    trespasses: list[str] = field(default_factory=list)
    #: Writes whose owner nobody could tell at that moment.
    unchecked: int = 0
    checked: int = 0
    #: Requests running at once, the most ever, by system.
    running: Counter[str] = field(default_factory=Counter)
    peaks: Counter[str] = field(default_factory=Counter)
    pids: set[int] = field(default_factory=set)
    first_of: dict[int, float] = field(default_factory=dict)
    first_write_of: dict[int, float] = field(default_factory=dict)
    _owner_of: dict[int, str] = field(default_factory=dict)
    _ports: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, request: SimRequest) -> Exchange:
        entry = self._entry(request)
        if entry.is_write and entry.firm is not None:
            self._check(entry)
        with self._lock:
            self.exchanges.append(entry)
            self.first_of.setdefault(entry.pid, entry.began)
            if entry.is_write:
                self.first_write_of.setdefault(entry.pid, entry.began)
            self.running[entry.system] += 1
            self.peaks[entry.system] = max(self.peaks[entry.system], self.running[entry.system])
        return entry

    def end(self, entry: Exchange, status: int) -> None:
        with self._lock:
            self.running[entry.system] -= 1
            entry.ended, entry.status = time.monotonic(), status

    def since(self, moment: float) -> list[Exchange]:
        """Requests that arrived after ``moment``, oldest first."""
        with self._lock:
            return [one for one in self.exchanges if one.began >= moment]

    def owner_of(self, pid: int) -> str:
        """The name under which the process holds leases; empty while that is not known."""
        with self._lock:
            return self._owner_of.get(pid, "")

    def forget(self) -> None:
        """Drop what has ended: long runs need no more than the counts."""
        with self._lock:
            self.exchanges = [one for one in self.exchanges if not one.ended]

    def overlaps(self) -> int:
        """How often two processes had a request for the same mailbox under way at once."""
        spans: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
        with self._lock:
            for one in self.exchanges:
                for mailbox in one.mailboxes if one.pid else ():
                    spans[mailbox].append((one.began, one.ended or one.began, one.pid))
        found = 0
        for rows in spans.values():
            rows.sort()
            latest: dict[int, float] = {}
            for began, ended, pid in rows:
                found += any(end > began for other, end in latest.items() if other != pid)
                latest[pid] = max(latest.get(pid, 0.0), ended)
        return found

    # --- whose it is ---

    def _entry(self, request: SimRequest) -> Exchange:
        path, body = request.path, b""
        system = path.split("/", 2)[1] if "/" in path[1:] else path.strip("/")
        firm: FirmId | None = None
        mailboxes: frozenset[str] = frozenset()
        is_write = False
        if system == "raynet":
            firm = self.firm_of_instance.get(request.headers.get("x-instance-name", ""))
            is_write = request.method != "GET" and _RAYNET_WRITE.match(path) is not None
        elif system == "graph":
            body = request.body if path == _BATCH else b""
            text = path if not body else body.decode("utf-8", "replace")
            mailboxes = frozenset(one.lower() for one in _USER.findall(text))
            firm = next((self.firm_of_mailbox[one] for one in mailboxes if one in self.firm_of_mailbox), None)
            is_write = request.method != "GET" and "/events" in path
        return Exchange(
            began=time.monotonic(),
            pid=self._pid(request.client_port),
            system=system,
            method=request.method,
            path=path,
            firm=firm,
            mailboxes=mailboxes,
            is_write=is_write,
        )

    def _check(self, entry: Exchange) -> None:
        assert entry.firm is not None
        held = self.holder(entry.firm)
        with self._lock:
            if held is None or entry.pid == 0:
                self.unchecked += 1
                return
            self.checked += 1
            known = self._owner_of.get(entry.pid)
            if held.owner is not None and known is None and held.owner not in self._owner_of.values():
                self._owner_of[entry.pid] = known = held.owner
            if held.owner is None or held.owner != known:
                self.trespasses.append(f"{entry.method} {entry.system} by {entry.pid}, epoch {held.epoch}")

    def _pid(self, port: int) -> int:
        """The process at the other end of a connection; 0 where it cannot be told any more."""
        with self._lock:
            known = self._ports.get(port)
            candidates = set(self.pids)
        if known is not None and known in candidates:
            return known
        found = process_of(port, candidates)
        with self._lock:
            self._ports[port] = found
        return found

    def started(self, pid: int) -> None:
        with self._lock:
            self.pids.add(pid)

    def ended(self, pid: int) -> None:
        with self._lock:
            self.pids.discard(pid)
            self._ports = {port: one for port, one in self._ports.items() if one != pid}


def process_of(port: int, candidates: set[int]) -> int:
    """Which of the processes holds the socket of this local port. Fact: /proc/net/tcp names its inode, proc(5)."""
    wanted = f":{port:04X}"
    inode = ""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if parts[1].endswith(wanted) and parts[9] != "0":
            inode = parts[9]
            break
    for pid in candidates if inode else ():
        try:
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                found = _INODE.match(str(entry.readlink()))
                if found and found[1] == inode:
                    return pid
        except OSError:
            continue
    return 0


class WatchedWorld(World):
    """The simulated world with a ledger at its door."""

    def __init__(self, clock: RunningClock, ledger: Ledger, *, base_url: str, seed: int = 0) -> None:
        super().__init__(clock, seed=seed, base_url=base_url)
        self.ledger = ledger

    def serve(self, request: SimRequest, wait: Callable[[float], None] | None = None) -> Outcome:
        entry = self.ledger.begin(request)
        status = 0
        try:
            outcome = super().serve(request, wait)
            status = outcome.response.status if isinstance(outcome, Reply) else 0
            return outcome
        finally:
            self.ledger.end(entry, status)
