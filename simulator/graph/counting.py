"""What the service counts: HTTP requests, ``$batch`` entries, calls per mailbox and kind, answers per status."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counting:
    """A ``$batch`` is one HTTP request and N sub-requests; ``calls`` counts what was asked of Graph either way."""

    http_requests: int = 0
    batches: int = 0
    sub_requests: int = 0
    #: Calls that are no ``$batch`` themselves: single requests plus entries.
    calls: int = 0
    reads: int = 0
    writes: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    by_mailbox: dict[str, Counter[str]] = field(default_factory=dict)
    #: Reads and writes per mailbox id.
    mailbox_reads: Counter[str] = field(default_factory=Counter)
    mailbox_writes: Counter[str] = field(default_factory=Counter)

    def call(self, kind: str, method: str) -> None:
        """One call of a kind such as ``event.patch``, whatever becomes of it."""
        self.calls += 1
        self.by_kind[kind] += 1
        if method == "GET":
            self.reads += 1
        else:
            self.writes += 1

    def mailbox_call(self, mailbox_id: str, kind: str, method: str) -> None:
        """The same call on a mailbox."""
        counter = self.by_mailbox.get(mailbox_id)
        if counter is None:
            counter = self.by_mailbox[mailbox_id] = Counter()
        counter[kind] += 1
        if method == "GET":
            self.mailbox_reads[mailbox_id] += 1
        else:
            self.mailbox_writes[mailbox_id] += 1

    def of(self, mailbox_id: str) -> Counter[str]:
        """A copy of one mailbox's calls by kind."""
        return Counter(self.by_mailbox.get(mailbox_id, Counter()))
