"""Where ``ros`` begins, and ``python -m server.cli``: says what is missing where only the console was installed."""

import signal
import sys


def main() -> None:
    """Run the command line. Exits with 1 and a sentence where the server's libraries are not installed."""
    # Reading all modules takes a second or two: Ctrl-C meanwhile just ends, there is nothing to explain yet.
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if usual:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from server.cli.main import main as run  # its libraries may be missing; said below
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in {"server", "simulator", "console"}:
            raise
        sys.stderr.write(
            f"Pro příkaz ros chybí knihovna {missing.name}: nainstalujte část server "
            '(pipx install "raynet-outlook-sync[server]").\n'
            f"The ros command lacks the library {missing.name}: install the server extra "
            '(pipx install "raynet-outlook-sync[server]").\n'
        )
        raise SystemExit(1) from None
    if usual:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
