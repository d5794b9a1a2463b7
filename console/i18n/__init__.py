"""Both languages through Qt's translation files.

Sources are English. ``cs.ts`` is complete, ``en.ts`` holds plural forms only. ``.qm`` files are built, never committed:
a packaged program carries them, elsewhere they are made at the first start (lrelease comes with PySide6).

``translate("Context", "…")`` with literals only; plurals: ``%n`` and the arguments ``("…", "", n)``.
"""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import PySide6
from platformdirs import user_cache_path
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal

LANGUAGES: Final = ("cs", "en")
_HERE: Final = Path(__file__).parent
_LOCALES: Final = {
    "cs": QLocale(QLocale.Language.Czech, QLocale.Country.CzechRepublic),
    "en": QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom),
}


def translate(context: str, text: str, disambiguation: str = "", n: int = -1) -> str:
    """For code outside of Qt classes."""
    return QCoreApplication.translate(context, text, disambiguation or None, n)


class Languages(QObject):
    """The language of the window. Views are made anew after ``changed``."""

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None, *, compile_into: Path | None = None) -> None:
        super().__init__(parent)
        self._cache = compile_into
        self._installed: list[QTranslator] = []
        self.current = ""

    def use(self, language: str) -> None:
        """``cs`` or ``en``; anything else means Czech."""
        wanted = language if language in LANGUAGES else "cs"
        if wanted == self.current:
            return
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed = [*self._qt_own(wanted), *self._our_own(wanted)]
        for translator in self._installed:
            QCoreApplication.installTranslator(translator)
        QLocale.setDefault(_LOCALES[wanted])
        self.current = wanted
        self.changed.emit(wanted)

    def silence(self) -> None:
        """Takes the translations away, for a next one of this kind in the same process."""
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed, self.current = [], ""

    @property
    def locale(self) -> QLocale:
        """For dates and numbers."""
        return _LOCALES[self.current or "cs"]

    def _our_own(self, language: str) -> list[QTranslator]:
        file = compiled(language, self._cache)
        translator = QTranslator(self)
        return [translator] if file is not None and translator.load(str(file)) else []

    def _qt_own(self, language: str) -> list[QTranslator]:
        """Qt's buttons and context menus."""
        translator = QTranslator(self)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        return [translator] if translator.load(f"qtbase_{language}", folder) else []


def compiled(language: str, folder: Path | None = None) -> Path | None:
    """The ``.qm`` of a language, made where it is missing or older than its source. None where it cannot be made."""
    packaged = _HERE / f"{language}.qm"
    source = _HERE / f"{language}.ts"
    if packaged.exists() and not source.exists():
        return packaged
    if not source.exists():
        return None
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    target = (folder or user_cache_path("ros-console", appauthor=False)) / f"{language}-{digest}.qm"
    if not target.exists():
        release(source, target)
    return target if target.exists() else None


def release(source: Path, target: Path) -> None:
    """Runs lrelease. Raises CalledProcessError for an unreadable source."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part.qm")
    subprocess.run(
        [str(tool("lrelease")), "-silent", str(source), "-qm", str(unfinished)], check=True, capture_output=True
    )
    unfinished.replace(target)


def tool(name: str) -> Path:
    """One of Qt's programs that come with PySide6."""
    folder = Path(PySide6.__file__).parent
    found = [path for path in (folder / name, folder / f"{name}.exe") if path.exists()]
    return found[0] if found else Path(name)


#: A text that is asked for when it is shown, so that it follows the language.
Text = Callable[[], str]
