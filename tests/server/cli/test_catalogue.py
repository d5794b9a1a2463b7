"""The catalogue against the exception tree and the codes that our modules raise."""

import ast
import re
import string

import pytest

from server.cli.catalogue import SENTENCES, Language, Sentence, reader_language, sentence
from server.errors import RosError
from tests.architecture.tree import modules

#: Codes with a sentence of their own are written as literals with one of these beginnings.
CODES = re.compile(r"(?:setting|settings_file|doctor)_[a-z_]+")
#: Literals that look like a code and are none.
NO_CODES = {"settings_findings", "settings_customise_sources"}


def tree(kind: type[RosError] = RosError) -> list[type[RosError]]:
    return [kind, *(member for child in kind.__subclasses__() for member in tree(child))]


@pytest.mark.parametrize("kind", tree(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_sentence(kind: type[RosError]) -> None:
    assert kind.code in SENTENCES


def test_every_code_of_settings_and_checks_has_a_sentence_and_no_sentence_is_left_over() -> None:
    literals = {
        node.value
        for name, module in modules("server")
        if name in ("server/settings.py", "server/cli/diagnosis.py")
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODES.fullmatch(node.value)
    }
    said = {code for code in SENTENCES if CODES.fullmatch(code)}
    assert literals - NO_CODES == said


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_say_the_same_things(code: str) -> None:
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in (SENTENCES[code].cs, SENTENCES[code].en)
    ]
    assert fields[0] == fields[1]
    assert SENTENCES[code].cs != SENTENCES[code].en


def test_a_sentence_is_filled_from_the_error() -> None:
    said = sentence("setting_not_one_of", {"setting": "ROS_LOG_FORMAT", "allowed": "text, json"})
    assert said.en == "ROS_LOG_FORMAT can only be: text, json."
    assert said.cs == "ROS_LOG_FORMAT může být jen: text, json."


def test_missing_data_leaves_a_question_mark_and_an_unknown_code_is_shown() -> None:
    assert sentence("setting_missing", {"setting": None}).en.startswith("Setting ? is missing")
    assert "nobody_knows" in sentence("nobody_knows", {}).cs


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "cs_CZ.UTF-8"}, Language.CZECH),
        ({"LANG": "sk_SK.UTF-8"}, Language.CZECH),
        ({"LANG": "en_GB.UTF-8"}, Language.ENGLISH),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "cs_CZ.UTF-8"}, Language.CZECH),
        ({"LANG": "cs_CZ.UTF-8", "ROS_LANG": "en"}, Language.ENGLISH),
        ({"LANG": "C.UTF-8"}, Language.BOTH),
        ({"LANG": "de_DE.UTF-8"}, Language.BOTH),
        ({}, Language.BOTH),
    ],
)
def test_the_readers_language(environ: dict[str, str], language: Language) -> None:
    assert reader_language(environ) is language


def test_both_languages_are_said_where_none_is_known_czech_first() -> None:
    assert Sentence("ano", "yes").text(Language.BOTH) == "ano / yes"
    assert Sentence("ID", "ID").text(Language.BOTH) == "ID"
