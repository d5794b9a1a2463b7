"""What the guides quote as a label is said so by the console, the panel or the server; pictures they show are there."""

import ast
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "guides"
#: Microsoft's own words, the name of the add-in, and words that are only stressed.
OTHERS = {
    "cs": {
        *("Aplikace", "Doplněk pro Office", "Globální správce", "Správce privilegovaných rolí", "Integrované aplikace"),
        *("Jenom já", "Nahrát vlastní aplikace", "Přijmout", "RBAC for Applications", "Raynet CRM"),
        "Raynet CRM Add-in",
        *("Zadat odkaz na soubor manifestu", "až za 24 hodin", "odeberte", "soukromá událost", "typ aktivity"),
    },
    "en": {
        *("Apps", "Office Add-in", "Global Administrator", "Privileged Role Administrator", "Integrated apps"),
        *("Just me", "Upload custom apps", "Accept", "RBAC for Applications", "Raynet CRM"),
        "Raynet CRM Add-in",
        *("Provide link to manifest file", "up to 24 hours", "remove", "private event", "activity type"),
    },
}
QUOTED = {"cs": r"„([^“]+)“", "en": r"“([^”]+)”"}
#: What Microsoft or Outlook says, quoted in tables of troubles.
FOREIGN = re.compile(r"^(AADSTS|zrušeno|cancelled|Přístup odepřen|Access denied|Schránka nenalezena|Mailbox not found)")


def plain(text: str) -> str:
    """Without mnemonics and the dots of a dialog that follows."""
    return text.replace("&", "").rstrip("…").strip()


@cache
def said(language: str) -> set[str]:
    """Everything that people read in this language."""
    found = {plain(str(text)) for text in _flat(json.loads((ROOT / f"addin/locales/{language}.json").read_text()))}
    for message in ElementTree.parse(ROOT / "console/i18n/cs.ts").getroot().iter("message"):  # noqa: S314 (our own)
        text = message.findtext("translation") if language == "cs" else message.findtext("source")
        found.add(plain(text or ""))
    at = 0 if language == "cs" else 1
    for path in (ROOT / "server" / "catalogue").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Sentence":
                argument = call.args[at] if len(call.args) == 2 else None
                found.add(plain(str(argument.value)) if isinstance(argument, ast.Constant) else "")
    return found


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _flat(inner)
    else:
        yield value


def guides() -> list[Path]:
    return sorted(GUIDES.glob("*/*.md"))


@pytest.mark.parametrize("guide", guides(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_labels_that_a_guide_quotes_are_said_so(guide: Path) -> None:
    language = guide.parent.name
    text = guide.read_text(encoding="utf-8")
    quoted = [one for one in re.findall(QUOTED[language], text) if not FOREIGN.match(one)]
    labels = [one for one in re.findall(r"\*\*([^*]+)\*\*", " ".join(text.split())) if one != "…"]
    known = said(language) | OTHERS[language]
    wrong = {one for one in [*labels, *quoted] if plain(one) not in known}
    assert wrong == set()


@pytest.mark.parametrize("guide", guides(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_pictures_and_other_guides_that_a_guide_names_are_there(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    for picture in re.findall(r"\(/navody/obrazky/([^)]+)\)", text):
        assert (GUIDES / "pictures" / picture).read_bytes().startswith(b"\x89PNG"), picture
    for other in re.findall(r"\(/navody/([a-z-]+)(?:\?lang=\w+)?\)", text):
        assert (guide.parent / f"{other}.md").is_file(), other


def test_both_languages_have_the_same_guides() -> None:
    names = {language: {path.stem for path in (GUIDES / language).glob("*.md")} for language in OTHERS}
    assert names["cs"] == names["en"]
    assert "konzole" in names["cs"]
