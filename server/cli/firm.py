"""``ros firm …``: customers, their connections, licences and rules."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import click

from server.api.services import RaynetTrial
from server.catalogue.explained import explained
from server.catalogue.sentences import Sentence
from server.cli.foreground import administration_of, store_of
from server.cli.output import Table, show_json, show_table
from server.cli.shell import NUMBER, Shell, both, command, group, json_option, line_of_stdin, pass_shell
from server.domain.ids import FirmId
from server.domain.rules import as_text
from server.domain.state import Firm
from server.errors import Invalid, Remote
from server.ports.graph import ProbeTenant
from server.ports.raynet import Probe
from server.settings import normal_base_url
from server.store.admin.administration import Administration
from server.store.admin.firms import ConnectionChange, Firms, LicenceChange, NewFirm
from server.wiring import Clocks, WiredRemotes

ACTOR = "ros"
#: Names that `ros firm set` changes besides the rules.
_LICENCE = ("name", "seats", "valid_until", "grace_days")


def _date(_context: click.Context, _parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("RRRR-MM-DD / YYYY-MM-DD") from None


def _pairs(values: Sequence[str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            raise click.BadParameter("jméno=hodnota / name=value")
        if name.strip() in out:
            raise click.BadParameter(f"{name.strip()} je tu dvakrát / {name.strip()} is given twice")
        out[name.strip()] = text.strip()
    return out


def _allowed(shell: Shell, url: str) -> str:
    """One of the settings' bases, however its slashes were written."""
    try:
        base = normal_base_url(url)
    except ValueError:
        raise Invalid(field="raynet_url") from None
    known = {one: one for one in shell.settings.raynet_urls}
    if base not in known:
        raise Invalid("raynet_url_not_allowed", field="raynet_url")
    return known[base]


def _key_from_stdin() -> str:
    key = line_of_stdin("raynet_key").strip()
    if not key:
        raise Invalid(field="raynet_key")
    return key


def document(firm: Firm) -> dict[str, object]:
    """A firm as JSON; its Raynet key is never part of it."""
    return {
        "id": firm.id,
        "name": firm.name,
        "tenant_id": firm.tenant_id,
        "raynet_url": firm.raynet_url,
        "raynet_instance": firm.raynet_instance,
        "raynet_user": firm.raynet_user,
        "seats": firm.seats,
        "valid_until": firm.valid_until,
        "grace_days": firm.grace_days,
        "paused": firm.paused,
        "rules": as_text(firm.rules),
        "revision": firm.revision,
    }


def _show(shell: Shell, firm: Firm, *, as_json: bool) -> None:
    if as_json:
        show_json(document(firm))
        return
    flat = document(firm)
    rules = flat.pop("rules")
    rows: list[tuple[object, object]] = list(flat.items())
    rows += list(rules.items()) if isinstance(rules, dict) else []
    columns = [Sentence("položka", "item"), Sentence("hodnota", "value")]
    show_table(Table(columns=columns, rows=rows, empty=Sentence("", "")), shell.language)


@command(
    "add", "Přidá firmu. Klíč Raynetu se čte ze standardního vstupu.", "Adds a firm; its Raynet key comes on stdin."
)
@click.option("--name", required=True, help=both("jméno firmy", "the firm's name"))
@click.option("--tenant-id", required=True, help=both("tenant v Entra ID (GUID)", "its tenant in Entra ID (a GUID)"))
@click.option("--raynet-url", required=True, help=both("adresa API Raynetu", "address of Raynet's API"))
@click.option("--raynet-instance", required=True, help=both("instance Raynetu", "Raynet's instance"))
@click.option("--raynet-user", required=True, help=both("uživatel API v Raynetu", "the API user in Raynet"))
@click.option(
    "--raynet-key-stdin",
    is_flag=True,
    required=True,
    help=both("klíč API na standardním vstupu", "the API key on stdin"),
)
@click.option("--seats", type=int, required=True, help=both("počet míst v licenci", "number of seats"))
@click.option(
    "--valid-until",
    callback=_date,
    required=True,
    metavar="DATE",
    help=both("konec licence, RRRR-MM-DD", "end of the licence, YYYY-MM-DD"),
)
@click.option("--set", "rules", multiple=True, metavar="RULE=VALUE", help=both("pravidlo firmy", "a rule of the firm"))
@json_option
@pass_shell
def add(
    shell: Shell, /, *, as_json: bool, raynet_key_stdin: bool, rules: Sequence[str], raynet_url: str, **given: Any
) -> None:
    """The new firm, or why it was refused; nothing is asked of Raynet or Microsoft yet."""
    base = _allowed(shell, raynet_url)
    new = NewFirm(raynet_url=base, raynet_key=_key_from_stdin(), rules=_pairs(rules), **given)
    with administration_of(shell) as administration:
        firm = administration.firms.add(new, actor=ACTOR)
    _show(shell, firm, as_json=as_json)


