"""P11: an old backup of the database is restored: both sides come to rest without twins and without the dead rising.

And nothing is deleted by the dozen: what vanished from one side while the server was away waits for an administrator.
"""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from simulator.graph.mailbox import Item as CalendarItem
from tests.process.checker import Checker
from tests.process.load import Load
from tests.process.outcome import Outcome
from tests.process.rest import come_to_rest
from tests.process.site import Site, SiteOptions, open_site, wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """So many changes before the backup and after it."""

    backend: str = "sqlite"
    before: int = 120
    after: int = 240
    brake_items: int = 30
    seed: int = 11
    patience_seconds: float = 300.0


def run(options: Options, folder: Path) -> Outcome:
    out = Outcome("P11", options.backend)
    own = options.backend == "postgresql"
    site_options = SiteOptions(backend=options.backend, people=4, seed=options.seed, own_server=own)
    with open_site(site_options, folder / "restore") as site:
        load = Load(site, seed=options.seed)
        worker = site.start_worker()
        _changes(load, options.before, options)
        backup = _backup(site, folder)
        _changes(load, options.after, options)
        before = Checker(site, load).verdict()
        site.finish(worker)
        _restore(site, backup)
        restarted = time.monotonic()
        site.start_worker()
        wait(lambda: any(one.began > restarted for one in site.ledger.since(restarted)), "the first request", 120)
        # Long enough for everything to be looked at again.
        time.sleep(5.0)
        verdict = come_to_rest(site, load, out, options.patience_seconds)
        out.figures |= {
            "writes_before_restore": dict(before.writes),
            "writes_after_restore": {name: verdict.writes[name] - before.writes[name] for name in ("raynet", "graph")},
        }
    with open_site(SiteOptions(backend=options.backend, people=2, rules={}, own_server=own), folder / "brake") as site:
        _brake(site, options, out, folder)
    return out


def _changes(load: Load, number: int, options: Options) -> None:
    """Made a few at a time, so that each kind finds something to do; at rest afterwards."""
    checker = Checker(load.site, load)
    for done in range(number):
        load.act()
        if done % 20 == 19:
            wait(lambda: not checker.unsettled(), "carrying", options.patience_seconds, every=0.1)
    checker.settle(options.patience_seconds, quiet_seconds=2.0)


def _backup(site: Site, folder: Path) -> str:
    """As an operator takes one while everything runs."""
    if site.postgres is not None:
        return site.postgres.copy(site.url)
    copy = folder / "backup.sqlite3"
    with closing(sqlite3.connect(str(make_url(site.url).database))) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return str(copy)


def _restore(site: Site, backup: str) -> None:
    """In the place of the present one; everybody who used that has ended."""
    site.database.close()
    site.peek.dispose()
    if site.postgres is not None:
        site.postgres.replace(site.url, backup)
    else:
        file = Path(str(make_url(site.url).database))
        for old in file.parent.glob(f"{file.name}-*"):
            old.unlink()
        file.write_bytes(Path(backup).read_bytes())
    site.reopen()


def _brake(site: Site, options: Options, out: Outcome, folder: Path) -> None:
    """Two thirds of a user's pairs vanish from Raynet between the backup and its restoring."""
    load = Load(site, seed=options.seed)
    worker = site.start_worker()
    firm, person = site.firms[0], site.firms[0].people[0]
    for _ in range(options.brake_items):
        load.place_alone(firm, person)
    checker = Checker(site, load)
    wait(lambda: not checker.unsettled(), "carrying", options.patience_seconds, every=0.1)
    checker.settle(options.patience_seconds, quiet_seconds=2.0)
    backup = _backup(site, folder)
    site.finish(worker)
    _restore(site, backup)
    doomed = load.items[: options.brake_items * 2 // 3]
    with site.world.lock:
        for item in doomed:
            activity = load.index.activities(firm, item.number)[-1]
            person.ui.delete(activity.ref)
    site.start_worker()
    holds = "SELECT count(*) FROM hold"
    wait(lambda: int(site.scalar(holds)) > 0, "the hold", options.patience_seconds, every=0.2)
    time.sleep(5.0)
    with site.world.lock:
        left = [item for item in doomed if _alive(load.index.events(person, item.number))]
    out.figures |= {"brake_deleted_in_raynet": len(doomed), "brake_left_in_outlook": len(left)}
    out.mark("deleted by the dozen", len(doomed) - len(left), most=0)


def _alive(events: list[CalendarItem]) -> bool:
    return len(events) == 1
