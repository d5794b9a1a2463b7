"""The brake before mass deletion: too many removals from one user's pairs wait for an administrator."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
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


def mass_removals(
    plans: Sequence[Plan], live: Mapping[MailboxId, int], confirmed: frozenset[PairId], rules: Rules
) -> tuple[MassRemoval, ...]:
    """Mailboxes whose removals reach both ``guard_count`` and ``guard_share`` percent; confirmed ones do not count."""
    removed: dict[MailboxId, list[PairId]] = defaultdict(list)
    for plan in plans:
        mailboxes = {pair.id: pair.mailbox for pair in plan.pairs}
        for write in plan.writes:
            if write.removal and write.pair not in confirmed:
                removed[mailboxes[write.pair]].append(write.pair)
    found = []
    for mailbox, pairs in sorted(removed.items()):
        of = max(live.get(mailbox, 0), len(pairs))
        if len(pairs) >= rules.guard_count and len(pairs) * 100 >= rules.guard_share * of:
            found.append(MassRemoval(mailbox=mailbox, pairs=tuple(sorted(pairs)), of=of))
    return tuple(found)
