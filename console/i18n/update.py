"""``python -m console.i18n.update``: brings the catalogues up to date with the code; fails on what is untranslated.

Reads the code itself: Qt's own lupdate of one release finds our plurals, that of another loses them.
"""

import ast
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from console.i18n import LANGUAGES

_HERE = Path(__file__).parent
#: Forms of a plural, as Qt counts them.
_FORMS = {"cs": 3, "en": 2}
#: Context and text; whether it counts something.
Texts = dict[tuple[str, str], bool]


def main() -> int:
    for language in LANGUAGES:
        update(language, _HERE / f"{language}.ts")
    missing = [f"{language}: {text}" for language in LANGUAGES for text in unfinished(_HERE / f"{language}.ts")]
    sys.stdout.write("\n".join([*missing, f"{len(missing)} texts without translation", ""]))
    return 1 if missing else 0


def spoken() -> Texts:
    """Everything the code says, by context, in the order of the code."""
    found: Texts = {}
    for path in sorted(_HERE.parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [call for call in ast.walk(tree) if isinstance(call, ast.Call) and _is_ours(call)]
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            context, text = (str(part.value) for part in call.args[:2] if isinstance(part, ast.Constant))
            found[context, text] = len(call.args) == 4
    return found


def _is_ours(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "translate"


def update(language: str, target: Path) -> None:
    """What left the code leaves the file; what is new comes in without a translation. English holds plurals only."""
    known = dict(_known(target))
    texts = {key: counts for key, counts in spoken().items() if counts or language != "en"}
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>"]
    lines.append(f'<TS version="2.1" language="{language}" sourcelanguage="en">')
    for context in sorted({context for context, _text in texts}):
        lines += ["<context>", f"    <name>{escape(context)}</name>"]
        for (of, text), counts in texts.items():
            if of == context:
                lines += _message(text, known.get((of, text), []), _FORMS[language] if counts else 0)
        lines.append("</context>")
    target.write_text("\n".join([*lines, "</TS>", ""]), encoding="utf-8")


def _message(text: str, known: list[str], forms: int) -> Iterator[str]:
    said = [escape(one) for one in known]
    state = "" if any(said) else ' type="unfinished"'
    yield '    <message numerus="yes">' if forms else "    <message>"
    yield f"        <source>{escape(text)}</source>"
    if forms:
        yield f"        <translation{state}>"
        for form in (said + [""] * forms)[:forms]:
            yield f"            <numerusform>{form}</numerusform>"
        yield "        </translation>"
    else:
        yield f"        <translation{state}>{said[0] if said else ''}</translation>"
    yield "    </message>"


def _known(file: Path) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """What is translated already. Our own file, not input from elsewhere."""
    for context in ElementTree.parse(file).getroot().iter("context"):  # noqa: S314
        for message in context.iter("message"):
            forms = [one.text or "" for one in message.iterfind("translation/numerusform")]
            single = message.findtext("translation") or ""
            yield (context.findtext("name") or "", message.findtext("source") or ""), forms or [single]


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
