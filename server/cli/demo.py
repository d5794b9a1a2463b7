"""``ros demo``: a simulated firm, the server, the worker and a page with both calendars; or a day that plays itself."""

import _thread
import queue
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click

from server.catalogue.sentences import Language, Sentence
from server.cli.demo_stage import Stage, StageFailedError, StageOptions, StageStoppedError, inherited
from server.cli.output import Table, show_json, show_table
from server.cli.processes import has_simulator
from server.cli.shell import Shell, both, command, json_option, pass_shell

_STEPS: Final = {
    "simulator": Sentence(
        "Spouštím simulovaný Raynet a Microsoft 365…", "Starting simulated Raynet and Microsoft 365…"
    ),
    "store": Sentence("Zakládám databázi a firmu s pěti uživateli…", "Making the database and a firm with five users…"),
    "server": Sentence("Spouštím server a synchronizaci…", "Starting the server and the worker…"),
    "first_pass": Sentence("Poprvé porovnávám obě strany…", "Comparing both sides for the first time…"),
}
_WHAT_TO_TRY: Final = Sentence(
    """Hotovo. Otevřete {url}
  • přetáhněte schůzku v kalendáři Raynetu a sledujte Outlook vedle
  • přejmenujte, dokončete nebo smažte cokoli na kterékoli straně
  • vytvořte v Outlooku soukromou událost: v Raynetu se objeví jen čas
  • klepněte na položku: čára vede k jejímu protějšku, vpravo je důvod každého kroku
  • konzole správce: {console}
Ctrl+C vše ukončí. Záznamy a databáze: {folder}""",
    """Ready. Open {url}
  • drag a meeting in Raynet's calendar and watch Outlook beside it
  • rename, complete or delete anything on either side
  • make a private event in Outlook: only its time appears in Raynet
  • click an item: a line leads to its partner, the reasons of each step stand on the right
  • the administrator's console: {console}
Ctrl+C ends it all. Logs and database: {folder}""",
)
_DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY")
#: Where the console of the demonstration looks first.
_API_PORT: Final = 8080
_DAY_SECONDS: Final = 120.0


class _Interrupted(Exception):
    """INT or TERM came."""


@command(
    "demo",
    "Vyzkoušení bez účtů a serverů: simulovaná firma, skutečná synchronizace a stránka s oběma kalendáři.",
    "Try it without accounts and servers: a simulated firm, the real sync, and a page with both calendars.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8780, show_default=True, help=both("port stránky", "page's port")
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help=both("nová složka pro databázi a záznamy; jinak dočasná", "new folder for database and logs; else temporary"),
)
@click.option("--seed", type=int, default=0, show_default=True, help=both("semínko náhody", "seed of the randomness"))
@click.option("--headless", is_flag=True, help=both("přehraje den změn a vypíše výsledek", "plays a day of changes"))
@click.option("--short", is_flag=True, help=both("s --headless: jen pár změn", "with --headless: a few changes only"))
@json_option
@pass_shell
def demo(
    shell: Shell, *, port: int, data_dir: Path | None, seed: int, headless: bool, short: bool, as_json: bool
) -> int:
    """Exit code 1 when a played day ends with a difference, a double, a mail or a change that did not arrive."""
    if not has_simulator(shell):
        return 1
    if data_dir is not None and data_dir.exists() and any(data_dir.iterdir()):
        shell.say(
            Sentence(
                f"Složka {data_dir} není prázdná; simulovaný svět začíná vždy znovu, zvolte novou.",
                f"{data_dir} is not empty; the simulated world always starts afresh, choose a new folder.",
            )
        )
        return 1
    options = StageOptions(folder=Path(), page_port=port, seed=seed, environ=inherited(shell.environ))
    try:
        with _folder(data_dir) as folder, _interruptible() as stopping:
            if headless:
                return _play(shell, options, folder, stopping, short=short, as_json=as_json)
            return _show(shell, options, folder, stopping)
    except (_Interrupted, StageStoppedError):
        shell.say(Sentence("Ukončeno.", "Ended."))
        return 0
    except StageFailedError as failed:
        _explain(shell, failed)
        return 1


# --- with the page ----------------------------------------------------------------------------------------------------


def _show(shell: Shell, options: StageOptions, folder: Path, stopping: threading.Event) -> int:
    with Stage(_in(options, folder), stopping, lambda step: shell.say(_STEPS[step])) as stage:
        stage.go()
        values = {"url": stage.page_url, "folder": folder}
        console = _console(shell, stage)
        shell.say(
            Sentence(
                _WHAT_TO_TRY.cs.format(**values, console=console.cs),
                _WHAT_TO_TRY.en.format(**values, console=console.en),
            )
        )
        _wait(stage, stopping)
        shell.say(Sentence("Ukončuji…", "Ending…"))
    return 0


def _console(shell: Shell, stage: Stage) -> Sentence:
    """Opened where there is a display and it is installed; otherwise how to open it."""
    environ = stage.options.environ
    if any(environ.get(name) for name in _DISPLAYS) and find_spec("console") and find_spec("PySide6"):
        stage.open_console("firm", "en" if shell.language is Language.ENGLISH else "cs")
        return Sentence(
            f"otevřela se, přihlášená jako správce firmy; jinak ros-console --demo central --server {stage.api_url}",
            f"has opened, signed in for the firm; otherwise ros-console --demo central --server {stage.api_url}",
        )
    line = f"ros-console --demo central|firm|auditor --server {stage.api_url}"
    return Sentence(line, line)


def _wait(stage: Stage, stopping: threading.Event) -> None:
    """Until somebody stops us; raises StageFailedError when a process ends by itself."""
    while not stopping.wait(0.2):
        fallen = stage.fallen()
        if fallen is not None:
            raise StageFailedError(fallen, stage.log_of(fallen))


