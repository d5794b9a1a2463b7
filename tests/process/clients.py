"""Clients of ``ros serve`` in a process of their own, so that their figures are not the harness's business.

``python -m tests.process.clients`` reads a plan as JSON from stdin and prints what came of it as JSON. Connections are
one for each request, as a proxy in front makes them; ``keep`` uses one for many.
"""

import http.client
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Tally:
    """Thread-safe by the interpreter's own lock: appends and single increments under ``lock``."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    #: Notifications that were answered 202, by their event's id.
    accepted: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, status: str, seconds: float, event: str | None) -> None:
        with self.lock:
            self.statuses[status] += 1
            self.seconds.append(seconds)
            if event is not None and status == "202":
                self.accepted.append(event)


def body(plan: dict[str, Any], event: str) -> bytes:
    """A change notification of one of the plan's subscriptions."""
    subscription = plan["subscriptions"][hash(event) % len(plan["subscriptions"])]
    resource = f"Users/{subscription['mailbox']}/Events/{event}"
    value = {
        "subscriptionId": subscription["id"],
        "subscriptionExpirationDateTime": "2099-01-01T00:00:00Z",
        "clientState": subscription["state"],
        "tenantId": subscription["tenant"],
        "changeType": "updated",
        "resource": resource,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": resource,
            "@odata.etag": 'W/"1"',
            "id": event,
        },
    }
    return json.dumps({"value": [value]}).encode()


def ask(connection: http.client.HTTPConnection, plan: dict[str, Any], event: str | None) -> str:
    """The status, or the name of what went wrong."""
    try:
        if event is None:
            connection.request("GET", plan.get("path", "/healthz"))
        else:
            connection.request("POST", "/notify/graph", body(plan, event), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return type(error).__name__
    return str(reply.status)


def once(plan: dict[str, Any], tally: Tally, event: str | None) -> None:
    began = time.perf_counter()
    with closing(http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=120)) as connection:
        status = ask(connection, plan, event)
    tally.add(status, time.perf_counter() - began, event)


def paced(plan: dict[str, Any], rate: float, tally: Tally, threads: int, *, notify: bool) -> list[threading.Thread]:
    """Threads that together ask so often until the plan's seconds are over."""
    end = time.monotonic() + plan["seconds"]

    def client(number: int) -> None:
        turn, due = 0, time.monotonic()
        while time.monotonic() < end:
            turn += 1
            once(plan, tally, f"{plan['name']}-{number}-{turn}" if notify else None)
            due = max(due + threads / rate, time.monotonic() - 1.0)
            time.sleep(max(0.0, due - time.monotonic()))

    return started(client, threads)


def burst(plan: dict[str, Any], tally: Tally, plain: Tally) -> list[threading.Thread]:
    """``number`` notifications as fast as they are carried, now and then a request that stores nothing."""
    share = plan["number"] // plan["connections"]

    def client(number: int) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=120)) as connection:
            for turn in range(share):
                event = f"{plan['name']}-{number}-{turn}"
                began = time.perf_counter()
                tally.add(ask(connection, plan, event), time.perf_counter() - began, event)
                if plan["plain_every"] and turn % plan["plain_every"] == 0:
                    began = time.perf_counter()
                    plain.add(ask(connection, plan, None), time.perf_counter() - began, None)

    return started(client, plan["connections"])


def started(client: Callable[[int], None], number: int) -> list[threading.Thread]:
    threads = [threading.Thread(target=client, args=(one,), daemon=True) for one in range(number)]
    for thread in threads:
        thread.start()
    return threads


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    notified, plain = Tally(), Tally()
    began = time.monotonic()
    if plan["kind"] == "burst":
        threads = burst(plan, notified, plain)
    else:
        threads = paced(plan, plan["notify_rate"], notified, plan["threads"], notify=True)
        threads += paced(plan, plan["plain_rate"], plain, plan["threads"], notify=False)
    for thread in threads:
        thread.join()
    document = {
        "seconds": time.monotonic() - began,
        **{
            name: {
                "count": len(tally.seconds),
                "statuses": tally.statuses,
                "seconds": sorted(tally.seconds),
                "accepted": tally.accepted,
            }
            for name, tally in (("notified", notified), ("plain", plain))
        },
    }
    sys.stdout.write(json.dumps(document))


if __name__ == "__main__":
    main()
