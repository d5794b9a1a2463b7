"""B17: answering notifications, beside Falcon's shortest answer in the same server, slices of both in turn.

Compared is the CPU of the server's processes for one request: the share of the ceiling that it leaves on a free core.
"""

import http.client
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.measured import Found, Run, Target, median, percentile
from tests.process.clients import body
from tests.process.notices import subscribe
from tests.process.site import ROOT, SiteOptions, free_port, open_site, wait

TITLE = "B17: answering notifications"
TARGETS = (
    Target(
        bar="B17",
        name="share of a hello's rate",
        least=0.5,
        kind="cpu",
        obstacle="A notification is read, checked (subscription, state in constant time, tenant), durably stored and "
        "noted in the log before it is answered. Those that come at the same moment share a look-up, a transaction and "
        "its flush, three or four with eight callers at once. gunicorn's own part is as much as a whole hello, with "
        "eight headers more; of the rest the store takes nearly half and the line of the log a fifth.",
    ),
    Target(bar="B17", name="answers that took over 2.9 s", most=0, kind="wall"),
    Target(bar="B17", name="notifications that were not accepted", most=0),
)
_THREADS = 8


def measure(run: Run) -> Found:
    rounds, number = (2, 160) if run.quick else (9, 400)
    with open_site(SiteOptions(people=20, seed=17), run.fresh("ack")) as site:
        plan: dict[str, Any] = {"port": site.port, "subscriptions": subscribe(site)}
        server, port = site.start_server(), free_port()
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-k",
            "gthread",
            "--threads",
            "16",
            "--keep-alive",
            "75",
            "-w",
            "1",
        ]
        with subprocess.Popen(
            [*command, "-b", f"127.0.0.1:{port}", "bench.hello:application"], cwd=ROOT, stderr=subprocess.DEVNULL
        ) as hello:
            try:
                wait(lambda: _answers(port), "hello", 60, every=0.2)
                shares, seconds, refused, costs = [], [], 0, []
                for turn in range(rounds + 1):
                    plain, _, _ = _slice(hello.pid, plan | {"port": port}, f"h{turn}", number)
                    ours, took, failed = _slice(server.pid, plan, f"n{turn}", number)
                    refused += failed
                    if turn:
                        shares.append(plain / ours)
                        costs.append(ours)
                        seconds += took
            finally:
                hello.terminate()
    return Found(
        values={
            "share of a hello's rate": median(shares),
            "answers that took over 2.9 s": float(sum(one > 2.9 for one in seconds)),
            "notifications that were not accepted": float(refused),
        },
        details={
            "CPU ms of a notification": round(1000 * median(costs), 2),
            "notifications a second that a free core answers": round(1 / median(costs)),
            "p99 in ms, on this machine": round(1000 * percentile(seconds, 0.99), 1),
            "longest in ms": round(1000 * max(seconds), 1),
            "shares of the slices": [round(one, 3) for one in sorted(shares)],
        },
    )


def _answers(port: int) -> bool:
    try:
        return _post(port, b"{}")[0] == 202
    except OSError:
        return False


def _post(port: int, data: bytes) -> tuple[int, float]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        began = time.monotonic()
        connection.request("POST", "/notify/graph", data, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        return reply.status, time.monotonic() - began


def _slice(master: int, plan: dict[str, Any], name: str, number: int) -> tuple[float, list[float], int]:
    """CPU seconds of the server for one request, the time of each answer, how many were not accepted."""
    seconds: list[float] = []
    refused: list[int] = []

    def client(thread: int) -> None:
        for turn in range(number // _THREADS):
            status, took = _post(plan["port"], body(plan, f"{name}-{thread}-{turn}"))
            seconds.append(took)
            if status != 202:
                refused.append(status)

    began = _tree_cpu(master)
    threads = [threading.Thread(target=client, args=(one,)) for one in range(_THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return (_tree_cpu(master) - began) / len(seconds), seconds, len(refused)


def _tree_cpu(master: int) -> float:
    """CPU seconds of a process and of its children, all their threads."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return sum(_cpu(Path(f"/proc/{pid}")) for pid in (str(master), *children))


def _cpu(process: Path) -> float:
    """From the scheduler's own sum, in nanoseconds: the tick of /proc/stat is too coarse for a slice."""
    return sum(int((one / "schedstat").read_text().split()[0]) for one in process.glob("task/*")) / 1e9
