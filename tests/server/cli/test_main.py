"""`ros` as a shell sees it: exit codes, what goes to stdout and what to stderr, in whose language."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from server.cli.main import DONE, REFUSED, WRONG_USE, ros, run
from server.cli.shell import Shell, command, group, json_option, pass_shell
from server.errors import Invalid

ROOT = Path(__file__).resolve().parents[3]
CZECH = "Hodnota pole name není přípustná. Opravte ji a zkuste to znovu.\n"
ENGLISH = "The value of name is not acceptable. Correct it and try again.\n"


@pytest.fixture
def spare_commands() -> Iterator[None]:
    """Commands that do what a real one may do, hung on `ros` for a test."""

    @command("refuse", "Odmítne.", "Refuses.")
    @json_option
    def refuse(*, as_json: bool) -> None:
        raise Invalid(field="poll" if as_json else "name")

    @command("settle", "Přečte nastavení.", "Reads the settings.")
    @click.option("--count", type=int, required=True, help="kolik ‖ how many")
    @pass_shell
    def settle(shell: Shell, count: int) -> None:
        click.echo(str(shell.settings.poll_seconds + count))

    ros.add_command(group("spare", "Na zkoušku.", "On trial.", [refuse, settle]))
    yield
    del ros.commands["spare"]


def test_no_command_shows_help_and_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([], {"ROS_LANG": "en"}) == WRONG_USE
    assert "Two-way synchronisation" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["nonsense"], ["doctor", "--nonsense"], ["doctor", "extra"]])
def test_wrong_use_is_code_two_and_says_why_on_stderr(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments, {}) == WRONG_USE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Error:" in captured.err


@pytest.mark.usefixtures("spare_commands")
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("cs", CZECH),
        ("en", ENGLISH),
        ("", f"{CZECH}{ENGLISH}"),
    ],
)
def test_an_error_of_ours_is_a_sentence_on_stderr_and_code_one(
    language: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["spare", "refuse"], {"ROS_LANG": language}) == REFUSED
    assert capsys.readouterr() == ("", text)


@pytest.mark.usefixtures("spare_commands")
def test_settings_are_read_only_when_a_command_needs_them(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {"ROS_LANG": "en", "ROS_POLL_SECONDS": "0"}
    assert run(["spare", "settle", "--help"], wrong) == DONE
    assert "how many  [required]" in capsys.readouterr().out
    assert run(["spare", "settle", "--count", "1"], wrong) == REFUSED
    assert "ROS_POLL_SECONDS must be a whole number" in capsys.readouterr().err


@pytest.mark.usefixtures("spare_commands")
@pytest.mark.parametrize(
    ("language", "seen", "unseen"),
    [("cs", "Přečte nastavení.", "Reads"), ("en", "Reads the settings.", "Přečte")],
)
def test_help_speaks_one_language(language: str, seen: str, unseen: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spare", "-h"], {"ROS_LANG": language}) == DONE
    shown = capsys.readouterr().out
    assert seen in shown
    assert unseen not in shown
    assert "‖" not in shown


def test_every_command_has_help_in_both_languages_and_every_listing_takes_json() -> None:
    def walk(member: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
        yield path, member
        for name, child in getattr(member, "commands", {}).items():
            yield from walk(child, f"{path} {name}")

    for path, member in walk(ros, "ros"):
        texts = [member.help, *(option.help for option in member.params if isinstance(option, click.Option))]
        foreign = "Show the version and exit."
        assert all(text and ("‖" in text or text == foreign) for text in texts), path
        if path.endswith((" list", " pairs", " why", " status", " doctor", " show", " sync")):
            assert any("--json" in option.opts for option in member.params), path


@pytest.mark.slow
def test_the_program_itself_gives_the_exit_codes_to_the_shell(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from server.cli.main import main; main()"]
    environ = os.environ | {"ROS_DATA_DIR": str(tmp_path), "ROS_POLL_SECONDS": "0", "PYTHONPATH": str(ROOT)}
    wrong = subprocess.run([*program, "nonsense"], cwd=tmp_path, env=environ, capture_output=True, check=False)
    assert wrong.returncode == WRONG_USE
    refused = subprocess.run(
        [*program, "doctor", "--json"], cwd=tmp_path, env=environ, capture_output=True, check=False
    )
    assert refused.returncode == REFUSED
    assert json.loads(refused.stdout)["checks"][0]["code"] == "setting_not_seconds"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "Chyba: Příkaz nonsense neexistuje."),
        (["doctr"], "Nemysleli jste doctor?"),
        (["doctor", "--nonsense"], "Chyba: Volba --nonsense neexistuje."),
        (["firm", "show"], "Chyba: Chybí argument 'FIRM'."),
        (["firm", "add", "--name", "a"], "Chyba: Chybí volba '--tenant-id'."),
        (["firm", "show", "x"], "Chyba: Hodnota 'FIRM' není přípustná: má být kladné celé číslo."),
        (["serve", "--processes", "99"], "má být celé číslo od 1 do 32."),
    ],
)
def test_wrong_use_is_explained_in_the_reader_s_language(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments, {"LANG": "cs_CZ.UTF-8"}) == WRONG_USE
    czech = capsys.readouterr()
    assert czech.out == ""
    assert said in czech.err
    assert "Použití: ros" in czech.err
    assert "Error" not in czech.err
    assert run(arguments, {"LANG": "en_GB.UTF-8"}) == WRONG_USE
    assert "Error: " in capsys.readouterr().err