@command("list", "Vypíše firmy.", "Lists firms.")
@json_option
@pass_shell
def list_(shell: Shell, *, as_json: bool) -> None:
    """All firms of the server."""
    with administration_of(shell) as administration:
        firms = administration.firms.every_unscoped()
    if as_json:
        show_json({"firms": [document(firm) for firm in firms]})
        return
    columns = [Sentence("č.", "no."), Sentence("firma", "firm"), Sentence("instance", "instance")]
    columns += [Sentence("míst", "seats"), Sentence("licence do", "licence until"), Sentence("stojí", "paused")]
    rows = [(f.id, f.name, f.raynet_instance, f.seats, f.valid_until.isoformat(), f.paused) for f in firms]
    show_table(Table(columns=columns, rows=rows, empty=Sentence("Žádné firmy.", "No firms.")), shell.language)


@command("show", "Ukáže jednu firmu.", "Shows one firm.")
@click.argument("firm", type=NUMBER)
@json_option
@pass_shell
def show(shell: Shell, *, firm: int, as_json: bool) -> None:
    """Its connection without the key, its licence and rules."""
    with administration_of(shell) as administration:
        found = administration.firms.get(FirmId(firm))
    _show(shell, found, as_json=as_json)


@command("set", "Změní pravidla nebo licenci.", "Changes rules or the licence.")
@click.argument("firm", type=NUMBER)
@click.argument("changes", nargs=-1, required=True, metavar="RULE=VALUE…")
@json_option
@pass_shell
def set_(shell: Shell, *, firm: int, changes: Sequence[str], as_json: bool) -> None:
    """Rules by their names; also ``name``, ``seats``, ``valid_until``, ``grace_days``."""
    given = _pairs(changes)
    # Read before anything is stored: a wrong licence value leaves the rules as they were.
    licence = _licence({name: given.pop(name) for name in _LICENCE if name in given})
    with administration_of(shell) as administration:
        found = administration.firms.get(FirmId(firm))
        if given:
            found = administration.firms.set_rules(FirmId(firm), given, actor=ACTOR)
        if licence != LicenceChange():
            found = administration.firms.set_licence(FirmId(firm), licence, actor=ACTOR)
    _show(shell, found, as_json=as_json)


def _licence(given: dict[str, str]) -> LicenceChange:
    seats, until = given.get("seats"), given.get("valid_until")
    if seats is not None and not seats.isdecimal():
        raise Invalid(field="seats")
    try:
        day = date.fromisoformat(until) if until is not None else None
    except ValueError:
        raise Invalid(field="valid_until") from None
    grace = given.get("grace_days")
    if grace is not None and not grace.isdecimal():
        raise Invalid(field="grace_days")
    return LicenceChange(
        name=given.get("name"),
        seats=int(seats) if seats is not None else None,
        valid_until=day,
        grace_days=int(grace) if grace is not None else None,
    )


