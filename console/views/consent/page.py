"""Tenant, limit to mailboxes, the link for the tenant's administrator, and the ladder. Also a step of the set-up."""

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from console.api import firms
from console.api.wire.firms import Consent, ConsentLink, Microsoft, MicrosoftPut
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.presenters.formats import days_left, instant
from console.theme import Tone
from console.views.consent.ladder import Ladder
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.fields import ChoiceField, TextField
from console.widgets.form import Form, Saved, Saver, Values, problem_banner
from console.widgets.words import Card, badge, clear, column, line, words

#: How often an open page looks whether the consent has arrived, while it has not.
_LOOK_MS = 5_000


class ConsentPage(QWidget):
    """Emits ``granted`` when the ladder says that everything works."""

    granted = Signal()

    def __init__(self, context: Context, name: str = "consent") -> None:
        super().__init__()
        self._context = context
        self._firm_id = context.scope.firm_id or 0
        self.microsoft: Microsoft | None = None
        self.consent: Consent | None = None
        self.banner = Banner(context.theme)
        self.form = Form(context, f"{name}.microsoft", Saver(write=self._write, read=self._read_microsoft))
        self.form.saved.connect(self._show_tenant)
        self._add_fields()
        self._credential = line(gap=8)
        self.link = QLineEdit()
        self.link.setObjectName(f"{name}.link")
        self.link.setReadOnly(True)
        self.link.setAccessibleName(translate("Consent", "Link for the consent"))
        self.link_note = words("", "muted", wrap=True)
        self._link_row = QWidget()
        copy = button(f"{name}.copy", translate("Consent", "&Copy the link"), self._copy)
        here = button(f"{name}.open", translate("Consent", "&Open it here"), self._open)
        self._link_row.setLayout(column(line(self.link, copy, here), self.link_note, gap=6))
        self._link_row.hide()
        self.make_link = button(
            f"{name}.make", translate("Consent", "Make the lin&k…"), self._make_link, kind="primary"
        )
        self.check = button(f"{name}.check", translate("Consent", "Check no&w"), self._check)
        for one in (self.make_link, self.check):
            one.setVisible(context.can_change)
        self.missing = words("", "warn", wrap=True)
        self.missing.hide()
        self.ladder = Ladder(context)
        self._looking = QTimer(self)
        self._looking.setInterval(_LOOK_MS)
        self._looking.timeout.connect(self._look)
        self._lay_out()

    def _add_fields(self) -> None:
        tenant = self.form.add(
            "tenant_id",
            translate("Consent", "&Tenant"),
            TextField(longest=36),
            hint=translate("Consent", "The id of the Microsoft 365 organisation (Entra admin centre – Overview).")
            if self._context.is_central
            else translate("Consent", "The id of your Microsoft 365 organisation. Your provider sets it."),
        )
        if not self._context.is_central:
            # Which tenant a firm has decides whose calendars it sees.
            tenant.lock()
        self.form.add(
            "mailbox_limit",
            translate("Consent", "&Limit to mailboxes"),
            ChoiceField(
                (
                    ("none", translate("Consent", "no limit")),
                    ("access_policy", translate("Consent", "application access policy")),
                    ("rbac", translate("Consent", "roles for applications (RBAC)")),
                )
            ),
            hint=translate("Consent", "How your administrator limits the app to some mailboxes, if at all."),
        )
        self.form.add(
            "limit_group",
            translate("Consent", "&Group of the limit"),
            TextField(longest=200),
            hint=translate("Consent", "Name or address of the group with the mailboxes."),
        )

    def _lay_out(self) -> None:
        intro = translate(
            "Consent",
            "An administrator of Microsoft 365 permits this app to work with the calendars. Send the link, or open it "
            "here if that is you. Afterwards it is checked step by step that everything works.",
        )
        consent = Card(
            column(
                words(translate("Consent", "2. Consent of the organisation"), "subtitle"),
                words(intro, "muted", wrap=True),
                self.missing,
                line(self.make_link, self.check, None),
                self._link_row,
                gap=10,
            ),
            margin=20,
        )
        tenant = Card(
            column(
                words(translate("Consent", "1. Organisation and limit"), "subtitle"),
                self.form,
                self._credential,
                gap=10,
            ),
            margin=20,
        )
        self.setLayout(column(self.banner, tenant, consent, self.ladder, None, gap=12))

    def renew(self, *, is_quiet: bool) -> None:
        self._context.jobs.start(
            self._read, done=self._show, failed=self._failed, owner=self, slot="read", is_quiet=is_quiet
        )

    # --- on job threads -----------------------------------------------------------------------------------------------

    def _read(self, cancel: Cancel) -> tuple[Saved, Consent]:
        return self._read_microsoft(cancel), firms.consent(self._context.client, self._firm_id)

    def _read_microsoft(self, _cancel: Cancel) -> Saved:
        found = firms.microsoft(self._context.client, self._firm_id)
        self.microsoft = found.value
        return Saved(values=_values(found.value), etag=found.etag)

    def _write(self, changes: Values, etag: str | None, _cancel: Cancel) -> Saved:
        values = {**(_values(self.microsoft) if self.microsoft is not None else {}), **changes}
        body = MicrosoftPut(
            tenant_id=changes.get("tenant_id") or None,
            mailbox_limit=values["mailbox_limit"],
            limit_group=values["limit_group"] or None,
        )
        found = firms.put_microsoft(self._context.client, self._firm_id, body, etag)
        self.microsoft = found.value
        return Saved(values=_values(found.value), etag=found.etag)

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show(self, both: tuple[Saved, Consent]) -> None:
        now, found = both
        self.form.refresh(now.values, now.etag)
        self._show_credential()
        self._show_tenant()
        self.show_consent(found)

    def show_consent(self, found: Consent) -> None:
        was_ok = self.consent is not None and self.consent.state == "ok"
        self.consent = found
        is_ok = found.state == "ok"
        tone = {"ok": Tone.GOOD, "waiting": Tone.ACCENT, "failed": Tone.BAD}.get(found.state, Tone.NEUTRAL)
        title = {
            "ok": translate("Consent", "The consent is there and everything works"),
            "waiting": translate("Consent", "The consent is there, Microsoft is still spreading it"),
            "failed": translate("Consent", "Something is missing"),
        }.get(found.state, translate("Consent", "No consent yet"))
        text = found.text.said(self._context.language)
        if found.refused_code is not None and not is_ok:
            # The link is used up by that.
            self._hide_link()
            title = translate("Consent", "The consent was refused")
            reason = translate("Consent", "The organisation's administrator did not give it (Microsoft says {0}).")
            again = translate("Consent", "Make a new link once they are ready to.")
            tone, text = Tone.BAD, f"{reason.format(found.refused_code)} {again}"
        self.banner.say(tone, title, text)
        self.ladder.show_consent(found)
        if is_ok:
            self._hide_link()
        if is_ok and not was_ok:
            self.granted.emit()

    def _hide_link(self) -> None:
        """It has served."""
        self._looking.stop()
        self._link_row.hide()

    def _show_tenant(self) -> None:
        """Without a tenant there is nobody to ask for a consent."""
        has_tenant = self.microsoft is not None and self.microsoft.tenant_id is not None
        self.make_link.setEnabled(has_tenant)
        self.missing.setVisible(not has_tenant)
        if self._context.is_central:
            self.missing.setText(translate("Consent", "Enter and save the id of the organisation first."))
        else:
            self.missing.setText(
                translate("Consent", "The id of your organisation is not set yet. Ask your provider to enter it.")
            )

    def _show_credential(self) -> None:
        clear(self._credential)
        found = self.microsoft
        if found is None or found.credential is None or found.credential.expires_at is None:
            return
        left = found.credential.days_left
        tone = Tone.BAD if (left or 0) < 7 else Tone.WARN if (left or 0) < 30 else Tone.NEUTRAL
        text = translate("Consent", "Registration of the app valid until {0} – {1}")
        said = text.format(instant(found.credential.expires_at), days_left(left))
        self._credential.addWidget(badge(said, tone))
        self._credential.addStretch(1)

    # --- actions ------------------------------------------------------------------------------------------------------

    def _make_link(self) -> None:
        client, firm_id = self._context.client, self._firm_id
        self.make_link.setEnabled(False)
        self._context.jobs.start(
            lambda _cancel: firms.consent_link(client, firm_id),
            done=self._show_link,
            failed=self._failed,
            owner=self,
            slot="link",
        )

    def _show_link(self, found: ConsentLink) -> None:
        self.make_link.setEnabled(True)
        self.link.setText(found.url)
        self.link.setCursorPosition(0)
        self.link_note.setText(
            translate(
                "Consent", "Good for one consent, until {0}. This page notices by itself when it was given."
            ).format(instant(found.expires_at))
        )
        self._link_row.show()
        self._looking.start()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.link.text())
        self._context.tell(translate("Consent", "The link is copied"))

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl(self.link.text()))

    def _check(self) -> None:
        client, firm_id = self._context.client, self._firm_id
        self.check.setEnabled(False)
        self.check.setText(translate("Consent", "Checking…"))
        self._context.jobs.start(
            lambda _cancel: firms.check_consent(client, firm_id),
            done=self._checked,
            failed=self._failed,
            owner=self,
            slot="check",
        )

    def _checked(self, found: Consent) -> None:
        self._settle()
        self.show_consent(found)

    def _look(self) -> None:
        if self.isVisible():
            self.renew(is_quiet=True)

    def _failed(self, problem: Exception) -> None:
        self._settle()
        problem_banner(self.banner, problem, self._context.language)

    def _settle(self) -> None:
        self._show_tenant()
        self.check.setEnabled(True)
        self.check.setText(translate("Consent", "Check no&w"))


def _values(found: Microsoft) -> Values:
    return {
        "tenant_id": found.tenant_id or "",
        "mailbox_limit": found.mailbox_limit,
        "limit_group": found.limit_group or "",
    }
