"""Items set aside, and all items with their states."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from console.api import sync
from console.api.wire.sync import Failure, Pair
from console.context import Context
from console.i18n import translate
from console.models.columns import Choice, Column, Filter
from console.models.listing import Source
from console.presenters import states
from console.presenters.formats import ago, instant, iso, number
from console.presenters.items import activity_text
from console.views.trail import open_pair
from console.widgets.list_page import ListPage, RowAction

R = TypeVar("R")

_STATES = ("live", "held", "parked", "frozen", "released", "closed")
_TYPES = ("task", "event", "meeting", "phoneCall", "letter", "email")


def errors_list(context: Context, parent: QWidget) -> ListPage[Failure]:
    """What failed repeatedly, why, and when it is tried again."""
    client, firm_id, language = context.client, context.scope.firm_id or 0, context.language
    columns: tuple[Column[Failure], ...] = (
        Column(
            key="item",
            title=lambda: translate("Sync", "Item"),
            text=lambda f: activity_text(f.activity) if f.activity else (f.event or "—"),
            width=170,
        ),
        Column(key="email", title=lambda: translate("Sync", "User"), text=lambda f: f.email or f.mailbox, width=200),
        Column(
            key="text",
            title=lambda: translate("Sync", "Why"),
            text=lambda f: f.text.said(language),
            hint=lambda f: f.text.said(language),
            width=460,
        ),
        Column(
            key="failures",
            title=lambda: translate("Sync", "Tries"),
            text=lambda f: number(f.failures),
            is_numeric=True,
            width=80,
        ),
        Column(
            key="since",
            title=lambda: translate("Sync", "Since"),
            text=lambda f: ago(f.since),
            hint=lambda f: instant(f.since),
            export=lambda f: iso(f.since),
            sort="since",
            width=120,
        ),
        Column(
            key="next",
            title=lambda: translate("Sync", "Next try"),
            text=lambda f: instant(f.next_try_at),
            export=lambda f: iso(f.next_try_at),
            width=150,
        ),
        Column(key="code", title=lambda: translate("Sync", "Code"), text=lambda f: f.code, width=120, is_hidden=True),
    )
    page: ListPage[Failure] = ListPage(
        context,
        "sync.errors",
        Source(
            fetch=lambda query: sync.errors(client, firm_id, query),
            columns=columns,
            identity=lambda failure: failure.pair,
        ),
    )
    page.say_when_empty(translate("Sync", "Nothing set aside"), translate("Sync", "Every item could be carried over."))
    page.add_action(_why(lambda rows: open_pair(context, rows[0].pair, parent)))
    page.opened.connect(lambda failure: open_pair(context, failure.pair, parent))
    return page


def pairs_list(context: Context, parent: QWidget) -> ListPage[Pair]:
    """Every activity and event that belong together, by the server's pages."""
    client, firm_id, language = context.client, context.scope.firm_id or 0, context.language

    def said(pair: Pair) -> str:
        return pair.text.said(language) if pair.text is not None else ""

    columns: tuple[Column[Pair], ...] = (
        Column(
            key="activity",
            title=lambda: translate("Sync", "In Raynet"),
            text=lambda p: activity_text(p.activity),
            width=160,
        ),
        Column(key="email", title=lambda: translate("Sync", "User"), text=lambda p: p.email or p.mailbox, width=220),
        Column(
            key="state",
            title=lambda: translate("Sync", "State"),
            text=lambda p: states.pair(p.state)[0],
            tone=lambda p: states.pair(p.state)[1],
            width=160,
        ),
        Column(key="text", title=lambda: translate("Sync", "Why"), text=said, hint=said, width=460),
        Column(
            key="updated",
            title=lambda: translate("Sync", "Last change"),
            text=lambda p: ago(p.updated_at),
            hint=lambda p: instant(p.updated_at, seconds=True),
            export=lambda p: iso(p.updated_at),
            sort="updated_at",
            width=130,
        ),
        Column(
            key="event",
            title=lambda: translate("Sync", "In Outlook"),
            text=lambda p: p.event or "—",
            width=160,
            is_hidden=True,
        ),
        Column(
            key="id", title=lambda: translate("Sync", "Id"), text=lambda p: p.id, sort="id", width=120, is_hidden=True
        ),
    )
    page: ListPage[Pair] = ListPage(
        context,
        "sync.pairs",
        Source(
            fetch=lambda query: sync.pairs(client, firm_id, query),
            columns=columns,
            identity=lambda pair: pair.id,
            filters=_pair_filters(),
        ),
    )
    page.search.setPlaceholderText(translate("Sync", "Id of an activity or event"))
    page.search.setAccessibleName(translate("Sync", "Id of an activity or event"))
    page.say_when_empty(
        translate("Sync", "No items yet"), translate("Sync", "Items appear with the first pass of the synchronisation.")
    )
    page.add_action(_why(lambda rows: open_pair(context, rows[0].id, parent)))
    page.add_action(
        RowAction(
            name="copy_id",
            text=translate("Sync", "Copy the id"),
            icon="copy",
            run=lambda rows: QGuiApplication.clipboard().setText(rows[0].activity or rows[0].event or rows[0].id),
            is_possible=lambda rows: len(rows) == 1,
            is_hidden=True,
        )
    )
    page.opened.connect(lambda pair: open_pair(context, pair.id, parent))
    return page


def _why(run: Callable[[list[R]], object]) -> RowAction[R]:
    return RowAction(
        name="trail",
        text=translate("Sync", "&Why"),
        icon="trail",
        run=run,
        is_possible=lambda rows: len(rows) == 1,
    )


def _pair_filters() -> tuple[Filter[Pair], ...]:
    def state(value: str) -> Choice:
        return Choice(value=value, title=lambda: states.pair(value)[0])

    def kind(value: str) -> Choice:
        return Choice(value=value, title=lambda: states.activity_type(value))

    every_state = Choice(value="", title=lambda: translate("Sync", "All states"))
    every_kind = Choice(value="", title=lambda: translate("Sync", "All kinds"))
    return (
        Filter(key="state", title=lambda: translate("Sync", "State"), choices=(every_state, *map(state, _STATES))),
        Filter(key="type", title=lambda: translate("Sync", "Kind"), choices=(every_kind, *map(kind, _TYPES))),
    )
