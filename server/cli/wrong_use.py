"""What was wrong with a command line, in Czech: the library that reads it speaks English only."""

import click

from server.cli.shell import NUMBER


def said_in_czech(error: click.ClickException) -> str:
    """The whole message: how the command is used, where its help is, what is wrong."""
    context = getattr(error, "ctx", None)
    lines = []
    if context is not None:
        pieces = " ".join(context.command.collect_usage_pieces(context))
        lines.append(f"Použití: {context.command_path} {pieces}")
        lines.append(f"Nápovědu ukáže: {context.command_path} --help")
        lines.append("")
    lines.append(f"Chyba: {_sentence(error)}")
    return "\n".join(lines)


def _sentence(error: click.ClickException) -> str:
    """By what the library found wrong; what it says itself is the last resort."""
    match error:
        case click.NoSuchOption():
            return f"Volba {error.option_name} neexistuje.{_near(error.possibilities)}"
        case click.MissingParameter():
            kind = error.param_type or (error.param.param_type_name if error.param is not None else "")
            word = {"option": "volba", "argument": "argument"}.get(kind, "parametr")
            return f"Chybí {word} {_named(error)}."
        case click.BadParameter():
            return f"Hodnota {_named(error)} není přípustná: {_wanted(error)}"
        case click.BadOptionUsage():
            return f"Volba {error.option_name} takto použít nejde: {error.message}"
        case click.UsageError() if isinstance(name := getattr(error, "command_name", None), str):
            return f"Příkaz {name} neexistuje.{_near(getattr(error, 'possibilities', None))}"
        case click.FileError():
            return f"Soubor {error.ui_filename} nelze otevřít."
        case _:
            return error.format_message()


def _wanted(error: click.BadParameter) -> str:
    """What the value should have been, for the kinds of values that our commands take."""
    match error.param.type if error.param is not None else None:
        case click.IntRange() as wanted if wanted is NUMBER:
            return "má být kladné celé číslo."
        case click.IntRange(min=least, max=most):
            return (
                f"má být celé číslo od {least if least is not None else '−∞'} do {most if most is not None else '∞'}."
            )
        case click.types.IntParamType():
            return "má být celé číslo."
        case click.Choice(choices=choices):
            return f"může být jen {', '.join(str(one) for one in choices)}."
        case _:
            return error.message


def _named(error: click.BadParameter) -> str:
    hint = error.param_hint
    if hint is None:
        return error.param.get_error_hint(error.ctx) if error.param is not None else ""
    return hint if isinstance(hint, str) else " / ".join(hint)


def _near(possibilities: object) -> str:
    names = sorted(str(one) for one in possibilities) if isinstance(possibilities, list | tuple | set) else []
    return f" Nemysleli jste {' nebo '.join(names)}?" if names else ""
