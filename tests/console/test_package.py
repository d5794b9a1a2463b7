"""What is installed: the command, the self-test, nothing of the server. `make package` proves the built program."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OFFSCREEN = os.environ | {"QT_QPA_PLATFORM": "offscreen"}


def run(*command: str, seconds: float = 120) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=OFFSCREEN, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return done.stdout


def test_the_command_tells_its_version_and_that_it_is_whole() -> None:
    assert run(sys.executable, "-m", "console", "--version").startswith("ros-console ")
    assert run(sys.executable, "-m", "console", "--self-test").strip().endswith("whole")


def test_the_console_loads_nothing_of_the_server_and_no_array_library() -> None:
    script = (
        "import sys, console.wiring, console.app, console.self_test\n"
        "heavy = ('server', 'simulator', 'falcon', 'sqlalchemy', 'numpy', 'pyqtgraph')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert run(sys.executable, "-c", script).strip() == "[]"


def test_a_call_of_qt_gives_no_reference_away() -> None:
    """A binding that forgets to count ends the process with a fatal error after some ten thousand calls."""
    script = (
        "import sys\nfrom PySide6.QtWidgets import QApplication, QLabel\n"
        "application = QApplication([]); label = QLabel()\n"
        "label.setText('x'); before = sys.getrefcount(None)\n"
        "for number in range(1_000): label.setText('x'); label.hide()\n"
        "print(before - sys.getrefcount(None))"
    )
    assert int(run(sys.executable, "-c", script)) < 100
