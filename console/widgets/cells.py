"""How a row of a list looks: one line of text, a badge where a column has a tone, a hairline under it."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from console.models.rows import ICON, TONE
from console.theme import Theme, Tone

_ROW = 38
_PAD = 10


class CellDelegate(QStyledItemDelegate):
    """Paints by roles of the model; colours by the theme."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width() + 2 * _PAD, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._theme.color("selected"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._theme.color("hover"))
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        # Qt hands a text enum back as plain text.
        tone = index.data(TONE)
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        if isinstance(tone, str) and text:
            self._badge(painter, option, index, inner)
        else:
            inner = self._icon(painter, inner, index.data(ICON))
            painter.setPen(self._theme.color("text"))
            side = index.data(Qt.ItemDataRole.TextAlignmentRole)
            metrics: QFontMetrics = option.fontMetrics
            painter.drawText(inner, side, metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width()))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(self._theme.color("focus"), 1))
            painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -1, -1.5))
        painter.restore()

    def _badge(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex, inner: QRect
    ) -> None:
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        ink, paper = self._theme.tone(Tone(index.data(TONE)))
        metrics: QFontMetrics = option.fontMetrics
        width = min(inner.width(), metrics.horizontalAdvance(text) + 26)
        is_right = bool(index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight)
        left = inner.right() - width if is_right else inner.left()
        box = QRectF(left, inner.center().y() - 10, width, 21)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(paper))
        painter.drawRoundedRect(box, 10, 10)
        painter.setBrush(QBrush(ink))
        painter.drawEllipse(QPointF(box.left() + 10, box.center().y()), 3, 3)
        painter.setPen(ink)
        words = box.adjusted(18, 0, -8, 0)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(words.width()) + 2)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _icon(self, painter: QPainter, inner: QRect, name: object) -> QRect:
        if not isinstance(name, str):
            return inner
        painter.drawPixmap(QPointF(inner.left(), inner.center().y() - 7), self._theme.pixmap(name, "muted", 16))
        return inner.adjusted(24, 0, 0, 0)
