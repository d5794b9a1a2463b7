"""The first run: the server's address, an own file of trusted roots, and what the certificate looks like."""

from pathlib import Path

from PySide6.QtCore import QStringListModel, Signal
from PySide6.QtWidgets import QCompleter, QFileDialog, QLineEdit, QWidget

from console.api import account, tls
from console.api.account import BadAddress
from console.api.client import Address, Client
from console.api.problems import ApiProblem, Offline, Untrusted
from console.api.tls import BadBundle, Verdict
from console.api.wire.session import ServerInfo
from console.context import Parts
from console.i18n import translate
from console.jobs import Cancel
from console.presenters.formats import instant
from console.presenters.troubles import certificate_problem, explained
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.words import column, line, words

Found = tuple[Client, ServerInfo, Verdict | None]


class CertificateTrouble(ApiProblem):
    """The address answers, but its certificate is not trusted: with everything a person can compare."""

    code = "certificate"

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.problem or "")
        self.verdict = verdict


class ServerPage(QWidget):
    """Emits ``found`` with a client of a server that fits, and what it said about itself."""

    found = Signal(object)

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts
        self._own_roots: Path | None = None
        known = parts.preferences.address
        self.address = QLineEdit()
        self.address.setObjectName("server.address")
        self.address.setAccessibleName(translate("Server", "Address of the server"))
        self.address.setPlaceholderText("ros.vitkovice.cz")
        self.address.setText(known.url if known is not None else "")
        completer = QCompleter(self)
        completer.setModel(QStringListModel(parts.preferences.known_urls, completer))
        self.address.setCompleter(completer)
        self.address.returnPressed.connect(self.check)
        self.banner = Banner(parts.theme)
        self.certificate = words("", "mono", wrap=True, selectable=True)
        self.certificate.setObjectName("server.certificate")
        self.certificate.hide()
        self.roots_text = words("", "muted", wrap=True)
        self.roots = button(
            "server.roots", translate("Server", "Choose an own &certificate file…"), self._choose_roots, kind="link"
        )
        self.forget = button("server.roots.forget", translate("Server", "Do not use it"), self._forget, kind="link")
        self.submit = button("server.check", translate("Server", "C&ontinue"), self.check, kind="primary")
        self.submit.setDefault(True)
        label = words(translate("Server", "&Address of the server"), "label")
        label.setBuddy(self.address)
        label.setTextFormat(label.textFormat().AutoText)
        self.setLayout(
            column(
                label,
                self.address,
                self.banner,
                self.certificate,
                line(self.roots_text, self.forget, None),
                line(self.roots, None),
                6,
                self.submit,
                gap=8,
            )
        )
        self._take_roots(known.own_roots if known is not None else None)

    def start(self) -> None:
        self.address.setFocus()
        self.address.selectAll()

    def check(self) -> None:
        """Asks the server who it is; the certificate first."""
        try:
            url = account.normal_url(self.address.text())
        except BadAddress as bad:
            self.banner.say(Tone.WARN, _bad_address(bad.reason))
            self.address.setFocus()
            return
        address = Address(url=url, own_roots=self._own_roots)
        self.banner.be_silent()
        self.certificate.hide()
        self._enable(is_on=False)
        language = self._parts.languages.current
        self._parts.jobs.start(
            lambda cancel: look(address, language, cancel),
            done=self._show,
            failed=self._failed,
            owner=self,
            slot="check",
            parks=False,
        )

    # --- roots --------------------------------------------------------------------------------------------------------

    def _choose_roots(self) -> None:
        title = translate("Server", "File with the certificate of your authority")
        kinds = translate("Server", "Certificates (*.pem *.crt *.cer);;All files (*)")
        chosen, _kind = QFileDialog.getOpenFileName(self, title, "", kinds)
        if chosen:
            self.use_roots(Path(chosen))

    def use_roots(self, file: Path) -> None:
        """Trusts the certificates in ``file`` too; says so where it holds none."""
        try:
            tls.trusted_context(file)
        except BadBundle:
            self.banner.say(
                Tone.BAD,
                translate("Server", "The file holds no certificate in the PEM form"),
                translate("Server", "Ask your administrator for the certificate in Base-64 (PEM)."),
            )
            return
        self._take_roots(file)
        if self.address.text().strip():
            self.check()

    def _forget(self) -> None:
        self._take_roots(None)

    def _take_roots(self, file: Path | None) -> None:
        self._own_roots = file
        shown = "" if file is None else translate("Server", "Also trusted: {0}").format(file.name)
        self.roots_text.setText(shown)
        self.roots_text.setVisible(file is not None)
        self.forget.setVisible(file is not None)

    # --- outcome ------------------------------------------------------------------------------------------------------

    def _show(self, found: Found) -> None:
        self._enable(is_on=True)
        self._parts.preferences.address = found[0].address
        self.found.emit(found)

    def _failed(self, problem: Exception) -> None:
        self._enable(is_on=True)
        # While it was asked the keyboard had nowhere to be.
        self.address.setFocus()
        if isinstance(problem, CertificateTrouble):
            self._show_certificate(problem.verdict)
            return
        trouble = explained(problem, self._parts.languages.current)
        text = trouble.text
        if isinstance(problem, Offline):
            text = translate("Server", "Nothing answers there. Check the address, the network and the VPN.")
        self.banner.say(Tone.BAD, trouble.title, text, icon=trouble.icon)

    def _show_certificate(self, verdict: Verdict) -> None:
        self.banner.say(
            Tone.BAD,
            translate("Server", "The server's certificate is not trusted"),
            certificate_problem(verdict.problem or "other"),
            icon="lock",
        )
        if verdict.certificate is not None:
            self.certificate.setText(certificate_text(verdict))
            self.certificate.show()

    def _enable(self, *, is_on: bool) -> None:
        for widget in (self.address, self.roots, self.submit):
            widget.setEnabled(is_on)
        self.submit.setText(translate("Server", "C&ontinue") if is_on else translate("Server", "Checking…"))


def look(address: Address, language: str, cancel: Cancel) -> Found:
    """Certificate, then the server's own words. Raises an ApiProblem."""
    verdict = None
    if address.url.startswith("https:"):
        try:
            verdict = tls.inspect(address.url, address.own_roots)
        except OSError as error:
            raise Offline("no_connection") from error
        if verdict.problem is not None:
            raise CertificateTrouble(verdict)
    cancel.check()
    try:
        client = Client(address)
    except BadBundle as error:
        raise Untrusted("unknown_issuer", "") from error
    client.speak(language)
    return client, account.server(client), verdict


def certificate_text(verdict: Verdict) -> str:
    """What a person reads out to the administrator."""
    found = verdict.certificate
    if found is None:
        return ""
    return "\n".join(
        (
            translate("Server", "Issued to: {0}").format(found.subject),
            translate("Server", "Issued by: {0}").format(found.issuer),
            translate("Server", "Valid: {0} – {1}").format(instant(found.valid_from), instant(found.valid_until)),
            translate("Server", "SHA-256 fingerprint:"),
            # Two lines that fit, broken between bytes.
            found.fingerprint[:48].rstrip(":"),
            found.fingerprint[48:],
        )
    )


def _bad_address(reason: str) -> str:
    sentences = {
        "empty": translate("Server", "Enter the address of the server."),
        "no_host": translate("Server", "This is no address of a server."),
        "not_https": translate("Server", "The address must begin with https:// – passwords would travel readable."),
    }
    return sentences[reason]
