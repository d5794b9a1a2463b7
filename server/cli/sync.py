"""``ros sync``, ``ros undo``, ``ros migrate``: running passes in the foreground."""

from dataclasses import asdict

import click

from server.catalogue.sentences import Language, Sentence
from server.cli.foreground import administration_of, engine_of, preview, run_until_quiet
from server.cli.output import Table, show_json, show_table
from server.cli.progress import progress
from server.cli.shell import NUMBER, Shell, both, command, json_option, pass_shell
from server.domain.ids import FirmId, PassId
from server.domain.state import Side
from server.errors import Refused
from server.store.migrate import migrate as migrate_store
from server.sync.context import PassOptions
from server.sync.runs import Report
from server.wiring import open_store

ACTOR = "ros"
firm_option = click.option("--firm", "firm", type=NUMBER, required=True, help=both("číslo firmy", "the firm's number"))


@command("migrate", "Založí databázi nebo ji převede na tuto verzi.", "Creates the database or brings it up to date.")
@pass_shell
def migrate(shell: Shell) -> None:
    """Safe to run at any time; several at once take turns."""
    database = open_store(shell.settings, ready=False)
    try:
        migrate_store(database)
    finally:
        database.close()
    shell.say(Sentence("Databáze je připravena.", "The database is ready."))


@command("sync", "Provede průchody synchronizace na popředí.", "Runs passes of the sync in the foreground.")
@firm_option
@click.option("--preview", "only_plan", is_flag=True, help=both("jen plán, nic nezapíše", "the plan only, no write"))
@click.option("--until-quiet", is_flag=True, help=both("dokud je co dělat", "until nothing is left to do"))
@click.option("--full", is_flag=True, help=both("porovná všechno", "compare everything"))
@json_option
@pass_shell
def sync(shell: Shell, *, firm: int, only_plan: bool, until_quiet: bool, full: bool, as_json: bool) -> int:
    """Exit code 1 when Raynet or Microsoft could not be reached or refused the firm; items set aside are no failure."""
    number = FirmId(firm)
    with engine_of(shell) as engine:
        what = Sentence("zápisy", "writes").text(shell.language)
        with progress(what) as bar:
            engine.driver.watch = lambda planned, sent: bar.expect(planned) if planned else bar(sent)
            if only_plan:
                report = preview(shell, engine, number, full=full)
            else:
                options = PassOptions(trigger="command", full=full)
                report = run_until_quiet(engine, number, options, once=not until_quiet)
    if as_json:
        show_json(report.document(shell.language, preview=only_plan))
    else:
        show_table(_summary(report, shell.language, only_plan=only_plan), shell.language)
        if only_plan:
            show_table(_steps(report), shell.language)
    sides = {side.value for side in Side}
    return 1 if any(one.item in sides for one in report.errors) else 0


def _summary(report: Report, language: Language, *, only_plan: bool) -> Table:
    names = {
        "matched": Sentence("spárováno", "matched"),
        "created": Sentence("vytvořeno", "created"),
        "changed": Sentence("změněno", "changed"),
        "removed": Sentence("odstraněno", "removed"),
        "ambiguous": Sentence("nejasných", "ambiguous"),
        "held": Sentence("pozastaveno", "held"),
        "conflicts": Sentence("konfliktů", "conflicts"),
        "mails": Sentence("e-mailů", "mails"),
    }
    rows: list[tuple[object, object]] = [
        (names[name].text(language), number) for name, number in asdict(report.counts).items()
    ]
    rows.append((Sentence("čtení Raynet / Graph", "reads Raynet / Graph").text(language), _both(report.reads)))
    rows.append((Sentence("zápisů Raynet / Graph", "writes Raynet / Graph").text(language), _both(report.writes)))
    errors = report.document(language, preview=only_plan)["errors"]
    if isinstance(errors, list):
        rows += [(f"✗ {one['item']}", f"{one['text']} ({one['code']})") for one in errors]
    title = Sentence("plán", "plan") if only_plan else Sentence("průchod", "pass")
    return Table(columns=[title, Sentence("", "")], rows=rows, empty=Sentence("", ""))


def _steps(report: Report) -> Table:
    columns = [Sentence("strana", "side"), Sentence("zápis", "write"), Sentence("položka", "item")]
    columns.append(Sentence("pole", "fields"))
    rows = [(side, kind, item, ", ".join(names)) for side, kind, item, names in report.steps()]
    return Table(columns=columns, rows=rows, empty=Sentence("Nic k zápisu.", "Nothing to write."))


def _both(calls: dict[str, int]) -> str:
    return f"{calls['raynet']} / {calls['graph']}"


def carry_out_now(shell: Shell, firm: FirmId) -> Report | None:
    """Let a decision take effect at once; where a worker is busy with the firm, it will do it."""
    with engine_of(shell) as engine:
        try:
            return run_until_quiet(engine, firm, PassOptions(trigger="decision"), once=False)
        except Refused as refusal:
            if refusal.code not in ("firm_busy", "firm_paused"):
                raise
            shell.say(Sentence("Uloženo; provede to běžící worker.", "Stored; the running worker will do it."))
            return None


@command("undo", "Vezme zpět zápisy jednoho průchodu.", "Takes back what one pass wrote.")
@click.argument("pass_id")
@json_option
@pass_shell
def undo(shell: Shell, *, pass_id: str, as_json: bool) -> int:
    """What somebody has changed since stays as it is."""
    with administration_of(shell) as administration:
        found = administration.passes.request_undo(PassId(pass_id), actor=ACTOR)
    report = carry_out_now(shell, found.firm_id)
    with administration_of(shell) as administration:
        found = administration.passes.get(PassId(pass_id))
    if as_json:
        document: dict[str, object] = {"pass": pass_id, "undone": found.undone_at is not None}
        show_json(document | ({"run": report.document(shell.language, preview=False)} if report else {}))
    elif found.undone_at is not None:
        shell.say(Sentence("Průchod byl vzat zpět.", "The pass was taken back."))
    return 0