def _explain(shell: Shell, failed: StageFailedError) -> None:
    tail = failed.log.read_text(errors="replace").splitlines()[-5:] if failed.log.exists() else []
    shell.say(
        Sentence(
            f"Proces „{failed.process}“ skončil nebo nenaběhl; ostatní byly ukončeny. Poslední řádky:",
            f"Process “{failed.process}” ended or did not start; the others were ended. Its last lines:",
        )
    )
    for line in tail:
        click.echo(f"  {line[:300]}", err=True)


# --- a day that plays itself ------------------------------------------------------------------------------------------


def _play(
    shell: Shell, options: StageOptions, folder: Path, stopping: threading.Event, *, short: bool, as_json: bool
) -> int:
    """Once with push, once without, each with a world, a database and processes of its own."""
    stages = [
        Stage(
            StageOptions(
                folder=folder / ("push" if push else "polling"),
                seed=options.seed,
                play="short" if short else "full",
                push=push,
                environ=options.environ,
            ),
            stopping,
        )
        for push in (True, False)
    ]
    shell.say(Sentence("Spouštím dva světy: s oznámeními a bez nich…", "Starting two worlds: with push and without…"))
    with ExitStack() as stack, ThreadPoolExecutor(len(stages)) as pool:
        for stage in stages:
            stack.callback(stage.stop)
        for starting in [pool.submit(stage.__enter__) for stage in stages]:
            _until(stopping, starting.done)
            starting.result()
        parts = _played(shell, stages, stopping)
    passed = all(_is_good(part) for part in parts)
    if as_json:
        show_json({"passed": passed, "parts": parts})
    else:
        show_table(_summary(parts), shell.language)
        shell.say(_VERDICT[passed])
    return 0 if passed else 1


def _played(shell: Shell, stages: list[Stage], stopping: threading.Event) -> list[dict[str, Any]]:
    """The second day begins when the first has nothing left but to be idle."""
    with_push, without = stages
    shell.say(Sentence("Den s oznámeními…", "A day with push…"))
    with_push.go()
    _until(stopping, lambda: with_push.resting.is_set() or with_push.fallen() is not None)
    shell.say(Sentence("Část dne bez oznámení…", "Part of a day without push…"))
    without.go()
    return [_result(stage, stopping) for stage in stages]


def _until(stopping: threading.Event, holds: Callable[[], bool]) -> None:
    """Wait; raises when we are told to stop."""
    while not holds():
        if stopping.wait(0.1):
            raise _Interrupted


_VERDICT: Final = {
    True: Sentence("Obě strany souhlasí.", "Both sides agree."),
    False: Sentence("Něco nesouhlasí, viz tabulka.", "Something disagrees, see the table."),
}


def _result(stage: Stage, stopping: threading.Event) -> dict[str, Any]:
    waited = 0.0
    while waited < _DAY_SECONDS:
        try:
            return stage.done.get(timeout=0.2)
        except queue.Empty:
            waited += 0.2
        if stopping.is_set():
            raise _Interrupted
        fallen = stage.fallen()
        if fallen is not None:
            raise StageFailedError(fallen, stage.log_of(fallen))
    raise StageFailedError("simulator", stage.log_of("simulator"))


def _is_good(part: Mapping[str, Any]) -> bool:
    nothing = not any(part[name] for name in ("mails", "duplicates", "differences"))
    return nothing and part["arrived"] == part["changes"]


def _summary(parts: list[dict[str, Any]]) -> Table:
    def row(cs: str, en: str, value: Any) -> tuple[object, ...]:
        return (Sentence(cs, en).cs, *(value(part) for part in parts))

    def spread(name: str) -> Any:
        return lambda part: " / ".join(_seconds(part[name][figure]) for figure in ("p50", "p95", "max"))

    rows = [
        row("změn", "changes", lambda part: part["changes"]),
        row("dorazilo", "arrived", lambda part: part["arrived"]),
        row("Raynet → Outlook: p50 / p95 / max", "", spread("raynet_to_outlook")),
        row("Outlook → Raynet: p50 / p95 / max", "", spread("outlook_to_raynet")),
        row("volání na změnu: Raynet", "", lambda part: part["calls_per_change"]["raynet"]),
        row("volání na změnu: Microsoft", "", lambda part: part["calls_per_change"]["graph"]),
        row("volání za klidnou hodinu: Raynet", "", lambda part: part["idle_calls_per_hour"]["raynet"]),
        row("volání za klidnou hodinu: Microsoft", "", lambda part: part["idle_calls_per_hour"]["graph"]),
        row("maily", "mails", lambda part: part["mails"]),
        row("dvojníci", "duplicates", lambda part: part["duplicates"]),
        row("rozdíly", "differences", lambda part: part["differences"]),
    ]
    columns = [Sentence("", ""), Sentence("s oznámeními", "with push"), Sentence("bez oznámení", "without push")]
    return Table(columns=columns, rows=rows, empty=Sentence("Nic.", "Nothing."))


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"


# --- around -----------------------------------------------------------------------------------------------------------


def _in(options: StageOptions, folder: Path) -> StageOptions:
    return replace(options, folder=folder, api_port=_API_PORT)


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="ros-demo-") as folder:
        yield Path(folder)


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """INT and TERM set the event, which everything that waits looks at. The old handlers come back."""
    stopping = threading.Event()

    def stop(*_: object) -> None:
        # Not from the handler itself: it may interrupt this very thread inside the event, which would wait for itself.
        _thread.start_new_thread(stopping.set, ())

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
