"""Lines and bars over time, painted by ourselves: a few hundred points need no chart library with its 60 MB of arrays.

The pointer or the arrow keys read a point out; the text under the chart says the same to a screen reader.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.i18n import translate
from console.presenters.formats import clock, instant
from console.theme import Theme

_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 12.0, 26.0, 26.0
_LINES: Final = 4
_STEPS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One value over time; None where nothing was measured."""

    title: str
    role: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a chart shows. All curves have one value for each of ``times``."""

    times: Sequence[datetime] = ()
    curves: Sequence[Curve] = ()
    is_bars: bool = False
    #: Between two points that are further apart than this, nothing was measured.
    span_seconds: float = 3600.0
    #: The whole period; from the first to the last point where it is absent.
    period: tuple[datetime, datetime] | None = None
    #: A horizontal line with its words.
    mark: tuple[float, str] | None = None
    #: The least height of the scale.
    least: float = 1.0


class Chart(QWidget):
    """``text`` writes a value with its unit."""

    def __init__(self, theme: Theme, name: str, title: str, text: Callable[[float], str]) -> None:
        super().__init__()
        self.setObjectName(name)
        self._theme, self._title, self._text = theme, title, text
        self._drawing = Drawing()
        self._at: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.setMinimumHeight(190)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_drawing(self, drawing: Drawing) -> None:
        self._drawing = drawing
        if self._at is not None and self._at >= len(drawing.times):
            self._at = None
        self.setAccessibleDescription(self.reading(len(drawing.times) - 1))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 220)

    def reading(self, at: int) -> str:
        """A point in words; empty where there is none."""
        drawing = self._drawing
        if not 0 <= at < len(drawing.times):
            return translate("Chart", "No data yet")
        values = [
            f"{curve.title}: {self._text(value)}" for curve in drawing.curves if (value := curve.values[at]) is not None
        ]
        said = ", ".join(values) or translate("Chart", "nothing measured")
        return f"{instant(drawing.times[at])} – {said}"

    # --- reading out --------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._nearest(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._drawing.times) - 1
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and last >= 0:
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            self._point(max(0, min(last, (last if self._at is None else self._at + step))))
        else:
            super().keyPressEvent(event)

    def _point(self, at: int | None) -> None:
        if at != self._at:
            self._at = at
            self.setAccessibleDescription(self.reading(at if at is not None else len(self._drawing.times) - 1))
            self.update()

    def _nearest(self, x: float) -> int | None:
        count = len(self._drawing.times)
        if count == 0:
            return None
        return max(0, min(count - 1, min(range(count), key=lambda at: abs(self._x(at) - x))))

    # --- painting -----------------------------------------------------------------------------------------------------

    def _plot(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(10.0, self.width() - _LEFT - _RIGHT), max(10.0, self.height() - _TOP - _BOTTOM))

    def _ends(self) -> tuple[float, float]:
        """The period in seconds since the epoch."""
        drawing = self._drawing
        start, end = drawing.period or (drawing.times[0], drawing.times[-1])
        return start.timestamp(), max(end.timestamp(), start.timestamp() + 1)

    def _x_of(self, at: datetime) -> float:
        plot, (start, end) = self._plot(), self._ends()
        return plot.left() + plot.width() * max(0.0, min(1.0, (at.timestamp() - start) / (end - start)))

    def _x(self, at: int) -> float:
        return self._x_of(self._drawing.times[at])

    def _top(self) -> float:
        values = [value for curve in self._drawing.curves for value in curve.values if value is not None]
        if self._drawing.mark is not None:
            values.append(self._drawing.mark[0])
        top = _round_up(max([*values, self._drawing.least]) * 1.05)
        # Bars count whole things: no line stands at a quarter of one.
        return math.ceil(top / 4) * 4.0 if self._drawing.is_bars else top

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = QFont(self.font())
        small.setPointSizeF(max(8.0, small.pointSizeF() - 1.5))
        painter.setFont(small)
        self._legend(painter)
        if not self._drawing.times:
            painter.setPen(self._theme.color("muted"))
            painter.drawText(self._plot(), Qt.AlignmentFlag.AlignCenter, translate("Chart", "No data yet"))
        else:
            top = self._top()
            self._grid(painter, top)
            self._mark(painter, top)
            if self._drawing.is_bars:
                self._bars(painter, top)
            else:
                self._lines(painter, top)
            self._reading(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("focus"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def _legend(self, painter: QPainter) -> None:
        metrics, x = QFontMetricsF(painter.font()), _LEFT
        for curve in self._drawing.curves:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(curve.role))
            painter.drawRoundedRect(QRectF(x, 7, 10, 10), 3, 3)
            painter.setPen(self._theme.color("muted"))
            painter.drawText(QPointF(x + 15, 16), curve.title)
            x += 15 + metrics.horizontalAdvance(curve.title) + 18

    def _grid(self, painter: QPainter, top: float) -> None:
        plot = self._plot()
        for step in range(_LINES + 1):
            y = plot.bottom() - plot.height() * step / _LINES
            painter.setPen(QPen(self._theme.color("line"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(self._theme.color("muted"))
            box = QRectF(0, y - 9, _LEFT - 8, 18)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._text(top * step / _LINES)
            )
        start, end = self._ends()
        for step in range(_STEPS + 1):
            at = datetime.fromtimestamp(start + (end - start) * step / _STEPS, UTC)
            words = instant(at).rsplit(" ", 1)[0] if end - start > 36 * 3600 else clock(at).rsplit(":", 1)[0]
            width = QFontMetricsF(painter.font()).horizontalAdvance(words) + 4
            x = max(plot.left(), min(plot.right() - width, self._x_of(at) - width / 2))
            painter.drawText(QRectF(x, plot.bottom() + 6, width, 18), Qt.AlignmentFlag.AlignCenter, words)

    def _mark(self, painter: QPainter, top: float) -> None:
        if self._drawing.mark is None:
            return
        value, words = self._drawing.mark
        plot = self._plot()
        y = plot.bottom() - plot.height() * value / top
        pen = QPen(self._theme.color("warn"), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.drawText(QRectF(plot.left(), y - 18, plot.width() - 4, 16), Qt.AlignmentFlag.AlignRight, words)

    def _lines(self, painter: QPainter, top: float) -> None:
        plot = self._plot()
        for curve in reversed(self._drawing.curves):
            color = self._theme.color(curve.role)
            part: list[QPointF] = []
            for at, value in enumerate([*curve.values, None]):
                if value is None or self._is_gap_before(at):
                    self._stroke(painter, part, color)
                    part = []
                if value is not None:
                    part.append(QPointF(self._x(at), plot.bottom() - plot.height() * min(1.0, value / top)))

    def _is_gap_before(self, at: int) -> bool:
        times = self._drawing.times
        return at > 0 and (times[at] - times[at - 1]).total_seconds() > 2.5 * self._drawing.span_seconds

    def _stroke(self, painter: QPainter, part: list[QPointF], color: QColor) -> None:
        if not part:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        if len(part) == 1:
            painter.drawPoint(part[0])
        else:
            painter.drawPolyline(QPolygonF(part))

    def _bars(self, painter: QPainter, top: float) -> None:
        plot, (start, end) = self._plot(), self._ends()
        curves = self._drawing.curves
        share = plot.width() * self._drawing.span_seconds / (end - start)
        width = max(1.0, min(14.0, share * 0.8 / max(1, len(curves))))
        painter.setPen(Qt.PenStyle.NoPen)
        for number, curve in enumerate(curves):
            painter.setBrush(self._theme.color(curve.role))
            shift = (number - len(curves) / 2) * width
            for at, value in enumerate(curve.values):
                if value:
                    height = max(2.0, plot.height() * value / top)
                    box = QRectF(self._x(at) + shift, plot.bottom() - height, max(1.0, width - 1), height)
                    painter.drawRoundedRect(box, min(2.0, width / 3), min(2.0, width / 3))

    def _reading(self, painter: QPainter) -> None:
        if self._at is None:
            return
        plot, x = self._plot(), self._x(self._at)
        painter.setPen(QPen(self._theme.color("line_strong"), 1))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        words = self.reading(self._at)
        width = QFontMetricsF(painter.font()).horizontalAdvance(words) + 20
        left = max(2.0, min(self.width() - width - 2, x - width / 2))
        box = QRectF(left, plot.top() + 4, width, 24)
        painter.setPen(QPen(self._theme.color("line_strong"), 1))
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(self._theme.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def _round_up(value: float) -> float:
    """The next pleasant number of the scale."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value), 10 * power)
