"""Builds what lives as long as the program. Tests call it with an own folder and key store."""

from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from console.context import Parts
from console.garbage import Janitor
from console.i18n import Languages
from console.jobs import Jobs
from console.keystore import KeyStore
from console.preferences import Preferences
from console.theme import RESOURCES, Theme
from console.views.window import Window


def build_parts(
    application: QApplication, *, folder: Path | None = None, language: str = "", compile_into: Path | None = None
) -> Parts:
    """``folder``: where settings and compiled translations live; the platform's own without it."""
    preferences = Preferences(folder)
    languages = Languages(application, compile_into=compile_into or folder)
    languages.use(language or preferences.language)
    theme = Theme(application, preferences.scheme)
    application.setWindowIcon(QIcon(str(RESOURCES / "icons" / "app.svg")))
    # Before the first thread starts: from then on garbage is this thread's alone.
    janitor = Janitor(application)
    jobs = Jobs(application)
    return Parts(jobs=jobs, theme=theme, languages=languages, preferences=preferences, janitor=janitor)


def take_down(parts: Parts) -> None:
    """At the end of the program: no thread, no timer and no translation is left."""
    parts.jobs.close()
    parts.janitor.stop()
    parts.languages.silence()
    parts.preferences.sync()
    for one in (parts.theme, parts.jobs, parts.janitor, parts.languages):
        one.deleteLater()


def build_window(parts: Parts, keystore: KeyStore | None = None) -> Window:
    """Not shown yet."""
    return Window(parts, keystore or KeyStore())
