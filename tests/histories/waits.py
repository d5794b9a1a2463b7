"""What is left to do before a world is at rest."""

from datetime import timedelta
from typing import TYPE_CHECKING

from server.domain.ids import ActivityKey, FirmId
from server.domain.state import MailboxState, Side, Tombstone
from simulator.raynet.records import Ref
from tests.histories.rows import Rows

if TYPE_CHECKING:
    from tests.histories.play import History

#: A wait as long as this or longer is a verdict (a parked item), not a retry on the way to quiescence.
VERDICT = timedelta(minutes=50)
#: Calendars that are asked again after some minutes.
TROUBLED = (MailboxState.NO_ACCESS, MailboxState.NO_MAILBOX, MailboxState.UNKNOWN_USER)


def what_waits(history: "History") -> list[str]:
    """Why this is no quiescence."""
    now, out = history.timeline.clock(), []
    if history.late_effects:
        out.append("late effects")
    if history.village.world.graph.exchange.next_due() is not None:
        out.append("exchange")
    for firm, rows in history.store.firms.items():
        if rows.firm.paused:
            continue
        row = history.store.leases[firm]
        out += [f"{firm}: in hand"] if row.owner is not None else []
        out += [f"{firm}: intent {one.kind.value}" for one in rows.open_intents.values()]
        out += [f"{firm}: notice {one.kind.value}" for one in rows.notices.values()]
        out += [f"{firm}: due {one.why or 'link'}" for one in rows.attention.values() if one.due_at - now < VERDICT]
        out += [f"{firm}: calendar {one.state.value}" for one in rows.mailboxes.values() if one.state in TROUBLED]
        out += [f"{firm}: {what} unread" for what in _unread(history, rows)]
        sync = rows.sync
        cursor = sync.cursor
        out += [f"{firm}: an announced deletion awaited"] if cursor is not None and cursor.missing_since else []
        out += [f"{firm}: the window is to be walked"] if cursor is not None and cursor.walk_since else []
        out += [f"{firm}: raynet waits"] if sync.raynet_wait_until and sync.raynet_wait_until > now else []
        out += [f"{firm}: graph waits"] if sync.graph_wait_until and sync.graph_wait_until > now else []
        out += [f"{firm}: mailbox waits" for one in rows.mailboxes.values() if one.wait_until and one.wait_until > now]
        out += [f"{firm}: orphan" for one in rows.stones.values() if _can_go(history, firm, one)]
    return out


def _can_go(history: "History", firm: FirmId, stone: Tombstone) -> bool:
    """Whether it is a left-over that nobody keeps: a locked one stays until it is unlocked."""
    if not stone.key.startswith("orphan"):
        return False
    if stone.side is not Side.RAYNET:
        return True
    key = ActivityKey.parse(stone.hint)
    record = history.village.by_firm[firm].raynet.activity(Ref(key.type.value, key.id))
    return record is None or not record.is_locked


def _unread(history: "History", rows: Rows) -> list[str]:
    """Sides that were not read since the calm: polling relaxes to minutes while push has proven itself."""
    lag = history.script.switches.get("delta_visibility_seconds", 0.0)
    calm = max(history.script.calm_ms, history.last_late_ms) + 1
    read, firm = history.watch.read_at, rows.firm.id
    out = ["raynet"] if read.get((firm, ""), -1) < calm else []
    # What Exchange itself saves or delivers after the calm is read later; a lagging delta hides it a little longer.
    calm = max(calm, history.last_save_ms) + int(lag * 1000) + 1
    boxes = (one for one in rows.mailboxes.values() if one.state is MailboxState.READY)
    return out + ["mailbox" for one in boxes if history.watch.calendar_read_at(one) < calm]
