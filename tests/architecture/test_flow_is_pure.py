"""The domain and the flow do no I/O and know no clock, chance or thread: so every interleaving is repeatable."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import imported, modules

#: Modules of ``server/sync`` that may touch the machine: they drive the flow, they are not the flow.
DRIVERS = tuple(f"server/sync/{name}.py" for name in ("worker", "driver", "session", "runs", "jobs", "house"))

IMPURE_MODULES = frozenset(
    """
    time random uuid threading requests secrets asyncio socket ssl subprocess multiprocessing concurrent queue signal
    sched http urllib3 httpx os sys io shutil tempfile glob selectors select logging structlog sqlalchemy psycopg2
    sqlite3 schedule falcon msal tzlocal contextvars
    """.split()
)
#: Pure parts of modules that are impure otherwise: values and tables.
PURE_PARTS = frozenset({"uuid.UUID", "uuid.uuid5", "tzlocal.windows_tz.tz_win", "tzlocal.windows_tz.win_tz"})
#: Impure parts of modules that are pure otherwise.
IMPURE_PARTS = frozenset({"urllib.request", "pathlib.Path", "importlib.resources"})
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})
IMPURE_BUILTINS = frozenset({"open", "print", "input", "id", "hash"})


def impurities(tree: ast.Module) -> Iterator[str]:
    for name, line in imported(tree):
        if name in PURE_PARTS:
            continue
        if name.partition(".")[0] in IMPURE_MODULES or any(f"{name}.".startswith(f"{part}.") for part in IMPURE_PARTS):
            yield f"line {line}: imports {name}"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(
                attr=attribute, value=ast.Name(id="datetime" | "date") | ast.Attribute(attr="datetime" | "date")
            ):
                if attribute in CLOCK_CALLS:
                    yield f"line {node.lineno}: reads the clock with {attribute}()"
            case ast.Name(id=name) if name in IMPURE_BUILTINS:
                yield f"line {node.lineno}: calls {name}()"


def test_domain_and_flow_do_no_io_and_read_no_clock() -> None:
    found = [
        f"{name} {impurity}"
        for name, tree in modules("server/domain", "server/sync")
        if name not in DRIVERS
        for impurity in impurities(tree)
    ]
    assert not found, "\n".join(found)


def test_the_flow_language_itself_is_pure() -> None:
    found = [
        f"{name} {what}" for name, tree in modules("server") if name == "server/flow.py" for what in impurities(tree)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "import time",
        "import os.path",
        "from random import Random",
        "from concurrent.futures import ThreadPoolExecutor",
        "from urllib.request import urlopen",
        "from pathlib import Path",
        "def f():\n    import uuid",
        "from uuid import UUID, uuid4",
        "import tzlocal",
        "from datetime import datetime\ndatetime.now(UTC)",
        "import datetime as dt\ndt.datetime.utcnow()",
        "from datetime import date\ndate.today()",
        "open('x')",
        "hash('differs per process')",
    ],
)
def test_each_impurity_is_noticed(code: str) -> None:
    assert list(impurities(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\ndatetime.fromisoformat(x)",
        "from urllib.parse import quote",
        "from uuid import UUID, uuid5",
        "now()",
        "def hash_of(x): ...",
    ],
)
def test_pure_code_passes(code: str) -> None:
    assert not list(impurities(ast.parse(code)))
