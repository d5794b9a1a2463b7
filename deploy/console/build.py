"""``python deploy/console/build.py [FOLDER]``: the console as one program of this system, started once to prove it.

Needs the `dev` packages (PyInstaller). Windows programs are built on Windows, Linux ones on Linux. Writes
``FOLDER/ros-console`` (``dist/ros-console`` without a folder); progress goes to stderr.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC = Path(__file__).with_name("ros-console.spec")


def main(arguments: list[str]) -> int:
    sys.path.insert(0, str(ROOT))
    dist = Path(arguments[0] if arguments else ROOT / "dist").resolve()
    work = dist.parent / "build-console"
    work.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    make_translations(work)
    make_icon(work)
    make_version_file(work)
    pack(dist, work)
    program = dist / "ros-console" / ("ros-console.exe" if os.name == "nt" else "ros-console")
    for option in ("--version", "--self-test"):
        run([str(program), option], environment=bare(work))
    size = sum(file.stat().st_size for file in program.parent.rglob("*") if file.is_file())
    say(f"{program}: {size / 1e6:.0f} MB, built and started in {time.monotonic() - began:.0f} s")
    return 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(command: list[str], *, environment: dict[str, str]) -> None:
    subprocess.run(command, check=True, env=environment, stdin=subprocess.DEVNULL)


def bare(work: Path) -> dict[str, str]:
    """Nothing that could lead the program to this machine's Python, Qt or settings."""
    home = work / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    return {**kept, "HOME": str(home), "LOCALAPPDATA": str(home), "APPDATA": str(home), "QT_QPA_PLATFORM": "offscreen"}


def make_translations(work: Path) -> None:
    """A packaged program has no lrelease: it carries what that makes."""
    from console.i18n import LANGUAGES, release

    for language in LANGUAGES:
        release(ROOT / "console" / "i18n" / f"{language}.ts", work / f"{language}.qm")


def make_icon(work: Path) -> None:
    """The program's sign in the form that Windows wants, drawn from our SVG."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(256, 256, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(ROOT / "console" / "resources" / "icons" / "app.svg")).render(painter)
    painter.end()
    if not image.save(str(work / "app.ico"), "ICO"):
        raise SystemExit("the icon could not be written")
    del application


def make_version_file(work: Path) -> None:
    """What Windows shows in the program's properties."""
    from console.version import VERSION

    numbers = [int(part) for part in VERSION.split(".") if part.isdigit()]
    four = tuple([*numbers, 0, 0, 0, 0][:4])
    strings = {
        "CompanyName": "VITSOL",
        "FileDescription": "Raynet - Outlook: konzole synchronizace",
        "FileVersion": VERSION,
        "InternalName": "ros-console",
        "OriginalFilename": "ros-console.exe",
        "ProductName": "Raynet Outlook Sync",
        "ProductVersion": VERSION,
    }
    entries = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    (work / "version.txt").write_text(
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={four}, prodvers={four}, mask=0x3f, flags=0x0, OS=0x40004, "
        "fileType=0x1, subtype=0x0, date=(0, 0)), kids=[StringFileInfo([StringTable('040504b0', "
        f"[{entries}])]), VarFileInfo([VarStruct('Translation', [1029, 1200])])])\n",
        encoding="utf-8",
    )


def pack(dist: Path, work: Path) -> None:
    options = ["--noconfirm", "--log-level", "WARN", "--distpath", str(dist), "--workpath", str(work / "pyinstaller")]
    environment = {**os.environ, "ROS_BUILD": str(work)}
    run([sys.executable, "-m", "PyInstaller", *options, str(SPEC)], environment=environment)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
