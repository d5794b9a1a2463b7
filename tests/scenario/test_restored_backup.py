"""A backup of the database is restored: what was made since is known to both sides, though not to us."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from server.store.database import open_database
from tests.conftest import ExpectedLogs
from tests.support.databases import KEYS
from tests.support.oracle import Oracle
from tests.support.rig import Rig

HOUR = timedelta(hours=1)
Firm = Callable[..., Rig]


def file_of(rig: Rig) -> Path:
    return Path(str(make_url(rig.url).database))


def backed_up(rig: Rig) -> Path:
    copy = rig.folder / "backup.sqlite3"
    with rig.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(file_of(rig), copy)
    return copy


def restored(rig: Rig, backup: Path) -> None:
    """The old file in the place of the present one, and a new process."""
    rig.database.close()
    for side in file_of(rig).parent.glob(f"{file_of(rig).name}-*"):
        side.unlink()
    shutil.copyfile(backup, file_of(rig))
    rig.database = open_database(rig.url, KEYS)
    rig.restart(60.0)


def made_in_raynet(rig: Rig) -> None:
    jana = rig.people["jana"]
    jana.ui.create("meeting", title="Po záloze", start=rig.clock() + 5 * HOUR)


def made_in_outlook(rig: Rig) -> None:
    jana = rig.people["jana"]
    start = rig.clock() + 7 * HOUR
    jana.outlook.create("Také po záloze", start, start + HOUR)


def shared_in_raynet(rig: Rig) -> None:
    jana, petr = rig.people["jana"], rig.people["petr"]
    jana.ui.create("meeting", title="Společná po záloze", start=rig.clock() + 9 * HOUR, people=(petr.person,))


def private_in_outlook(rig: Rig) -> None:
    jana = rig.people["jana"]
    start = rig.clock() + 11 * HOUR
    jana.outlook.create("Tajné po záloze", start, start + HOUR, sensitivity="private")


def everything(rig: Rig) -> None:
    for one in (made_in_raynet, made_in_outlook, shared_in_raynet, private_in_outlook):
        one(rig)


@pytest.mark.parametrize("change", [made_in_raynet, made_in_outlook, shared_in_raynet, private_in_outlook, everything])
def test_what_was_made_since_the_backup_is_found_again_without_a_write(
    change: Callable[[Rig], None], firm: Firm
) -> None:
    rig = firm("jana", "petr")
    made_in_raynet(rig)
    made_in_outlook(rig)
    rig.tick()
    rig.sync()
    backup = backed_up(rig)
    change(rig)
    rig.tick()
    rig.sync()
    before = counted(rig)
    restored(rig, backup)
    result = rig.sync()
    assert rig.writes() == (0, 0)
    assert counted(rig) == before
    assert not result.errors
    oracle = Oracle(rig)
    assert oracle.check() == []
    assert oracle.rests() == []


def counted(rig: Rig) -> tuple[int, dict[str, int]]:
    return len(rig.raynet.activities()), {name: len(one.outlook.events()) for name, one in rig.people.items()}


def test_after_the_restoring_edits_and_deletions_go_on_as_before(firm: Firm, expected_logs: ExpectedLogs) -> None:
    rig = firm("jana")
    backup = backed_up(rig)
    made_in_raynet(rig)
    made_in_outlook(rig)
    rig.tick()
    rig.sync()
    restored(rig, backup)
    rig.sync()
    jana = rig.people["jana"]
    one: Any = next(a for a in rig.raynet.activities() if a.title == "Po záloze")
    with rig.carried(graph=1):
        jana.ui.edit(one.ref, title="Přejmenováno")
    with rig.carried(raynet=1):
        jana.outlook.delete(jana.outlook.find("Také po záloze"))
    assert jana.outlook.find("Přejmenováno")


def test_what_was_deleted_since_the_backup_does_not_come_back(firm: Firm) -> None:
    rig = firm("jana")
    made_in_raynet(rig)
    made_in_outlook(rig)
    rig.tick()
    rig.sync()
    backup = backed_up(rig)
    jana = rig.people["jana"]
    jana.ui.delete(next(a for a in rig.raynet.activities() if a.title == "Po záloze").ref)
    jana.outlook.delete(jana.outlook.find("Také po záloze"))
    rig.tick()
    rig.sync()
    before = counted(rig)
    restored(rig, backup)
    rig.sync()
    assert rig.writes() == (0, 0)
    assert counted(rig) == before
