"""The firm's rules: each with what it decides, made from what the server says about them."""

from typing import Any

from PySide6.QtWidgets import QWidget

from console.api import firms
from console.api.wire.firms import Rule, Rules, RulesPut
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.widgets.banner import Banner
from console.widgets.fields import ChoiceField, ChoicesField, Field, NumberField, SwitchField
from console.widgets.form import Form, Saved, Saver, Values, problem_banner
from console.widgets.words import Card, column, words


class RulesPage(QWidget):
    """The form is made when the rules arrive for the first time."""

    def __init__(self, context: Context, name: str = "rules") -> None:
        super().__init__()
        self._context, self._name = context, name
        self._firm_id = context.scope.firm_id or 0
        self.banner = Banner(context.theme)
        self.form: Form | None = None
        intro = translate(
            "Rules", "A change releases items or plans them anew. Nothing is ever deleted by changing a rule."
        )
        self._content = column(
            words(translate("Rules", "Rules"), "subtitle"), words(intro, "muted", wrap=True), self.banner, gap=10
        )
        self.setLayout(column(Card(self._content, margin=20), None))

    @property
    def is_dirty(self) -> bool:
        return self.form is not None and self.form.is_dirty

    def renew(self, *, is_quiet: bool) -> None:
        client, firm_id = self._context.client, self._firm_id
        self._context.jobs.start(
            lambda _cancel: firms.rules(client, firm_id),
            done=lambda answer: self._show(answer.value, answer.etag),
            failed=lambda problem: problem_banner(self.banner, problem, self._context.language),
            owner=self,
            slot="read",
            is_quiet=is_quiet,
        )

    def _show(self, found: Rules, etag: str | None) -> None:
        self.banner.be_silent()
        if self.form is None:
            self.form = Form(self._context, self._name, Saver(write=self._write, read=self._read))
            for rule in found.items:
                text = rule.text.said(self._context.language)
                self.form.add(rule.name, rule.title.said(self._context.language), self._field(rule), hint=text)
            self._content.addWidget(self.form)
        self.form.refresh(_values(found), etag)

    def _field(self, rule: Rule) -> Field:
        language = self._context.language
        choices = [(choice.value, choice.text.said(language)) for choice in rule.allowed or ()]
        match rule.kind:
            case "choice":
                return ChoiceField(choices)
            case "choices":
                return ChoicesField(choices)
            case "switch":
                return SwitchField()
            case _:
                unit = rule.unit.said(language) if rule.unit is not None else ""
                return NumberField(rule.least or 0, rule.most or 1_000_000, unit=unit)

    # --- on job threads -----------------------------------------------------------------------------------------------

    def _read(self, _cancel: Cancel) -> Saved:
        found = firms.rules(self._context.client, self._firm_id)
        return Saved(values=_values(found.value), etag=found.etag)

    def _write(self, changes: Values, etag: str | None, _cancel: Cancel) -> Saved:
        found = firms.put_rules(self._context.client, self._firm_id, RulesPut.model_validate(changes), etag)
        return Saved(values=_values(found.value), etag=found.etag)


def _values(found: Rules) -> dict[str, Any]:
    return {rule.name: rule.value for rule in found.items}
