"""Where ``ros-console`` begins, and ``python -m console``: says what is missing where only the server was installed."""

import sys


def main() -> int:
    """Run the console; its exit code. 1 and a sentence where the console's libraries are not installed."""
    try:
        from console.app import main as run  # its libraries may be missing; said below

        return run()
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in {"server", "simulator", "console"}:
            raise
        sys.stderr.write(
            f"Pro konzoli chybí knihovna {missing.name}: nainstalujte část console "
            '(pipx install "raynet-outlook-sync[console]").\n'
            f"The console lacks the library {missing.name}: install the console extra "
            '(pipx install "raynet-outlook-sync[console]").\n'
        )
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
