"""``ros-console --self-test``: every part is there and can be made; for packagers, without a server or a screen."""

import os
import sys
import tempfile
from pathlib import Path


def run() -> int:
    """0 when the program is whole; otherwise the trace says what is missing."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from console.i18n import LANGUAGES, translate
    from console.keystore import forgetful
    from console.theme import RESOURCES
    from console.version import VERSION
    from console.wiring import build_parts, build_window, take_down

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)  # noqa: S101 (a packaging check, not input)
    icons = sorted((RESOURCES / "icons").glob("*.svg"))
    spoken = []
    with tempfile.TemporaryDirectory() as folder:
        parts = build_parts(application, folder=Path(folder))
        for icon in icons:
            if parts.theme.pixmap(icon.stem).isNull():
                raise SystemExit(f"icon {icon.stem} cannot be drawn")
        for language in LANGUAGES:
            parts.languages.use(language)
            spoken.append(translate("Sections", "Overview"))
        window = build_window(parts, forgetful())
        window.show()
        window.start()
        application.processEvents()
        window.close()
        take_down(parts)
    if len(set(spoken)) != len(LANGUAGES) or not icons:
        raise SystemExit("translations or icons are missing")
    sys.stdout.write(f"ros-console {VERSION}: {len(icons)} icons, languages {', '.join(LANGUAGES)}: whole\n")
    return 0
