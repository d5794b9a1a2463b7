"""Puts together what a worker does beside its passes."""

import secrets
import socket
from typing import TypeVar, cast

from server.admin.alerts import AlertWatch
from server.admin.consent import ConsentDesk
from server.cli.foreground import calls_of, preview_parts
from server.domain.ids import FirmId
from server.domain.state import Side
from server.flow import Op
from server.settings import Settings
from server.store.admin.administration import Administration
from server.store.admin.quotas import Spent
from server.sync.house import House, HouseParts
from server.sync.jobs import JobRunner
from server.wiring import Engine, credential_of, utc_now

T = TypeVar("T")


class Meter:
    """What each firm has spent since it was asked for last; for one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calls = calls_of(engine)
        self._before: dict[FirmId, tuple[int, int]] = {}

    def __call__(self, firm: FirmId) -> tuple[Spent, ...]:
        reads, writes, http = self._calls(firm)
        now = (reads[0] + writes[0], http[1])
        before = self._before.get(firm, (0, 0))
        self._before[firm] = now
        gauge = self._engine.raynet.gauge(firm)
        return (
            Spent(
                side=Side.RAYNET,
                calls=now[0] - before[0],
                limit=gauge.limit,
                left=gauge.remaining,
                resets_at=gauge.reset,
            ),
            Spent(side=Side.GRAPH, calls=now[1] - before[1]),
        )


def house_of(settings: Settings, engine: Engine) -> House:
    """Over a worker's engine."""
    administration = Administration(engine.database)

    def graph(op: Op[T]) -> T:
        return cast(T, engine.graph.perform(op))

    runner = f"{socket.gethostname()}-{secrets.token_hex(6)}"
    parts = preview_parts(settings, engine)
    return House(
        HouseParts(
            database=engine.database,
            runner=JobRunner(administration.jobs, parts, runner, engine.driver.stopping),
            jobs=administration.jobs,
            series=administration.series,
            consent=ConsentDesk(administration.consents, administration.firms, graph, utc_now),
            quotas=administration.quotas,
            spent=Meter(engine),
            alerts=AlertWatch(engine.database, administration.alerts, utc_now, credential_of(settings)),
            now=utc_now,
        )
    )
