"""What every command shares: the environment, the reader's language, settings on demand, help in two languages."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

import click

from server.catalogue.sentences import Language, Sentence, reader_language
from server.errors import Invalid
from server.settings import Settings, load_settings
from server.telemetry import configure_logging

#: Stands between the two languages of a help text; never part of one.
_BETWEEN: Final = " ‖ "
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Shell:
    """One run of ``ros``."""

    environ: Mapping[str, str]

    @cached_property
    def language(self) -> Language:
        return reader_language(self.environ)

    @cached_property
    def settings(self) -> Settings:
        """Read when a command needs them, so that ``--help`` never fails; sets up logging. Raises Misconfigured."""
        settings = load_settings(self.environ)
        configure_logging(settings)
        return settings

    def say(self, text: Sentence) -> None:
        """A message for the person: to stderr, each language on its own line."""
        click.echo(text.text(self.language, separator="\n"), err=True)


pass_shell = click.make_pass_decorator(Shell)

#: Numbers of firms, seats and people: from one to what a database's number can hold.
MOST: Final = 2**63 - 1
NUMBER: Final = click.IntRange(1, MOST)


def line_of_stdin(field: str) -> str:
    """The first line of stdin. Raises Invalid for ``field`` when it is no text in UTF-8."""
    try:
        line = sys.stdin.readline()
        line.encode()
    except UnicodeError:
        raise Invalid(field=field) from None
    return line


# --- help in two languages --------------------------------------------------------------------------------------------


class _Formatter(click.HelpFormatter):
    def __init__(self, language: Language, **options: Any) -> None:
        super().__init__(**options)
        self._language = language

    def write_text(self, text: str) -> None:
        super().write_text(self._one(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(term, self._one(text)) for term, text in rows], col_max, col_spacing)

    def _one(self, text: str) -> str:
        cs, between, en = text.partition(_BETWEEN)
        if not between:
            return text
        # Click adds its remarks, such as [required], behind the last language.
        remark = en[en.rindex("  [") :] if en.endswith("]") and "  [" in en else ""
        return Sentence(cs + remark, en).text(self._language)


class _Context(click.Context):
    def make_formatter(self) -> click.HelpFormatter:
        shell = self.find_object(Shell)
        language = shell.language if shell else Language.BOTH
        return _Formatter(language, width=self.terminal_width, max_width=self.max_content_width or 110)


class Command(click.Command):
    """A command whose help is in the reader's language."""

    context_class = _Context


class Group(click.Group):
    """A group whose help is in the reader's language."""

    context_class = _Context
    command_class = Command
    group_class = type


def both(cs: str, en: str) -> str:
    """A help text in both languages, one of which is shown."""
    return f"{cs}{_BETWEEN}{en}"


def command(name: str, cs: str, en: str) -> Callable[[Callable[..., Any]], Command]:
    """Declares a command with its help in both languages. What it returns is the exit code; None means done."""
    text = both(cs, en)
    return click.command(name, cls=Command, help=text, short_help=text)


def group(name: str, cs: str, en: str, commands: Iterable[click.Command]) -> Group:
    """A group of ``commands`` with its help in both languages."""
    text = both(cs, en)
    named = {str(member.name): member for member in commands}
    return Group(name, named, help=text, short_help=text, context_settings={"help_option_names": ["-h", "--help"]})


def json_option(function: Function) -> Function:
    """``--json``: one JSON document on stdout instead of a table."""
    return click.option("--json", "as_json", is_flag=True, help=both("jeden dokument JSON", "one JSON document"))(
        function
    )
