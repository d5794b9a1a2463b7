"""``ros doctor``: looks at everything that can be wrong with an installation and says how to mend it."""

from datetime import UTC, datetime
from typing import Final

from server.catalogue.explained import sentence
from server.catalogue.sentences import Sentence
from server.cli.diagnosis import Finding, State, diagnose
from server.cli.output import Table, show_json, show_table
from server.cli.progress import progress
from server.cli.shell import Shell, command, json_option, pass_shell

_MARKS: Final = {State.OK: "✓", State.WARNING: "!", State.FAILED: "✗"}


@command(
    "doctor",
    "Zkontroluje nastavení, složky, hodiny a dosažitelnost Raynetu a Microsoftu; nic nemění.",
    "Checks settings, folders, clock and whether Raynet and Microsoft can be reached; changes nothing.",
)
@json_option
@pass_shell
def doctor(shell: Shell, *, as_json: bool) -> int:
    """Exit code 1 when a check failed; warnings are no failure."""
    findings = []
    with progress(Sentence("kontroluji", "checking").text(shell.language)) as advance:
        for finding in diagnose(shell.environ, datetime.now(UTC)):
            findings.append(finding)
            advance(1)
    if as_json:
        show_json({"checks": [_document(finding, shell) for finding in findings]})
    else:
        show_table(_table(findings, shell), shell.language)
    return 1 if any(finding.state is State.FAILED for finding in findings) else 0


def _document(finding: Finding, shell: Shell) -> dict[str, object]:
    text = sentence(finding.code, finding.data).text(shell.language)
    return {
        "check": finding.check,
        "state": finding.state,
        "code": finding.code,
        "text": text,
        "data": dict(finding.data),
    }


def _table(findings: list[Finding], shell: Shell) -> Table:
    rows = [
        (_MARKS[finding.state], finding.check, sentence(finding.code, finding.data).text(shell.language))
        for finding in findings
    ]
    columns = [Sentence("", ""), Sentence("kontrola", "check"), Sentence("výsledek", "result")]
    return Table(columns=columns, rows=rows, empty=Sentence("Nic ke kontrole.", "Nothing to check."))
