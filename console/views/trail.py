"""Why an item is as it is: its state and the reasons in the order they came, in a window of its own."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from console.api import sync
from console.api.wire.sync import Pair, Trail, TrailEntry
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.presenters import states
from console.presenters.formats import instant
from console.presenters.items import activity_text, field_names, outcome_text, write_text
from console.presenters.troubles import explained
from console.widgets.dialogs import Dialog
from console.widgets.state_page import StatePage
from console.widgets.words import Card, badge, clear, column, line, words

#: Brings the trail; runs on a job thread.
Fetch = Callable[[Cancel], Trail]


class TrailDialog(Dialog):
    """Opened from every list of items; ``fetch`` says which one."""

    def __init__(self, context: Context, fetch: Fetch, parent: QWidget) -> None:
        super().__init__(translate("Trail", "Why it is like this"), parent, width=720)
        self.setObjectName("trail")
        self.resize(760, 620)
        self._context = context
        self._state = StatePage(context.theme)
        self._state.wait(translate("Trail", "Reading the trail…"))
        self._content = column(gap=10)
        inner = QWidget()
        inner.setLayout(self._content)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(inner)
        self._scroll.setAccessibleName(translate("Trail", "Trail"))
        self._scroll.hide()
        self.body.addWidget(self._state, 1)
        self.body.addWidget(self._scroll, 1)
        self.add_confirm(translate("Trail", "&Close"))
        context.jobs.start(fetch, done=self._show, failed=self._failed, owner=self)

    def _show(self, found: Trail) -> None:
        language = self._context.language
        clear(self._content)
        head = [words(activity_text(found.item), "subtitle", selectable=True)]
        if found.state is not None:
            head.append(badge(*states.pair(found.state)))
        self._content.addLayout(line(*head, None, gap=10))
        if found.text is not None:
            self._content.addWidget(words(found.text.said(language), wrap=True, selectable=True))
        if len(found.pairs) > 1:
            self._content.addWidget(words(translate("Trail", "In these calendars"), "label"))
            for pair in found.pairs:
                self._content.addLayout(_pair_line(pair, language))
        self._content.addWidget(words(translate("Trail", "What happened, the latest first"), "label"))
        for entry in sorted(found.trail, key=lambda entry: entry.at, reverse=True):
            self._content.addWidget(_entry(entry, language))
        if not found.trail:
            self._content.addWidget(words(translate("Trail", "Nothing was decided about it yet."), "muted"))
        self._content.addStretch(1)
        self._state.hide()
        self._scroll.show()
        self._scroll.setFocus()

    def _failed(self, problem: Exception) -> None:
        trouble = explained(problem, self._context.language)
        self._state.say(trouble.icon, trouble.title, trouble.text)


def _pair_line(pair: Pair, language: str) -> QHBoxLayout:
    parts: Sequence[QWidget] = (
        words(pair.email or pair.mailbox, selectable=True),
        badge(*states.pair(pair.state)),
        words(pair.text.said(language) if pair.text is not None else "", "muted", wrap=True),
    )
    return line(*parts, None, gap=10)


def _entry(entry: TrailEntry, language: str) -> Card:
    parts: list[QWidget] = [words(entry.text.said(language), wrap=True, selectable=True)]
    if entry.seen:
        text = translate("Trail", "Seen: {0}").format(field_names(entry.seen))
        parts.append(words(text, "muted", wrap=True, selectable=True))
    if entry.writes:
        text = translate("Trail", "Written: {0}").format(", ".join(write_text(one) for one in entry.writes))
        parts.append(words(text, "muted", wrap=True, selectable=True))
    head = line(words(instant(entry.at, seconds=True), "label"), None, badge(outcome_text(entry.outcome)), gap=8)
    return Card(column(head, *parts, gap=4), margin=12)


def open_pair(context: Context, pair_id: str, parent: QWidget) -> TrailDialog:
    """The trail of a pair."""
    client, firm_id = context.client, context.scope.firm_id or 0

    def fetch(_cancel: Cancel) -> Trail:
        found = sync.pair(client, firm_id, pair_id)
        return Trail(
            item=found.activity or found.event or found.id,
            state=found.state,
            reason=found.reason,
            text=found.text,
            pairs=(found,),
            trail=found.trail,
        )

    return _opened(TrailDialog(context, fetch, parent))


def open_item(
    context: Context, parent: QWidget, *, activity: str | None, event: str | None = None, mailbox: str | None = None
) -> TrailDialog:
    """The trail of an activity, or of an event where there is no activity."""
    client, firm_id = context.client, context.scope.firm_id or 0

    def fetch(_cancel: Cancel) -> Trail:
        if activity is not None:
            return sync.trail(client, firm_id, activity=activity)
        return sync.trail(client, firm_id, event=event, mailbox=mailbox)

    return _opened(TrailDialog(context, fetch, parent))


def _opened(dialog: TrailDialog) -> TrailDialog:
    dialog.open()
    return dialog
