"""``ros``: the group of all commands, and what becomes of errors."""

import os
import sys
from collections.abc import Mapping, Sequence

import click
from click.exceptions import NoArgsIsHelpError

from server.catalogue.sentences import Language, Sentence
from server.cli.demo import demo
from server.cli.doctor import doctor
from server.cli.firm import firm
from server.cli.hints import told
from server.cli.manifest import manifest_command
from server.cli.pairs import conflicts, holds, pairs, why
from server.cli.processes import serve, simulator, worker
from server.cli.shell import Shell, group
from server.cli.status import status
from server.cli.sync import migrate, sync, undo
from server.cli.user import admin, user
from server.cli.wrong_use import said_in_czech
from server.errors import RosError

DONE, REFUSED, WRONG_USE = 0, 1, 2


ros = click.version_option(package_name="raynet-outlook-sync", prog_name="ros")(
    group(
        "ros",
        "Obousměrná synchronizace Raynet CRM a kalendářů Outlooku.",
        "Two-way synchronisation of Raynet CRM and Outlook calendars.",
        [
            doctor,
            migrate,
            admin,
            firm,
            user,
            sync,
            pairs,
            why,
            conflicts,
            holds,
            undo,
            status,
            serve,
            worker,
            simulator,
            demo,
            manifest_command,
        ],
    )
)


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command; the exit code. Errors of our tree become a sentence on stderr, wrong use becomes code 2.

    Anything else is a bug of ours and passes through to the interpreter's hook, which logs it without its message.
    """
    shell = Shell(environ)
    try:
        _refuse_unreadable(arguments)
        outcome = ros.main(args=list(arguments), prog_name="ros", obj=shell, standalone_mode=False)
    except RosError as error:
        shell.say(told(error))
        return REFUSED
    except click.ClickException as error:
        _say_wrong_use(shell, error)
        return WRONG_USE if isinstance(error, click.UsageError) else REFUSED
    except (click.Abort, KeyboardInterrupt):
        shell.say(Sentence("Přerušeno.", "Interrupted."))
        return REFUSED
    except BrokenPipeError:
        # Who read our output has had enough (`ros pairs | head`). Python would complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    return outcome if isinstance(outcome, int) else DONE


def _refuse_unreadable(arguments: Sequence[str]) -> None:
    """Fact: Python hands over bytes that are no UTF-8 as lone surrogates [doc], which no database takes."""
    for number, argument in enumerate(arguments, start=1):
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise click.UsageError(f"{number}. argument není v UTF-8. / Argument {number} is not UTF-8.")


def _say_wrong_use(shell: Shell, error: click.ClickException) -> None:
    """A group without a command shows its help, which is in the reader's language already."""
    if shell.language is Language.CZECH and not isinstance(error, NoArgsIsHelpError):
        click.echo(said_in_czech(error), err=True)
    else:
        error.show()


def main() -> None:
    """Entry point of the ``ros`` program."""
    sys.exit(run(sys.argv[1:], os.environ))
