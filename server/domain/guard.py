"""The brake before mass deletion: too many removals from one user's pairs wait for an administrator."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from server.domain.ids import MailboxId, PairId
from server.domain.plan import Plan
from server.domain.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class MassRemoval:
    """What one mailbox would lose in this pass."""

    mailbox: MailboxId
    pairs: tuple[PairId, ...]
    of: int


Removals = dict[MailboxId, list[PairId]]


def removals_of(plans: Sequence[Plan], confirmed: Set[PairId]) -> Removals:
    """What the plans remove from each mailbox; what was confirmed does not count."""
    removed: Removals = defaultdict(list)
    for plan in plans:
        mailboxes = {pair.id: pair.mailbox for pair in plan.pairs}
        for write in plan.writes:
            if write.removal and write.pair not in confirmed:
                removed[mailboxes[write.pair]].append(write.pair)
    return removed


def mass_removals(
    removed: Removals,
    live: Mapping[MailboxId, int],
    gone: Mapping[MailboxId, Set[PairId]],
    rules: Rules,
    due: Mapping[MailboxId, Set[PairId]] | None = None,
) -> tuple[MassRemoval, ...]:
    """Mailboxes whose removals reach both ``guard_count`` and ``guard_share`` percent.

    ``gone``: what earlier rounds of the pass have removed counts, and is nothing any more that could be held. ``due``:
    what later rounds may remove, where one round does not see it all, counts too and is held with the rest.
    """
    found = []
    for mailbox, planned in sorted(removed.items()):
        pairs = {*planned, *(due or {}).get(mailbox, ())}
        before = gone.get(mailbox, frozenset()) - pairs
        number = len(pairs) + len(before)
        of = max(live.get(mailbox, 0) + len(before), number)
        if number >= rules.guard_count and number * 100 >= rules.guard_share * of:
            found.append(MassRemoval(mailbox=mailbox, pairs=tuple(sorted(pairs)), of=of))
    return tuple(found)
