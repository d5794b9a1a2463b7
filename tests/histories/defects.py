"""Defects planted on purpose: what the histories must find, or be shown to be unable to see.

Each is one mistake that somebody could make, put in place of a function or a value of the engine for the time of a
``with``. Nothing of this is in the product. ``python -m tests.histories defects`` plays histories until each is found;
the table is ``bench/histories/defects.md``.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from server.domain import copies, edits, existence, lead, mapping, reconcile
from server.domain import draft as drafts
from server.domain.ids import MailboxId
from server.ports import graph as graph_port
from server.ports.store import LoadGroups
from server.sync import (
    aside,
    bundles,
    calendars,
    evidence,
    matching,
    observe,
    passes,
    proofs,
    read,
    recover,
    retyped,
    seats,
    work,
)
from tests.histories import driver as sim_driver
from tests.histories import store as sim_store
from tests.histories.mistakes import (
    base_first,
    blind_write,
    cursor_first,
    etagless_delete,
    etagless_update,
    flow,
    fresh_transaction,
    gives,
    gone_is_trouble,
    groups_without_intents,
    heard,
    last_write_wins,
    late_journal,
    link_first,
    matching_nothing,
    never_found,
    no_retry,
    no_stones,
    not_awaited,
    notices_first,
    only_owner,
    open_title,
    put,
    seat_unread,
    settled_blindly,
    shifted,
    timed_only,
    unfenced,
    unproven,
    unproven_event,
    unverified,
    without,
)

#: (where, name, what takes its place); what takes its place is made from the original. EVERYWHERE: in each module of
#: the sync that knows the name.
Swap = tuple[Any, str, Callable[[Any], Any]]
EVERYWHERE = None
_SYNC = "server.sync."


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One planted mistake. ``masked`` says by what it is made harmless, where it is; what shows that is a second
    defect, ``both`` mistakes at once: its script passes with either of them alone."""

    name: str
    about: str
    swaps: tuple[Swap, ...]
    masked: str = ""
    both: tuple[str, ...] = ()

    def places(self) -> list[tuple[Any, str, Callable[[Any], Any]]]:
        """Where it is planted."""
        found = []
        for where, name, make in self.swaps:
            modules = [one for path, one in sorted(sys.modules.items()) if path.startswith(_SYNC)]
            homes = [where] if where is not EVERYWHERE else [one for one in modules if hasattr(one, name)]
            found += [(home, name, make) for home in homes]
        return found

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The engine with the mistake."""
        kept = [(where, name, getattr(where, name)) for where, name, _ in self.places()]
        made: dict[tuple[int, int], Any] = {}
        try:
            for (where, name, make), (_, _, original) in zip(self.places(), kept, strict=True):
                mistake = made.get((id(original), id(make)))
                if mistake is None:
                    mistake = made[id(original), id(make)] = make(original)
                setattr(where, name, mistake)
            yield
        finally:
            for where, name, original in reversed(kept):
                setattr(where, name, original)


_BLIND: tuple[Swap, ...] = (
    (recover, "_event_write", settled_blindly),
    (recover, "_activity_write", settled_blindly),
)

DEFECTS: tuple[Defect, ...] = (
    # --- journal
    Defect(name="nojournal", about="losers are not journalled", swaps=((EVERYWHERE, "conflict_rows", gives(())),)),
    Defect(
        name="latejournal",
        about="losers are journalled after the write",
        swaps=((bundles, "carry_out", late_journal),),
    ),
    Defect(
        name="lww", about="the later side wins, nothing is a conflict", swaps=((lead, "merge_field", last_write_wins),)
    ),
    Defect(
        name="deljournal",
        about="an edit in Raynet does not beat a deletion in Outlook",
        swaps=((existence, "edited_in_raynet", gives(value=False)),),
    ),
    Defect(
        name="editlost",
        about="an edit in Outlook does not beat a removal in Raynet",
        swaps=((existence, "outlook_edits", gives(())), (edits, "outlook_edits", gives(()))),
    ),
    Defect(
        name="typedlost",
        about="what was typed into a placeholder is not journalled",
        swaps=((EVERYWHERE, "typed_into", gives(())),),
    ),
    # --- privacy
    Defect(
        name="privleak",
        about="a private event's texts are carried",
        swaps=((mapping, "is_masked", gives(value=False)),),
    ),
    Defect(
        name="notpersonal",
        about="what is made of an event is not personal",
        swaps=((EVERYWHERE, "UpdateActivity", without(personal=None)),),
    ),
    Defect(name="opentitle", about="the placeholder shows the title", swaps=((EVERYWHERE, "_intend", open_title),)),
    # --- intents and recovery
    Defect(name="norecover", about="open intents are never settled", swaps=((passes, "recover", flow(None)),)),
    Defect(
        name="blindsettle",
        about="an open update counts as done",
        swaps=_BLIND,
        masked="what did not happen is planned again, and over what was not seen no write goes; see blindnoifmatch",
    ),
    Defect(
        name="blindnoifmatch",
        about="an open update counts as done, and events are updated without If-Match",
        swaps=(*_BLIND, (EVERYWHERE, "UpdateEvent", etagless_update)),
        both=("blindsettle", "noifmatch"),
    ),
    Defect(
        name="notx",
        about="each attempt of a create has its own transaction id",
        swaps=((EVERYWHERE, "CreateEvent", fresh_transaction),),
    ),
    Defect(
        name="nofind",
        about="recovery does not look for the event of a lost create",
        swaps=((recover, "want", heard(graph_port.FindEvents, lambda _found: ())),),
        masked="the repeated create carries the same transaction id; without both it is found (notxnofind)",
    ),
    Defect(
        name="notxnofind",
        about="own transaction id each time, and nobody looks",
        swaps=(
            (EVERYWHERE, "CreateEvent", fresh_transaction),
            (recover, "want", heard(graph_port.FindEvents, lambda _found: ())),
        ),
        both=("notx", "nofind"),
    ),
    Defect(
        name="noext",
        about="recovery does not find the placeholder",
        swaps=((EVERYWHERE, "_find_made", never_found),),
        masked="a second placeholder is claimed as a left-over; without both it is found (noextorphan)",
    ),
    Defect(
        name="noextorphan",
        about="recovery does not find the placeholder, and a late one is not claimed",
        swaps=((EVERYWHERE, "_find_made", never_found), (observe, "_claimed_orphan", gives(()))),
        both=("noext", "noorphan"),
    ),
    Defect(
        name="noverify",
        about="the answer to a repeated create is believed",
        swaps=((EVERYWHERE, "create_event", unverified),),
    ),
    Defect(
        name="dropopen", about="a write of unknown outcome is forgotten", swaps=((EVERYWHERE, "_kept_open", no_retry),)
    ),
    Defect(
        name="planopen",
        about="a link with an open intent is planned",
        swaps=((aside, "want", heard(LoadGroups, groups_without_intents)),),
    ),
    Defect(
        name="notawaited",
        about="the event of an open create starts a link of its own",
        swaps=((passes, "recover", not_awaited),),
    ),
    Defect(
        name="filled", about="a placeholder counts as filled", swaps=((EVERYWHERE, "_is_filled", gives(value=True)),)
    ),
    Defect(
        name="basefirst",
        about="the base moves before the write is confirmed",
        swaps=((EVERYWHERE, "_attempt", base_first),),
    ),
    Defect(
        name="baseless",
        about="a confirmed change does not move the base",
        swaps=((work, "_moved", lambda _o: lambda base, _intent, **_more: base),),
    ),
    Defect(
        name="gonetrouble",
        about="a target that is gone is tried no more",
        swaps=((EVERYWHERE, "failed", gone_is_trouble),),
        masked="the total that fits no more makes the reading look for it; without both it is found (goneunswept)",
    ),
    Defect(
        name="goneunswept",
        about="a target that is gone is tried no more, and the total is not compared",
        swaps=((EVERYWHERE, "failed", gone_is_trouble), (read, "_sweep", flow(None))),
        both=("gonetrouble", "nosweep"),
    ),
    # --- writing
    Defect(
        name="noifmatch",
        about="updates of events without If-Match",
        swaps=((EVERYWHERE, "UpdateEvent", etagless_update),),
    ),
    Defect(
        name="delnoifmatch",
        about="deletions of events without If-Match",
        swaps=((EVERYWHERE, "DeleteEvent", etagless_delete),),
    ),
    Defect(
        name="noreread", about="Raynet is written without a look", swaps=((EVERYWHERE, "_read_again", blind_write),)
    ),
    Defect(
        name="sameactivity",
        about="a changed activity counts as the same",
        swaps=((EVERYWHERE, "same_activity", gives(value=True)),),
    ),
    Defect(
        name="sameevent",
        about="a changed event counts as the same",
        swaps=((EVERYWHERE, "same_event", gives(value=True)),),
    ),
    Defect(name="noguard", about="no brake before mass deletion", swaps=((passes, "mass_removals", gives(())),)),
    Defect(
        name="mails", about="events with attendees are written", swaps=((mapping, "would_mail", gives(value=False)),)
    ),
    Defect(
        name="nodeadline",
        about="a lease's own deadline is not looked at",
        swaps=((sim_driver.Driver, "may_write", gives(value=True)),),
    ),
    Defect(name="nofence", about="a lost lease may commit", swaps=((sim_store.DictStore, "commit", unfenced),)),
    # --- late effects
    Defect(
        name="noorigin",
        about="a late duplicate of our write is a user's change",
        swaps=((drafts.PlanDraft, "raynet_base", lambda _o: lambda _self, _field, _value, base: (base, False)),),
    ),
    Defect(
        name="nosent",
        about="what was sent is not remembered",
        swaps=((work.LinkWork, "remember_sent", lambda _o: lambda self, _intent: self.link),),
    ),
    Defect(
        name="notomb",
        about="keys of removed and abandoned creates are not claimed",
        swaps=((passes, "_prepare", no_stones),),
    ),
    Defect(
        name="noorphan", about="a late placeholder is not claimed", swaps=((observe, "_claimed_orphan", gives(())),)
    ),
    # --- reading
    Defect(
        name="noproof",
        about="what a list does not show is gone",
        swaps=((read, "prove_activity", put(unproven)), (retyped, "prove_activity", put(unproven))),
    ),
    Defect(
        name="noeventproof",
        about="what delta calls removed is gone",
        swaps=((calendars, "prove_event", unproven_event),),
    ),
    Defect(name="nosweep", about="the total is not compared", swaps=((read, "_sweep", flow(None)),)),
    Defect(
        name="nounseen",
        about="a full round does not look for what is missing",
        swaps=((calendars, "_unseen", flow([])),),
    ),
    Defect(
        name="cursorfirst",
        about="the cursor is stored before what was learnt",
        swaps=((read, "_store_activities", cursor_first),),
    ),
    Defect(
        name="linkfirst",
        about="the delta link is stored before what was learnt",
        swaps=((calendars, "_store_round", link_first),),
    ),
    Defect(
        name="noticesfirst",
        about="notices are forgotten before the pass",
        swaps=((passes, "_prepare", notices_first),),
        masked="every turn within the floor reads; only while push is trusted does a lost notice wait, for minutes",
    ),
    Defect(name="nopoll", about="nothing is read without a ring", swaps=((evidence, "_is_over", gives(value=False)),)),
    Defect(
        name="onerow",
        about="only the newest row is read",
        swaps=((read, "FIRST_PAGE", put(1)), (read, "_goes_on", flow(value=False))),
    ),
    Defect(
        name="equalid",
        about="a record of an equal id is the same under another type",
        swaps=((proofs, "_is_same_record", flow(value=True)),),
    ),
    Defect(
        name="staleecho",
        about="an answer older than what is known is news",
        swaps=((calendars, "is_newer_event", gives(value=True)),),
    ),
    # --- meaning
    Defect(name="notallday", about="midnight to midnight is no day", swaps=((mapping, "from_instants", timed_only),)),
    Defect(
        name="summer",
        about="summer time is an hour off",
        swaps=(
            (existence, "activity_change", shifted),
            (lead, "activity_change", shifted),
        ),
    ),
    Defect(name="onlyowner", about="participants get no copy", swaps=((mapping, "wanted_mailboxes", only_owner),)),
    Defect(name="series", about="series are carried", swaps=((mapping, "outlook_excluded", gives(None)),)),
    Defect(
        name="nofirstmatch",
        about="what both sides have already is made again",
        swaps=((matching, "match", matching_nothing),),
    ),
    Defect(
        name="norestore",
        about="a value that somebody wants back is not written",
        swaps=((passes, "restores", flow(None)),),
    ),
    Defect(
        name="noholds",
        about="decisions on holds are not looked at",
        swaps=((passes, "load_holds", flow(())),),
    ),
    Defect(
        name="seatback",
        about="a seat that comes back is not caught up",
        swaps=(
            (seats, "LinksInMailbox", lambda o: lambda firm, box=None: o(firm, box or MailboxId("nobody"))),
            (seats, "_store", seat_unread),
        ),
    ),
    Defect(name="copiesfree", about="a copy's edits are not taken back", swaps=((copies, "_copy", gives(None)),)),
    Defect(
        name="planless",
        about="an item whose planning breaks is forgotten",
        swaps=((reconcile, "align_copies", gives(None)),),
    ),
)


BY_NAME = {one.name: one for one in DEFECTS}
