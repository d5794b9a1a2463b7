"""``ros-console``: starts the window; ``--version`` and ``--self-test`` for packagers; ``--demo`` for trying it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from console.version import VERSION


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.self_test:
        from console.self_test import run

        return run()
    return start(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ros-console", description="Konzole synchronizace Raynet CRM a Outlooku / console of the sync"
    )
    parser.add_argument("--version", action="version", version=f"ros-console {VERSION}")
    parser.add_argument("--self-test", action="store_true", help="make every part once and leave (for packagers)")
    parser.add_argument("--server", metavar="URL", help="server of this start; it is not remembered")
    parser.add_argument("--language", choices=("cs", "en"), help="language of this start")
    parser.add_argument("--settings", metavar="FOLDER", type=Path, help="folder of the settings, instead of the usual")
    parser.add_argument(
        "--demo",
        nargs="?",
        const="central",
        choices=("central", "firm", "auditor"),
        help="sign in at the demo server of this computer (make demo) in that role",
    )
    return parser


def start(options: argparse.Namespace) -> int:
    """The window, until it is closed."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from console import demo
    from console.keystore import KeyStore, forgetful
    from console.wiring import build_parts, build_window, take_down

    application = QApplication(sys.argv[:1])
    application.setApplicationName("ros-console")
    application.setApplicationDisplayName("Raynet ⇄ Outlook")
    folder = demo.folder() if options.demo and options.settings is None else options.settings
    parts = build_parts(application, folder=folder, language=options.language or "")
    # The demo's token is nobody's secret and must not stay in this person's key store.
    window = build_window(parts, forgetful() if options.demo else KeyStore())
    if options.demo:
        demo.prepare(parts, options.server)
    elif options.server:
        demo.use_server(parts, options.server)
    window.show()
    QTimer.singleShot(0, window.start)
    QTimer.singleShot(3_000, parts.janitor.settle)
    if options.demo:
        demo.sign_in(window, options.demo)
    code = application.exec()
    take_down(parts)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
