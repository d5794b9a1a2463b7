"""One firm's health: figures that lead to what they count, and two charts."""

from datetime import UTC, datetime, timedelta
from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from console.api import firms
from console.api.wire.firms import Health, Series
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.presenters import states
from console.presenters.formats import iso, number, span
from console.presenters.health import PROMISE_SECONDS, Figure, expiry_text, expiry_tone, figures, overall
from console.targets import Target
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.cards import FigureCard, TextCard
from console.widgets.chart import Chart, Curve, Drawing
from console.widgets.form import problem_banner
from console.widgets.state_page import Step
from console.widgets.words import badge, clear, column, line, words

#: Pixels for four cards in a row.
_WIDE: Final = 860
_PERIODS: Final = (("6", 6), ("24", 24), ("168", 168), ("720", 720))


class FirmHealth(QWidget):
    """Loads by itself when asked to ``renew``."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.banner = Banner(context.theme)
        self._state = line(gap=10)
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self._across = 4
        self.cards: dict[str, FigureCard] = {}
        self._shown_period = (datetime.now(UTC) - timedelta(hours=24), datetime.now(UTC))
        self.lag = Chart(context.theme, "overview.chart.lag", translate("Overview", "Time to arrive"), span)
        self.volume = Chart(context.theme, "overview.chart.volume", translate("Overview", "Carried over"), number)
        self.period = QComboBox()
        self.period.setObjectName("overview.period")
        self.period.setAccessibleName(translate("Overview", "Period of the charts"))
        for text, hours in zip(
            (
                translate("Overview", "Last 6 hours"),
                translate("Overview", "Last 24 hours"),
                translate("Overview", "Last 7 days"),
                translate("Overview", "Last 30 days"),
            ),
            _PERIODS,
            strict=True,
        ):
            self.period.addItem(text, hours[1])
        self.period.setCurrentIndex(1)
        self.period.currentIndexChanged.connect(lambda _at: self._load_series(is_quiet=False))
        lag = TextCard(
            translate("Overview", "Time to arrive"),
            self.lag,
            note=translate("Overview", "From a change on one side to its arrival on the other."),
        )
        volume = TextCard(
            translate("Overview", "Carried over"),
            self.volume,
            note=translate("Overview", "Changes written each way."),
        )
        layout = column(
            self.banner,
            self._state,
            self._grid,
            line(words(translate("Overview", "Charts"), "subtitle"), None, self.period),
            line(lag, volume, gap=12),
            gap=12,
        )
        # The charts take what is left, the figures stay as high as their words.
        layout.setStretch(layout.count() - 1, 1)
        self.setLayout(layout)

    def renew(self, *, is_quiet: bool) -> None:
        firm_id = self._context.scope.firm_id
        if firm_id is None:
            return
        self._context.jobs.start(
            lambda _cancel: firms.health(self._context.client, firm_id),
            done=self._show,
            failed=self._failed,
            owner=self,
            slot="health",
            is_quiet=is_quiet,
        )
        self._load_series(is_quiet=is_quiet)

    def _load_series(self, *, is_quiet: bool) -> None:
        firm_id = self._context.scope.firm_id
        if firm_id is None:
            return
        now = datetime.now(UTC)
        self._shown_period = (now - timedelta(hours=int(self.period.currentData())), now)
        since = iso(self._shown_period[0])
        client = self._context.client

        def work(_cancel: Cancel) -> tuple[Series, Series]:
            return firms.series(client, firm_id, "lag", since), firms.series(client, firm_id, "volume", since)

        self._context.jobs.start(work, done=self._draw, owner=self, slot="series", is_quiet=is_quiet)

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show(self, found: Health) -> None:
        self.banner.be_silent()
        clear(self._state)
        self._state.addWidget(badge(*overall(found)))
        if found.worked_on:
            self._state.addWidget(badge(translate("Overview", "Working now"), Tone.ACCENT))
        for end in found.expiries:
            tone = expiry_tone(end)
            if tone is not None:
                self._state.addWidget(badge(expiry_text(end), tone))
        self._state.addStretch(1)
        if found.paused and self._context.can_change:
            self._say_why_not(found)
        for breaker in found.breakers:
            self.banner.say(
                Tone.BAD,
                translate("Overview", "{0} refuses us").format(states.side(breaker.side)),
                breaker.text.said(self._context.language),
            )
        for place, figure in enumerate(figures(found)):
            self._card(figure, place).show_figure(figure.figure, figure.note, figure.tone)

    def _say_why_not(self, found: Health) -> None:
        """A firm that stands still: never started, or paused by somebody."""
        if found.state == "not_set_up":
            title = translate("Overview", "The synchronisation is not set up yet")
            text = translate("Overview", "The guide shows what is missing and starts it.")
        else:
            title = translate("Overview", "The synchronisation is paused")
            text = translate("Overview", "Nothing is read or written. The guide resumes it.")
        step = Step(
            name="overview.setup",
            text=translate("Overview", "Open the guide"),
            run=lambda: self._context.go(Target(section="setup")),
            is_primary=True,
        )
        self.banner.say(Tone.ACCENT, title, text, (step,))

    def _card(self, figure: Figure, place: int) -> FigureCard:
        card = self.cards.get(figure.key)
        if card is None:
            card = FigureCard(
                self._context.theme,
                f"overview.{figure.key}",
                figure.title,
                figure.icon,
                lambda: self._context.go(figure.target),
            )
            self.cards[figure.key] = card
            self._grid.addWidget(card, place // self._across, place % self._across)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Four cards beside each other, or two in a narrow window."""
        super().resizeEvent(event)
        across = 4 if self.width() >= _WIDE else 2
        if across != self._across:
            self._across = across
            for place, card in enumerate(self.cards.values()):
                self._grid.addWidget(card, place // across, place % across)

    def _draw(self, both: tuple[Series, Series]) -> None:
        lag, volume = both
        promise = translate("Overview", "promised {0}").format(span(PROMISE_SECONDS))
        self.lag.show_drawing(
            Drawing(
                times=[point.at for point in lag.points],
                curves=(
                    Curve(
                        title=translate("Overview", "95 % of changes within"),
                        role="chart_1",
                        values=[p.p95 for p in lag.points],
                    ),
                    Curve(title=translate("Overview", "median"), role="chart_2", values=[p.p50 for p in lag.points]),
                ),
                mark=(PROMISE_SECONDS, promise),
                least=20.0,
                span_seconds=lag.span_seconds,
                period=self._shown_period,
            )
        )
        self.volume.show_drawing(
            Drawing(
                times=[point.at for point in volume.points],
                curves=(
                    Curve(
                        title=translate("Overview", "to Outlook"),
                        role="chart_1",
                        values=[p.to_outlook for p in volume.points],
                    ),
                    Curve(
                        title=translate("Overview", "to Raynet"),
                        role="chart_3",
                        values=[p.to_raynet for p in volume.points],
                    ),
                ),
                is_bars=True,
                least=4.0,
                span_seconds=volume.span_seconds,
                period=self._shown_period,
            )
        )

    def _failed(self, problem: Exception) -> None:
        problem_banner(self.banner, problem, self._context.language)
