"""``python -m tests.process P1 --backend sqlite --runs 200``: one test as given, its figures into bench/process.

``python -m tests.process`` lists the tests; each has its own options, shown by ``python -m tests.process P1 --help``.
Exit code 1 when a mark is missed; marks of time count only with ``--strict-time``.
"""

import argparse
import shlex
import shutil
import signal
import sys
import tempfile
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from tests.process.outcome import RESULTS, Outcome
from tests.process.registry import TESTS, Test


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in TESTS:
        for name, test in TESTS.items():
            sys.stdout.write(f"{name:5} {(test.module.__doc__ or '').strip().splitlines()[0]}\n")
        return 0 if not arguments else 2
    name, test = arguments[0], TESTS[arguments[0]]
    parser = argparse.ArgumentParser(prog=f"python -m tests.process {name}", description=test.module.__doc__)
    for one in fields(test.options):
        if one.default is MISSING:
            continue
        kind: Any = type(one.default)
        flag = f"--{one.name.replace('_', '-')}"
        if kind is bool:
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=one.default)
        else:
            parser.add_argument(flag, type=kind, default=one.default)
    parser.add_argument("--strict-time", action="store_true", help="marks of time decide too")
    parser.add_argument("--keep", type=Path, help="folder for logs and databases; a temporary one by default")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments[1:])
    options = test.options(**{one.name: getattr(given, one.name) for one in fields(test.options)})
    # Whoever ends us lets us end our processes first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = given.keep or Path(tempfile.mkdtemp(prefix=f"ros-{name.lower()}-"))
    try:
        outcome: Outcome = test.module.run(options, folder)
    finally:
        if given.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    asked = [f"--{key.replace('_', '-')} {shlex.quote(str(value))}" for key, value in changed(test, options).items()]
    command = ["python", "-m", "tests.process", name, *asked]
    path = outcome.write(command, given.results)
    sys.stdout.write(outcome.show() + f"\n  -> {path.name}\n")
    return 1 if outcome.failed(with_time=given.strict_time) else 0


def changed(test: Test, options: Any) -> dict[str, object]:
    """The options that are not as usual, without this machine's folders."""
    usual = test.options()
    values = {one.name: getattr(options, one.name) for one in fields(test.options)}
    return {key: value for key, value in values.items() if value != getattr(usual, key)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
