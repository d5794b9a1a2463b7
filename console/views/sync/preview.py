"""The preview in a window of its own."""

from PySide6.QtWidgets import QWidget

from console.context import Context
from console.i18n import translate
from console.widgets.dialogs import Dialog
from console.widgets.preview import PreviewPage
from console.widgets.words import words


class PreviewDialog(Dialog):
    """Closing it cancels a preview that is under way."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(translate("Preview", "Preview"), parent, width=860)
        self.setObjectName("preview")
        self.resize(940, 640)
        self.page = PreviewPage(context)
        intro = translate("Preview", "The whole plan of the next pass, before anything is written.")
        self.body.addWidget(words(intro, "muted", wrap=True))
        self.body.addWidget(self.page, 1)
        self.add_cancel(translate("Preview", "Close"))
        self.page.start()

    def reject(self) -> None:
        self.page.cancel()
        super().reject()
