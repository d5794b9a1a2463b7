"""How often somebody may try to sign in: buckets per address and per login, shared by all processes.

The bucket of a login that does not exist fills like that of one that does, so a refusal tells nothing.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from sqlalchemy import Connection, delete, select

from server.errors import Refused
from server.store.admin.changes import Clock, utc_now
from server.store.crypto import lookup_digest
from server.store.database import Database
from server.store.dialects import upsert
from server.store.tables.accounts import sign_in_gate

#: The tries of ``PERIOD`` may come at once; after that one each tenth of it.
TRIES: Final = 10
PERIOD: Final = timedelta(minutes=1)
#: Nobody owns less than a /64 in IPv6.
_IPV6_OWNED_BITS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """``tries`` each ``period``."""

    tries: int = TRIES
    period: timedelta = PERIOD


class SignInGate:
    """Two statements a try."""

    def __init__(self, database: Database, now: Clock = utc_now, rate: Rate | None = None) -> None:
        self._database = database
        self._now = now
        self._rate = rate or Rate()

    def enter_unscoped(self, address: str, login: str | None = None) -> None:
        """Counts a try. Raises Refused ``too_many_tries`` with ``retry_after_seconds``; that try counts for nothing."""
        keys = sorted({_key("address", owner_of(address)), *([_key("login", login)] if login is not None else [])})
        at = self._now()
        wait = self._database.write_unscoped(lambda connection: self._wait(connection, keys, at))
        if wait is not None:
            raise Refused("too_many_tries", retry_after_seconds=max(1, ceil(wait.total_seconds())))

    def _wait(self, connection: Connection, keys: Sequence[str], at: datetime) -> timedelta | None:
        gate, each = sign_in_gate.c, self._rate.period / self._rate.tries
        connection.execute(delete(sign_in_gate).where(gate.full_until <= at, gate.key.not_in(keys)))
        found = select(gate.key, gate.full_until).where(gate.key.in_(keys)).order_by(gate.key).with_for_update()
        until = {row.key: max(row.full_until, at) for row in connection.execute(found)}
        after = {key: until.get(key, at) + each for key in keys}
        too_full: list[timedelta] = [
            one - self._rate.period - at for one in after.values() if one - at > self._rate.period
        ]
        if too_full:
            return max(too_full)
        statement = upsert(connection.dialect, sign_in_gate, ("key",), ["full_until"], {})
        for key in keys:
            connection.execute(statement, {"key": key, "full_until": after[key]})
        return None


def gate_key_of_login(login: str) -> str:
    """The bucket of a login."""
    return _key("login", login)


def _key(kind: str, value: str) -> str:
    return lookup_digest(f"sign-in {kind} {value.strip().lower()}")


def owner_of(address: str) -> str:
    """What one caller has of addresses: an IPv4 address, a /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _IPV6_OWNED_BITS), strict=False))
    return str(found)
