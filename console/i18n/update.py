"""``python -m console.i18n.update``: lupdate over the console; says what is untranslated and fails on it."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from console.i18n import LANGUAGES, tool

_HERE = Path(__file__).parent


def main() -> int:
    for language in LANGUAGES:
        update(language, _HERE / f"{language}.ts")
    missing = [f"{language}: {text}" for language in LANGUAGES for text in unfinished(_HERE / f"{language}.ts")]
    sys.stdout.write("\n".join([*missing, f"{len(missing)} texts without translation", ""]))
    return 1 if missing else 0


def update(language: str, target: Path) -> None:
    """Brings ``target`` up to date with the code; what left the code leaves the file."""
    sources = sorted(str(path) for path in _HERE.parent.rglob("*.py"))
    plural = ["-pluralonly"] if language == "en" else []
    command = [str(tool("lupdate")), "-silent", "-no-obsolete", "-locations", "none", *plural]
    languages = ["-source-language", "en", "-target-language", language]
    subprocess.run([*command, *languages, *sources, "-ts", str(target)], check=True, capture_output=True)


def unfinished(file: Path) -> list[str]:
    """Sources that have no translation yet, or an empty plural form."""
    # Our own file, not input from elsewhere.
    found = []
    for message in ElementTree.parse(file).getroot().iter("message"):  # noqa: S314
        translation = message.find("translation")
        source = message.findtext("source") or ""
        if translation is None or translation.get("type") == "unfinished":
            found.append(source)
        elif forms := translation.findall("numerusform"):
            found.extend(source for form in forms if not form.text)
        elif not translation.text:
            found.append(source)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