def _pausing(name: str, cs: str, en: str, *, paused: bool) -> click.Command:
    @command(name, cs, en)
    @click.argument("firm", type=NUMBER)
    @json_option
    @pass_shell
    def change(shell: Shell, *, firm: int, as_json: bool) -> None:
        with administration_of(shell) as administration:
            found = administration.firms.set_paused(FirmId(firm), paused=paused, actor=ACTOR)
        _show(shell, found, as_json=as_json)

    return change


pause = _pausing("pause", "Zastaví synchronizaci firmy.", "Stops a firm's sync.", paused=True)
resume = _pausing("resume", "Obnoví synchronizaci firmy.", "Resumes a firm's sync.", paused=False)


@command(
    "connect", "Změní připojení, vyzkouší je a zruší pojistku.", "Changes a connection, probes it, closes its breaker."
)
@click.argument("firm", type=NUMBER)
@click.option("--raynet-url", help=both("adresa API Raynetu", "address of Raynet's API"))
@click.option("--raynet-instance", help=both("instance Raynetu", "Raynet's instance"))
@click.option("--raynet-user", help=both("uživatel API v Raynetu", "the API user in Raynet"))
@click.option("--raynet-key-stdin", is_flag=True, help=both("klíč API na standardním vstupu", "the API key on stdin"))
@click.option("--tenant-id", help=both("tenant v Entra ID (GUID)", "its tenant in Entra ID (a GUID)"))
@json_option
@pass_shell
def connect(
    shell: Shell, /, *, firm: int, raynet_url: str | None, raynet_key_stdin: bool, as_json: bool, **given: Any
) -> int:
    """Exit code 1 when a probe fails. Access that Raynet does not accept is not stored: what works stays."""
    base = _allowed(shell, raynet_url) if raynet_url is not None else None
    key = _key_from_stdin() if raynet_key_stdin else None
    number = FirmId(firm)
    change = ConnectionChange(raynet_url=base, raynet_key=key, **given)
    with store_of(shell) as database:
        remotes = WiredRemotes(shell.settings, database, Clocks())
        try:
            probes = _connected(Administration(database).firms, remotes, number, change)
        finally:
            remotes.close()
    results = {name: error.code if error is not None else "ok" for name, error in probes.items()}
    if as_json:
        show_json({"firm": firm, "probes": results})
    else:
        columns = [Sentence("spojení", "connection"), Sentence("výsledek", "result")]
        rows = list(results.items())
        show_table(Table(columns=columns, rows=rows, empty=Sentence("", "")), shell.language)
    failures = [error for error in probes.values() if error is not None]
    for error in failures:
        shell.say(explained(error))
    return 1 if failures else 0


def _connected(firms: Firms, remotes: WiredRemotes, firm: FirmId, change: ConnectionChange) -> dict[str, Remote | None]:
    """Tries the new access to Raynet, stores the change where Raynet accepts it, and asks Microsoft."""
    stored = firms.raynet_connection(firm)
    is_new = any((change.raynet_url, change.raynet_instance, change.raynet_user, change.raynet_key))
    if is_new:
        trial = RaynetTrial(
            url=change.raynet_url or stored.url,
            instance=change.raynet_instance or stored.instance,
            user=change.raynet_user or stored.user,
            key=change.raynet_key or stored.key,
        )
        refusal = _probed(lambda: remotes.try_raynet(firm, trial))
        if refusal is not None:
            return {"raynet": refusal, "microsoft": _probed(lambda: remotes.graph(ProbeTenant(firm)))}
    firms.connect(firm, change, actor=ACTOR)
    return {
        "raynet": None if is_new else _probed(lambda: remotes.raynet(Probe(firm))),
        "microsoft": _probed(lambda: remotes.graph(ProbeTenant(firm))),
    }


def _probed(call: Callable[[], object]) -> Remote | None:
    try:
        call()
    except Remote as error:
        return error
    return None


firm = group(
    "firm",
    "Firmy, jejich připojení, licence a pravidla.",
    "Firms, their connections, licences and rules.",
    [
        add,
        list_,
        show,
        set_,
        pause,
        resume,
        connect,
    ],
)
