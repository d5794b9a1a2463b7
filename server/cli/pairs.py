"""``ros pairs``, ``ros why``, ``ros conflicts``, ``ros holds``: what is paired, why, what was lost, what waits."""

import click

from server.catalogue.explained import sentence
from server.catalogue.sentences import Sentence
from server.cli.foreground import administration_of
from server.cli.output import Table, show_json, show_table
from server.cli.shell import MOST, NUMBER, Shell, both, command, group, json_option, pass_shell
from server.cli.sync import carry_out_now, firm_option
from server.domain.ids import ActivityKey, EventId, FirmId
from server.domain.state import Decision, Trail
from server.store.admin.administration import Administration

ACTOR = "ros"


@command("pairs", "Vypíše páry aktivit a událostí.", "Lists the pairs of activities and events.")
@firm_option
@click.option(
    "--all", "everything", is_flag=True, help=both("i uzavřené a nepřenášené", "closed and uncarried ones too")
)
@json_option
@pass_shell
def pairs(shell: Shell, *, firm: int, everything: bool, as_json: bool) -> None:
    """Items that have no counterpart are explained by ``ros why``, not listed here."""
    with administration_of(shell) as administration:
        found = administration.overview.pairs(FirmId(firm))
    if not everything:
        found = tuple(one for one in found if one.state.value != "closed" and one.activity and one.event)
    documents = [
        {
            "activity": str(one.activity) if one.activity else None,
            "mailbox": one.email or one.mailbox,
            "event": one.event,
            "state": one.state.value,
            "reason": one.reason.value if one.reason else None,
            "role": one.role.value,
        }
        for one in found
    ]
    if as_json:
        show_json({"pairs": documents})
        return
    columns = [Sentence("aktivita", "activity"), Sentence("schránka", "mailbox"), Sentence("událost", "event")]
    columns += [Sentence("stav", "state"), Sentence("důvod", "reason"), Sentence("úloha", "role")]
    rows = [tuple(one.values()) for one in documents]
    show_table(Table(columns=columns, rows=rows, empty=Sentence("Žádné páry.", "No pairs.")), shell.language)


@command("why", "Vysvětlí, proč je položka tak, jak je.", "Explains why an item is as it is.")
@firm_option
@click.option(
    "--activity",
    "activity",
    metavar="TYPE:ID",
    help=both("aktivita, například meeting:5001", "an activity, such as meeting:5001"),
)
@click.option("--event", "event", metavar="MAILBOX:ID", help=both("událost ve schránce", "an event in a mailbox"))
@json_option
@pass_shell
def why(shell: Shell, *, firm: int, activity: str | None, event: str | None, as_json: bool) -> None:
    """The decision trail, newest last."""
    if (activity is None) == (event is None):
        raise click.UsageError(
            Sentence("Zadejte --activity, nebo --event.", "Give --activity or --event.").text(shell.language)
        )
    with administration_of(shell) as administration:
        if activity is not None:
            key = _activity(shell, activity)
            found = administration.overview.why_activity(FirmId(firm), key)
        else:
            mailbox, colon, item = (event or "").partition(":")
            if not (mailbox and colon and item):
                raise _malformed(shell, "--event", "MAILBOX:ID, jana@firma.cz:AAMk…")
            found = administration.overview.why_event(FirmId(firm), mailbox, EventId(item))
    reason = found.reason.value if found.reason else None
    document = {
        "item": found.item,
        "state": found.state.value if found.state else None,
        "reason": reason,
        "text": sentence(f"reason_{reason}", {}).text(shell.language) if reason else None,
        "trail": [_entry(one) for one in found.trail],
    }
    if as_json:
        show_json(document)
        return
    if reason:
        shell.say(sentence(f"reason_{reason}", {}))
    columns = [Sentence("kdy", "when"), Sentence("co bylo vidět", "seen"), Sentence("pravidlo", "rule")]
    columns += [Sentence("výsledek", "outcome"), Sentence("zápisy", "writes")]
    rows = [(one.at, ", ".join(one.seen), one.reason.value, one.outcome, ", ".join(one.writes)) for one in found.trail]
    show_table(Table(columns=columns, rows=rows, empty=Sentence("Zatím nic.", "Nothing yet.")), shell.language)


def _activity(shell: Shell, text: str) -> ActivityKey:
    try:
        key = ActivityKey.parse(text)
    except ValueError:
        key = None
    if key is None or key.id > MOST:
        raise _malformed(shell, "--activity", "TYPE:ID, meeting:5001")
    return key


def _malformed(shell: Shell, option: str, wanted: str) -> click.UsageError:
    text = Sentence(f"{option} má tvar {wanted}.", f"{option} has the form {wanted}.")
    return click.UsageError(text.text(shell.language))


def _entry(one: Trail) -> dict[str, object]:
    return {
        "at": one.at,
        "seen": list(one.seen),
        "rule": one.reason.value,
        "outcome": one.outcome,
        "writes": list(one.writes),
        "pass": one.pass_id,
    }


def _refuse_unknown(administration: Administration, firm: int | None) -> None:
    """NotFound instead of an empty list that looks as if all were well."""
    if firm is not None:
        administration.firms.get(FirmId(firm))


# --- conflicts ----------------------------------------------------------------------------------------------------


