"""A small disk that can be filled: a file system in memory where mounting is permitted."""

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class SmallDisk:
    """``path`` is on it. Where nothing may be mounted, ``is_real`` is False and it is a folder like any other."""

    def __init__(self, path: Path, *, is_real: bool) -> None:
        self.path = path
        self.is_real = is_real
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Leave no room at all."""
        with contextlib.suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"\0" * size) == size:
                        continue

    def clear(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(path: Path, mebibytes: int) -> Iterator[SmallDisk]:
    """Mounted at ``path`` until the block ends; needs the right to mount."""
    path.mkdir(parents=True, exist_ok=True)
    options = f"size={mebibytes}m,mode=0755"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "ros-small-disk", str(path)],  # noqa: S607  # found on the path
        capture_output=True,
        check=False,
    )
    disk = SmallDisk(path, is_real=mounted.returncode == 0)
    try:
        yield disk
    finally:
        if disk.is_real:
            subprocess.run(["umount", "--lazy", str(path)], capture_output=True, check=False)  # noqa: S607  # as above
