"""The firm's access to Raynet: address, instance, user, key; tried before it is saved, the key never shown."""

from PySide6.QtWidgets import QWidget

from console.api import firms
from console.api.wire.firms import Raynet, RaynetPut, RaynetTest, RaynetTested
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.presenters.formats import ago, instant
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.fields import ChoiceField, TextField
from console.widgets.form import Form, Saved, Saver, Values, problem_banner
from console.widgets.words import Card, column, line, words


class RaynetPage(QWidget):
    """Emits through ``form.saved``. Used in Settings and in the guided set-up."""

    def __init__(self, context: Context, name: str = "raynet") -> None:
        super().__init__()
        self._context = context
        self._firm_id = context.scope.firm_id or 0
        self.current: Raynet | None = None
        self.state = Banner(context.theme)
        self.form = Form(context, name, Saver(write=self._write, read=self._read))
        # A try said something of what was typed then; a saving speaks for itself.
        self.form.saving.connect(self._show_connection)
        self.form.saved.connect(self._show_connection)
        self._url = ChoiceField(())
        self.form.add("url", translate("Raynet", "&Region"), self._url)
        self.form.add(
            "instance",
            translate("Raynet", "&Instance"),
            TextField(longest=63),
            hint=translate("Raynet", "The name of your Raynet account: the part of the address in front of the slash."),
        )
        self.form.add(
            "user",
            translate("Raynet", "&User"),
            TextField(longest=200),
            hint=translate("Raynet", "The login of the user for whom the key was made. A user of its own is best."),
        )
        self.form.add(
            "key",
            translate("Raynet", "API &key"),
            TextField(is_secret=True),
            hint=translate("Raynet", "Raynet: Settings – For developers – API keys. Left empty, the stored key stays."),
        )
        self.test = button(f"{name}.test", translate("Raynet", "&Try it"), self._test)
        self.test.setVisible(context.can_change)
        content = column(
            words(translate("Raynet", "Connection to Raynet CRM"), "subtitle"),
            self.state,
            self.form,
            line(self.test, None),
            gap=12,
        )
        self.setLayout(column(Card(content, margin=20), None))

    def renew(self, *, is_quiet: bool) -> None:
        self._context.jobs.start(
            self._read, done=self._show, failed=self._failed, owner=self, slot="read", is_quiet=is_quiet
        )

    # --- on job threads -----------------------------------------------------------------------------------------------

    def _read(self, _cancel: Cancel) -> Saved:
        found = firms.raynet(self._context.client, self._firm_id)
        self.current = found.value
        return Saved(values=_values(found.value), etag=found.etag)

    def _write(self, changes: Values, etag: str | None, _cancel: Cancel) -> Saved:
        current = self.current
        values = {**(_values(current) if current is not None else {}), **changes}
        body = RaynetPut(url=values["url"], instance=values["instance"], user=values["user"])
        if values.get("key"):
            body = body.model_copy(update={"key": values["key"]})
        found = firms.put_raynet(self._context.client, self._firm_id, body, etag)
        self.current = found.value
        return Saved(values=_values(found.value), etag=found.etag)

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show(self, now: Saved) -> None:
        found = self.current
        if found is None:
            return
        self._url.offer([(url, url.removeprefix("https://")) for url in found.allowed_urls])
        self.form.refresh(now.values, now.etag)
        self._show_connection()

    def _show_connection(self) -> None:
        """What the server knows of the stored access."""
        found = self.current
        if found is None:
            return
        if found.breaker is not None:
            self.state.say(
                Tone.BAD,
                translate("Raynet", "Raynet refuses us since {0}").format(instant(found.breaker.since)),
                found.breaker.text.said(self._context.language),
            )
        elif found.key_set:
            read = translate("Raynet", "Last read {0}.").format(ago(found.last_read_at))
            self.state.say(Tone.GOOD, translate("Raynet", "Connected"), read)
        else:
            text = translate("Raynet", "Fill in the access and save it; Raynet is asked before anything is stored.")
            self.state.say(Tone.ACCENT, translate("Raynet", "Not connected yet"), text)

    def _test(self) -> None:
        values = self.form.values()
        given = {name: values[name] for name in ("url", "instance", "user", "key") if values[name]}
        client, firm_id = self._context.client, self._firm_id
        self.test.setEnabled(False)
        # What was said of the last try says nothing of this one.
        self.form.forget_problems()
        self._context.jobs.start(
            lambda _cancel: firms.try_raynet(client, firm_id, RaynetTest.model_validate(given)),
            done=self._tested,
            failed=self._test_failed,
            owner=self,
            slot="test",
        )

    def _tested(self, found: RaynetTested) -> None:
        self.test.setEnabled(True)
        text = found.text.said(self._context.language)
        if found.state == "ok":
            self.state.say(Tone.GOOD, translate("Raynet", "Raynet accepts this access"), text)
        else:
            self.state.say(Tone.BAD, translate("Raynet", "It does not work like this"), text)

    def _test_failed(self, problem: Exception) -> None:
        self.test.setEnabled(True)
        if self.form.refuse(problem):
            self._show_connection()
        else:
            problem_banner(self.state, problem, self._context.language)

    def _failed(self, problem: Exception) -> None:
        problem_banner(self.state, problem, self._context.language)


def _values(found: Raynet) -> Values:
    urls = found.allowed_urls
    return {
        "url": found.url or (urls[0] if urls else ""),
        "instance": found.instance or "",
        "user": found.user or "",
        "key": "",
    }
