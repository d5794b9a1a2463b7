"""The committed files and their imports, for the rules beside this module."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Never part of the project, whether git is there to say so or not.
_LEFT_OUT = {".git", ".venv", "node_modules", "build", "dist", "var", "__pycache__"}


@cache
def committed_files() -> tuple[Path, ...]:
    """Files that git tracks or would track; without git (an unpacked archive) all but those never committed."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if not _LEFT_OUT.intersection(path.relative_to(ROOT).parts)]
    return tuple(sorted({path for path in paths if path.is_file() and not path.is_symlink()}))


def texts() -> Iterator[tuple[str, str]]:
    """Name and content of every committed text file."""
    for path in committed_files():
        content = path.read_bytes()
        if b"\0" not in content[:8_000]:
            yield path.relative_to(ROOT).as_posix(), content.decode("utf-8", errors="replace")


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Name and syntax tree of every Python file in ``folders``."""
    for path in committed_files():
        name = path.relative_to(ROOT).as_posix()
        if name.endswith(".py") and name.startswith(tuple(f"{folder}/" for folder in folders)):
            yield name, _parsed(path)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def imported(tree: ast.Module) -> tuple[tuple[str, int], ...]:
    """Each imported module's full name and its line; ``from a import b`` counts as ``a.b``, which may be a module."""
    return tuple(_imported(tree))


def _imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno
