"""The catalogue against the exception tree and the codes that our modules raise."""

import ast
import re
import string
from collections.abc import Iterator

import pytest

from server.api.addin.models import UserState
from server.catalogue.explained import SENTENCES, explained, sentence
from server.catalogue.reasons import REASONS
from server.catalogue.rules import TITLES
from server.catalogue.sentences import Language, Sentence, reader_language
from server.domain.reasons import Reason
from server.errors import Misconfigured, Rejected, RosError
from tests.architecture.tree import modules

#: Calls that take a code first, and enums whose members are codes.
ERRORS = {kind.__name__ for kind in [RosError, *RosError.__subclasses__()]} | {
    child.__name__ for kind in RosError.__subclasses__() for child in kind.__subclasses__()
}
TAKE_A_CODE = ERRORS | {"PydanticCustomError", "sentence"}
CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+")


def tree(kind: type[RosError] = RosError) -> list[type[RosError]]:
    """The classes of the tree's own module; adapters may add leaves, whose codes are found by reading."""
    children = [child for child in kind.__subclasses__() if child.__module__ == RosError.__module__]
    return [kind, *(member for child in children for member in tree(child))]


@pytest.mark.parametrize("kind", tree(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_sentence(kind: type[RosError]) -> None:
    assert kind.code in SENTENCES


def codes_in(module: ast.Module) -> Iterator[str]:
    """Every code that stands in ``module``: given to an error or to `sentence`, a class's own, in a ``…Code`` enum, or
    `doctor_…`.
    """
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(code)), *_]) if name in TAKE_A_CODE:
                yield code
            case ast.Call(func=ast.Name(id="_wrong"), args=[_, ast.Constant(value=str(code)), *_]):
                yield code
            case ast.ClassDef(name=name, body=body):
                for line in body:
                    match line:
                        case ast.Assign(targets=[ast.Name(id=member)], value=ast.Constant(value=str(code))):
                            if name.endswith("Code") or member == "code":
                                yield code
            case ast.Constant(value=str(code)) if code.startswith("doctor_") and CODE.fullmatch(code):
                yield code


def chosen_in(module: ast.Module) -> Iterator[object]:
    """What stands for one of two in a variable ``code``: of an error, or of something else that has codes."""
    for node in ast.walk(module):
        match node:
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.IfExp(body=one, orelse=other)):
                yield from (each.value for each in (one, other) if isinstance(each, ast.Constant))


def test_every_code_has_a_sentence_and_no_sentence_is_left_over() -> None:
    read = [module for name, module in modules("server") if not name.startswith("server/catalogue/")]
    raised = {code for module in read for code in codes_in(module)}
    chosen = {code for module in read for code in chosen_in(module)}
    reasons = {f"reason_{reason}" for reason in Reason}
    # The panel is refused with the state of its user as the code.
    states = {state.value for state in UserState if state is not UserState.READY}
    needed = raised | {kind.code for kind in tree()} | reasons | states
    assert needed - SENTENCES.keys() == set()
    assert SENTENCES.keys() - needed - chosen == set()


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_needs_no_data_to_be_said(reason: Reason) -> None:
    assert "?" not in sentence(f"reason_{reason}", {}).cs
    assert sentence(reason, {}).cs == sentence(f"reason_{reason}", {}).cs or reason in SENTENCES


def test_an_error_without_a_sentence_of_its_own_gets_that_of_its_class() -> None:
    assert explained(Rejected("brand_new")) == sentence("rejected", {})
    assert "ROS_LISTEN" in explained(Misconfigured("brand_new", setting="ROS_LISTEN")).en


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


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_told_in_words_of_people(reason: Reason) -> None:
    """Users read it in Outlook's panel: no setting, no command; a rule goes by the title that it has in the console."""
    said = REASONS[reason]
    for text in (said.cs, said.en):
        assert not re.search(r"\w_\w|\bros \w", text), text
    assert set(re.findall("„(.+?)“", said.cs)) <= {title.cs for title in TITLES.values()}
    assert set(re.findall("“(.+?)”", said.en)) <= {title.en for title in TITLES.values()}
