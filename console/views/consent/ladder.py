"""The ladder of checks: each rung with its state, what it means and what to do."""

from PySide6.QtWidgets import QWidget

from console.api.wire.firms import Consent, ConsentStep
from console.context import Context
from console.i18n import translate
from console.presenters.formats import ago, instant
from console.theme import Tone
from console.widgets.words import Card, badge, clear, column, line, picture, rule, words

_STATES = {
    "ok": ("check_circle", Tone.GOOD),
    "waiting": ("clock", Tone.ACCENT),
    "failed": ("error", Tone.BAD),
    "unknown": ("help", Tone.NEUTRAL),
}


class Ladder(Card):
    """Shows one reading."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._content = column(gap=10)
        self._content.setContentsMargins(20, 16, 20, 16)
        self.setLayout(self._content)

    def show_consent(self, found: Consent) -> None:
        clear(self._content)
        checked = translate("Consent", "Checked {0}").format(ago(found.checked_at))
        head = line(words(translate("Consent", "What works already"), "subtitle"), None, words(checked, "muted"))
        self._content.addLayout(head)
        if found.next_check_at is not None:
            text = translate("Consent", "Checked again by itself {0}.").format(instant(found.next_check_at))
            self._content.addWidget(words(text, "faint"))
        for place, step in enumerate(found.steps):
            if place:
                self._content.addWidget(rule())
            self._content.addWidget(self._rung(step))
        if not found.steps:
            text = translate("Consent", "Nothing was checked yet.")
            self._content.addWidget(words(text, "muted"))

    def _rung(self, step: ConsentStep) -> QWidget:
        language = self._context.language
        icon, tone = _STATES.get(step.state, _STATES["unknown"])
        parts: list[QWidget] = [words(step.title.said(language), wrap=True, selectable=True)]
        if step.state != "ok":
            parts.append(words(step.text.said(language), "muted", wrap=True, selectable=True))
        if step.state != "ok" and step.remedy.said(language):
            parts.append(words(step.remedy.said(language), "muted", wrap=True, selectable=True))
        if step.state == "waiting" and step.until is not None:
            text = translate("Consent", "Microsoft may need until {0} to spread it.").format(instant(step.until))
            parts.append(words(text, "muted", wrap=True))
        row = QWidget()
        row.setObjectName(f"consent.step.{step.id}")
        content = line(picture(self._context.theme, icon, tone.value, 22), gap=14)
        content.addLayout(column(*parts, gap=3), 1)
        content.addWidget(badge(step_text(step.state), tone))
        row.setLayout(content)
        row.setAccessibleName(f"{step_text(step.state)}: {step.title.said(language)}")
        return row


def step_text(state: str) -> str:
    """A rung's state in a word."""
    return {
        "ok": translate("Consent", "Works"),
        "waiting": translate("Consent", "Being spread"),
        "failed": translate("Consent", "Missing"),
        "unknown": translate("Consent", "Not known"),
    }.get(state, state)
