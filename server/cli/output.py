"""Results on stdout: a table for people, or exactly one JSON document for programs."""

import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from server.catalogue.sentences import Language, Sentence

#: Wide enough that nothing is cut where nobody looks at the width: in a pipe or a file.
_UNBOUNDED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a person sees. A row has as many cells as there are columns; ``empty`` is said when there is no row."""

    columns: Sequence[Sentence]
    rows: Sequence[Sequence[object]]
    empty: Sentence


def show_json(document: Mapping[str, object]) -> None:
    """One JSON document; instants as ISO 8601, ids as text."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def show_table(table: Table, language: Language) -> None:
    """A table as wide as the terminal; in a pipe one line per row, never cut."""
    if not table.rows:
        click.echo(table.empty.text(language), err=True)
        return
    on_terminal = sys.stdout.isatty()
    drawn = RichTable(box=None, pad_edge=False, header_style="bold")
    for column in table.columns:
        drawn.add_column(
            Text(column.text(language)), overflow="fold" if on_terminal else "ignore", no_wrap=not on_terminal
        )
    for row in table.rows:
        drawn.add_row(*(Text(_cell(value)) for value in row))
    if on_terminal:
        Console(file=sys.stdout, highlight=False).print(drawn)
        return
    text = io.StringIO()
    Console(file=text, width=_UNBOUNDED, highlight=False).print(drawn)
    click.echo("\n".join(line.rstrip() for line in text.getvalue().splitlines()))


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return str(value.value if isinstance(value, Enum) else value)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")
