"""What the tests import is what a fresh set-up installs: otherwise they pass only where something was added by hand."""

import re
import sys
from importlib.metadata import packages_distributions

from tests.architecture.tree import ROOT, imported, modules

#: `outside` stands beside the script that imports it.
OURS = {"server", "console", "simulator", "tests", "bench", "scripts", "outside"}


def _name(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_every_library_that_tests_import_stands_in_the_lock() -> None:
    lock = (ROOT / "requirements" / "dev.txt").read_text()
    locked = {_name(name) for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==", lock, re.MULTILINE)}
    distributions = packages_distributions()
    used = {name.partition(".")[0] for _, tree in modules("tests", "scripts") for name, _ in imported(tree)}
    foreign = used - OURS - set(sys.stdlib_module_names)
    assert {"pytest", "hypothesis"} <= foreign
    strangers = {name for name in foreign if not locked.intersection(map(_name, distributions.get(name, [])))}
    assert not strangers, f"declare in pyproject.toml, then `make lock`: {', '.join(sorted(strangers))}"
