"""Passes run by a command: the store opened, the firm's lease held, counts and calls added up."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.cli.shell import Shell
from server.domain.ids import FirmId
from server.errors import Refused
from server.settings import Settings, master_keys
from server.store.admin.administration import Administration
from server.store.database import Database
from server.sync import runs
from server.sync.context import PassOptions
from server.sync.runs import Calls, Counters, PreviewParts, Report, Until
from server.sync.session import held
from server.wiring import Engine, build_engine, open_store, utc_now


@contextmanager
def store_of(shell: Shell) -> Iterator[Database]:
    """The product's database, closed afterwards."""
    database = open_store(shell.settings)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def administration_of(shell: Shell) -> Iterator[Administration]:
    """What operators' commands read and change."""
    with store_of(shell) as database:
        yield Administration(database)


@contextmanager
def engine_of(shell: Shell) -> Iterator[Engine]:
    """Everything that runs passes."""
    with store_of(shell) as database:
        engine = build_engine(shell.settings, database)
        try:
            yield engine
        finally:
            engine.close()


def calls_of(engine: Engine) -> Counters:
    """Calls that the engine's gateways sent; a batch to Graph is one HTTP request."""

    def calls(firm: FirmId) -> Calls:
        raynet, graph = engine.raynet.counters(firm), engine.graph.counters(firm)
        return (raynet.reads, graph.reads), (raynet.writes, graph.writes), (raynet.reads + raynet.writes, graph.http)

    return calls


def run_until_quiet(engine: Engine, firm: FirmId, options: PassOptions, *, once: bool) -> Report:
    """Passes in the foreground under the firm's lease. Raises Refused ``firm_busy``, ``firm_paused``."""
    if engine.firms.get(firm).paused:
        raise Refused("firm_paused", firm=firm)
    with held(engine.leases, engine.book, firm):
        until = Until(now=utc_now, once=once)
        return runs.run_until_quiet(engine.driver, firm, options, until, calls_of(engine))


def preview_parts(settings: Settings, engine: Engine) -> PreviewParts:
    """What previews work with."""
    return PreviewParts(
        database=engine.database,
        keys=master_keys(settings),
        ports=engine.ports,
        counters=calls_of(engine),
        clock=utc_now,
    )


def preview(shell: Shell, engine: Engine, firm: FirmId, *, full: bool) -> Report:
    """The plan of the next pass; nothing is written anywhere."""
    return runs.preview(preview_parts(shell.settings, engine), firm, full=full)
