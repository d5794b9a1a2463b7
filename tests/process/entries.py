"""A worker whose clock is wrong."""

import os
import signal
import time
from datetime import datetime, timedelta

from server.settings import load_settings
from server.store.inbox import Doorbell
from server.sync.worker import Worker, WorkerParts
from server.telemetry import configure_logging
from server.wiring import Clocks, build_engine, open_store, utc_now

#: Seconds by which the clock of :func:`skewed_worker` is wrong.
SKEW = "SKEW_SECONDS"


def skewed_worker() -> None:
    """The same parts as ``ros worker`` put together with a wall clock that is wrong; the monotonic one is right."""
    skew = timedelta(seconds=float(os.environ[SKEW]))

    def now() -> datetime:
        return utc_now() + skew

    settings = load_settings(os.environ)
    configure_logging(settings)
    database = open_store(settings)
    engine = build_engine(settings, database, clocks=Clocks(now=now, monotonic=time.monotonic))
    parts = WorkerParts(
        driver=engine.driver,
        leases=engine.leases,
        book=engine.book,
        bell=Doorbell(database),
        now=now,
        poll_seconds=float(settings.poll_seconds),
        public_url=settings.public_url,
    )
    running = Worker(parts)
    signal.signal(signal.SIGTERM, lambda *_: running.stop())
    try:
        running.run()
    finally:
        engine.close()
        database.close()
