"""``ros user …`` and ``ros admin …``: seats of a firm and who may use the console."""

import sys
from collections.abc import Sequence

import click

from server.catalogue.sentences import Sentence
from server.cli.foreground import administration_of
from server.cli.output import Table, show_json, show_table
from server.cli.shell import MOST, NUMBER, Shell, both, command, group, json_option, line_of_stdin, pass_shell
from server.cli.sync import firm_option
from server.domain.ids import FirmId, PersonId, SeatId
from server.domain.state import Seat
from server.errors import Invalid
from server.store.admin.seats import SeatChange
from server.store.tables.people import AdministratorRole

ACTOR = "ros"
_ON, _OFF = ("on", "true", "yes", "1"), ("off", "false", "no", "0")


def _document(seat: Seat) -> dict[str, object]:
    return {
        "id": seat.id,
        "firm": seat.firm_id,
        "email": seat.email,
        "person_id": seat.person_id,
        "enabled": seat.enabled,
    }


def _table(shell: Shell, seats: Sequence[Seat]) -> None:
    columns = [Sentence("č.", "no."), Sentence("schránka", "mailbox"), Sentence("osoba v Raynetu", "Raynet person")]
    columns.append(Sentence("povolen", "enabled"))
    rows = [(one.id, one.email, one.person_id, one.enabled) for one in seats]
    show_table(Table(columns=columns, rows=rows, empty=Sentence("Žádní uživatelé.", "No users.")), shell.language)


@command("add", "Přidělí místo v licenci.", "Gives somebody a seat.")
@firm_option
@click.option("--email", required=True, help=both("adresa v Microsoft 365", "address in Microsoft 365"))
@click.option("--person-id", type=NUMBER, help=both("číslo osoby v Raynetu", "id of the person in Raynet"))
@json_option
@pass_shell
def add(shell: Shell, *, firm: int, email: str, person_id: int | None, as_json: bool) -> None:
    """Refused when no seat is free."""
    person = PersonId(person_id) if person_id is not None else None
    with administration_of(shell) as administration:
        administration.firms.get(FirmId(firm))
        seat = administration.seats.add(FirmId(firm), email, actor=ACTOR, person_id=person)
    show_json(_document(seat)) if as_json else _table(shell, [seat])


@command("list", "Vypíše uživatele firmy.", "Lists a firm's users.")
@firm_option
@json_option
@pass_shell
def list_(shell: Shell, *, firm: int, as_json: bool) -> None:
    """Seats by e-mail."""
    with administration_of(shell) as administration:
        administration.firms.get(FirmId(firm))
        seats = administration.seats.every(FirmId(firm))
    show_json({"users": [_document(one) for one in seats]}) if as_json else _table(shell, seats)


@command(
    "set", "Změní uživatele: person_id=ČÍSLO|auto, enabled=on|off.", "Changes a user: person_id=N|auto, enabled=on|off."
)
@click.argument("seat", type=NUMBER)
@click.argument("changes", nargs=-1, required=True, metavar="KEY=VALUE…")
@json_option
@pass_shell
def set_(shell: Shell, *, seat: int, changes: Sequence[str], as_json: bool) -> None:
    """A disabled user's pairs are released, nothing is deleted."""
    change = _change(changes)
    with administration_of(shell) as administration:
        found = administration.seats.find_unscoped(SeatId(seat))
        found = administration.seats.set(found.firm_id, found.id, change, actor=ACTOR)
    show_json(_document(found)) if as_json else _table(shell, [found])


def _change(changes: Sequence[str]) -> SeatChange:
    person: PersonId | None = None
    automatic, enabled = False, None
    for text in changes:
        name, _, value = text.partition("=")
        if name == "person_id" and value.lower() in ("auto", ""):
            automatic = True
        elif name == "person_id" and value.isdecimal() and 1 <= int(value) <= MOST:
            person = PersonId(int(value))
        elif name == "enabled" and value.lower() in _ON + _OFF:
            enabled = value.lower() in _ON
        else:
            raise Invalid("user_key_invalid", field=name)
    return SeatChange(enabled=enabled, person_id=person, automatic_person=automatic)


@command("remove", "Odebere uživateli místo; nic nesmaže.", "Takes a user's seat; deletes nothing.")
@click.argument("seat", type=NUMBER)
@pass_shell
def remove(shell: Shell, *, seat: int) -> None:
    """The pairs are released, both sides untouched."""
    with administration_of(shell) as administration:
        found = administration.seats.find_unscoped(SeatId(seat))
        administration.seats.remove(found.firm_id, found.id, actor=ACTOR)
    shell.say(Sentence("Místo je uvolněno.", "The seat is free."))


user = group(
    "user", "Uživatelé firmy a jejich místa v licenci.", "A firm's users and their seats.", [add, list_, set_, remove]
)


@command(
    "add",
    "Přidá správce; heslo se zeptá nebo přečte ze standardního vstupu.",
    "Adds an administrator; the password is asked for or read from stdin.",
)
@click.option("--login", required=True, help=both("přihlašovací jméno", "the login"))
@click.option(
    "--role",
    type=click.Choice([role.value for role in AdministratorRole]),
    required=True,
    help=both("co smí", "what they may do"),
)
@click.option(
    "--firm", type=NUMBER, help=both("číslo firmy; jen u rolí firmy", "the firm's number; with a firm's role only")
)
@json_option
@pass_shell
def admin_add(shell: Shell, *, login: str, role: str, firm: int | None, as_json: bool) -> None:
    """Firm roles need ``--firm``; the central one must not have it."""
    if sys.stdin.isatty():
        prompt = Sentence("Heslo", "Password").text(shell.language)
        password = str(click.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True))
    else:
        password = line_of_stdin("password").rstrip("\r\n")
    number = FirmId(firm) if firm is not None else None
    with administration_of(shell) as administration:
        made = administration.administrators.add(login, AdministratorRole(role), number, password, actor=ACTOR)
    if as_json:
        show_json({"id": made.id, "login": made.login, "role": made.role.value, "firm": made.firm_id})
    else:
        shell.say(Sentence(f"Správce {made.login} je přidán.", f"Administrator {made.login} was added."))


admin = group("admin", "Správci konzole.", "Administrators of the console.", [admin_add])
