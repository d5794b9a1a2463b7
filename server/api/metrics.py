"""``/metrics`` for Prometheus: what this API did, and how the whole installation stands. Loopback peers only.

Several processes share their figures through the folder that ``PROMETHEUS_MULTIPROC_DIR`` names (set by ``ros serve``).
"""

import os
from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address
from typing import Any, Final

import falcon
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from server.store.pulse import Pulse

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)
#: What became of a notification.
OUTCOMES: Final = ("accepted", "repeated", "unknown", "wrong_secret", "wrong_tenant", "ignored", "malformed")


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "ros_http_requests", "Requests by route and status.", ("route", "method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "ros_http_request_seconds", "Time to answer.", ("route",), registry=self.registry, buckets=_BUCKETS
        )
        self._notifications = Counter(
            "ros_notifications",
            "Notifications by source and what became of them.",
            ("source", "outcome"),
            registry=self.registry,
        )
        # The library looks each label up under a lock; routes, methods and outcomes are few.
        self._request = cache(lambda route, method, status: self._requests.labels(route, method, str(status)))
        self._second = cache(self._seconds.labels)
        self._notification = cache(self._notifications.labels)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        self._request(route, method if method in _METHODS else "other", status).inc()
        self._second(route).observe(seconds)

    def notification(self, source: str, outcome: str, count: int = 1) -> None:
        """``outcome`` is one of :data:`OUTCOMES`."""
        if count:
            self._notification(source, outcome).inc(count)


class _Installation(Collector):
    """Read from the database when somebody asks."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, value in self._pulse.gauges().items():
            yield GaugeMetricFamily(f"ros_{name}", name.replace("_", " ").capitalize() + ".", value=value)
        sight = self._pulse.worker()
        if sight.seen_seconds is not None:
            yield GaugeMetricFamily(
                "ros_worker_seen_seconds", "Since a worker last claimed a firm.", value=sight.seen_seconds
            )


class MetricsPage:
    """Figures tell much about customers: only this machine may read them; nginx does not pass the path on."""

    def __init__(self, metrics: Metrics, pulse: Pulse) -> None:
        self._metrics = metrics
        self._pulse = pulse

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """A proxy on this machine is a loopback peer too: what it passes on for somebody else is refused."""
        if not is_loopback(req.remote_addr) or req.get_header("X-Forwarded-For") or req.get_header("Forwarded"):
            raise falcon.HTTPNotFound
        registry = CollectorRegistry()
        registry.register(_Installation(self._pulse))
        shared: Any = self._metrics.registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            shared = CollectorRegistry()
            MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        resp.content_type = "text/plain; version=0.0.4; charset=utf-8"
        resp.data = generate_latest(shared) + generate_latest(registry)


def is_loopback(address: str | None) -> bool:
    """Whether ``address`` is this machine's own; a Unix socket has none and counts as local."""
    if not address:
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
