"""Looking at everything that may alarm an administrator, and letting the alerts follow. Any process may look."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from server.domain.alerts import firm_causes, server_causes
from server.domain.consent import Credential
from server.domain.ids import FirmId
from server.store.admin.alert_facts import read_facts_unscoped
from server.store.admin.alerts import Alerts
from server.store.database import Database
from server.store.pulse import Pulse

#: A reader's look does not repeat one that this process had so lately.
LOOKED_LATELY: Final = timedelta(seconds=10)


class AlertWatch:
    """Thread-safe."""

    def __init__(
        self, database: Database, alerts: Alerts, now: Callable[[], datetime], credential: Credential | None = None
    ) -> None:
        self._database = database
        self._alerts = alerts
        self._now = now
        self._credential = credential
        self._pulse = Pulse(database)
        self._lock = threading.Lock()
        self._looked: dict[FirmId | None, datetime] = {}

    def look(self, firm: FirmId | None = None) -> None:
        """Bring the alerts of one firm up to date, or all and those of the server itself."""
        facts = self._database.read_unscoped(lambda connection: read_facts_unscoped(connection, self._now(), firm))
        # Only firms whose open alerts would change are written to.
        open_ones = {} if firm is not None else self._open()
        for number, found in facts.items():
            causes = tuple(firm_causes(found))
            if firm is not None or open_ones.get(number, {}) != {(c.code, c.subject): dict(c.data) for c in causes}:
                self._alerts.settle(number, causes)
        if firm is None:
            self._server()

    def look_lately(self, firm: FirmId | None = None) -> None:
        """As :meth:`look`, unless this process has just looked: for readers, also where no worker runs."""
        now = self._now()
        with self._lock:
            last = self._looked.get(firm)
            if last is not None and timedelta(0) <= now - last < LOOKED_LATELY:
                return
            self._looked[firm] = now
        self.look(firm)

    def _open(self) -> dict[FirmId | None, dict[tuple[str, str], dict[str, object]]]:
        found: dict[FirmId | None, dict[tuple[str, str], dict[str, object]]] = {}
        for one in self._alerts.every_unscoped():
            found.setdefault(one.firm_id, {})[one.code, one.subject] = dict(one.data)
        return found

    def _server(self) -> None:
        sight = self._pulse.worker()
        causes = server_causes(
            worker_seen_seconds=sight.seen_seconds,
            firms=sight.firms,
            secret_expires=self._credential.expires_at if self._credential is not None else None,
            kind=self._credential.kind if self._credential is not None else "secret",
            now=self._now(),
        )
        self._alerts.settle_unscoped(causes)
