"""Puts together what a worker does beside its passes."""

import secrets
import socket
from typing import TypeVar, cast

from server.admin.alerts import AlertWatch
from server.admin.consent import ConsentDesk
from server.cli.foreground import preview_parts
from server.flow import Op
from server.settings import Settings
from server.store.admin.administration import Administration
from server.sync.house import House, HouseParts
from server.sync.jobs import JobRunner
from server.wiring import Engine, credential_of, utc_now

T = TypeVar("T")


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
            alerts=AlertWatch(engine.database, administration.alerts, utc_now, credential_of(settings)),
            now=utc_now,
        )
    )
