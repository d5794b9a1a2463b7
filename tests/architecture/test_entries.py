"""Both commands are installed with either half: the one whose libraries are missing says so, in both languages."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Hides a library as if it had never been installed.
HIDDEN = """
import runpy, sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name == {library!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Hidden())
sys.argv = [{module!r}]
runpy.run_module({module!r}, run_name="__main__")
"""


@pytest.mark.parametrize(
    ("module", "library", "extra"), [("server.cli", "click", "server"), ("console", "PySide6", "console")]
)
def test_a_command_without_its_libraries_names_what_to_install(module: str, library: str, extra: str) -> None:
    code = HIDDEN.format(library=library, module=module)
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 1
    assert f"chybí knihovna {library}" in ended.stderr
    assert f"lacks the library {library}" in ended.stderr
    assert f'pipx install "raynet-outlook-sync[{extra}]"' in ended.stderr
    assert "Traceback" not in ended.stderr
