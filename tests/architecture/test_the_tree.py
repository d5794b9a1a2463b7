"""What no committed file may say or be."""

import re
import tomllib
from pathlib import PurePosixPath

import pytest

from tests.architecture.tree import ROOT, committed_files, texts

MOST_LINES = 500
#: Made by tools or taken from elsewhere as they are; nobody reads them from top to bottom.
NOT_READ = re.compile(
    r"^requirements/.*\.txt$|(^|/)package-lock\.json$|(^|/)openapi\.json$|^console/i18n/\w+\.ts$|\.(svg|lock)$"
)

#: Written in two halves, so that this file does not find itself.
INDEX_HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "--extra-" + "index-url",
    "--index" + "-url",
    "--find" + "-links",
)
MACHINE_PATHS = re.compile(
    r"(?<![\w./-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me/[a-z]+|opt/(?:py" + r"pi|wheels))(?:/|\b)"
)
OPEN_ENDS = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_index() -> None:
    hosts = re.compile("|".join(re.escape(host) for host in INDEX_HOSTS))
    found = [line for line in lines_with(hosts) if not line.startswith(("addin/package-lock.json", ".gitignore"))]
    assert not found, "\n".join(found)


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    found = lines_with(MACHINE_PATHS)
    assert not found, "\n".join(found)


def test_nothing_is_left_open() -> None:
    found = lines_with(OPEN_ENDS)
    assert not found, "\n".join(found)


def test_no_source_file_is_longer_than_five_hundred_lines() -> None:
    sources = (".py", ".ts", ".css", ".html", ".sh", ".toml")
    found = [
        f"{name}: {lines} lines"
        for name, text in texts()
        if name.endswith(sources) and not NOT_READ.search(name) and (lines := len(text.splitlines())) > MOST_LINES
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("top", ["tests", "server", "simulator", "console", "bench"])
def test_every_folder_with_python_files_is_a_package(top: str) -> None:
    names = {path.relative_to(ROOT).as_posix() for path in committed_files()}
    folders = {str(PurePosixPath(name).parent) for name in names if name.startswith(f"{top}/") and name.endswith(".py")}
    # Alembic loads its scripts by path and its own way.
    missing = sorted(f for f in folders if f"{f}/__init__.py" not in names and "/migrations" not in f)
    assert not missing


def test_no_package_is_named_for_nothing() -> None:
    vague = re.compile(r"(^|/)(utils?|helpers?|common|base|misc)(\.py|/)")
    found = [str(path) for path in committed_files() if vague.search(path.relative_to(ROOT).as_posix())]
    assert not found


def test_every_lock_pins_every_package_with_hashes() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert {lock.stem for lock in locks} == {"bench", "build", "console", "demo", "dev", "node", "server"}
    for lock in locks:
        pins = re.findall(r"^([a-z0-9.-]+)(?:\[[\w,-]+\])?==\S+(.*(?:\n    .*)*)", lock.read_text(), re.MULTILINE)
        assert pins, lock.name
        assert not [name for name, rest in pins if "--hash=sha256:" not in rest], lock.name


def test_the_locks_hold_what_is_declared() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extra in ("server", "console", "dev", "bench"):
        lock = (ROOT / "requirements" / f"{extra}.txt").read_text()
        for requirement in declared[extra]:
            name = re.split(r"[\[><=]", requirement)[0]
            pinned = re.search(rf"^{re.escape(name)}(\[[\w,-]+\])?==", lock, re.MULTILINE)
            assert pinned or name == "raynet-outlook-sync", f"{name} is not in requirements/{extra}.txt: make lock"


def test_server_and_console_install_without_each_other() -> None:
    server = (ROOT / "requirements" / "server.txt").read_text().lower()
    console = (ROOT / "requirements" / "console.txt").read_text().lower()
    assert not re.search(r"^(pyside6|shiboken|keyring|pyqtgraph)", server, re.MULTILINE)
    assert not re.search(r"^(falcon|sqlalchemy|psycopg2|gunicorn|alembic)", console, re.MULTILINE)
