"""Makes `.venv` hold one install set, from its lock and with hashes: `bootstrap.py demo|dev|server|console|bench`.

`demo` and `dev` get the built panel too, `dev` a browser and what Qt needs of the system, `console` the latter.

Standard library only, Python 3.11+. May be run again at any time and interrupted at any time: a stamp is written last,
and a run that finds its stamp does nothing. Progress goes to stderr.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import outside

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("ROS_VENV", ROOT / ".venv"))
SETS = ("demo", "dev", "server", "console", "bench")
#: Sets that hold all of another one.
INCLUDED_IN = {
    "demo": ("dev", "bench"),
    "server": ("demo", "dev", "bench"),
    "console": ("dev", "bench"),
    "dev": ("bench",),
    "bench": (),
}
#: Sets that serve the panel, and sets with the console.
WITH_PANEL = ("demo", "dev", "server")
WITH_QT = ("dev", "console")
#: What of a running Python makes an installed set unusable for another one.
INTERPRETER = f"{sys.implementation.cache_tag} {sys.base_prefix}"


class SetupFailedError(Exception):
    """What is missing and the command that repairs it."""


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in SETS:
        say(f"usage: scripts/bootstrap.py {'|'.join(SETS)}")
        return 2
    wanted = arguments[0]
    try:
        if not is_installed(wanted) or not has_panel(wanted):
            with only_one_at_a_time():
                if not is_installed(wanted):
                    install(wanted)
                if not has_panel(wanted):
                    add_panel(wanted)
        if wanted in WITH_QT:
            display = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
            outside.provide_system(say, browser=wanted == "dev", display=display)
    except (SetupFailedError, outside.MissingError) as problem:
        say(f"\nset-up stopped: {problem}")
        return 1
    except KeyboardInterrupt:
        say("\nset-up interrupted; the same command continues it")
        return 130
    return 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def install(wanted: str) -> None:
    """Environment, packages of the lock, then our own package; the stamp comes last."""
    started = time.monotonic()
    say(f"Setting up {VENV.name} with the '{wanted}' packages (once; a few minutes at most on a slow line)")
    make_environment()
    packages = count_packages(wanted)
    say(f"  [2/3] {packages} packages, each checked against its hash")
    pip_install("-r", str(lock(wanted)), "--require-hashes", "--only-binary", ":all:")
    say("  [3/3] this project")
    pip_install("-r", str(lock("build")), "--require-hashes", "--only-binary", ":all:")
    pip_install("--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT))
    stamp(wanted).write_text(fingerprint(wanted), encoding="utf-8")
    say(f"  done in {time.monotonic() - started:.0f} s")


# --- what is there already ------------------------------------------------------------------------------------------


def lock(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def stamp(name: str) -> Path:
    return VENV / f".installed-{name}"


def fingerprint(name: str) -> str:
    """Everything that an installed set was made from."""
    digest = hashlib.sha256(INTERPRETER.encode())
    for path in (lock(name), lock("build"), ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_installed(wanted: str) -> bool:
    for name in (wanted, *INCLUDED_IN[wanted]):
        with contextlib.suppress(OSError):
            if stamp(name).read_text(encoding="utf-8") == fingerprint(name) and python().exists():
                return True
    return False


def count_packages(name: str) -> int:
    return sum("==" in line and not line.startswith((" ", "#")) for line in lock(name).read_text().splitlines())


# --- the environment ------------------------------------------------------------------------------------------------


def python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_environment() -> None:
    """A virtual environment of this Python with pip in it; one that is whole already is kept."""
    if environment_fits():
        say("  [1/3] virtual environment: there already")
        return
    say("  [1/3] virtual environment")
    if has_module("ensurepip"):
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], "creating the virtual environment")
    elif has_module("pip"):
        # Debian splits ensurepip off; a pip that is there can furnish the environment as well.
        run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], "creating the virtual environment")
        run([sys.executable, "-m", "pip", "--python", str(python()), "install", "--quiet", "pip"], "installing pip")
    else:
        install_venv_package()
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], "creating the virtual environment")


def environment_fits() -> bool:
    probe = "import pip, sys; print(sys.implementation.cache_tag, sys.base_prefix)"
    if not python().exists():
        return False
    answer = subprocess.run([str(python()), "-c", probe], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == INTERPRETER


def has_module(name: str) -> bool:
    return subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, check=False).returncode == 0


def install_venv_package() -> None:
    """Debian and Ubuntu ship venv apart: fetch it where we may, otherwise say how."""
    say("        Python's venv module is missing")
    outside.install_packages([f"python{sys.version_info.major}.{sys.version_info.minor}-venv"], say)
    if not has_module("ensurepip"):
        raise SetupFailedError("Python's venv module is still missing.")


# --- the panel ------------------------------------------------------------------------------------------------------


def has_panel(wanted: str) -> bool:
    return wanted not in WITH_PANEL or outside.panel_is_built(tests_too=wanted == "dev")


def add_panel(wanted: str) -> None:
    say("  building the Outlook panel")
    node = ("-r", str(lock("node")), "--require-hashes", "--only-binary", ":all:")
    outside.build_panel(python(), lambda: pip_install(*node), say, tests_too=wanted == "dev")


# --- running other programs -----------------------------------------------------------------------------------------


def pip_install(*arguments: str) -> None:
    progress = "on" if sys.stderr.isatty() else "off"
    command = [str(python()), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    # --quiet hides the bar too, so on a terminal we let pip talk: a newcomer sees that something moves.
    if progress == "on":
        command.remove("--quiet")
    run([*command, "--progress-bar", progress, *arguments], "installing packages", show=progress == "on")


def run(command: list[str], doing: str, *, show: bool = False) -> None:
    outcome = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr if show else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if outcome.returncode != 0:
        tail = "\n".join((outcome.stdout or "").splitlines()[-15:])
        raise SetupFailedError(f"{doing} failed (code {outcome.returncode}).\n{tail}\nThe same command tries again.")


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Two `make` at once wait for each other instead of installing into each other."""
    VENV.parent.mkdir(parents=True, exist_ok=True)
    guard = VENV.with_name(VENV.name + ".lock")
    with guard.open("w", encoding="utf-8") as handle:
        if os.name != "nt":
            import fcntl  # not on Windows

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