@command("list", "Vypíše deník konfliktů.", "Lists the conflict journal.")
@click.option("--firm", type=NUMBER, help=both("číslo firmy; bez něj všechny", "the firm's number; all without it"))
@json_option
@pass_shell
def conflicts_list(shell: Shell, *, firm: int | None, as_json: bool) -> None:
    """Newest first; the values that lost can be restored."""
    with administration_of(shell) as administration:
        _refuse_unknown(administration, firm)
        found = administration.conflicts.every(FirmId(firm) if firm is not None else None)
    documents = [
        {
            "id": one.conflict.id,
            "activity": str(one.conflict.activity) if one.conflict.activity else None,
            "mailbox": one.email or one.conflict.mailbox,
            "field": one.conflict.field.value,
            "base": one.conflict.base,
            "kept": one.conflict.kept,
            "lost": one.conflict.lost,
            "lost_side": one.conflict.lost_side.value,
            "at": one.conflict.at,
            "restored_at": one.conflict.restored_at,
        }
        for one in found
    ]
    if as_json:
        show_json({"conflicts": documents})
        return
    names = ("id", "activity", "field", "kept", "lost", "lost_side", "at")
    columns = [Sentence("id", "id"), Sentence("aktivita", "activity"), Sentence("pole", "field")]
    columns += [Sentence("platí", "kept"), Sentence("ztraceno", "lost"), Sentence("kde", "side"), Sentence("kdy", "at")]
    rows = [tuple(one[name] for name in names) for one in documents]
    show_table(Table(columns=columns, rows=rows, empty=Sentence("Žádné konflikty.", "No conflicts.")), shell.language)


@command("restore", "Vrátí ztracenou hodnotu na obě strany.", "Brings a lost value back on both sides.")
@click.argument("conflict_id")
@json_option
@pass_shell
def conflicts_restore(shell: Shell, *, conflict_id: str, as_json: bool) -> None:
    """Carried out at once, or by the running worker."""
    with administration_of(shell) as administration:
        found = administration.conflicts.request_restore(conflict_id, actor=ACTOR)
    carry_out_now(shell, found.firm_id)
    with administration_of(shell) as administration:
        entries = administration.conflicts.every(found.firm_id)
    restored = any(one.conflict.id == conflict_id and one.conflict.restored_at is not None for one in entries)
    if as_json:
        show_json({"id": conflict_id, "restored": restored})
    else:
        shell.say(
            Sentence("Hodnota je zpět.", "The value is back.")
            if restored
            else Sentence("Uloženo, hodnota se vrátí při příštím průchodu.", "Stored; the next pass brings it back.")
        )


conflicts = group("conflicts", "Deník konfliktů.", "The conflict journal.", [conflicts_list, conflicts_restore])


# --- holds --------------------------------------------------------------------------------------------------------


@command("list", "Vypíše pozastavená hromadná mazání.", "Lists mass deletions that wait.")
@click.option("--firm", type=NUMBER, help=both("číslo firmy; bez něj všechny", "the firm's number; all without it"))
@json_option
@pass_shell
def holds_list(shell: Shell, *, firm: int | None, as_json: bool) -> None:
    """Open ones, newest first."""
    with administration_of(shell) as administration:
        _refuse_unknown(administration, firm)
        found = administration.holds.every(FirmId(firm) if firm is not None else None)
    documents = [
        {
            "id": one.hold.id,
            "firm": one.hold.firm_id,
            "mailbox": one.email or one.hold.mailbox,
            "count": one.hold.count,
            "of": one.hold.of,
            "reason": one.hold.reason.value,
            "at": one.hold.at,
            "decision": one.hold.decision.value if one.hold.decision else None,
        }
        for one in found
    ]
    if as_json:
        show_json({"holds": documents})
        return
    columns = [
        Sentence("id", "id"),
        Sentence("firma", "firm"),
        Sentence("schránka", "mailbox"),
        Sentence("počet", "count"),
    ]
    columns += [
        Sentence("z", "of"),
        Sentence("důvod", "reason"),
        Sentence("kdy", "at"),
        Sentence("rozhodnutí", "decision"),
    ]
    rows = [tuple(one.values()) for one in documents]
    show_table(Table(columns=columns, rows=rows, empty=Sentence("Nic nečeká.", "Nothing waits.")), shell.language)


def _deciding(name: str, cs: str, en: str, decision: Decision) -> click.Command:
    @command(name, cs, en)
    @click.argument("hold_id")
    @json_option
    @pass_shell
    def decide(shell: Shell, *, hold_id: str, as_json: bool) -> None:
        with administration_of(shell) as administration:
            hold = administration.holds.decide(hold_id, decision, actor=ACTOR)
        report = carry_out_now(shell, hold.firm_id)
        if as_json:
            document: dict[str, object] = {"id": hold_id, "decision": decision.value}
            show_json(document | ({"run": report.document(shell.language, preview=False)} if report else {}))
        else:
            shell.say(Sentence("Rozhodnuto.", "Decided."))

    return decide


holds_confirm = _deciding("confirm", "Povolí mazání.", "Lets the deletions pass.", Decision.CONFIRM)
holds_reject = _deciding(
    "reject", "Zamítne mazání; chybějící se obnoví.", "Rejects them; what is missing is made again.", Decision.REJECT
)
holds = group(
    "holds", "Pozastavená hromadná mazání.", "Mass deletions that wait.", [holds_list, holds_confirm, holds_reject]
)
