"""Both languages are whole: what the code says is in the files, the files are translated, plurals are right."""

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from console.context import Parts
from console.i18n import translate
from console.i18n.update import unfinished
from console.presenters.formats import ago, days, days_left, number, span

CONSOLE = Path(__file__).parents[2] / "console"
I18N = CONSOLE / "i18n"


def calls() -> list[tuple[Path, ast.Call]]:
    return [
        (path, node)
        for path in sorted(CONSOLE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "translate"
    ]


def catalogue(language: str) -> dict[tuple[str, str], ElementTree.Element]:
    found = {}
    for context in ElementTree.parse(I18N / f"{language}.ts").getroot().iter("context"):  # noqa: S314 (our own file)
        for message in context.iter("message"):
            found[context.findtext("name") or "", message.findtext("source") or ""] = message
    return found


def test_every_text_of_the_code_is_in_the_czech_catalogue_and_the_other_way_round() -> None:
    said = set()
    for path, call in calls():
        literal = [part.value for part in call.args[:2] if isinstance(part, ast.Constant)]
        assert len(literal) == 2, f"{path.name}:{call.lineno}: literals only"
        assert not call.keywords, f"{path.name}:{call.lineno}: no keywords"
        said.add((str(literal[0]), str(literal[1])))
    known = set(catalogue("cs"))
    assert said - known == set(), "python -m console.i18n.update"
    assert known - said == set(), "python -m console.i18n.update"


def test_nothing_is_left_untranslated() -> None:
    assert unfinished(I18N / "cs.ts") == []
    assert unfinished(I18N / "en.ts") == []


def test_plurals_have_three_czech_forms_and_two_english_ones() -> None:
    for language, forms in (("cs", 3), ("en", 2)):
        plural = {key: one for key, one in catalogue(language).items() if one.get("numerus")}
        assert plural
        for key, message in plural.items():
            assert len(message.findall("translation/numerusform")) == forms, key


def test_places_in_a_text_survive_its_translation() -> None:
    holes = re.compile(r"{\d}|%n")
    for key, message in catalogue("cs").items():
        forms = [form.text or "" for form in message.findall("translation/numerusform")]
        for text in forms or [message.findtext("translation") or ""]:
            assert sorted(set(holes.findall(text))) == sorted(set(holes.findall(key[1]))), key


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("cs", ("1 den", "2 dny", "5 dní", "zbývá 1 den", "zbývají 3 dny", "končí dnes", "skončilo před 2 dny")),
        ("en", ("1 day", "2 days", "5 days", "1 day left", "3 days left", "ends today", "ended 2 days ago")),
    ],
)
def test_counts_of_days_are_said_as_people_say_them(parts: Parts, language: str, said: tuple[str, ...]) -> None:
    parts.languages.use(language)
    assert (days(1), days(2), days(5), days_left(1), days_left(3), days_left(0), days_left(-2)) == said


def test_numbers_and_spans_follow_the_language(parts: Parts) -> None:
    parts.languages.use("cs")
    assert number(12_345).replace("\xa0", " ") == "12 345"
    assert span(2.53) == "2,5 s"
    assert ago(None) == "nikdy"
    parts.languages.use("en")
    assert number(12_345) == "12,345"
    assert span(2.53) == "2.5 s"
    assert span(7_200) == "2 h"
    assert ago(None) == "never"


def test_the_language_changes_while_the_program_runs(parts: Parts) -> None:
    parts.languages.use("cs")
    assert translate("Sections", "Overview") == "Přehled"
    parts.languages.use("en")
    assert translate("Sections", "Overview") == "Overview"
    parts.languages.use("tlh")
    assert translate("Sections", "Overview") == "Přehled"
