"""Failures of the past as short scripts: played in every run of the tests, for ever."""

from pathlib import Path

from tests.histories.script import Script

FOLDER = Path(__file__).resolve().parent / "corpus"


def scripts() -> dict[str, Script]:
    """By file name, in its order."""
    return {path.stem: Script.load(path) for path in sorted(FOLDER.glob("*.json"))}
