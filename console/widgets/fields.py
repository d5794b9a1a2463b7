"""One value in a form, whatever the control: get, set, locked for readers, marked when refused."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QDate, QObject, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from console.i18n import translate
from console.widgets.words import restyle


def _narrow(control: QWidget, width: int = 200) -> QWidget:
    """A short control at the left of its place."""
    control.setFixedWidth(width)
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(control)
    layout.addStretch(1)
    return holder


class Field(QObject):
    """``widget`` goes into the layout, ``focus_widget`` gets the keyboard."""

    changed = Signal()

    def __init__(self, widget: QWidget, focus: QWidget | None = None) -> None:
        super().__init__(widget)
        self.widget = widget
        self.focus_widget = focus or widget

    def get(self) -> Any:
        """The value as the contract has it."""
        raise NotImplementedError

    def set(self, value: Any) -> None:
        raise NotImplementedError

    def shown(self, value: Any) -> str:
        """A value of this field as people read it."""
        return str(value)

    def name(self, object_name: str, label: str, hint: str) -> None:
        self.focus_widget.setObjectName(object_name)
        self.focus_widget.setAccessibleName(label)
        self.focus_widget.setAccessibleDescription(hint)

    def lock(self) -> None:
        """Still readable, but not to be changed."""
        self.widget.setEnabled(False)

    def mark(self, *, is_wrong: bool) -> None:
        restyle(self.focus_widget, "problem", "true" if is_wrong else "false")


class TextField(Field):
    """One line."""

    def __init__(self, *, placeholder: str = "", is_secret: bool = False, longest: int = 1_024) -> None:
        self._edit = QLineEdit()
        super().__init__(self._edit)
        self._edit.setPlaceholderText(placeholder)
        self._edit.setMaxLength(longest)
        if is_secret:
            self._edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._edit.textChanged.connect(lambda _text: self.changed.emit())

    def get(self) -> str:
        return self._edit.text() if self._edit.echoMode() is QLineEdit.EchoMode.Password else self._edit.text().strip()

    def set(self, value: Any) -> None:
        self._edit.setText(str(value or ""))

    def lock(self) -> None:
        self._edit.setReadOnly(True)


class NoteField(Field):
    """Several lines."""

    def __init__(self, *, lines: int = 3) -> None:
        self._edit = QPlainTextEdit()
        super().__init__(self._edit)
        self._edit.setTabChangesFocus(True)
        self._edit.setFixedHeight(18 * lines + 22)
        self._edit.textChanged.connect(self.changed.emit)

    def get(self) -> str:
        return self._edit.toPlainText().strip()

    def set(self, value: Any) -> None:
        self._edit.setPlainText(str(value or ""))

    def lock(self) -> None:
        self._edit.setReadOnly(True)


def spin_box() -> QSpinBox:
    """Its number stands where the text of other fields does: Qt forgets a styled spin box's padding on the left."""
    made = QSpinBox()
    made.lineEdit().setTextMargins(9, 0, 0, 0)
    return made


class NumberField(Field):
    """A whole number within bounds; the wheel does not change it by accident."""

    def __init__(self, least: int, most: int, *, unit: str = "") -> None:
        self._box = spin_box()
        super().__init__(_narrow(self._box), self._box)
        self._box.setRange(least, most)
        self._box.setGroupSeparatorShown(True)
        self._box.setFocusPolicy(self._box.focusPolicy().StrongFocus)
        self._box.wheelEvent = lambda event: event.ignore()  # type: ignore[method-assign]
        if unit:
            self._box.setSuffix(f" {unit}")
        self._box.valueChanged.connect(lambda _value: self.changed.emit())

    def get(self) -> int:
        return self._box.value()

    def set(self, value: Any) -> None:
        self._box.setValue(int(value or 0))

    def lock(self) -> None:
        self._box.setReadOnly(True)
        self._box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)


