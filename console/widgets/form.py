"""Forms: labelled fields, what is wrong with each, what was changed, saving with its failures.

::

    form = Form(context, "firm.rules")
    form.add("name", "Name", TextField(), hint="…")
    form.load({"name": "Alfa"}, etag)
    form.save_with(lambda values, etag, cancel: client.patch(…))   # on a job thread; returns (values, etag)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from console.api.problems import ApiProblem, Offline, Refused, Stale
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.presenters.troubles import explained
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.fields import Field
from console.widgets.state_page import Step
from console.widgets.words import column, line, restyle, words

Values = dict[str, Any]
#: Lines longer than this are hard to read.
_WIDEST = 860


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What stands at the server now."""

    values: Mapping[str, Any]
    etag: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saver:
    """How a form gets to the server; both run on a job thread. ``write`` gets the changed values only."""

    write: Callable[[Values, str | None, Cancel], Saved]
    read: Callable[[Cancel], Saved]


class Form(QWidget):
    """Fields in one column. A failed saving never takes away what was typed."""

    saved = Signal()
    #: A saving begins.
    saving = Signal()
    #: Whether something differs from what was loaded.
    dirty_changed = Signal(bool)

    def __init__(self, context: Context, name: str, saver: Saver, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._context, self._name, self._saver = context, name, saver
        self._fields: dict[str, Field] = {}
        self._notes: dict[str, QLabel] = {}
        self._loaded: Values = {}
        self._etag: str | None = None
        self._was_dirty = False
        self.banner = Banner(context.theme)
        # Nothing can be typed before it is known what stands there: it would be lost when that arrives.
        self._area = QWidget()
        self._area.setEnabled(False)
        self._grid = QGridLayout(self._area)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        # In a narrow window the words give way and wrap.
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 3)
        self.save_button: QPushButton = button(
            f"{name}.save", translate("Forms", "&Save"), self.save, kind="primary", hint="Ctrl+S"
        )
        self.save_button.setShortcut("Ctrl+S")
        self.discard_button: QPushButton = button(f"{name}.discard", translate("Forms", "Discard changes"), self.reset)
        self._buttons = QWidget()
        self._buttons.setLayout(line(self.save_button, self.discard_button, None))
        self._buttons.setVisible(context.can_change)
        self.setLayout(column(self.banner, self._area, 4, self._buttons, gap=10))
        self.setMaximumWidth(_WIDEST)
        self._show_dirty()

    # --- making -------------------------------------------------------------------------------------------------------

    def add(self, key: str, label: str, field: Field, *, hint: str = "") -> Field:
        """A labelled field; ``&`` in the label gives its mnemonic. Read-only for an auditor."""
        row = self._grid.rowCount()
        title = words(label.replace("&", "&&") if "&" not in label else label, "label")
        title.setTextFormat(Qt.TextFormat.AutoText)
        title.setBuddy(field.focus_widget)
        title.setAlignment(Qt.AlignmentFlag.AlignTop)
        title.setContentsMargins(0, 7, 0, 0)
        title.setMinimumWidth(130)
        title.setMaximumWidth(210)
        title.setWordWrap(True)
        field.name(f"{self._name}.{key}", label.replace("&", ""), hint)
        if not self._context.can_change:
            field.lock()
        note = words(hint, "muted", wrap=True)
        note.setVisible(bool(hint))
        note.setContentsMargins(0, 0, 0, 8)
        self._grid.addWidget(title, row, 0)
        self._grid.addWidget(field.widget, row, 1)
        self._grid.addWidget(note, row + 1, 1)
        note.setProperty("hint", hint)
        self._fields[key], self._notes[key] = field, note
        field.changed.connect(self._show_dirty)
        return field

    def field(self, key: str) -> Field:
        return self._fields[key]

    # --- values -------------------------------------------------------------------------------------------------------

    def load(self, values: Mapping[str, Any], etag: str | None) -> None:
        """As it stands at the server. Fields that were changed here meanwhile keep what was typed."""
        mine = self.changes()
        self._loaded, self._etag = dict(values), etag
        self._area.setEnabled(True)
        for key, field in self._fields.items():
            if key in values:
                field.set(mine.get(key, values[key]))
        self._show_dirty()

    def refresh(self, values: Mapping[str, Any], etag: str | None) -> None:
        """Read again by the clock or F5. While something typed is not saved it stays on the state it began with, so
        that saving meets a change of somebody else instead of writing over it."""
        if not self.is_dirty:
            self.load(values, etag)

    def values(self) -> Values:
        return {key: field.get() for key, field in self._fields.items()}

    def changes(self) -> Values:
        """Only what differs from what was loaded."""
        return {
            key: value for key, value in self.values().items() if key in self._loaded and value != self._loaded[key]
        }

    @property
    def is_dirty(self) -> bool:
        return bool(self.changes())

    def reset(self) -> None:
        """Back to what was loaded."""
        for key, field in self._fields.items():
            if key in self._loaded:
                field.set(self._loaded[key])
        self.forget_problems()
        self._show_dirty()

    # --- saving -------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        changes, etag = self.changes(), self._etag
        if not changes:
            return
        self.forget_problems()
        self.saving.emit()
        self._busy(is_busy=True)
        self._context.jobs.start(
            lambda cancel: self._saver.write(changes, etag, cancel),
            done=self._done,
            failed=self._failed,
            owner=self,
            slot="save",
        )

    def _done(self, now: Saved) -> None:
        self._busy(is_busy=False)
        self._loaded = {}
        self.load(now.values, now.etag)
        self._context.tell(translate("Forms", "Saved"))
        self._context.changed.emit()
        self.saved.emit()

    def _failed(self, problem: Exception) -> None:
        self._busy(is_busy=False)
        if isinstance(problem, Stale):
            self._compare()
            return
        if self.refuse(problem):
            return
        trouble = explained(problem, self._context.language)
        again = Step(name=f"{self._name}.retry", text=translate("Forms", "Try again"), run=self._again)
        text = trouble.text
        if isinstance(problem, Offline) and not problem.is_unknown:
            text = translate("Forms", "Nothing was saved. What you typed is still here.") + " " + text
        if trouble.support_code:
            text += " " + translate("Forms", "Code for support: {0}").format(trouble.support_code)
        steps = (again,) if trouble.next_step == "retry" else ()
        self.banner.say(Tone.BAD, trouble.title, text, steps, icon=trouble.icon)

    def refuse(self, problem: Exception) -> bool:
        """Marks the field that the server refused; False where it refused none of ours."""
        if not isinstance(problem, Refused) or problem.field not in self._fields:
            return False
        text = problem.told.title(self._context.language)
        if problem.told.code == "invalid":
            # The server names the member as its contract does, which nobody sees here.
            text = translate("Forms", "This value is not possible. Correct it.")
        self._mark(str(problem.field), text)
        return True

    def _again(self) -> None:
        self.banner.be_silent()
        self.save()

    def _compare(self) -> None:
        """Somebody was faster, or our own first try did arrive: what stands there now decides."""
        self._busy(is_busy=True)
        self._context.jobs.start(self._saver.read, done=self._theirs, failed=self._failed, owner=self, slot="save")

    def _theirs(self, now: Saved) -> None:
        self._busy(is_busy=False)
        mine = self.changes()
        if all(now.values.get(key) == value for key, value in mine.items()):
            self._done(now)
            return
        both = [key for key in mine if now.values.get(key) not in (self._loaded.get(key), mine[key])]
        self.load(now.values, now.etag)
        if not both:
            self.save()
            return
        for key in both:
            shown = self._fields[key].shown(now.values.get(key))
            self._mark(key, translate("Forms", "Somebody else saved: {0}").format(shown))
        take = Step(name=f"{self._name}.theirs", text=translate("Forms", "Take theirs"), run=self.reset)
        keep = Step(name=f"{self._name}.mine", text=translate("Forms", "Save mine"), run=self._again, is_primary=True)
        self.banner.say(
            Tone.WARN,
            translate("Forms", "Somebody changed this meanwhile"),
            translate("Forms", "Your values are still here. Choose which should stand."),
            (take, keep),
        )

    # --- showing ------------------------------------------------------------------------------------------------------

    def _mark(self, key: str, text: str) -> None:
        self._fields[key].mark(is_wrong=True)
        note = self._notes[key]
        note.setText(text)
        restyle(note, "kind", "problem")
        note.show()
        self._fields[key].focus_widget.setFocus()

    def forget_problems(self) -> None:
        """What the last try brought is no longer said."""
        self.banner.be_silent()
        self._clear_problems()

    def _clear_problems(self) -> None:
        for key, field in self._fields.items():
            field.mark(is_wrong=False)
            note = self._notes[key]
            hint = str(note.property("hint") or "")
            note.setText(hint)
            note.setVisible(bool(hint))
            restyle(note, "kind", "muted")

    def _busy(self, *, is_busy: bool) -> None:
        self.save_button.setEnabled(not is_busy and self.is_dirty)
        self.save_button.setText(translate("Forms", "Saving…") if is_busy else translate("Forms", "&Save"))

    def _show_dirty(self) -> None:
        is_dirty = self.is_dirty
        self.save_button.setEnabled(is_dirty)
        self.discard_button.setVisible(is_dirty)
        if is_dirty != self._was_dirty:
            self._was_dirty = is_dirty
            self.dirty_changed.emit(is_dirty)


def problem_banner(banner: Banner, problem: Exception, language: str, steps: tuple[Step, ...] = ()) -> None:
    """The usual banner for a call that failed outside of a form."""
    trouble = explained(problem, language)
    text = trouble.text
    if trouble.support_code:
        text += " " + translate("Forms", "Code for support: {0}").format(trouble.support_code)
    tone = Tone.WARN if isinstance(problem, ApiProblem) and isinstance(problem, Offline) else Tone.BAD
    banner.say(tone, trouble.title, text, steps, icon=trouble.icon)
