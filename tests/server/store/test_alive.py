"""Whose worker has died on this machine is known at once, and nobody living is taken for dead."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from server.domain.state import Firm
from server.store.alive import GRACE_SECONDS, alive
from server.store.database import Database
from server.store.locks import Leases

_HOLDER = """
import sys, time
from pathlib import Path
from server.store.alive import alive
class Leases:
    owner = sys.argv[2]
with alive(Path(sys.argv[1]), Leases()):
    print("ready", flush=True)
    time.sleep(600)
"""


def holder(folder: Path, owner: str) -> "subprocess.Popen[str]":
    """A process that says it lives."""
    process = subprocess.Popen([sys.executable, "-c", _HOLDER, str(folder), owner], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait(60)
    assert process.stdout is not None
    process.stdout.close()


def test_the_leases_of_a_killed_worker_end_when_its_successor_starts(
    database: Database, firm: Firm, tmp_path: Path
) -> None:
    dead = Leases(database, "house-1")
    assert dead.claim(firm.id) is not None
    end(holder(tmp_path, "house-1"))
    successor = Leases(database, "house-2")
    with alive(tmp_path, successor) as found:
        assert found == 1
        assert successor.claim(firm.id) is None, "what the dead one had sent may still be under way"
        time.sleep(GRACE_SECONDS + 0.1)
        assert successor.claim(firm.id) is not None
    assert not list(tmp_path.iterdir()), "who ends in order leaves nothing behind"


def test_a_stopped_worker_lives_and_keeps_its_lease(database: Database, firm: Firm, tmp_path: Path) -> None:
    process = holder(tmp_path, "house-1")
    try:
        process.send_signal(signal.SIGSTOP)
        assert Leases(database, "house-1").claim(firm.id) is not None
        with alive(tmp_path, Leases(database, "house-2")) as found:
            assert found == 0
            time.sleep(GRACE_SECONDS + 0.1)
            assert Leases(database, "house-3").claim(firm.id) is None
    finally:
        end(process)


def test_workers_of_another_machine_are_left_alone(database: Database, firm: Firm, tmp_path: Path) -> None:
    end(holder(tmp_path, "other-house-1"))
    assert Leases(database, "other-house-1").claim(firm.id) is not None
    with alive(tmp_path, Leases(database, "house-2")) as found:
        assert found == 0
    assert [one.name for one in tmp_path.iterdir()] == ["other-house-1.alive"]


def test_without_a_folder_to_write_in_leases_run_out_by_themselves(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with alive(tmp_path / "file" / "workers", Leases(database, "house-1")) as found:
        assert found == 0