class SwitchField(Field):
    """On or off."""

    def __init__(self, text: str = "") -> None:
        self._box = QCheckBox(text or translate("Fields", "On"))
        super().__init__(self._box)
        self._box.toggled.connect(lambda _is_on: self.changed.emit())

    def get(self) -> bool:
        return self._box.isChecked()

    def set(self, value: Any) -> None:
        self._box.setChecked(bool(value))

    def shown(self, value: Any) -> str:
        return translate("Fields", "On") if value else translate("Fields", "Off")


class ChoiceField(Field):
    """One of some values, each with its words."""

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        self._box = QComboBox()
        # Long choices do not make the form wide.
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.setMinimumContentsLength(12)
        super().__init__(self._box)
        self._box.wheelEvent = lambda event: event.ignore()  # type: ignore[method-assign]
        for value, text in choices:
            self._box.addItem(text, value)
        self._box.currentIndexChanged.connect(lambda _at: self.changed.emit())

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Other choices; the value that is chosen stays where it is among them."""
        chosen = self.get()
        self._box.blockSignals(True)
        self._box.clear()
        for value, text in choices:
            self._box.addItem(text, value)
        self._box.blockSignals(False)
        self.set(chosen)

    def get(self) -> str:
        return str(self._box.currentData() or "")

    def set(self, value: Any) -> None:
        at = self._box.findData(str(value or ""))
        if at < 0 and value:
            self._box.addItem(str(value), str(value))
            at = self._box.count() - 1
        self._box.setCurrentIndex(max(0, at))

    def shown(self, value: Any) -> str:
        at = self._box.findData(str(value or ""))
        return self._box.itemText(at) if at >= 0 else str(value)


class ChoicesField(Field):
    """Any number of some values, at least one."""

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setSpacing(2)
        self._boxes = {value: QCheckBox(text) for value, text in choices}
        for box in self._boxes.values():
            layout.addWidget(box)
        super().__init__(holder, next(iter(self._boxes.values()), holder))
        for box in self._boxes.values():
            box.toggled.connect(lambda _is_on: self.changed.emit())

    def name(self, object_name: str, label: str, hint: str) -> None:
        self.widget.setObjectName(object_name)
        for value, box in self._boxes.items():
            box.setObjectName(f"{object_name}.{value}")
            box.setAccessibleName(f"{label}: {box.text()}")
            box.setAccessibleDescription(hint)

    def get(self) -> tuple[str, ...]:
        return tuple(value for value, box in self._boxes.items() if box.isChecked())

    def set(self, value: Any) -> None:
        chosen = set(value or ())
        for name, box in self._boxes.items():
            box.setChecked(name in chosen)

    def shown(self, value: Any) -> str:
        return ", ".join(box.text() for name, box in self._boxes.items() if name in (value or ()))

    def mark(self, *, is_wrong: bool) -> None:
        for box in self._boxes.values():
            restyle(box, "problem", "true" if is_wrong else "false")


class DayField(Field):
    """A day of the calendar, YYYY-MM-DD in the contract."""

    def __init__(self) -> None:
        self._edit = QDateEdit()
        super().__init__(_narrow(self._edit), self._edit)
        self._edit.setCalendarPopup(True)
        self._edit.setDisplayFormat("d. M. yyyy")
        self._edit.wheelEvent = lambda event: event.ignore()  # type: ignore[method-assign]
        self._edit.dateChanged.connect(lambda _day: self.changed.emit())

    def get(self) -> str:
        day = self._edit.date()
        return date(day.year(), day.month(), day.day()).isoformat()

    def set(self, value: Any) -> None:
        found = date.fromisoformat(str(value)) if value else date.today()  # noqa: DTZ011 (a local day)
        self._edit.setDate(QDate(found.year, found.month, found.day))

    def lock(self) -> None:
        self._edit.setReadOnly(True)
        self._edit.setButtonSymbols(QDateEdit.ButtonSymbols.NoButtons)
