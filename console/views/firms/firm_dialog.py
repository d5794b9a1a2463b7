"""A new firm, and a firm's name and note."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.api import firms
from console.api.problems import Refused
from console.api.wire.firms import Firm, FirmPatch, NewFirm
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.dialogs import Dialog
from console.widgets.fields import DayField, Field, NoteField, NumberField, TextField
from console.widgets.form import Form, Saved, Saver, Values, problem_banner
from console.widgets.words import words


class NewFirmDialog(Dialog):
    """Emits ``made`` with the firm; connections follow in the guide."""

    made = Signal(object)

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(translate("Firms", "New firm"), parent, width=520)
        self.setObjectName("firms.new")
        self._context = context
        self.banner = Banner(context.theme)
        self.body.addWidget(self.banner)
        self._fields: dict[str, Field] = {
            "name": TextField(longest=200),
            "seats": NumberField(0, 1_000_000),
            "valid_until": DayField(),
            "tenant_id": TextField(longest=36, placeholder="00000000-0000-0000-0000-000000000000"),
            "note": NoteField(),
        }
        titles = {
            "name": translate("Firms", "&Name"),
            "seats": translate("Firms", "&Seats"),
            "valid_until": translate("Firms", "Licence &until"),
            "tenant_id": translate("Firms", "&Tenant in Microsoft 365 (can be added later)"),
            "note": translate("Firms", "N&ote (only you see it)"),
        }
        for key, field in self._fields.items():
            label = words(titles[key], "label")
            label.setTextFormat(label.textFormat().AutoText)
            label.setBuddy(field.focus_widget)
            field.name(f"firms.new.{key}", titles[key].replace("&", ""), "")
            self.body.addWidget(label)
            self.body.addWidget(field.widget)
        self._fields["seats"].set(10)
        self._fields["valid_until"].set((datetime.now(UTC) + timedelta(days=365)).date().isoformat())
        self.add_cancel()
        self.submit = button("firms.new.add", translate("Firms", "&Add and set up"), self._add, kind="primary")
        self.submit.setDefault(True)
        self.buttons.addWidget(self.submit)
        self._fields["name"].focus_widget.setFocus()

    def _add(self) -> None:
        values = {key: field.get() for key, field in self._fields.items()}
        if not values["name"]:
            self._fields["name"].mark(is_wrong=True)
            self._fields["name"].focus_widget.setFocus()
            self.banner.say(Tone.WARN, translate("Firms", "Enter the name of the firm."))
            return
        self.banner.be_silent()
        if not values["tenant_id"]:
            del values["tenant_id"]
        body, client = NewFirm.model_validate(values), self._context.client
        self.submit.setEnabled(False)
        self._context.jobs.start(
            lambda _cancel: firms.made(client, body), done=self._done, failed=self._failed, owner=self, slot="add"
        )

    def _done(self, firm: Firm) -> None:
        self.accept()
        self.made.emit(firm)

    def _failed(self, problem: Exception) -> None:
        self.submit.setEnabled(True)
        problem_banner(self.banner, problem, self._context.language)
        if isinstance(problem, Refused) and problem.field in self._fields:
            field = self._fields[str(problem.field)]
            field.mark(is_wrong=True)
            field.focus_widget.setFocus()


class FirmDialog(Dialog):
    """Name and note of a firm that is there."""

    def __init__(self, context: Context, firm: Firm, parent: QWidget) -> None:
        super().__init__(translate("Firms", "Firm"), parent, width=560)
        self.setObjectName("firms.edit")
        self._context, self._firm_id = context, firm.id
        self.form = Form(context, "firms.form", Saver(write=self._write, read=self._read))
        self.form.add("name", translate("Firms", "&Name"), TextField(longest=200))
        self.form.add("note", translate("Firms", "N&ote (only you see it)"), NoteField(lines=4))
        self.form.saved.connect(self.accept)
        self.body.addWidget(self.form)
        self.add_cancel(translate("Firms", "Close"))
        context.jobs.start(
            self._read,
            done=lambda now: self.form.load(now.values, now.etag),
            failed=lambda problem: problem_banner(self.form.banner, problem, context.language),
            owner=self,
        )

    def _read(self, _cancel: Cancel) -> Saved:
        found = firms.read(self._context.client, self._firm_id)
        return Saved(values=_values(found.value), etag=found.etag)

    def _write(self, changes: Values, etag: str | None, _cancel: Cancel) -> Saved:
        body = FirmPatch.model_validate(changes)
        found = firms.changed(self._context.client, self._firm_id, body, etag)
        return Saved(values=_values(found.value), etag=found.etag)


def _values(found: Firm) -> Values:
    return {"name": found.name, "note": found.note or ""}
