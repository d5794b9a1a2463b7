"""A firm's lease around a pass: claimed, renewed while it is held, let go with the time when the firm is due again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from server.domain.ids import FirmId
from server.errors import Outdated, Refused, RosError
from server.store.locks import RENEW_SECONDS, Lease, LeaseBook, Leases

_LOG = structlog.get_logger("lease")


class Renewer:
    """Renews every lease of the book each three seconds, in one thread. A lost one is dropped: its writes stop."""

    def __init__(self, leases: Leases, book: LeaseBook) -> None:
        self._leases = leases
        self._book = book
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease-renewer", daemon=True)

    def start(self) -> "Renewer":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(timeout=RENEW_SECONDS * 2)

    def _run(self) -> None:
        while not self._ended.wait(RENEW_SECONDS):
            for lease in self._book.held():
                self._renew(lease)

    def _renew(self, lease: Lease) -> None:
        try:
            renewed = self._leases.renew(lease)
        except Outdated:
            self._book.drop_if(lease)
            _LOG.warning("lease_lost", firm=lease.firm)
        except RosError as error:
            # The database is away: the local deadline stops our writes in time.
            _LOG.warning("lease_not_renewed", firm=lease.firm, code=error.code)
        else:
            self._book.renewed(renewed)


@contextmanager
def held(leases: Leases, book: LeaseBook, firm: FirmId, *, patience_seconds: float = 30.0) -> Iterator[Lease]:
    """Hold the firm for a command in the foreground; a running worker lets go between two passes.

    Raises :class:`Refused` with code ``firm_busy`` when it does not within ``patience_seconds``.
    """
    waited = threading.Event()
    lease = leases.claim(firm)
    tries = int(patience_seconds / 0.1)
    while lease is None and tries > 0:
        waited.wait(0.1)
        tries -= 1
        lease = leases.claim(firm)
    if lease is None:
        raise Refused("firm_busy", firm=firm)
    book.put(lease)
    renewer = Renewer(leases, book).start()
    try:
        yield lease
    finally:
        renewer.stop()
        book.drop(firm)
        leases.release(lease)
