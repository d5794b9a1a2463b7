"""``ros manifest``: the add-in's manifest for a server, and the check of one without the internet."""

from pathlib import Path
from typing import Final

import click

from server.api.panel.files import BUILT
from server.api.panel.manifest import PUBLIC_URL, UNKNOWN_CLIENT, ManifestOf, manifest
from server.api.panel.manifest_check import check_manifest, is_guid
from server.catalogue.sentences import Sentence
from server.cli.output import show_json
from server.cli.shell import Shell, both, command, json_option, pass_shell

_REFUSED: Final = 1


@command(
    "manifest",
    "Vypíše manifest doplňku pro Outlook, nebo zkontroluje daný soubor.",
    "Prints the Outlook add-in's manifest, or checks a given file.",
)
@click.option(
    "--public-url",
    "--url",
    "public_url",
    help=both("adresa serveru, jinak ROS_PUBLIC_URL", "address of the server, else ROS_PUBLIC_URL"),
)
@click.option(
    "--client-id",
    help=both("registrace v Entra ID, jinak ROS_CLIENT_ID", "registration at Entra ID, else ROS_CLIENT_ID"),
)
@click.option(
    "--check",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=both("soubor ke kontrole", "file to check"),
)
@json_option
@pass_shell
def manifest_command(
    shell: Shell, *, public_url: str | None, client_id: str | None, file: Path | None, as_json: bool
) -> int:
    """Exit code 1 when the checked file has findings, or the address or the registration cannot have a manifest."""
    if file is not None:
        return _check(shell, file, as_json=as_json)
    of = ManifestOf(
        public_url=public_url or shell.environ.get("ROS_PUBLIC_URL") or PUBLIC_URL,
        client_id=client_id or shell.environ.get("ROS_CLIENT_ID") or UNKNOWN_CLIENT,
    )
    if not is_guid(of.client_id):
        shell.say(
            Sentence(
                "Registrace v Entra ID je GUID, například 11111111-2222-3333-4444-555555555555.",
                "A registration at Entra ID is a GUID, for example 11111111-2222-3333-4444-555555555555.",
            )
        )
        return _REFUSED
    try:
        click.echo(manifest(of), nl=False)
    except ValueError:
        shell.say(
            Sentence(
                "Manifest může mít jen adresa https://jméno[:port] bez cesty; jméno s diakritikou ve tvaru xn--.",
                "Only an address https://name[:port] without a path can have a manifest; a name with accents as xn--.",
            )
        )
        return _REFUSED
    return 0


def _check(shell: Shell, file: Path, *, as_json: bool) -> int:
    findings = check_manifest(file.read_text(encoding="utf-8", errors="replace"), icons=_icon)
    if as_json:
        show_json({"findings": [{"code": one.code, "where": one.where} for one in findings]})
    elif findings:
        for one in findings:
            click.echo(f"{one.code:20} {one.where}")
    else:
        shell.say(Sentence("Manifest je v pořádku.", "The manifest is in order."))
    return _REFUSED if findings else 0


def _icon(path: str) -> bytes | None:
    """The built file of an address on our server."""
    file = BUILT / path.removeprefix("/addin/")
    return file.read_bytes() if file.is_file() else None
