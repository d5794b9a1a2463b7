"""The licence: seats and how long; its past. Changed by the operator's people only."""

from PySide6.QtWidgets import QProgressBar, QWidget

from console.api import firms
from console.api.wire.firms import Licence, LicenceChange, LicencePut
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.models.columns import Column
from console.models.listing import Source
from console.presenters import states
from console.presenters.audit import actor_name
from console.presenters.formats import day, days_left, instant, iso, number
from console.widgets.banner import Banner
from console.widgets.fields import DayField, NumberField
from console.widgets.form import Form, Saved, Saver, Values, problem_banner
from console.widgets.list_page import ListPage
from console.widgets.words import Card, badge, clear, column, line, words


class LicencePage(QWidget):
    """The state in words, the form for the operator, the history."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._firm_id = context.scope.firm_id or 0
        self.licence: Licence | None = None
        self.banner = Banner(context.theme)
        self._state = column(gap=8)
        self.form = Form(context, "licence", Saver(write=self._write, read=self._read))
        self.form.add("seats", translate("Licence", "&Seats"), NumberField(0, 1_000_000))
        self.form.add(
            "valid_until",
            translate("Licence", "&Valid until"),
            DayField(),
            hint=translate("Licence", "The last day, included."),
        )
        self.form.add(
            "grace_days",
            translate("Licence", "&Grace"),
            NumberField(0, 90, unit=translate("Licence", "days")),
            hint=translate("Licence", "For so long after the end everything still runs, with a warning."),
        )
        self.form.setVisible(context.is_central)
        client, firm_id = context.client, self._firm_id
        self.history: ListPage[LicenceChange] = ListPage(
            context,
            "licence.history",
            Source(
                fetch=lambda query: firms.licence_history(client, firm_id, query),
                columns=_columns(),
                identity=lambda one: one.id,
            ),
        )
        card = Card(
            column(words(translate("Licence", "Licence"), "subtitle"), self._state, self.form, gap=10), margin=20
        )
        past = words(translate("Licence", "History"), "subtitle")
        self.setLayout(column(self.banner, card, past, self.history, gap=12))

    def renew(self, *, is_quiet: bool) -> None:
        self._context.jobs.start(
            self._read, done=self._show, failed=self._failed, owner=self, slot="read", is_quiet=is_quiet
        )
        self.history.renew(is_quiet=is_quiet)

    def _read(self, _cancel: Cancel) -> Saved:
        found = firms.licence(self._context.client, self._firm_id)
        self.licence = found.value
        return Saved(values=_values(found.value), etag=found.etag)

    def _write(self, changes: Values, etag: str | None, _cancel: Cancel) -> Saved:
        values = {**(_values(self.licence) if self.licence is not None else {}), **changes}
        found = firms.put_licence(self._context.client, self._firm_id, LicencePut.model_validate(values), etag)
        self.licence = found.value
        return Saved(values=_values(found.value), etag=found.etag)

    def _show(self, now: Saved) -> None:
        self.banner.be_silent()
        self.form.refresh(now.values, now.etag)
        found = self.licence
        if found is None:
            return
        clear(self._state)
        text, tone = states.licence(found.state)
        until = translate("Licence", "until {0} ({1})").format(day(found.valid_until), days_left(found.days_left))
        self._state.addLayout(line(badge(text, tone), words(until), None))
        self._state.addWidget(words(found.text.said(self._context.language), "muted", wrap=True))
        bar = QProgressBar()
        bar.setRange(0, max(1, found.seats))
        bar.setValue(min(found.seats_used, max(1, found.seats)))
        bar.setTextVisible(False)
        seats = translate("Licence", "{0} of {1} seats used").format(number(found.seats_used), number(found.seats))
        bar.setAccessibleName(seats)
        self._state.addWidget(words(seats))
        self._state.addWidget(bar)

    def _failed(self, problem: Exception) -> None:
        problem_banner(self.banner, problem, self._context.language)


def _values(found: Licence) -> Values:
    return {"seats": found.seats, "valid_until": found.valid_until, "grace_days": found.grace_days}


def _columns() -> tuple[Column[LicenceChange], ...]:
    return (
        Column(
            key="at",
            title=lambda: translate("Licence", "When"),
            text=lambda c: instant(c.at),
            export=lambda c: iso(c.at),
            width=180,
        ),
        Column(
            key="seats",
            title=lambda: translate("Licence", "Seats"),
            text=lambda c: number(c.seats),
            is_numeric=True,
            width=90,
        ),
        Column(
            key="until", title=lambda: translate("Licence", "Valid until"), text=lambda c: day(c.valid_until), width=150
        ),
        Column(
            key="grace",
            title=lambda: translate("Licence", "Grace (days)"),
            text=lambda c: number(c.grace_days),
            is_numeric=True,
            width=120,
        ),
        Column(
            key="who",
            title=lambda: translate("Licence", "Who"),
            text=lambda c: c.actor_login or actor_name(c.actor),
            width=220,
        ),
    )
