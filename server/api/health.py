"""``/healthz``: this process answers. ``/readyz``: it can do its work, and a worker does its own."""

from typing import Any

import falcon

from server.errors import RosError
from server.store.database import Database
from server.store.migrate import migration_state, serves
from server.store.pulse import Pulse


class Alive:
    """For whoever restarts processes: asks nothing of anybody."""

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = {"status": "ok"}


class Ready:
    """For whoever sends traffic here and for whoever watches: 503 names what is missing."""

    def __init__(self, database: Database, pulse: Pulse, worker_grace_seconds: float) -> None:
        self._database = database
        self._pulse = pulse
        self._grace_seconds = worker_grace_seconds

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        checks = self._checks()
        ready = all(state in ("ok", "idle") for state in checks.values())
        resp.status = falcon.HTTP_200 if ready else falcon.HTTP_503
        resp.media = {"status": "ok" if ready else "not_ready", "checks": checks}

    def _checks(self) -> dict[str, Any]:
        try:
            current, needed = migration_state(self._database)
            if not serves(current, needed):
                return {"database": "not_migrated", "worker": "unknown"}
            sight = self._pulse.worker()
        except RosError:
            return {"database": "away", "worker": "unknown"}
        if sight.firms == 0:
            return {"database": "ok", "worker": "idle"}
        seen = sight.seen_seconds is not None and sight.seen_seconds <= self._grace_seconds
        return {"database": "ok", "worker": "ok" if seen else "not_seen"}
