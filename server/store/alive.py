"""Which workers of this machine live: each holds a lock on a file of its own, which the kernel drops with the process.

A worker that starts finds the files of those that were killed and ends their leases early, so that a restarted one need
not wait ten seconds for its own predecessor. A stopped or busy process keeps its lock, so nobody living is ever robbed;
leases of other machines are left alone and run out by themselves.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from server.store.locks import Leases

#: Requests that the dead process had sent may still be under way: so long its leases go on.
GRACE_SECONDS: Final = 1.0
_SUFFIX: Final = ".alive"


@contextmanager
def alive(folder: Path, leases: Leases) -> Iterator[int]:
    """While the block runs, everybody can tell that the owner of ``leases`` lives; gives how many dead were found.

    Where the folder cannot be written nothing is known and nothing is done: leases run out as between machines. Raises
    Unavailable when the database is away.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = _locked_file(folder, leases.owner)
    except OSError:
        yield 0
        return
    try:
        yield bury(folder, leases)
    finally:
        with contextlib.suppress(OSError):
            (folder / f"{leases.owner}{_SUFFIX}").unlink()
        os.close(handle)


def bury(folder: Path, leases: Leases) -> int:
    """End the leases of this machine's dead workers soon; how many there were."""
    machine = leases.owner.rpartition("-")[0]
    dead = 0
    for file in sorted(folder.glob(f"{machine}-*{_SUFFIX}")):
        owner = file.name.removesuffix(_SUFFIX)
        if owner == leases.owner or owner.rpartition("-")[0] != machine or not _is_free(file):
            continue
        leases.end_soon(owner, GRACE_SECONDS)
        with contextlib.suppress(OSError):
            file.unlink()
        dead += 1
    return dead


def _locked_file(folder: Path, owner: str) -> int:
    """Under its final name only when it is locked: nobody meets it free while its process lives."""
    draft = folder / f"{owner}.draft"
    handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.rename(folder / f"{owner}{_SUFFIX}")
    except OSError:
        os.close(handle)
        raise
    return handle


def _is_free(file: Path) -> bool:
    """Whether no living process holds it."""
    try:
        handle = os.open(file, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(handle)
